/**
 * One process of `bench/testing.ts`: prints what it measures as JSON. It is given the kind of database for tests, which it
 * loads itself, since that is part of what is measured; the packages of others come from the folder in BENCH_PEERS.
 */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Redis as Client } from "ioredis";
import type { TestDatabase } from "../src/testing.ts";

const PACKAGE = join(import.meta.dirname, "../package/testing.cjs");
const ours = createRequire(import.meta.url);
const theirs = createRequire(join(process.env["BENCH_PEERS"] ?? process.cwd(), "package.json"));

const TESTS = 100;
const KEYS = 100_000;

/** Commands of one test of the suite; each answers its reply. */
type Send = (...words: readonly string[]) => Promise<unknown>;

/** Opens an empty database for one test; answers how to send commands, and how to be rid of it. */
type Open = () => Promise<{ readonly send: Send; readonly close: () => Promise<unknown> }>;

const importedMs = performance.now();

const { createTestDatabase } = process.argv[2]!.startsWith("stashd")
  ? (ours(PACKAGE) as { createTestDatabase: () => Promise<TestDatabase> })
  : { createTestDatabase: undefined };

/** Ends what a kind has started. */
let ended: () => Promise<unknown> = async () => {};

/** The kinds, each with what it loads first. */
const KINDS: Readonly<Record<string, () => Promise<Open>>> = {
  "stashd, db.requester": async () => async () => {
    const db = await createTestDatabase!();
    const { requester } = db;
    const send: Send = async (...words) => (await requester.request({ body: words })).result;
    return { send, close: () => db.close() };
  },
  "stashd, db.redisUrl by ioredis": async () => {
    const { Redis } = ours("ioredis") as { Redis: new (url: string) => Client };
    return async () => {
      const db = await createTestDatabase!();
      const client = new Redis(db.redisUrl);
      client.on("error", () => {});
      const close = (): Promise<void> => {
        client.disconnect();
        return db.close();
      };
      return { send: (name, ...words) => client.call(name!, ...words), close };
    };
  },
  "ioredis-mock": async () => {
    const Mock = theirs("ioredis-mock") as new () => Record<string, (...words: readonly string[]) => Promise<unknown>>;
    return async () => {
      const client = new Mock();
      await client["flushall"]!();
      return {
        send: (name, ...words) => client[name!.toLowerCase()]!(...words),
        close: async () => client["disconnect"]!(),
      };
    };
  },
  "redis-memory-server": async () => {
    process.env["REDISMS_SYSTEM_BINARY"] ??= "/usr/bin/redis-server";
    const { RedisMemoryServer } = theirs("redis-memory-server") as {
      RedisMemoryServer: new () => { getPort(): Promise<number>; stop(): Promise<boolean> };
    };
    const { Redis } = ours("ioredis") as { Redis: new (port: number) => Client };
    const server = new RedisMemoryServer();
    ended = () => server.stop();
    const client = new Redis(await server.getPort());
    const send: Send = (name, ...words) => client.call(name!, ...words);
    return async () => {
      await client.flushall();
      return { send, close: async () => {} };
    };
  },
};

/** One test, as a suite of an application has it. */
async function runTest(send: Send): Promise<void> {
  assert.equal(await send("SET", "user:1", "Ada", "EX", "3600"), "OK");
  assert.equal(await send("GET", "user:1"), "Ada");
  for (let i = 1; i <= 3; i++) assert.equal(await send("INCR", "hits"), i);
  await send("RPUSH", "jobs", "a", "b");
  assert.deepEqual(await send("LRANGE", "jobs", "0", "-1"), ["a", "b"]);
  await send("ZADD", "scores", "1", "a", "2", "b");
  assert.deepEqual(await send("ZRANGE", "scores", "0", "-1"), ["a", "b"]);
  assert.equal(await send("TTL", "user:1"), 3600);
}

/** What a kind can do, tried: whether two databases are apart, whether an expiry follows a fake date, and scripts. */
async function abilities(kind: string, open: Open): Promise<object> {
  const [a, b] = [await open(), await open()];
  await a.send("SET", "k", "v", "EX", "60");
  const sees = await b.send("GET", "k");
  await b.send("FLUSHALL");
  const isIsolated = sees === null && (await a.send("GET", "k")) === "v";
  await a.send("SET", "k", "v", "EX", "60");
  const runsScripts = (await a.send("EVAL", "return redis.call('GET', KEYS[1])", "1", "k")) === "v";
  const { now } = Date;
  Date.now = () => now() + 3_600_000;
  const followsDate = (await a.send("GET", "k")) === null;
  Date.now = now;
  await a.close();
  await b.close();
  return { isIsolated, runsScripts, followsDate, hasRest: kind.startsWith("stashd") };
}

async function measureSuite(kind: string): Promise<object> {
  const open = await KINDS[kind]!();
  const first = await open();
  assert.equal(await first.send("PING"), "PONG");
  const firstMs = performance.now() - importedMs;
  await first.close();
  const startMs = performance.now();
  for (let i = 0; i < TESTS; i++) {
    const { close, send } = await open();
    await runTest(send);
    await close();
  }
  const suiteMs = performance.now() - startMs;
  return { firstMs, suiteMs, ...(await abilities(kind, open)) };
}

async function measureDatabases(): Promise<object> {
  const create = createTestDatabase!;
  const databases = [await create()];
  for (let i = 0; i < 20; i++) await (await create()).close();
  globalThis.gc!();
  const before = process.memoryUsage().heapUsed;
  const startMs = performance.now();
  for (let i = 0; i < 1000; i++) databases.push(await create());
  const furtherMs = (performance.now() - startMs) / 1000;
  globalThis.gc!();
  const thousandMb = (process.memoryUsage().heapUsed - before) / 1e6;
  const [db] = databases as [TestDatabase];
  const rates = { inProcess: await rateOf(db, db.fetch), socket: await rateOf(db, fetch) };
  return { furtherMs, thousandMb, ratio: rates.inProcess / rates.socket, ...(await measureSnapshot(db)) };
}

/** Requests a second, one after the other. */
async function rateOf({ token, url }: TestDatabase, by: typeof fetch): Promise<number> {
  const init = { method: "POST", headers: { authorization: `Bearer ${token}` }, body: '["GET","k"]' };
  for (let i = 0; i < 200; i++) await (await by(url, init)).json();
  const startMs = performance.now();
  let count = 0;
  for (; performance.now() - startMs < 500; count++) await (await by(url, init)).json();
  return (count * 1000) / (performance.now() - startMs);
}

/** A snapshot of so many keys and its return, after every key was removed or replaced. */
async function measureSnapshot(db: TestDatabase): Promise<object> {
  const headers = { authorization: `Bearer ${db.token}` };
  const setAll = async (value: string): Promise<void> => {
    for (let at = 0; at < KEYS; at += 1000) {
      const commands = Array.from({ length: 1000 }, (_, i) => ["SET", `k${at + i}`, value]);
      await (await db.fetch("/pipeline", { method: "POST", headers, body: JSON.stringify(commands) })).text();
    }
  };
  const timed = async (change: () => Promise<void>): Promise<number> => {
    const startMs = performance.now();
    const snapshot = await db.snapshot();
    const tookMs = performance.now() - startMs;
    await change();
    const againMs = performance.now();
    await db.restore(snapshot);
    return tookMs + performance.now() - againMs;
  };
  await setAll("v");
  return { flushedMs: await timed(() => db.flush()), replacedMs: await timed(() => setAll("w")) };
}

const kind = process.argv[2]!;
console.log(JSON.stringify(kind === "stashd" ? await measureDatabases() : await measureSuite(kind)));
await ended();
process.exit();
