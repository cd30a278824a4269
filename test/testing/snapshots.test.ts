/** Snapshots: whatever happens after them, restoring one brings back the data of then, in any order of restoring. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UNRESTRICTED_USER } from "../../src/core/authority.ts";
import { withClock } from "../../src/core/environment.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { offlineEngine } from "../../src/server/offline-engine.ts";
import { randomOf } from "../../src/testing/clock-control.ts";
import { Snapshots } from "../../src/testing/snapshots.ts";
import { createTestDatabase } from "../../src/testing.ts";
import { Deadlines, engineEntries, Filter } from "../../src/transfer/entry.ts";
import { entryLine } from "../../src/transfer/json-lines.ts";
import { call, connectTo, withDatabase } from "../support/test-database.ts";
import { until } from "../support/until.ts";

const NOW = Date.UTC(2030, 0, 1);

/** All keys of an engine as text, with their deadlines, and its libraries. */
function stateOf(engine: Engine): string {
  const all = engineEntries(engine, new Filter({ match: undefined, databases: undefined }), new Deadlines(NOW, NOW));
  const lines = Array.from(all, (entry) => entryLine(entry)).sort();
  return [...lines, ...Array.from(engine.scripting.libraries.all(), ({ text }) => text)].join("\n");
}

const KEYS = ["a", "b", "c", "d", "e", "f"];

/** Commands that add, edit, replace, move and remove keys of every type. `n` is a random number. */
const COMMANDS: readonly ((key: string, other: string, n: string) => readonly string[])[] = [
  (key, _, n) => ["SET", key, n],
  (key, _, n) => ["SET", key, n, "PX", "100000"],
  (key, _, n) => ["APPEND", key, n],
  (key) => ["SETRANGE", key, "3000", "x"],
  (key, _, n) => ["SETBIT", key, n, "1"],
  (key, _, n) => ["HSET", key, n, "v", "f", n],
  (key) => ["HDEL", key, "f"],
  (key, _, n) => ["HPEXPIRE", key, "100000", "FIELDS", "1", n],
  (key, _, n) => ["RPUSH", key, n, n],
  (key) => ["LPOP", key],
  (key, _, n) => ["SADD", key, n, "m"],
  (key) => ["SPOP", key],
  (key, _, n) => ["ZADD", key, n, n],
  (key) => ["ZPOPMIN", key],
  (key, _, n) => ["XADD", key, "*", "f", n],
  (key) => ["XGROUP", "CREATE", key, "g", "0"],
  (key) => ["XREADGROUP", "GROUP", "g", "c", "STREAMS", key, ">"],
  (key, _, n) => ["JSON.SET", key, "$", `{"a":${n}}`],
  (key) => ["JSON.NUMINCRBY", key, "$.a", "1"],
  (key, _, n) => ["PFADD", key, n],
  (key) => ["EXPIRE", key, "1000"],
  (key) => ["PERSIST", key],
  (key) => ["DEL", key],
  (key) => ["UNLINK", key],
  (key, other) => ["RENAME", key, other],
  (key, other) => ["COPY", key, other, "REPLACE"],
  (key, other) => ["SUNIONSTORE", key, key, other],
  (key, _, n) => ["MOVE", key, String(Number(n) % 3)],
  (_, __, n) => ["SELECT", String(Number(n) % 3)],
  (_, __, n) => ["SWAPDB", "0", String(Number(n) % 3)],
  () => ["FLUSHDB"],
  () => ["FLUSHALL"],
  (key, _, n) => [
    "FUNCTION",
    "LOAD",
    "REPLACE",
    `#!lua name=${key}\nredis.register_function('f${key}', function() return ${n} end)`,
  ],
  (key) => ["FUNCTION", "DELETE", key],
];

/** Most commands keep what is there. */
const RARE = new Set(["FLUSHDB", "FLUSHALL", "SWAPDB", "FUNCTION"]);

describe("snapshots", () => {
  test("random commands between snapshots that are restored in a random order", () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1e6);
    const random = randomOf(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    for (let round = 0; round < 20; round++) {
      const engine = offlineEngine(withClock(() => NOW));
      const session = engine.openSession("internal", UNRESTRICTED_USER);
      const snapshots = new Snapshots(engine);
      const taken: { readonly data: ReturnType<Snapshots["take"]>; readonly state: string }[] = [];
      for (let step = 0; step < 60; step++) {
        for (let i = Math.floor(random() * 20); i > 0; i--) {
          const words = pick(COMMANDS)(pick(KEYS), pick(KEYS), String(Math.floor(random() * 10)));
          if (!RARE.has(words[0]!) || random() < 0.2) engine.execute(session, words);
        }
        if (random() < 0.5 || taken.length === 0) {
          taken.push({ data: snapshots.take(), state: stateOf(engine) });
        } else {
          const { data, state } = pick(taken);
          snapshots.restore(data);
          assert.equal(stateOf(engine), state, `SEED=${seed}, round ${round}, step ${step}`);
        }
        // Some are dropped, with what leads to others.
        if (random() < 0.1) taken.splice(Math.floor(random() * taken.length), 1);
      }
    }
  });

  test("keep the account of memory right", async () => {
    await withDatabase({ maxMemoryBytes: 2 ** 30 }, async (db) => {
      const used = async (): Promise<string> =>
        /used_memory_dataset:\d+/.exec(JSON.stringify(await call(db, "INFO", "memory")))![0];
      await call(db, "SET", "a", "x".repeat(100_000));
      await call(db, "HSET", "h", "f", "v");
      const [before, snapshot] = [await used(), await db.snapshot()];
      await db.flush();
      await call(db, "SET", "b", "y".repeat(10_000));
      await db.restore(snapshot);
      assert.equal(await used(), before);
    });
  });

  test("bring a clock back that was moved, and let another run on", async () => {
    await withDatabase({ now: NOW }, async (db) => {
      await call(db, "SET", "k", "v", "EX", 10);
      const snapshot = await db.snapshot();
      assert.deepEqual(snapshot, { time: NOW, keys: 1 });
      await db.clock.advance("1h");
      assert.deepEqual(await call(db, "EXISTS", "k"), { result: 0 });
      await db.restore(snapshot);
      assert.equal(db.clock.now(), NOW);
      assert.deepEqual(await call(db, "PTTL", "k"), { result: 10_000 });
    });
    await withDatabase({}, async (db) => {
      const snapshot = await db.snapshot();
      await db.clock.freeze();
      await db.clock.advance("1h");
      await db.restore(snapshot);
      assert.ok(Math.abs(db.clock.now() - Date.now()) < 600_000);
    });
  });

  test("tell watches and commands that block", async () => {
    await withDatabase({}, async (db) => {
      await call(db, "RPUSH", "q", "job");
      const snapshot = await db.snapshot();
      await call(db, "DEL", "q");
      const [watching, blocked] = [await connectTo(db), await connectTo(db)];
      await watching.send("WATCH", "q");
      await watching.send("MULTI");
      await watching.send("PING");
      const served = blocked.send("BLPOP", "q", "0");
      await until(async () => /blocked_clients:1/.test(JSON.stringify(await call(db, "INFO", "clients"))));
      await db.restore(snapshot);
      assert.equal(await served, "*2\r\n$1\r\nq\r\n$3\r\njob\r\n");
      assert.equal(await watching.send("EXEC"), "*-1\r\n");
      watching.close();
      blocked.close();
    });
  });

  test("belong to one database", async () => {
    await withDatabase({}, async (db) => {
      const other = await createTestDatabase();
      const snapshot = await other.snapshot();
      await assert.rejects(db.restore(snapshot), /no snapshot of this database: dump\(\) and load\(\)/);
      await other.close();
    });
  });
});
