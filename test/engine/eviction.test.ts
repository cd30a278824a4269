/** The keys that each policy evicts when memory is full, and the reports of it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { CommandError, FlatMap, OK } from "../../src/core/reply.ts";
import type { Reply, Verbatim } from "../../src/core/reply.ts";
import { TestEngine } from "../support/engine.ts";
import { RecordedJournal, replayed } from "../support/replay.ts";
import { SlowWorld, TestWorld } from "../support/world.ts";
import type { EvictionPolicy } from "../../src/core/policies.ts";

/** Takes 16 + 8 + 76 + 16 + 1000 bytes with a key of up to eight chars. */
const VALUE = "v".repeat(1000);
const ENTRY_BYTES = 1116;

function engineFor(entries: number, policy: EvictionPolicy, world = new TestWorld(7)): TestEngine {
  return new TestEngine(world, "internal", {
    maxMemoryBytes: entries * ENTRY_BYTES,
    maxMemoryPolicy: policy,
    limits: DEFAULT_LIMITS,
  });
}

function keys(ours: TestEngine): string[] {
  return (ours.line("KEYS *") as string[]).toSorted();
}

/** How many of so many keys, `<prefix>0` and on, are there. */
function left(ours: TestEngine, prefix: string, count: number): number {
  const names = Array.from({ length: count }, (_, i) => `${prefix}${i}`);
  return ours.send("EXISTS", ...names) as number;
}

function fill(ours: TestEngine, prefix: string, count: number, ...options: string[]): Reply[] {
  return Array.from({ length: count }, (_, i) => ours.send("SET", `${prefix}${i}`, VALUE, ...options));
}

describe("a full database", () => {
  test("without a policy refuses what takes memory, over each door in its words", () => {
    const ours = engineFor(10, "noeviction");
    const replies = fill(ours, "k", 20);
    // The one that goes over the limit is still taken, as in Redis.
    assert.equal(replies.filter((reply) => reply instanceof CommandError).length, 9);
    assert.equal(String(replies.at(-1)), "OOM command not allowed when used memory > 'maxmemory'.");
    const rest = ours.engine.openSession("rest", ours.session.user);
    assert.equal(String(ours.engine.execute(rest, ["SET", "x", "y"])), "ERR DB capacity quota exceeded");
    const script = ["EVAL", "return redis.call('SET', 'x', 'y')", "0"];
    assert.match(String(ours.engine.execute(rest, script)), /^ERR DB capacity quota exceeded/);
    assert.equal(ours.engine.execute(rest, ["GET", "k0"]), VALUE);
    assert.equal(ours.engine.execute(rest, ["DEL", "k0", "k1"]), 2);
    assert.equal(ours.engine.execute(rest, ["SET", "x", "y"]) instanceof CommandError, false);
  });

  test("a limit below the least that a key takes leaves room for none, not even the first", () => {
    for (const policy of ["noeviction", "allkeys-lru"] as const) {
      const ours = new TestEngine(new TestWorld(7), "internal", { maxMemoryBytes: 1, maxMemoryPolicy: policy });
      const oom = /^OOM command not allowed when used memory > 'maxmemory'\.$/;
      assert.match(String(ours.line("SET a b")), oom);
      assert.match(String(ours.send("FUNCTION", "LOAD", "#!lua name=l\nredis.register_function('f', print)")), oom);
      assert.equal(ours.line("GET a"), null);
      assert.equal(ours.line("DEL a"), 0);
      ours.line("CONFIG SET maxmemory 0");
      assert.equal(ours.line("SET a b"), OK);
    }
  });

  test("refuses a transaction over REST as a whole", () => {
    const ours = engineFor(10, "noeviction");
    fill(ours, "k", 20);
    const answer = ours.engine.transaction(ours.session, [
      ["DEL", "k0"],
      ["SET", "x", "y"],
    ]);
    assert.ok(answer instanceof CommandError);
    assert.equal(ours.line("EXISTS k0 x"), 1);
  });

  test("keeps to its limit under every policy that evicts", () => {
    for (const policy of ["allkeys-lru", "allkeys-lfu", "allkeys-random", "optimistic-volatile"] as const) {
      const ours = engineFor(50, policy);
      assert.ok(
        fill(ours, "k", 500).every((reply) => !(reply instanceof CommandError)),
        policy,
      );
      assert.ok(ours.engine.eviction.usedBytes <= 51 * ENTRY_BYTES, policy);
      assert.equal(ours.line("DBSIZE"), 50, policy);
      assert.equal(ours.engine.stats.evictedKeys, 450, policy);
    }
  });

  test("evicts from all databases", () => {
    const ours = engineFor(40, "allkeys-random");
    fill(ours, "a", 30);
    ours.line("SELECT 3");
    fill(ours, "b", 400);
    assert.equal(ours.line("DBSIZE"), ours.engine.dataset.databases[3]!.size);
    assert.ok(ours.engine.dataset.databases[0]!.size < 15, String(ours.engine.dataset.databases[0]!.size));
  });
});

describe("what goes first", () => {
  test("lru: what was not used lately", () => {
    const world = new TestWorld(7);
    const ours = engineFor(100, "allkeys-lru", world);
    fill(ours, "old", 50);
    fill(ours, "hot", 50);
    for (let i = 0; i < 50; i++) {
      world.advance(10_000);
      ours.send("GET", `hot${i}`);
    }
    fill(ours, "new", 40);
    const [old, hot] = [left(ours, "old", 50), left(ours, "hot", 50)];
    assert.ok(old < 20 && hot > 40, `${old} old and ${hot} hot ones are left`);
  });

  test("lfu: what is used seldom, even if lately", () => {
    const ours = engineFor(100, "allkeys-lfu");
    fill(ours, "hot", 50);
    for (let use = 0; use < 50; use++) for (let i = 0; i < 50; i++) ours.send("GET", `hot${i}`);
    fill(ours, "once", 100);
    const hot = left(ours, "hot", 50);
    assert.ok(hot > 45, `${hot} hot ones are left`);
  });

  test("ttl: what ends soonest", () => {
    const ours = engineFor(100, "volatile-ttl");
    fill(ours, "soon", 50, "EX", "100");
    fill(ours, "late", 50, "EX", "100000");
    fill(ours, "new", 40);
    const [soon, late] = [left(ours, "soon", 50), left(ours, "late", 50)];
    assert.ok(soon < 20 && late > 40 && left(ours, "new", 40) === 40, `${soon} and ${late} are left`);
  });

  test("volatile policies touch nothing without a deadline, and refuse when the others are gone", () => {
    for (const policy of ["volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"] as const) {
      const ours = engineFor(20, policy);
      fill(ours, "keep", 10);
      fill(ours, "tmp", 30, "EX", "100");
      assert.equal(left(ours, "keep", 10), 10, policy);
      assert.ok(left(ours, "tmp", 30) >= 10, policy);
      const replies = fill(ours, "more", 20);
      assert.equal(left(ours, "tmp", 30), 0, policy);
      assert.equal(left(ours, "keep", 10), 10, policy);
      assert.match(String(replies.at(-1)), /^OOM /, policy);
    }
  });

  test("optimistic-volatile: what has a deadline, and then anything", () => {
    const ours = engineFor(20, "optimistic-volatile");
    fill(ours, "keep", 10);
    fill(ours, "tmp", 20, "EX", "100");
    fill(ours, "more", 10);
    assert.deepEqual([left(ours, "keep", 10), left(ours, "more", 10)], [10, 10]);
    const replies = fill(ours, "yet", 30);
    assert.ok(!replies.some((reply) => reply instanceof CommandError));
    assert.ok(left(ours, "keep", 10) < 10);
    assert.equal(left(ours, "tmp", 20), 0);
  });

  test("what has expired goes as expired", () => {
    const world = new TestWorld(7);
    const ours = engineFor(10, "volatile-ttl", world);
    fill(ours, "tmp", 10, "PX", "5");
    world.advance(10);
    fill(ours, "new", 5);
    assert.equal(ours.engine.stats.evictedKeys, 0);
    assert.ok(ours.engine.stats.expiredKeys > 0);
  });
});

describe("an eviction", () => {
  test("is journalled as a deletion, published as an event, marks watches, and is counted", () => {
    const world = new TestWorld(7);
    const ours = engineFor(10, "allkeys-random", world);
    const journal = new RecordedJournal();
    ours.engine.journal.attach(journal);
    ours.line("CONFIG SET notify-keyspace-events Ee");
    const listener = ours.engine.openSession("resp", ours.session.user);
    const told: string[] = [];
    listener.deliver = (message) => void told.push(JSON.stringify(message));
    ours.engine.execute(listener, ["SUBSCRIBE", "__keyevent@0__:evicted"]);
    fill(ours, "k", 10);
    const watcher = ours.engine.openSession("resp", ours.session.user);
    ours.engine.execute(watcher, ["WATCH", ...Array.from({ length: 10 }, (_, i) => `k${i}`)]);
    ours.engine.execute(watcher, ["MULTI"]);
    fill(ours, "n", 10);
    const gone = 20 - keys(ours).length;
    assert.ok(gone > 0);
    assert.equal(journal.lines().filter((line) => line.startsWith("DEL ")).length, gone);
    assert.equal(told.length, gone + 1);
    assert.match(
      String(ours.line("INFO stats") && (ours.line("INFO stats") as { text: string }).text),
      new RegExp(`evicted_keys:${gone}\r`),
    );
    assert.ok(!Array.isArray(ours.engine.execute(watcher, ["EXEC"])));
    assert.deepEqual(keys(replayed(journal.effects, new TestWorld(9, world.nowMs + 1000))), keys(ours));
    ours.line("CONFIG RESETSTAT");
    assert.equal(ours.engine.stats.evictedKeys, 0);
  });

  test("happens before a script and never while it runs", () => {
    const ours = engineFor(10, "allkeys-random");
    fill(ours, "k", 10);
    const script =
      "for i = 1, 50 do redis.call('SET', 's' .. i, string.rep('v', 1000)) end return redis.call('DBSIZE')";
    assert.ok((ours.send("EVAL", script, "0") as number) >= 59);
    ours.line("PING");
    assert.ok(keys(ours).length <= 11);
  });

  test("continues with the tick when a lower limit is set, a slice of time at each", () => {
    class Ticking extends TestWorld {
      us = 0;
      override elapsedUs(): number {
        return (this.us += 3000);
      }
    }
    const ours = engineFor(1000, "allkeys-random", new Ticking(7));
    fill(ours, "k", 900);
    ours.line(`CONFIG SET maxmemory ${100 * ENTRY_BYTES}`);
    const before = ours.engine.dataset.databases[0]!.size;
    assert.equal(ours.line("SET x y") instanceof CommandError, false, "what is under way is no reason to refuse");
    const after = ours.engine.dataset.databases[0]!.size;
    assert.ok(after < before && after > 500, String(after));
    for (let i = 0; i < 60; i++) ours.engine.tick();
    assert.ok(ours.engine.dataset.databases[0]!.size <= 101);
  });

  test("does not happen while a journal is read again", () => {
    const ours = engineFor(3, "allkeys-random");
    for (let i = 0; i < 10; i++) ours.engine.replay(ours.session, ["SET", `k${i}`, VALUE]);
    assert.equal(ours.line("EXISTS k0 k1 k2 k3 k4 k5 k6 k7 k8 k9") === 10, false);
    assert.equal(ours.engine.stats.evictedKeys, 7);
  });
});

describe("a change of policy", () => {
  test("carries over what it can", () => {
    const world = new TestWorld(7);
    const ours = new TestEngine(world);
    ours.line("SET k v");
    world.advance(600_000);
    ours.line("SET n v");
    ours.line("CONFIG SET maxmemory-policy allkeys-lfu");
    assert.deepEqual([ours.line("OBJECT FREQ k"), ours.line("OBJECT FREQ n")], [0, 5]);
    const payload = ours.line("DUMP n") as string;
    ours.send("RESTORE", "f", "0", payload, "FREQ", "200");
    assert.equal(ours.line("OBJECT FREQ f"), 200);
    ours.send("RESTORE", "i", "0", payload, "IDLETIME", "500");
    assert.equal(ours.line("OBJECT FREQ i"), 5);
    ours.line("CONFIG SET maxmemory-policy allkeys-lru");
    const idle = ours.line("OBJECT IDLETIME k") as number;
    assert.ok(Math.abs(idle - 600) <= 60, String(idle));
  });
});

describe("the heap", () => {
  /** An engine on a heap that holds `entries` and is as full as `heap.share` says. */
  function onHeap(entries: number, world: TestWorld = new TestWorld(7), maxMemoryBytes = 0) {
    const heap = { share: 0, dataBytesMax: entries * ENTRY_BYTES, usedShare: () => heap.share };
    return { heap, ours: new TestEngine(world, "internal", { heap, maxMemoryBytes, limits: DEFAULT_LIMITS }) };
  }

  const isFull = (ours: TestEngine): boolean => ours.send("SET", "another", VALUE) instanceof CommandError;

  test("bounds the data once it fills up, and no more when it has emptied", () => {
    const { heap, ours } = onHeap(10);
    fill(ours, "k", 20);
    ours.engine.tick();
    assert.equal(ours.engine.bounds.isActive, false);
    heap.share = 0.4;
    ours.engine.tick();
    assert.equal(ours.engine.eviction.limitBytes, 10 * ENTRY_BYTES);
    assert.ok(isFull(ours));
    assert.equal(ours.line("GET k0"), VALUE);
    // Nothing that a client set.
    assert.deepEqual(ours.line("CONFIG GET maxmemory"), new FlatMap(["maxmemory", "0"]));
    assert.match((ours.line("INFO memory") as Verbatim).text, /^maxmemory:0\r$[^]*^maxmemory_of_heap:11160\r$/m);
    ours.line("FLUSHALL");
    assert.equal(isFull(ours), false);
    heap.share = 0.2;
    ours.engine.tick();
    assert.equal(ours.engine.bounds.isActive, true);
    heap.share = 0.1;
    ours.engine.tick();
    assert.equal(ours.engine.bounds.isActive, false);
    assert.equal(ours.engine.eviction.usedBytes, 0);
  });

  test("bounds a larger limit from the beginning, and leaves a smaller one as it is", () => {
    for (const [entries, most] of [
      [100, 10],
      [5, 5],
    ] as const) {
      const { ours } = onHeap(10, new TestWorld(7), entries * ENTRY_BYTES);
      const refused = fill(ours, "k", 20).filter((reply) => reply instanceof CommandError).length;
      assert.equal(20 - refused, most + 1);
      assert.deepEqual(ours.line("CONFIG GET maxmemory"), new FlatMap(["maxmemory", String(entries * ENTRY_BYTES)]));
    }
  });

  test("evicts under a policy", () => {
    const { heap, ours } = onHeap(10);
    ours.line("CONFIG SET maxmemory-policy allkeys-lru");
    fill(ours, "k", 20);
    heap.share = 0.4;
    ours.engine.tick();
    assert.equal(keys(ours).length, 10);
  });

  test("counts the keys a few at a time, and all at once when it is half full or a limit is set", () => {
    const { heap, ours } = onHeap(10_000, new SlowWorld(7));
    for (let i = 0; i < 5000; i++) ours.send("SET", `k${i}`, "v");
    heap.share = 0.4;
    ours.engine.tick();
    const { eviction } = ours.engine;
    assert.ok(eviction.usedBytes > 0);
    assert.equal(eviction.isCounted, false);
    const before = eviction.usedBytes;
    ours.engine.tick();
    assert.ok(eviction.usedBytes > before);
    assert.equal(eviction.isCounted, false);
    heap.share = 0.6;
    ours.engine.tick();
    assert.equal(eviction.isCounted, true);
    const { heap: other, ours: limited } = onHeap(10_000, new SlowWorld(7));
    for (let i = 0; i < 5000; i++) limited.send("SET", `k${i}`, "v");
    other.share = 0.4;
    limited.engine.tick();
    limited.line("CONFIG SET maxmemory 1gb");
    assert.equal(limited.engine.eviction.isCounted, true);
    assert.equal(limited.engine.eviction.usedBytes, eviction.usedBytes);
  });

  test("stops a script that goes far beyond it, though it has written", () => {
    const { heap, ours } = onHeap(10);
    heap.share = 0.4;
    ours.engine.tick();
    const script = "for i = 1, 100 do redis.call('SET', 'k' .. i, ARGV[1]) end";
    assert.match(String(ours.send("EVAL", script, "0", VALUE)), /^OOM command not allowed/);
    assert.equal(keys(ours).length, 13);
  });
});
