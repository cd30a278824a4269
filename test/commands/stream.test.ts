/** What the oracle cannot tell of the stream commands: times, effects, and where we depart from Redis. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommandError, NULL_ARRAY } from "../../src/core/reply.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { restShape } from "../support/rest-shape.ts";
import { chooseSeed, TestWorld } from "../support/world.ts";
import { onEffect } from "../support/replay.ts";

const NOW = 1_700_000_000_000;

function start(): { world: TestWorld; engine: TestEngine; run: (line: string) => unknown } {
  const world = new TestWorld(1, NOW);
  const engine = new TestEngine(world);
  const run = (line: string): unknown => {
    const shape = restShape(engine.line(line));
    return "error" in shape ? `!${shape.error}` : shape.result;
  };
  return { world, engine, run };
}

describe("time", () => {
  test("automatic IDs follow the clock and never go back", () => {
    const { world, run } = start();
    assert.equal(run("XADD s * a 1"), `${NOW}-0`);
    assert.equal(run("XADD s * a 1"), `${NOW}-1`);
    world.advance(5);
    assert.equal(run("XADD s * a 1"), `${NOW + 5}-0`);
    world.advance(-100);
    assert.equal(run("XADD s * a 1"), `${NOW + 5}-1`);
    assert.equal(run("XADD t 9007199254740993-1 a 1"), "9007199254740993-1");
    assert.equal(run("XADD t * a 1"), "9007199254740993-2");
  });

  test("idle is counted from the last request, inactive from the last entry", () => {
    const { world, run } = start();
    run("XADD s 1-0 a 1");
    run("XGROUP CREATE s g 0");
    run("XGROUP CREATECONSUMER s g never");
    run("XREADGROUP GROUP g c STREAMS s >");
    world.advance(100);
    run("XREADGROUP GROUP g c STREAMS s >");
    world.advance(20);
    assert.deepEqual(run("XINFO CONSUMERS s g"), [
      ["name", "c", "pending", 1, "idle", 20, "inactive", 120],
      ["name", "never", "pending", 0, "idle", 120, "inactive", -1],
    ]);
    assert.deepEqual(run("XPENDING s g - + 10"), [["1-0", "c", 120, 1]]);
    assert.deepEqual(run("XPENDING s g IDLE 121 - + 10"), []);
    assert.deepEqual(run("XCLAIM s g d 121 1-0"), []);
    assert.deepEqual(run("XAUTOCLAIM s g d 120 0"), ["0-0", [["1-0", ["a", "1"]]], []]);
    assert.deepEqual(run("XPENDING s g - + 10"), [["1-0", "d", 0, 2]]);
  });

  test("XINFO STREAM FULL tells of groups and consumers", () => {
    const { run } = start();
    run("XADD s 1-0 a 1");
    run("XGROUP CREATE s g 0");
    run("XREADGROUP GROUP g c STREAMS s >");
    const group = ["name", "g", "last-delivered-id", "1-0", "entries-read", 1, "lag", 0, "pel-count", 1];
    const consumer = ["name", "c", "seen-time", NOW, "active-time", NOW, "pel-count", 1, "pending", [["1-0", NOW, 1]]];
    assert.deepEqual((run("XINFO STREAM s FULL") as unknown[]).slice(14), [
      "entries",
      [["1-0", ["a", "1"]]],
      "groups",
      [[...group, "pending", [["1-0", "c", NOW, 1]], "consumers", [consumer]]],
    ]);
  });
});

describe("doors", () => {
  test("REST serves XREAD without BLOCK only", () => {
    const engine = new TestEngine(new TestWorld(), "rest");
    engine.line("XADD s 1-0 a 1");
    engine.line("XGROUP CREATE s g 0");
    const refusal = (name: string): unknown => ({
      error: `ERR Command "${name}" is not allowed in REST or it has a special context path`,
    });
    assert.deepEqual(restShape(engine.line("XREAD BLOCK 0 STREAMS s 0")), refusal("XREAD"));
    assert.deepEqual(restShape(engine.line("XREADGROUP GROUP g c BLOCK 5 STREAMS s >")), refusal("XREADGROUP"));
    assert.deepEqual(restShape(engine.line("XREAD STREAMS s 0")), { result: [["s", [["1-0", ["a", "1"]]]]] });
  });

  test("a session that cannot wait is answered at once", () => {
    const engine = new TestEngine(new TestWorld(), "resp");
    engine.line("XADD s 1-0 a 1");
    assert.equal(encodeResp2(engine.line("XREAD BLOCK 0 STREAMS s 0")).slice(0, 4), "*1\r\n");
    assert.equal(engine.line("XREAD BLOCK 0 STREAMS s $"), NULL_ARRAY);
  });

  test("a reader with NOACK does not become a consumer", () => {
    const { run } = start();
    run("XADD s 1-0 a 1");
    run("XGROUP CREATE s g 0");
    assert.deepEqual(run("XREADGROUP GROUP g c NOACK STREAMS s >"), [["s", [["1-0", ["a", "1"]]]]]);
    assert.deepEqual(run("XINFO CONSUMERS s g"), []);
    assert.deepEqual(run("XREADGROUP GROUP g c NOACK STREAMS s 0"), [["s", []]]);
  });
});

describe("effects", () => {
  function effectsOf(engine: TestEngine, line: string): string[] {
    const effects: string[] = [];
    onEffect(engine.engine, (_, words) => void effects.push(words.join(" ")));
    const reply = engine.line(line);
    assert.ok(!(reply instanceof CommandError), String(reply));
    return effects;
  }

  test("state the IDs and lengths that came about", () => {
    const { engine } = start();
    assert.deepEqual(effectsOf(engine, "XADD s * a 1"), [`XADD s ${NOW}-0 a 1`]);
    assert.deepEqual(effectsOf(engine, "XADD s MAXLEN 1 * a 1"), [`XADD s MAXLEN = 1 ${NOW}-1 a 1`]);
    assert.deepEqual(effectsOf(engine, "XADD s MAXLEN ~ 1 NOMKSTREAM * a 1"), [`XADD s ${NOW}-2 a 1`]);
    assert.deepEqual(effectsOf(engine, `XADD s MINID ${NOW + 1} ${NOW}-* a 1`), [`XADD s MAXLEN = 0 ${NOW}-3 a 1`]);
    assert.deepEqual(effectsOf(engine, `XADD s * a 1`), [`XADD s ${NOW}-4 a 1`]);
    assert.deepEqual(effectsOf(engine, "XTRIM s MAXLEN ~ 0 ACKED"), ["XTRIM s MAXLEN = 0 ACKED"]);
    assert.deepEqual(effectsOf(engine, "XTRIM s MAXLEN 0"), []);
    assert.deepEqual(effectsOf(engine, "XDEL s 1"), []);
  });

  test("state deliveries as XCLAIM and XGROUP SETID", () => {
    const { engine } = start();
    for (const line of ["XADD s 1-0 a 1", "XADD s 2-0 a 1", "XADD s 3-0 a 1", "XGROUP CREATE s g 0"]) engine.line(line);
    assert.deepEqual(effectsOf(engine, "XREADGROUP GROUP g c COUNT 2 STREAMS s >"), [
      "XGROUP CREATECONSUMER s g c",
      `XCLAIM s g c 0 1-0 2-0 TIME ${NOW} RETRYCOUNT 1 FORCE JUSTID LASTID 2-0`,
      "XGROUP SETID s g 2-0 ENTRIESREAD 2",
    ]);
    assert.deepEqual(effectsOf(engine, "XREADGROUP GROUP g c STREAMS s 0"), []);
    engine.line("XDEL s 1-0");
    assert.deepEqual(effectsOf(engine, "XAUTOCLAIM s g d 0 0"), [
      "XGROUP CREATECONSUMER s g d",
      "XACK s g 1-0",
      `XCLAIM s g d 0 2-0 TIME ${NOW} RETRYCOUNT 3 FORCE JUSTID LASTID 2-0`,
    ]);
    assert.deepEqual(effectsOf(engine, "XCLAIM s g c 0 2-0 IDLE 5 JUSTID LASTID 3-0"), [
      "XGROUP SETID s g 3-0 ENTRIESREAD 2",
      `XCLAIM s g c 0 2-0 TIME ${NOW - 5} RETRYCOUNT 3 FORCE JUSTID LASTID 3-0`,
    ]);
    assert.deepEqual(effectsOf(engine, "XACK s g 9-9"), []);
    assert.deepEqual(effectsOf(engine, "XACK s g 2-0"), ["XACK s g 2-0"]);
  });
});

test("repeating the effects gives the same stream", () => {
  const seed = chooseSeed();
  console.log(`stream effects: SEED=${seed}`);
  const world = new TestWorld(seed);
  const ours = new TestEngine(world);
  const replica = new TestEngine(world);
  onEffect(ours.engine, (_, words) => {
    const reply = replica.send(...words);
    assert.ok(!(reply instanceof CommandError), `${words.join(" ")}: ${String(reply)}`);
  });
  const below = (limit: number): number => Math.floor(world.random() * limit);
  const pick = (from: readonly string[]): string => from[below(from.length)]!;
  const id = (): string => String(world.nowMs - below(60));
  const forms = [
    () => `XADD s * f ${below(9)}`,
    () => `XADD s ${pick(["MAXLEN", "MAXLEN ~"])} ${100 + below(100)} ${pick(["KEEPREF", "ACKED", "DELREF"])} * f v`,
    () => `XTRIM s MINID ${pick(["~", "="])} ${Number(id()) - 200} ${pick(["KEEPREF", "ACKED", "DELREF"])}`,
    () => `XDEL s ${id()}`,
    () => `XDELEX s ${pick(["KEEPREF", "ACKED", "DELREF"])} IDS 2 ${id()} ${id()}`,
    () => `XACKDEL s g ${pick(["KEEPREF", "ACKED", "DELREF"])} IDS 2 ${id()} ${id()}`,
    () => `XGROUP CREATE s ${pick(["g", "h"])} 0 MKSTREAM`,
    () => `XREADGROUP GROUP ${pick(["g", "h"])} ${pick(["x", "y"])} ${pick(["", "NOACK"])} COUNT 5 STREAMS s >`,
    () => `XREADGROUP GROUP ${pick(["g", "h"])} ${pick(["x", "y"])} COUNT 9 STREAMS s >`,
    () => `XCLAIM s g ${pick(["x", "y", "z"])} 0 ${id()} ${id()} FORCE`,
    () => `XAUTOCLAIM s h ${pick(["x", "y", "z"])} 20 0 COUNT 5`,
    () => `XACK s ${pick(["g", "h"])} ${id()} ${id()} ${id()}`,
    () => `XGROUP DELCONSUMER s g ${pick(["x", "y", "z"])}`,
  ];
  const state = (engine: TestEngine): unknown => [
    restShape(engine.line("XRANGE s - +")),
    restShape(engine.line("XINFO GROUPS s")),
    restShape(engine.line("XPENDING s g - + 100000")),
    restShape(engine.line("XPENDING s h - + 100000")),
  ];
  for (let step = 0; step < 5000; step++) {
    world.advance(below(3));
    const line = world.random() < 0.4 ? forms[0]!() : forms[below(forms.length)]!();
    ours.line(line);
    if (step % 20 === 0) assert.deepEqual(state(replica), state(ours), line);
  }
});

/** What changes a stream's groups and what is pending in them, beside its entries; each line runs on a stream as below. */
const GROUP_CHANGES = [
  "XGROUP CREATE s new 0",
  "XGROUP SETID s g 0",
  "XGROUP DESTROY s g",
  "XGROUP CREATECONSUMER s g new",
  "XGROUP DELCONSUMER s g c",
  "XSETID s 9-9",
  "XREADGROUP GROUP g c STREAMS s >",
  "XREADGROUP GROUP g c NOACK STREAMS s >",
  "XREADGROUP GROUP g c STREAMS s 0",
  "XACK s g 1-0",
  "XACKDEL s g ACKED IDS 1 1-0",
  "XDELEX s DELREF IDS 1 1-0",
  "XCLAIM s g d 0 1-0",
  "XCLAIM s g d 0 9-9 LASTID 7-7",
  "XAUTOCLAIM s g d 0 0",
];

test("whatever changes a stream's groups spoils a transaction that watches the key", () => {
  for (const line of GROUP_CHANGES) {
    const { engine, run } = start();
    for (const id of ["1-0", "2-0", "3-0"]) run(`XADD s ${id} a 1`);
    for (const group of ["g", "h"]) run(`XGROUP CREATE s ${group} 0`);
    run("XREADGROUP GROUP g c COUNT 2 STREAMS s >");
    const watcher = engine.engine.openSession("internal", EVERYONE);
    const other = (...words: string[]) => engine.engine.execute(watcher, words);
    other("WATCH", "s");
    const reply = run(line);
    assert.ok(typeof reply !== "string" || !reply.startsWith("!"), `${line} answers ${String(reply)}`);
    other("MULTI");
    other("PING");
    assert.equal(other("EXEC"), NULL_ARRAY, line);
  }
});

test("a claim of more entries than a call takes arguments has an effect for each, alone and in a transaction", () => {
  const { engine, run } = start();
  const COUNT = 150_000;
  for (let i = 1; i <= COUNT; i++) engine.send("XADD", "s", `${i}-0`, "f", "v");
  run("XGROUP CREATE s g 0");
  run(`XREADGROUP GROUP g c COUNT ${COUNT} STREAMS s >`);
  let effects = 0;
  onEffect(engine.engine, () => effects++);
  engine.send("XAUTOCLAIM", "s", "g", "d", "0", "0", "COUNT", String(COUNT), "JUSTID");
  assert.ok(effects >= COUNT, `${effects} effects`);
  for (const line of ["MULTI", "PING", `XAUTOCLAIM s g e 0 0 COUNT ${COUNT} JUSTID`, "EXEC"]) run(line);
  assert.ok(effects >= 2 * COUNT, `${effects} effects`);
});
