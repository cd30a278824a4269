/** What is left of test databases that were closed: nothing. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createTestDatabase } from "../../src/testing.ts";
import { TestHost } from "../../src/testing/test-host.ts";
import { call, connectTo } from "../support/test-database.ts";
import { listens } from "../support/runner-project.ts";
import { until } from "../support/until.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const DATABASES = 2000;

/** Of so many databases one is used in every way. */
const FULLY_USED = 50;

/** A handle that stays is a test that does not end. */
const TEST_MS_MAX = 240_000;

/**
 * What a database may leave behind: its token, which answers that it was closed, of the last thousand; and what the engine of
 * JavaScript makes of code that has run often. An engine that stays takes forty thousand.
 */
const LEFT_BYTES_MAX = 4096;

/** What a test may do with a database, all of it. */
async function use(i: number): Promise<void> {
  const db = await createTestDatabase();
  const headers = { authorization: `Bearer ${db.token}` };
  await (await db.fetch("/set/k/v", { headers })).text();
  if (i % FULLY_USED > 0) return db.close();
  const snapshot = await db.snapshot();
  db.faults.add({ match: { command: "GET" }, action: { latencyMs: Infinity } });
  const never = assert.rejects(db.fetch("/get/k", { headers }), /fetch failed/);
  const script = JSON.stringify(["EVAL", "return redis.call('SET', KEYS[1], ARGV[1])", 1, "s", "x".repeat(10_000)]);
  await (await db.fetch("/", { method: "POST", headers, body: script })).text();
  await db.clock.advance("1h");
  await db.restore(snapshot);
  const connection = await connectTo(db);
  const waited = connection.send("BLPOP", "q", "0");
  await call(db, "INCR", "n");
  await db.close();
  assert.equal(await waited, "");
  await never;
}

/** Rounds of collecting: what a socket holds is let go in later turns, once it is closed. */
const ROUNDS = 20;

/** The heap and what it holds outside, in bytes, after everything that can be collected was. */
async function heldBytes(): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    least = Math.min(least, heapUsed + arrayBuffers);
  }
  return least;
}

describe("test databases that were closed", () => {
  test("leave neither memory nor handles, and the server ends", { timeout: TEST_MS_MAX }, async () => {
    const keeper = await createTestDatabase();
    // What the first ones leave is code that was compiled.
    for (let i = 0; i < DATABASES / 2; i++) await use(i);
    const before = await heldBytes();
    for (let i = 0; i < DATABASES; i++) await use(i);
    const leftBytes = ((await heldBytes()) - before) / DATABASES;
    assert.ok(leftBytes < LEFT_BYTES_MAX, `${leftBytes.toFixed(0)} bytes are left of each`);
    const host = await TestHost.shared();
    await keeper.close();
    // It closes its listeners only if no database is open.
    await host.end();
    assert.equal(await listens(keeper.url), false);
    await until(() => !process.getActiveResourcesInfo().some((name) => /^TCP|Timeout/.test(name)));
  });
});
