/** What a pause does to the data: nothing expires. That it holds commands back is in `test/server/resp.test.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OK } from "../../src/core/reply.ts";
import { TestEngine } from "../support/engine.ts";
import { onEffect } from "../support/replay.ts";
import { TestWorld } from "../support/world.ts";

function paused(...lines: string[]): { ours: TestEngine; world: TestWorld; journal: string[] } {
  const world = new TestWorld();
  const ours = new TestEngine(world);
  for (const line of lines) ours.line(line);
  const journal: string[] = [];
  onEffect(ours.engine, (_, words) => journal.push(words.join(" ")));
  assert.equal(ours.line("CLIENT PAUSE 1000 WRITE"), OK);
  return { ours, world, journal };
}

test("keys that expire in a pause are not found and stay, and go when it is over", () => {
  const { ours, world, journal } = paused("SET a 1 PX 100", "SET b 1 PX 100", "SET c 1");
  world.advance(500);
  ours.engine.tick();
  assert.deepEqual(ours.line("MGET a b c"), [null, null, "1"]);
  assert.equal(ours.line("EXISTS a"), 0);
  assert.equal(ours.line("TTL a"), -2);
  assert.equal(ours.line("DBSIZE"), 3);
  assert.deepEqual(ours.line("KEYS *"), ["c"]);
  assert.equal(ours.line("RANDOMKEY"), "c");
  assert.deepEqual(journal, []);
  world.advance(500);
  ours.engine.tick();
  assert.equal(ours.line("DBSIZE"), 1);
  assert.deepEqual(journal.toSorted(), ["DEL a", "DEL b"]);
});

test("scripts are held up by a pause of writes unless they say that they do not write", () => {
  const { ours } = paused("SET a 1", "FUNCTION LOAD \"#!lua name=l\\nredis.register_function('f', function() end)\"");
  const { engine, session } = ours;
  const holds = (...words: string[]): boolean => engine.pause.holds(session, words, engine.environment.now());
  assert.ok(holds("EVAL", "return 1", "0"));
  assert.ok(holds("EVAL", "#!lua\nreturn 1", "0"));
  assert.ok(holds("FCALL", "f", "0"));
  assert.ok(!holds("EVAL", "#!lua flags=no-writes\nreturn 1", "0"));
  assert.ok(!holds("EVAL_RO", "return 1", "0"));
  assert.ok(!holds("EVALSHA", "0".repeat(40), "0"));
  assert.ok(!holds("FCALL", "none", "0"));
  assert.ok(!holds("GET", "a"));
});

test("CLIENT UNPAUSE lets them go at once", () => {
  const { ours, world, journal } = paused("SET a 1 PX 100");
  world.advance(500);
  ours.line("CLIENT UNPAUSE");
  assert.equal(ours.line("GET a"), null);
  assert.deepEqual(journal, ["DEL a"]);
});

test("RANDOMKEY ends where all keys have expired in a pause", () => {
  const { ours, world } = paused("SET a 1 PX 100", "SET b 1 PX 100");
  world.advance(500);
  assert.equal(ours.line("RANDOMKEY"), null);
});

test("fields of a hash stay until a pause is over", () => {
  const { ours, world, journal } = paused("HSETEX h PX 100 FIELDS 1 f v");
  world.advance(500);
  ours.engine.tick();
  assert.equal(ours.line("HLEN h"), 1);
  assert.deepEqual(journal, []);
  world.advance(500);
  assert.equal(ours.line("HLEN h"), 0);
  assert.deepEqual(journal, ["HDEL h f"]);
});

test("a write during a pause replaces an expired key", () => {
  for (const write of [
    "SET a new",
    "RENAME other a",
    "COPY other a",
    "APPEND a new",
    "GETSET a new",
    "SETRANGE a 0 new",
  ]) {
    const { ours, world, journal } = paused("SET a old PX 100", "SET other new");
    world.advance(500);
    ours.line(write);
    assert.equal(ours.line("GET a"), "new", write);
    assert.equal(ours.line("TTL a"), -1, write);
    assert.equal(journal[0], "DEL a", write);
    assert.equal(ours.line("DEL a"), 1, write);
    assert.equal(ours.line("EXISTS a"), 0, write);
  }
});
