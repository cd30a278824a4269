/**
 * Scripts: what a call costs in CPU time, in process and over RESP, beside redis-server; the published rate limiter's own
 * requests over REST; and whether a million calls leave anything behind.
 */
import { UNRESTRICTED_USER } from "../src/core/authority.ts";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";
import { commandTables } from "../src/commands/registry.ts";
import { systemEnvironment } from "../src/core/environment.ts";
import { Engine } from "../src/engine/engine.ts";
import type { Session } from "../src/engine/session.ts";
import { readLuaBinary } from "../src/server/read-lua-binary.ts";
import { CLIENT_CORE, pinned } from "./child.ts";
import { runLoad } from "./load.ts";
import { cpuUs, hasRedis, startRedis, startStashd, TOKEN } from "./peers.ts";
import type { Peer } from "./peers.ts";
import { median } from "./table.ts";
import type { Row } from "./table.ts";

interface Case {
  readonly name: string;
  readonly script: string;
  /** Keys first, then arguments. */
  readonly keys: readonly string[];
  readonly args: readonly string[];
  /** Calls of one round. */
  readonly calls: number;
}

const FIXED_WINDOW = `
local used = redis.call("INCRBY", KEYS[1], ARGV[2])
if used == tonumber(ARGV[2]) then redis.call("PEXPIRE", KEYS[1], ARGV[1]) end
return used`;

const SLIDING_WINDOW = `
local limit, now, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local current = tonumber(redis.call("GET", KEYS[1]) or "0")
local previous = tonumber(redis.call("GET", KEYS[2]) or "0")
local weight = 1 - (now % window) / window
if math.floor(weight * previous) + current >= limit then return -1 end
local used = redis.call("INCRBY", KEYS[1], ARGV[4])
if used == tonumber(ARGV[4]) then redis.call("PEXPIRE", KEYS[1], window * 2 + 1000) end
return limit - used`;

export const CASES: readonly Case[] = [
  { name: "return 1", script: "return 1", keys: [], args: [], calls: 500_000 },
  { name: "one GET", script: 'return redis.call("GET", KEYS[1])', keys: ["key"], args: [], calls: 500_000 },
  { name: "fixed window", script: FIXED_WINDOW, keys: ["fixed"], args: ["60000", "1"], calls: 500_000 },
  {
    name: "sliding window",
    script: SLIDING_WINDOW,
    keys: ["now", "before"],
    args: ["1000000000", "1700000000123", "60000", "1"],
    calls: 500_000,
  },
  {
    name: "a million turns of a loop",
    script: "local sum = 0 for i = 1, 1000000 do sum = sum + i % 7 end return sum",
    keys: [],
    args: [],
    calls: 50,
  },
];

export interface ScriptRow {
  readonly name: string;
  /** Calls per second of CPU time. */
  readonly inProcess: number;
  readonly overResp: number;
  readonly redis: number;
}

/** The servers take turns; medians over the rounds. */
export async function benchScripts(rounds: number): Promise<ScriptRow[]> {
  const ours = await startStashd();
  const redis = hasRedis ? await startRedis() : undefined;
  try {
    const rows: ScriptRow[] = [];
    for (const one of CASES) {
      const [inProcess, overResp, theirs]: number[][] = [[], [], []];
      const engine = new LocalEngine();
      // The first round warms up.
      for (let round = 0; round <= rounds; round++) {
        inProcess!.push(engine.callsPerCpuSecond(one));
        overResp!.push(await callsPerCpuSecond(one, ours, ["-a", TOKEN]));
        if (redis !== undefined) theirs!.push(await callsPerCpuSecond(one, redis, []));
      }
      const [mine, resp, reference] = [inProcess!, overResp!, theirs!].map((rates) => median(rates.slice(1)));
      rows.push({ name: one.name, inProcess: mine!, overResp: resp!, redis: reference! });
    }
    return rows;
  } finally {
    await ours.stop();
    await redis?.stop();
  }
}

/** An engine in this process. */
class LocalEngine {
  readonly engine: Engine;
  readonly session: Session;

  constructor() {
    this.engine = new Engine({ environment: systemEnvironment, commands: commandTables, luaBinary: readLuaBinary });
    this.session = this.engine.openSession("internal", UNRESTRICTED_USER);
    this.engine.execute(this.session, ["SET", "key", "xxxxxxxxxxxxxxxx"]);
  }

  callsPerCpuSecond({ script, keys, args, calls }: Case): number {
    const digest = this.engine.execute(this.session, ["SCRIPT", "LOAD", script]) as string;
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i++) {
      this.engine.execute(this.session, ["EVALSHA", digest, String(keys.length), ...keys, ...args]);
    }
    const { user, system } = process.cpuUsage(before);
    return (calls / (user + system)) * 1e6;
  }
}

export async function callsPerCpuSecond(one: Case, peer: Peer, login: readonly string[]): Promise<number> {
  const { script, keys, args, calls } = one;
  const port = String(peer.respPort);
  await promisify(execFile)("redis-cli", ["-p", port, ...login, "SET", "key", "xxxxxxxxxxxxxxxx"]);
  const loaded = await promisify(execFile)("redis-cli", ["-p", port, ...login, "SCRIPT", "LOAD", script]);
  const load = ["-c", "16", "-P", "16", "-n", String(calls), "-q", ...login];
  const command = ["EVALSHA", loaded.stdout.trim(), String(keys.length), ...keys, ...args];
  const [program = "", ...rest] = pinned(CLIENT_CORE, ["redis-benchmark", "-p", port, ...load, ...command]);
  const before = cpuUs(peer);
  await promisify(execFile)(program, rest);
  return (calls / (cpuUs(peer) - before)) * 1e6;
}

const LIMITERS = {
  "rate limit, fixed window": Ratelimit.fixedWindow(1_000_000_000, "1 h"),
  "rate limit, sliding window": Ratelimit.slidingWindow(1_000_000_000, "1 h"),
};

/** The request that the published client sends, repeated by 64 connections. */
export async function benchRatelimit(rounds: number, seconds: number): Promise<Row[]> {
  const ours = await startStashd();
  try {
    const rows: Row[] = [];
    for (const [name, limiter] of Object.entries(LIMITERS)) {
      const { path, body } = await requestOf(limiter, ours.port);
      const headers = { Authorization: `Bearer ${TOKEN}`, "Upstash-Encoding": "base64" };
      const load = { method: "POST", path, headers, body, port: ours.port };
      await runLoad(load, 64, 2);
      const runs: (Omit<Row, "name" | "server"> & { readonly cpuUs: number })[] = [];
      for (let round = 0; round < rounds; round++) {
        const before = cpuUs(ours);
        const { requests, ...result } = await runLoad(load, 64, seconds);
        runs.push({ ...result, cpuUs: (cpuUs(ours) - before) / requests });
      }
      const middle = (field: "perSecond" | "p50Ms" | "p99Ms" | "cpuUs"): number =>
        median(runs.map((run) => run[field] ?? Number.NaN));
      rows.push({
        name,
        server: "stashd",
        perSecond: middle("perSecond"),
        p50Ms: middle("p50Ms"),
        p99Ms: middle("p99Ms"),
        cpuUs: middle("cpuUs"),
      });
    }
    return rows;
  } finally {
    await ours.stop();
  }
}

/** Lets the published client limit, and answers its last request. It may send a pipeline of one command. */
async function requestOf(
  limiter: ReturnType<typeof Ratelimit.fixedWindow>,
  port: number,
): Promise<{ readonly path: string; readonly body: string }> {
  const { fetch } = globalThis;
  let last = { path: "", body: "" };
  globalThis.fetch = (input, init) => {
    last = { path: new URL(String(input)).pathname, body: String(init?.body) };
    return fetch(input, init);
  };
  try {
    const redis = new Redis({ url: `http://127.0.0.1:${port}`, token: TOKEN });
    const ratelimit = new Ratelimit({ redis: redis as never, limiter, ephemeralCache: false });
    // The first call loads the script, the second finds it.
    for (let i = 0; i < 2; i++) await (await ratelimit.limit("bench")).pending;
    return last;
  } finally {
    globalThis.fetch = fetch;
  }
}

export interface GrowthRow {
  readonly name: string;
  /** Growth from the first hundred thousand calls to the last, in bytes. */
  readonly heapBytes: number;
  readonly scriptBytes: number;
}

/** A million calls of each kind. */
export function benchScriptGrowth(): GrowthRow[] {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const kinds: Readonly<Record<string, (i: number) => string>> = {
    "the same script": () => 'return redis.call("INCR", KEYS[1])',
    "a new script each time": (i) => `return ${i}`,
    "a failing script": () => 'local t = {} for i = 1, 10 do t[i] = ("x"):rep(i) end error("failed")',
  };
  return Object.entries(kinds).map(([name, script]) => {
    const { engine, session } = new LocalEngine();
    let [heapBytes, scriptBytes] = [0, 0];
    for (let i = 0; i <= 1_000_000; i++) {
      engine.execute(session, ["EVAL", script(i), "1", "counter"]);
      if (i !== 100_000 && i !== 1_000_000) continue;
      collect();
      heapBytes = process.memoryUsage().heapUsed - heapBytes;
      scriptBytes = engine.scripting.memoryBytes - scriptBytes;
    }
    return { name, heapBytes, scriptBytes };
  });
}
