/** REST under load, ours beside webdis. */
import { runLoad } from "./load.ts";
import type { HttpLoad, LoadResult } from "./load.ts";
import { cpuUs, hasRedis, hasWebdis, startBare, startRedis, startStashd, startWebdis, TOKEN } from "./peers.ts";
import type { Peer } from "./peers.ts";
import { hasBenchmark, RESP_REQUESTS, runResp } from "./resp.ts";
import { median } from "./table.ts";
import type { Row } from "./table.ts";

const CONNECTIONS = 64;
const WARM_UP_SECONDS = 2;

export interface Case {
  readonly name: string;
  /** Commands in one request. */
  readonly commands: number;
  readonly load: Omit<HttpLoad, "port">;
}

/** The same without HTTP, by what redis-benchmark calls it. */
const RESP_TESTS = ["get", "set"] as const;

const VALUE = "xxxxxxxxxxxxxxxx";
const AUTHORIZATION = { Authorization: `Bearer ${TOKEN}` };

function pipeline(length: number): string {
  return JSON.stringify(Array.from({ length }, (_, i) => ["GET", `key:${i}`]));
}

export const OURS: readonly Case[] = [
  { name: "REST GET", commands: 1, load: { method: "GET", path: "/get/key", headers: AUTHORIZATION, body: "" } },
  {
    name: "REST POST SET",
    commands: 1,
    load: { method: "POST", path: "/", headers: AUTHORIZATION, body: JSON.stringify(["SET", "key", VALUE]) },
  },
  {
    name: "REST /pipeline of 100 GETs",
    commands: 100,
    load: { method: "POST", path: "/pipeline", headers: AUTHORIZATION, body: pipeline(100) },
  },
];

export const WEBDIS: readonly Case[] = [
  { name: "REST GET", commands: 1, load: { method: "GET", path: "/GET/key", headers: {}, body: "" } },
  { name: "REST POST SET", commands: 1, load: { method: "POST", path: "/", headers: {}, body: `SET/key/${VALUE}` } },
];

/** A server in a comparison, and how one run of its load goes. */
interface Contestant {
  readonly server: string;
  readonly peer: Peer;
  readonly commands: number;
  run(seconds: number): Promise<LoadResult>;
}

export function overHttp(server: string, peer: Peer, { commands, load }: Case): Contestant {
  return { server, peer, commands, run: (seconds) => runLoad({ ...load, port: peer.port }, CONNECTIONS, seconds) };
}

/** What redis-server does over RESP without pipelining: the measure of what HTTP costs. */
function overResp(redis: Peer, test: "get" | "set"): Contestant {
  const run = async (): Promise<LoadResult> => {
    const result = await runResp({ name: test, test, pipeline: 1, random: false }, redis, []);
    return { ...result, requests: RESP_REQUESTS };
  };
  return { server: "redis-server over RESP", peer: redis, commands: 1, run };
}

/**
 * One row per case and server; the same case of all stands together. `stashd, bare listener` is our listener with a
 * constant answer, which is what is left of a request without the command; `node:http` is Node's with one.
 */
export async function benchRest(rounds: number, seconds: number): Promise<Row[]> {
  const [ours, overNode] = [await startStashd(), await startStashd({ http: "node" })];
  const [bare, nodeHttp] = [await startBare("bare-listener"), await startBare("node-http")];
  const webdis = hasWebdis ? await startWebdis() : undefined;
  const redis = hasRedis && hasBenchmark ? await startRedis() : undefined;
  const rows: Row[] = [];
  try {
    for (const peer of [ours, overNode]) await fill(peer);
    for (const [i, one] of OURS.entries()) {
      const contestants = [overHttp("stashd", ours, one)];
      if (webdis !== undefined && i < WEBDIS.length) {
        contestants.push(overHttp("webdis + redis-server", webdis, WEBDIS[i]!));
      }
      if (redis !== undefined && i < RESP_TESTS.length) contestants.push(overResp(redis, RESP_TESTS[i]!));
      // Their answers are those of one command.
      if (one.commands === 1) contestants.push(overHttp("stashd, bare listener", bare, one));
      contestants.push(overHttp("stashd --http node", overNode, one));
      if (one.commands === 1) contestants.push(overHttp("node:http, constant answer", nodeHttp, one));
      rows.push(...(await measure(one.name, contestants, rounds, seconds)));
    }
  } finally {
    for (const peer of [ours, overNode, bare, nodeHttp, webdis, redis]) await peer?.stop();
  }
  return rows;
}

/** Gives every key that is read a value, so that a GET has something to answer. */
export async function fill({ port }: Peer): Promise<void> {
  const keys = ["key", ...Array.from({ length: 100 }, (_, i) => `key:${i}`)];
  const body = JSON.stringify(keys.map((key) => ["SET", key, VALUE]));
  await fetch(`http://127.0.0.1:${port}/pipeline`, { method: "POST", headers: AUTHORIZATION, body });
}

/** The servers take turns, so that what disturbs the machine disturbs them alike; medians over the rounds. */
export async function measure(
  name: string,
  contestants: readonly Contestant[],
  rounds: number,
  seconds: number,
): Promise<Row[]> {
  for (const { run } of contestants) await run(WARM_UP_SECONDS);
  const runs = contestants.map(() => [] as { perSecond: number; p50Ms: number; p99Ms: number; cpuUs: number }[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { peer, run }] of contestants.entries()) {
      const before = cpuUs(peer);
      const { requests, ...result } = await run(seconds);
      runs[i]!.push({ ...result, cpuUs: (cpuUs(peer) - before) / requests });
    }
  }
  return contestants.map(({ server, commands }, i) => ({
    name,
    server,
    perSecond: median(runs[i]!.map((run) => run.perSecond * commands)),
    p50Ms: median(runs[i]!.map((run) => run.p50Ms)),
    p99Ms: median(runs[i]!.map((run) => run.p99Ms)),
    cpuUs: median(runs[i]!.map((run) => run.cpuUs)),
  }));
}
