/** The Redis protocol under redis-benchmark, ours beside redis-server. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CLIENT_CORE, onPath, pinned } from "./child.ts";
import { cpuUs, hasRedis, startRedis, startStashd, TOKEN } from "./peers.ts";
import type { Peer } from "./peers.ts";
import { median } from "./table.ts";
import type { Row } from "./table.ts";

export const hasBenchmark = onPath("redis-benchmark");

/** Requests of one run: enough that it takes a second or two. */
export const RESP_REQUESTS = 100_000;
const REQUESTS = { plain: RESP_REQUESTS, pipelined: 500_000 } as const;

/** Where keys are random, they are drawn from this many; else there is one, as redis-benchmark has it. */
const KEYS = 100_000;

export interface RespCase {
  readonly name: string;
  /** What `redis-benchmark -t` calls it. */
  readonly test: string;
  /** Commands that a connection sends before it reads their replies. */
  readonly pipeline: 1 | 16;
  readonly random: boolean;
}

const PLAIN = ["get", "set"];
const PIPELINED = ["get", "set", "lpush", "sadd", "zadd", "hset", "incr"];

const CASES: readonly RespCase[] = [
  ...PLAIN.map((test) => ({ name: `RESP ${test.toUpperCase()}`, test, pipeline: 1 as const, random: false })),
  ...PIPELINED.map((test) => ({
    name: `RESP ${test.toUpperCase()} -P 16`,
    test,
    pipeline: 16 as const,
    random: false,
  })),
  ...PLAIN.map((test) => ({
    name: `RESP ${test.toUpperCase()} -P 16 -r 100000`,
    test,
    pipeline: 16 as const,
    random: true,
  })),
];

export interface RespRun {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUs: number;
}

/** One row per case and server, the two side by side. */
export async function benchResp(rounds: number): Promise<Row[]> {
  if (!hasBenchmark) return [];
  const ours = await startStashd();
  const redis = hasRedis ? await startRedis() : undefined;
  const peers: [server: string, peer: Peer, login: readonly string[]][] = [["stashd", ours, ["-a", TOKEN]]];
  if (redis !== undefined) peers.push(["redis-server", redis, []]);
  try {
    const rows: Row[] = [];
    for (const one of CASES) rows.push(...(await measure(one, peers, rounds)));
    return rows;
  } finally {
    await ours.stop();
    await redis?.stop();
  }
}

/** The servers take turns, so that what disturbs the machine disturbs them alike; medians over the rounds. */
async function measure(
  one: RespCase,
  peers: readonly [server: string, peer: Peer, login: readonly string[]][],
  rounds: number,
): Promise<Row[]> {
  const runs = peers.map(() => [] as RespRun[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, peer, login]] of peers.entries()) {
      await prepare(peer, login);
      runs[i]!.push(await runResp(one, peer, login));
    }
  }
  return peers.map(([server], i) => ({
    name: one.name,
    server,
    perSecond: median(runs[i]!.map(({ perSecond }) => perSecond)),
    p50Ms: median(runs[i]!.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(runs[i]!.map(({ p99Ms }) => p99Ms)),
    cpuUs: median(runs[i]!.map(({ cpuUs }) => cpuUs)),
  }));
}

/** Nothing but the key that GET reads: what one run leaves behind is not to weigh on the next. */
async function prepare({ respPort }: Peer, login: readonly string[]): Promise<void> {
  const cli = (...words: string[]) => promisify(execFile)("redis-cli", ["-p", String(respPort), ...login, ...words]);
  await cli("FLUSHALL");
  await cli("SET", "key:__rand_int__", "xxxxxxxxxxxxxxxx");
}

export async function runResp(
  { test, pipeline, random }: RespCase,
  peer: Peer,
  login: readonly string[],
): Promise<RespRun> {
  const requests = pipeline === 1 ? REQUESTS.plain : REQUESTS.pipelined;
  const load = ["-c", "64", "-n", String(requests), "-d", "16", "-P", String(pipeline)];
  if (random) load.push("-r", String(KEYS));
  const port = String(peer.respPort);
  const [program = "", ...args] = pinned(CLIENT_CORE, ["redis-benchmark", "-p", port, "-t", test, ...load, "--csv"]);
  const before = cpuUs(peer);
  const { stdout } = await promisify(execFile)(program, [...args, ...login]);
  const [names = [], values = []] = stdout
    .trim()
    .split("\n")
    .map((line) => line.split(",").map((field) => field.replaceAll('"', "")));
  const value = (name: string): number => Number(values[names.indexOf(name)]);
  const perRequest = (cpuUs(peer) - before) / requests;
  return { perSecond: value("rps"), p50Ms: value("p50_latency_ms"), p99Ms: value("p99_latency_ms"), cpuUs: perRequest };
}
