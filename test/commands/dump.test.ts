import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EventClass } from "../../src/core/keyspace-events.ts";
import { TestEngine } from "../support/engine.ts";
import { assertSameContents, plain, RecordedJournal, replayed } from "../support/replay.ts";
import { TestWorld } from "../support/world.ts";

describe("RESTORE", () => {
  test("is journalled with the deadline as a time, and replayed at another one", () => {
    const world = new TestWorld(1, 1_000_000);
    const ours = new TestEngine(world);
    const journal = new RecordedJournal();
    ours.engine.journal.attach(journal);
    ours.line("RPUSH l a b c");
    const payload = ours.line("DUMP l") as string;
    assert.equal(plain(ours.send("RESTORE", "soon", "5000", payload)), "OK");
    assert.equal(plain(ours.send("RESTORE", "never", "0", payload, "IDLETIME", "5")), "OK");
    assert.equal(plain(ours.send("RESTORE", "never", "2000000", payload, "ABSTTL", "REPLACE")), "OK");
    assert.equal(plain(ours.send("RESTORE", "never", "5", payload, "ABSTTL", "REPLACE")), "OK");
    assert.equal(plain(ours.send("RESTORE", "gone", "5", payload, "ABSTTL")), "OK");
    assert.deepEqual(
      journal.effects.slice(1).map(({ words }) => words),
      [
        ["RESTORE", "soon", "1005000", payload, "REPLACE", "ABSTTL"],
        ["RESTORE", "never", "0", payload, "REPLACE", "ABSTTL"],
        ["RESTORE", "never", "2000000", payload, "REPLACE", "ABSTTL"],
        ["DEL", "never"],
      ],
    );
    const later = new TestWorld(2, 1_001_000);
    world.advance(1000);
    assertSameContents(ours.engine, replayed(journal.effects, later).engine, "replayed");
  });

  test("tells of itself, and of what it removed", () => {
    const ours = new TestEngine();
    const events: string[] = [];
    ours.engine.events.notify = (_, eventClass, event, key) => void events.push(`${eventClass} ${event} ${key}`);
    ours.line("SET s v");
    const payload = ours.line("DUMP s") as string;
    events.length = 0;
    ours.send("RESTORE", "k", "0", payload);
    ours.send("RESTORE", "k", "0", payload);
    ours.send("RESTORE", "k", "0", payload, "REPLACE");
    ours.send("RESTORE", "k", "1", payload, "REPLACE", "ABSTTL");
    const { GENERIC } = EventClass;
    assert.deepEqual(events, [`${GENERIC} restore k`, `${GENERIC} restore k`, `${GENERIC} del k`]);
  });

  test("leaves the key alone when the payload is broken", () => {
    const ours = new TestEngine();
    ours.line("SET k v");
    assert.equal(String(ours.send("RESTORE", "k", "0", "broken payload", "REPLACE")).slice(0, 8), "ERR DUMP");
    assert.equal(ours.line("GET k"), "v");
  });

  test("of a hash whose fields have expired leaves none", () => {
    const world = new TestWorld(1, 1_000_000);
    const ours = new TestEngine(world);
    ours.line("HSET h f v g w");
    ours.line("HPEXPIRE h 100 FIELDS 1 f");
    const some = ours.line("DUMP h") as string;
    ours.line("HPEXPIRE h 100 FIELDS 1 g");
    const all = ours.line("DUMP h") as string;
    world.advance(200);
    ours.send("RESTORE", "some", "0", some);
    ours.send("RESTORE", "all", "0", all);
    assert.deepEqual(plain(ours.line("HGETALL some")), ["g", "w"]);
    assert.equal(ours.line("EXISTS all"), 0);
  });
});
