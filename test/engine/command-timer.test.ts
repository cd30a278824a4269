/** What commands are charged, on a clock that moves when told to. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FlatMap, Verbatim } from "../../src/core/reply.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { TestWorld } from "../support/world.ts";

function start(): { world: TestWorld; ours: TestEngine; tookUs: (name: string) => number } {
  const world = new TestWorld();
  const ours = new TestEngine(world);
  return { world, ours, tookUs: (name) => ours.engine.registry.get(name)!.tookUs };
}

/** Words of the commands in the slow log, the latest first. */
function slow(ours: TestEngine): string[] {
  return (ours.line("SLOWLOG GET -1") as string[][][]).map((command) => command[3]!.join(" "));
}

describe("in a turn", () => {
  test("a command lasts until the next begins, and the last until the turn ends", () => {
    const { world, ours, tookUs } = start();
    ours.engine.turn.begin();
    ours.line("SET k v");
    world.advance(12);
    ours.line("GET k");
    world.advance(3);
    ours.line("NOSUCH");
    world.advance(5);
    ours.line("INCR n");
    world.advance(30);
    ours.engine.turn.end();
    assert.deepEqual(["SET", "GET", "INCR"].map(tookUs), [12_000, 3000, 30_000]);
    assert.deepEqual(slow(ours), ["INCR n", "SET k v"]);
  });

  test("time between turns is charged to no command", () => {
    const { world, ours, tookUs } = start();
    ours.engine.turn.begin();
    ours.line("SET k v");
    ours.engine.turn.end();
    world.advance(1000);
    ours.line("GET k");
    world.advance(1000);
    ours.engine.tick();
    assert.deepEqual(["SET", "GET"].map(tookUs), [0, 0]);
    assert.deepEqual(slow(ours), []);
  });

  test("turns inside of one another are one", () => {
    const { world, ours, tookUs } = start();
    ours.engine.turn.begin();
    ours.engine.turn.begin();
    ours.line("SET k v");
    ours.engine.turn.end();
    world.advance(7);
    ours.engine.turn.end();
    assert.equal(tookUs("SET"), 7000);
  });
});

test("SLOWLOG states client, time and duration", () => {
  const { world, ours } = start();
  const session = ours.engine.openSession("resp", EVERYONE);
  session.addr = "1.2.3.4:5";
  session.name = "app";
  ours.engine.turn.begin();
  ours.engine.execute(session, ["GET", "k"]);
  world.advance(11);
  ours.engine.turn.end();
  const seconds = Math.floor(world.nowMs / 1000);
  assert.deepEqual(ours.line("SLOWLOG GET"), [[0, seconds, 11_000, ["GET", "k"], "1.2.3.4:5", "app"]]);
  ours.line("CONFIG SET slowlog-log-slower-than -1");
  ours.engine.turn.begin();
  ours.line("GET k");
  world.advance(1000);
  ours.engine.turn.end();
  assert.equal(ours.line("SLOWLOG LEN"), 1);
  ours.line("SLOWLOG RESET");
  assert.equal(ours.line("SLOWLOG LEN"), 0);
});

test("the slow log keeps the latest, by consecutive ids", () => {
  const { ours } = start();
  ours.line("CONFIG SET slowlog-log-slower-than 0 slowlog-max-len 3");
  for (let i = 0; i < 10; i++) ours.line(`GET ${i}`);
  const log = ours.line("SLOWLOG GET 2") as unknown[][];
  assert.deepEqual(
    log.map(([id, , , words]) => [id, words]),
    [
      [10, ["GET", "9"]],
      [9, ["GET", "8"]],
    ],
  );
  assert.equal(ours.line("SLOWLOG LEN"), 3);
});

test("INFO has the times, and percentiles", () => {
  const { world, ours } = start();
  ours.engine.turn.begin();
  for (let i = 0; i < 3; i++) {
    ours.line("GET k");
    world.advance(i);
  }
  ours.engine.turn.end();
  const reply = ours.line("INFO commandstats latencystats");
  assert.ok(reply instanceof Verbatim);
  assert.match(reply.text, /cmdstat_get:calls=3,usec=3000,usec_per_call=1000.00,rejected_calls=0,failed_calls=0\r\n/);
  assert.match(reply.text, /latency_percentiles_usec_get:p50=1024.000,p99=2048.000,p99.9=2048.000\r\n/);
  const histogram = ours.line("LATENCY HISTOGRAM get nosuch CONFIG");
  assert.ok(histogram instanceof FlatMap);
  assert.equal(histogram.items[0], "get");
  const facts = histogram.items[1] as FlatMap;
  assert.deepEqual(facts.items.slice(0, 3), ["calls", 3, "histogram_usec"]);
  assert.deepEqual((facts.items[3] as FlatMap).items, [1, 1, 1024, 2, 2048, 3]);
  ours.line("CONFIG RESETSTAT");
  assert.deepEqual((ours.line("LATENCY HISTOGRAM get") as FlatMap).items, []);
});
