/** What the list commands journal, and the events that tell of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertSameContents, RecordedJournal, replayed } from "../support/replay.ts";
import { TestEngine } from "../support/engine.ts";
import { TestWorld } from "../support/world.ts";

/** An engine with a list `l` of a, b, c, d, and what it journals and tells from then on. */
function recorded(): { engine: TestEngine; journal: RecordedJournal; events: string[] } {
  const engine = new TestEngine();
  const journal = new RecordedJournal();
  const events: string[] = [];
  engine.engine.journal.attach(journal);
  engine.line("RPUSH l a b c d");
  engine.engine.events.notify = (_keyspace, _eventClass, event, key) => void events.push(`${event} ${key}`);
  return { engine, journal, events };
}

test("LMPOP is journalled as the pop that it came to", () => {
  const { engine, journal } = recorded();
  engine.line("LMPOP 2 none l LEFT");
  engine.line("LMPOP 2 none l RIGHT COUNT 100");
  engine.line("LMPOP 2 none l RIGHT COUNT 100");
  assert.deepEqual(journal.lines().slice(1), ["LPOP l 1", "RPOP l 3"]);
});

test("the other writes are journalled as they are", () => {
  const { engine, journal } = recorded();
  const writes = ["LMOVE l l LEFT RIGHT", "RPOPLPUSH l m", "LPUSHX l x y", "LSET l 0 z", "LINSERT l AFTER z w"];
  const more = ["LREM l -1 w", "LTRIM l 1 -1", "LPOP l", "RPOP l 1"];
  for (const line of [...writes, ...more]) engine.line(line);
  assert.deepEqual(journal.lines().slice(1), [...writes, ...more]);
  assertSameContents(replayed(journal.effects, new TestWorld(2)).engine, engine.engine, "after replay");
});

test("what changes nothing is not journalled", () => {
  const { engine, journal } = recorded();
  const idle = ["LPUSHX none x", "RPUSHX none x", "LPOP none", "RPOP l 0", "LREM l 0 x", "LINSERT l BEFORE x y"];
  const more = ["LSET l 9 x", "LMOVE none l LEFT LEFT", "LMPOP 1 none LEFT", "LTRIM l 0 -1", "LTRIM none 1 0"];
  for (const line of [...idle, ...more]) engine.line(line);
  assert.equal(journal.effects.length, 1);
});

test("events come in Redis's order", () => {
  const { engine, events } = recorded();
  const eventsOf = (line: string): string[] => {
    events.length = 0;
    engine.line(line);
    return events.slice();
  };
  assert.deepEqual(eventsOf("RPOPLPUSH l m"), ["lpush m", "rpop l"]);
  assert.deepEqual(eventsOf("LMOVE m l LEFT RIGHT"), ["rpush l", "lpop m", "del m"]);
  assert.deepEqual(eventsOf("LMOVE l l LEFT LEFT"), ["lpush l", "lpop l"]);
  assert.deepEqual(eventsOf("LPUSH l x y"), ["lpush l"]);
  assert.deepEqual(eventsOf("LINSERT l AFTER x z"), ["linsert l"]);
  assert.deepEqual(eventsOf("LSET l 0 x"), ["lset l"]);
  assert.deepEqual(eventsOf("LREM l 0 x"), ["lrem l"]);
  assert.deepEqual(eventsOf("LTRIM l 0 -1"), ["ltrim l"]);
  assert.deepEqual(eventsOf("LMPOP 1 l RIGHT"), ["rpop l"]);
  assert.deepEqual(eventsOf("LPOP l 100"), ["lpop l", "del l"]);
  engine.line("RPUSH l a");
  assert.deepEqual(eventsOf("LTRIM l 1 0"), ["ltrim l", "del l"]);
  engine.line("RPUSH l a");
  assert.deepEqual(eventsOf("LREM l 0 a"), ["lrem l", "del l"]);
});

test("a pop that leaves elements leaves the deadline", () => {
  const { engine } = recorded();
  engine.line("PEXPIREAT l 9999999999999");
  engine.line("LPOP l 2");
  engine.line("LMOVE l l LEFT RIGHT");
  assert.equal(engine.line("PEXPIRETIME l"), 9999999999999);
});

test("REST refuses the blocking forms by name", () => {
  const engine = new TestEngine(new TestWorld(), "rest");
  for (const line of ["BLPOP l 0", "BRPOP l 0", "BLMOVE l m LEFT LEFT 0", "BRPOPLPUSH l m 0", "BLMPOP 0 1 l LEFT"]) {
    const [name] = line.split(" ");
    assert.equal(
      String(engine.line(line)),
      `ERR Command "${name}" is not allowed in REST or it has a special context path`,
    );
  }
});
