/** What the sorted set commands journal, answer in RESP3's types, and leave of the key they store to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Double, NULL_ARRAY, Pairs } from "../../src/core/reply.ts";
import { TestEngine } from "../support/engine.ts";
import { onEffect } from "../support/replay.ts";

/** An engine with a sorted set `z` of this many members, and the lines it journals from then on. */
function engineWith(size: number): { engine: TestEngine; journal: string[] } {
  const engine = new TestEngine();
  engine.send("ZADD", "z", ...Array.from({ length: size }, (_, i) => [String(i), `m${i}`]).flat());
  const journal: string[] = [];
  onEffect(engine.engine, (_database, words) => void journal.push(words.join(" ")));
  return { engine, journal };
}

test("what depends on scores alone is journalled in its own words", () => {
  const { engine, journal } = engineWith(10);
  const lines = [
    "ZADD z GT CH 5 m1",
    "ZINCRBY z 1 m1",
    "ZPOPMIN z",
    "ZPOPMAX z 2",
    "ZREMRANGEBYRANK z 0 0",
    "ZREM z m5",
  ];
  for (const line of lines) engine.line(line);
  assert.deepEqual(journal, lines);
});

test("ZMPOP is journalled as the pop it came to", () => {
  const { engine, journal } = engineWith(5);
  engine.line("ZMPOP 2 none z MIN");
  engine.line("ZMPOP 2 z none MAX COUNT 100");
  assert.deepEqual(journal, ["ZPOPMIN z 1", "ZPOPMAX z 4"]);
  assert.equal(engine.engine.dataset.databases[0]!.has("z"), false);
});

test("a write that changes nothing is not journalled", () => {
  const { engine, journal } = engineWith(3);
  const idle = ["ZADD z 0 m0", "ZADD z XX 1 x", "ZADD z NX 5 m0", "ZADD none XX 1 x", "ZINCRBY z 0 m1", "ZREM z x"];
  const empty = ["ZREMRANGEBYSCORE z 100 200", "ZPOPMIN z 0", "ZPOPMIN none", "ZMPOP 1 none MIN"];
  for (const line of [...idle, ...empty, "ZUNIONSTORE none 1 none", "ZRANGESTORE none none 0 -1"]) engine.line(line);
  assert.deepEqual(journal, []);
});

test("storing a result removes the deadline of what was there, and an empty one the key", () => {
  const { engine } = engineWith(3);
  engine.line("SET d x EX 100");
  engine.line("ZUNIONSTORE d 1 z");
  assert.equal(engine.engine.dataset.databases[0]!.deadline("d"), 0);
  engine.line("ZRANGESTORE d z 10 20");
  assert.equal(engine.engine.dataset.databases[0]!.has("d"), false);
});

test("a change keeps the deadline", () => {
  const { engine } = engineWith(3);
  engine.engine.dataset.databases[0]!.setDeadline("z", 9e15);
  engine.line("ZADD z 9 new");
  engine.line("ZPOPMIN z");
  assert.equal(engine.engine.dataset.databases[0]!.deadline("z"), 9e15);
});

test("scores are doubles, and come in pairs where there is a count", () => {
  const { engine } = engineWith(3);
  const [zero, one] = [new Double(0), new Double(1)];
  assert.deepEqual(engine.line("ZSCORE z m1"), one);
  assert.deepEqual(engine.line("ZRANK z m1 WITHSCORE"), [1, one]);
  assert.equal(engine.line("ZRANK z x WITHSCORE"), NULL_ARRAY);
  assert.deepEqual(engine.line("ZRANGE z 0 1 WITHSCORES"), new Pairs(["m0", zero, "m1", one]));
  assert.deepEqual(engine.line("ZUNION 1 z WITHSCORES"), new Pairs(["m0", zero, "m1", one, "m2", new Double(2)]));
  assert.deepEqual(engine.line("ZSCAN z 0 MATCH m1"), ["0", ["m1", "1"]]);
  assert.deepEqual(engine.line("ZMPOP 1 z MIN"), ["z", [["m0", zero]]]);
  assert.deepEqual(engine.line("ZPOPMIN z"), ["m1", one]);
  assert.deepEqual(engine.line("ZPOPMIN z 5"), new Pairs(["m2", new Double(2)]));
});

test("a scan of a large sorted set visits every member once while nothing changes", () => {
  const { engine } = engineWith(1000);
  const met: string[] = [];
  let cursor = "0";
  do {
    const [next, items] = engine.line(`ZSCAN z ${cursor} COUNT 7`) as [string, string[]];
    for (let i = 0; i < items.length; i += 2) met.push(items[i]!);
    cursor = next;
  } while (cursor !== "0");
  assert.equal(met.length, 1000);
  assert.equal(new Set(met).size, 1000);
});

test("random members are spread, and distinct when the count is positive", () => {
  const { engine } = engineWith(300);
  const distinct = engine.line("ZRANDMEMBER z 50") as string[];
  assert.equal(new Set(distinct).size, 50);
  const repeated = engine.line("ZRANDMEMBER z -1000") as string[];
  assert.equal(repeated.length, 1000);
  assert.ok(new Set(repeated).size > 200);
});
