/** What the server commands leave behind that no reply shows: the journal, counters, other databases. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Verbatim } from "../../src/core/reply.ts";
import { TestEngine } from "../support/engine.ts";
import { TestWorld } from "../support/world.ts";
import { onEffect } from "../support/replay.ts";

/** Notes what is journalled, each effect with the database it belongs to. */
function journalled(engine: TestEngine): string[] {
  const lines: string[] = [];
  onEffect(engine.engine, (database, words) => lines.push(`${database} ${words.join(" ")}`));
  return lines;
}

test("FLUSHDB empties the selected database and FLUSHALL all of them", () => {
  const ours = new TestEngine();
  ours.line("SET a 0");
  ours.session.databaseNumber = 1;
  ours.line("SET a 1");
  ours.line("FLUSHDB");
  assert.equal(ours.line("GET a"), null);
  ours.session.databaseNumber = 0;
  assert.equal(ours.line("GET a"), "0");
  ours.session.databaseNumber = 2;
  ours.line("FLUSHALL");
  ours.session.databaseNumber = 0;
  assert.equal(ours.line("DBSIZE"), 0);
});

test("flushing what is empty is not journalled", () => {
  const ours = new TestEngine();
  const journal = journalled(ours);
  ours.line("FLUSHALL");
  ours.line("FLUSHDB");
  ours.line("SET a 1");
  ours.line("FLUSHDB ASYNC");
  ours.line("SET a 1");
  ours.line("FLUSHALL");
  assert.deepEqual(journal, ["0 SET a 1", "0 FLUSHDB ASYNC", "0 SET a 1", "0 FLUSHALL"]);
});

test("SWAPDB exchanges keys and deadlines, and databases keep their numbers", () => {
  const world = new TestWorld();
  const ours = new TestEngine(world);
  const journal = journalled(ours);
  ours.line("SET a 0 PX 1000");
  ours.line("SET b 0");
  ours.session.databaseNumber = 1;
  ours.line("SET c 1");
  ours.line("SWAPDB 0 1");
  assert.equal(ours.line("GET a"), "0");
  assert.equal(ours.line("GET c"), null);
  ours.line("SET d 1");
  ours.session.databaseNumber = 0;
  assert.equal(ours.line("GET c"), "1");
  assert.equal(ours.line("DBSIZE"), 1);
  assert.deepEqual(journal.slice(3), ["1 SWAPDB 0 1", "1 SET d 1"]);
  world.advance(1000);
  ours.engine.tick();
  assert.deepEqual(journal.slice(5), ["1 DEL a"]);
  assert.deepEqual(
    ours.engine.dataset.databases.map(({ number }) => number),
    ours.engine.dataset.databases.map((_, i) => i),
  );
});

test("SWAPDB of a database with itself changes nothing", () => {
  const ours = new TestEngine();
  const journal = journalled(ours);
  ours.line("SWAPDB 3 3");
  assert.deepEqual(journal, []);
});

test("TIME splits the clock into seconds and microseconds", () => {
  const ours = new TestEngine(new TestWorld(1, 1_700_000_000_042));
  assert.deepEqual(ours.line("TIME"), ["1700000000", "42000"]);
});

test("LOLWUT names the version", () => {
  const ours = new TestEngine();
  const reply = ours.line("LOLWUT VERSION 6");
  assert.ok(reply instanceof Verbatim);
  assert.equal(reply.text, `stashd ver. ${ours.engine.version}\n`);
});

test("CONFIG SET with one bad value sets none", () => {
  const ours = new TestEngine();
  ours.line("CONFIG SET notify-keyspace-events Kx");
  ours.line("CONFIG SET notify-keyspace-events KEA databases 3");
  ours.line("CONFIG SET notify-keyspace-events KEA?");
  assert.deepEqual(ours.line("CONFIG GET notify-*"), ours.line("CONFIG GET notify-keyspace-events"));
  assert.equal(ours.engine.parameters.parameter("notify-keyspace-events")!.get(), "xK");
});

test("MEMORY USAGE grows with the name and with the value", () => {
  const ours = new TestEngine();
  const usage = (key: string) => ours.send("MEMORY", "USAGE", key) as number;
  ours.send("SET", "k", "");
  ours.send("SET", "k".repeat(1001), "");
  ours.send("SET", "v", "v".repeat(1000));
  assert.ok(usage("k") > 50 && usage("k") < 200);
  assert.equal(usage("k".repeat(1001)), usage("k") + 1000);
  assert.equal(usage("v"), usage("k") + 1000);
});
