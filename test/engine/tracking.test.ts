/** Invalidations that the oracle cannot show: limits, time and other doors. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import type { Limits } from "../../src/core/limits.ts";
import type { Reply } from "../../src/core/reply.ts";
import { Push } from "../../src/core/reply.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { Session } from "../../src/engine/session.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { TestWorld } from "../support/world.ts";

/** An engine, and sessions that speak RESP3. */
class Tracked {
  readonly world = new TestWorld();
  readonly ours: TestEngine;
  readonly engine: Engine;

  constructor(limits: Partial<Limits> = {}) {
    this.ours = new TestEngine(this.world, "internal", { limits: { ...DEFAULT_LIMITS, ...limits } });
    this.engine = this.ours.engine;
  }

  open(...commands: string[]): { session: Session; told: Reply[]; line: (line: string) => Reply } {
    const session = this.engine.openSession("internal", EVERYONE);
    session.protocol = 3;
    const told: Reply[] = [];
    session.deliver = (message) => told.push(message instanceof Push ? message.items : message);
    const line = (text: string): Reply => {
      const reply = this.engine.execute(session, text.split(" "));
      this.engine.afterReply.tell();
      return reply;
    };
    commands.forEach(line);
    return { session, told, line };
  }
}

const invalid = (...keys: string[]): Reply => ["invalidate", keys];

describe("keys that are remembered", () => {
  test("are bounded: any others are dropped, and told of", () => {
    const tracked = new Tracked();
    const reader = tracked.open("CLIENT TRACKING on");
    tracked.ours.line("CONFIG SET tracking-table-max-keys 10");
    for (let i = 0; i < 100; i++) reader.line(`GET k${i}`);
    assert.equal(tracked.engine.tracking.counts().keys, 10);
    assert.equal(reader.told.length, 90);
    for (let i = 0; i < 100; i++) tracked.ours.line(`SET k${i} v`);
    assert.equal(new Set(reader.told.map((message) => JSON.stringify(message))).size, 100);
    assert.equal(tracked.engine.tracking.counts().keys, 0);
    tracked.ours.line("CONFIG SET tracking-table-max-keys 0");
    for (let i = 0; i < 100; i++) reader.line(`GET k${i}`);
    assert.equal(tracked.engine.tracking.counts().keys, 100);
    tracked.ours.line("CONFIG SET tracking-table-max-keys 5");
    reader.line("PING");
    assert.equal(tracked.engine.tracking.counts().keys, 5);
  });

  test("that are dropped are told to a session with NOLOOP too, since it has not changed them", () => {
    const tracked = new Tracked();
    const reader = tracked.open("CLIENT TRACKING on NOLOOP", "CONFIG SET tracking-table-max-keys 1");
    for (const key of ["k", "l"]) reader.line(`GET ${key}`);
    assert.equal(reader.told.length, 1);
    tracked.ours.line("MSET k v l v");
    assert.deepEqual(new Set(reader.told.map((message) => JSON.stringify(message))).size, 2);
  });

  test("are bounded in bytes, too: one that reads long names of nothing fills no memory", () => {
    const tracked = new Tracked({ trackedKeyBytesMax: 10_000 });
    const reader = tracked.open("CLIENT TRACKING on");
    for (let i = 100; i < 200; i++) reader.line(`GET ${"k".repeat(997)}${i}`);
    assert.deepEqual([tracked.engine.tracking.counts().keys, reader.told.length], [10, 90]);
    for (let i = 100; i < 200; i++) tracked.ours.line(`SET ${"k".repeat(997)}${i} v`);
    assert.equal(new Set(reader.told.map((message) => JSON.stringify(message))).size, 100);
    for (let i = 100; i < 200; i++) reader.line(`GET ${"k".repeat(97)}${i}`);
    assert.equal(tracked.engine.tracking.counts().keys, 100);
  });

  test("are counted, with the sessions that read them", () => {
    const tracked = new Tracked();
    const readers = [1, 2, 3].map(() => tracked.open("CLIENT TRACKING on"));
    for (const { line } of readers) line("MGET a b");
    readers[0]!.line("GET a");
    readers[0]!.line("GET c");
    tracked.open("CLIENT TRACKING on BCAST PREFIX x PREFIX y");
    assert.deepEqual(tracked.engine.tracking.counts(), { sessions: 4, keys: 3, items: 7, prefixes: 2 });
    tracked.ours.line("SET a 1");
    assert.deepEqual(tracked.engine.tracking.counts(), { sessions: 4, keys: 2, items: 4, prefixes: 2 });
    for (const { told } of readers) assert.deepEqual(told, [invalid("a")]);
    // Closed sessions are skipped when the key changes.
    for (const { session } of readers) tracked.engine.closeSession(session);
    tracked.ours.line("SET b 1");
    assert.deepEqual(tracked.engine.tracking.counts(), { sessions: 1, keys: 1, items: 1, prefixes: 2 });
  });

  test("cost nothing for sessions that do not track", () => {
    const tracked = new Tracked();
    tracked.open().line("GET k");
    assert.equal(tracked.engine.tracking.counts().keys, 0);
  });
});

describe("what time removes", () => {
  test("is told by a tick, as one message to those with prefixes", () => {
    const tracked = new Tracked();
    const reader = tracked.open("CLIENT TRACKING on NOLOOP");
    const listener = tracked.open("CLIENT TRACKING on BCAST NOLOOP");
    for (const key of ["b", "a", "c"]) reader.line(`SET ${key} v PX 100`);
    reader.line("MGET a b c");
    listener.told.length = 0;
    tracked.world.advance(100);
    tracked.engine.tick();
    assert.deepEqual(reader.told.toSorted(), [invalid("a"), invalid("b"), invalid("c")]);
    assert.deepEqual(listener.told, [invalid("a", "b", "c")]);
  });

  test("fields of hashes too", () => {
    const tracked = new Tracked();
    const reader = tracked.open("CLIENT TRACKING on", "HSET h a 1 b 2", "HPEXPIRE h 100 FIELDS 1 a", "HGETALL h");
    tracked.world.advance(100);
    tracked.engine.tick();
    assert.deepEqual(reader.told, [invalid("h")]);
  });
});

test("changes over REST are told", () => {
  const tracked = new Tracked();
  const reader = tracked.open("CLIENT TRACKING on", "GET a");
  const listener = tracked.open("CLIENT TRACKING on BCAST");
  const rest = tracked.engine.openSession("rest", EVERYONE);
  tracked.engine.transaction(rest, [
    ["SET", "b", "1"],
    ["SET", "a", "1"],
    ["DEL", "b"],
  ]);
  assert.deepEqual(reader.told, [invalid("a")]);
  assert.deepEqual(listener.told, [invalid("a", "b")]);
});

test("a session that leaves while it is told spoils nothing for the others", () => {
  const tracked = new Tracked();
  const [first, second] = [tracked.open("CLIENT TRACKING on BCAST PREFIX a"), tracked.open("CLIENT TRACKING on BCAST")];
  first.session.deliver = () => tracked.engine.closeSession(first.session);
  tracked.ours.line("MSET a1 1 b1 2");
  assert.deepEqual(second.told, [invalid("a1", "b1")]);
  assert.deepEqual(tracked.engine.tracking.counts(), { sessions: 1, keys: 0, items: 0, prefixes: 1 });
});

test("CLIENT LIST, INFO and RESET know of it", () => {
  const tracked = new Tracked();
  const reader = tracked.open("CLIENT TRACKING on BCAST");
  const text = (line: string): string => (reader.line(line) as { text: string }).text;
  assert.match(text("CLIENT INFO"), / flags=tB .* redir=0 resp=3 /);
  assert.match(text("INFO clients"), /^tracking_clients:1\r$/m);
  assert.match(text("INFO stats"), /^tracking_total_prefixes:1\r$/m);
  reader.line("RESET");
  assert.match(text("CLIENT INFO"), / flags=N .* redir=-1 /);
  const other = tracked.open();
  reader.line(`CLIENT TRACKING on REDIRECT ${other.session.id}`);
  reader.line("GET k");
  tracked.engine.closeSession(other.session);
  tracked.ours.line("SET k v");
  assert.match(text("CLIENT INFO"), new RegExp(` flags=tR .* redir=${other.session.id} `));
});
