/** What the set commands journal, and what they leave of the key they store to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ReplySet } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import { TestEngine } from "../support/engine.ts";
import { onEffect } from "../support/replay.ts";

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `m${i}`);

function members(reply: Reply): string[] {
  assert.ok(reply instanceof ReplySet);
  return reply.items as string[];
}

/** An engine with a set `s` of this many members, and the lines it journals from then on. */
function engineWith(size: number): { engine: TestEngine; journal: string[] } {
  const engine = new TestEngine();
  engine.send("SADD", "s", ...numbered(size));
  const journal: string[] = [];
  onEffect(engine.engine, (_database, words) => void journal.push(words.join(" ")));
  return { engine, journal };
}

for (const size of [10, 1000]) {
  test(`SPOP removes what it answers and journals that, of ${size} members`, () => {
    const { engine, journal } = engineWith(size);
    const popped = members(engine.line("SPOP s 3"));
    assert.deepEqual(journal, [`SREM s ${popped.join(" ")}`]);
    const one = engine.line("SPOP s") as string;
    assert.equal(journal[1], `SREM s ${one}`);
    const left = members(engine.line("SMEMBERS s"));
    assert.deepEqual([...left, ...popped, one].sort(), numbered(size).sort());
    engine.line(`SPOP s ${size}`);
    assert.equal(journal[2], "DEL s");
    assert.equal(engine.line("SPOP s"), null);
    assert.equal(journal.length, 3);
  });
}

test("a long SPOP is journalled in several commands", () => {
  const { engine, journal } = engineWith(3000);
  const popped = members(engine.line("SPOP s 2500"));
  const effects = journal.map((line) => line.split(" ").slice(2));
  assert.deepEqual(
    effects.map((names) => names.length),
    [1024, 1024, 452],
  );
  assert.deepEqual(effects.flat(), popped);
});

test("a write that changes nothing is not journalled", () => {
  const { engine, journal } = engineWith(3);
  const idle = ["SADD s m0", "SREM s x", "SREM none x", "SMOVE s s m0", "SMOVE s t x", "SPOP s 0", "SPOP none"];
  for (const line of [...idle, "SINTERSTORE none none"]) engine.line(line);
  assert.deepEqual(journal, []);
});

test("storing an outcome removes the deadline of what was there", () => {
  const { engine } = engineWith(3);
  engine.line("SET d x EX 100");
  engine.line("SUNIONSTORE d s");
  assert.equal(engine.engine.dataset.databases[0]!.deadline("d"), 0);
});
