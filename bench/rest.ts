/** REST under load, ours beside webdis. */
import { runLoad } from "./load.ts";
import type { HttpLoad } from "./load.ts";
import { startStashd, startWebdis, hasWebdis, TOKEN } from "./peers.ts";
import type { Peer } from "./peers.ts";
import { median } from "./table.ts";
import type { Row } from "./table.ts";

const CONNECTIONS = 64;
const WARM_UP_SECONDS = 2;

interface Case {
  readonly name: string;
  /** Commands in one request. */
  readonly commands: number;
  readonly load: Omit<HttpLoad, "port">;
}

const VALUE = "xxxxxxxxxxxxxxxx";
const AUTHORIZATION = { Authorization: `Bearer ${TOKEN}` };

function pipeline(length: number): string {
  return JSON.stringify(Array.from({ length }, (_, i) => ["GET", `key:${i}`]));
}

const OURS: readonly Case[] = [
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

const WEBDIS: readonly Case[] = [
  { name: "REST GET", commands: 1, load: { method: "GET", path: "/GET/key", headers: {}, body: "" } },
  { name: "REST POST SET", commands: 1, load: { method: "POST", path: "/", headers: {}, body: `SET/key/${VALUE}` } },
];

/** One row per case and server; the same case of both stands side by side. */
export async function benchRest(rounds: number, seconds: number): Promise<Row[]> {
  const ours = await startStashd();
  const webdis = hasWebdis ? await startWebdis() : undefined;
  const rows: Row[] = [];
  try {
    await fill(ours);
    for (const [i, ourCase] of OURS.entries()) {
      const peerCase = WEBDIS[i];
      const pairs: [string, Peer, Case][] = [["stashd", ours, ourCase]];
      if (webdis !== undefined && peerCase !== undefined) pairs.push(["webdis + redis-server", webdis, peerCase]);
      rows.push(...(await measure(pairs, rounds, seconds)));
    }
  } finally {
    await ours.stop();
    await webdis?.stop();
  }
  return rows;
}

/** Gives every key that is read a value, so that a GET has something to answer. */
async function fill({ port }: Peer): Promise<void> {
  const keys = ["key", ...Array.from({ length: 100 }, (_, i) => `key:${i}`)];
  const body = JSON.stringify(keys.map((key) => ["SET", key, VALUE]));
  await fetch(`http://127.0.0.1:${port}/pipeline`, { method: "POST", headers: AUTHORIZATION, body });
}

/** The servers take turns, so that what disturbs the machine disturbs them alike; medians over the rounds. */
async function measure(pairs: readonly [string, Peer, Case][], rounds: number, seconds: number): Promise<Row[]> {
  for (const [, { port }, { load }] of pairs) await runLoad({ ...load, port }, CONNECTIONS, WARM_UP_SECONDS);
  const runs = pairs.map(() => [] as { perSecond: number; p50Ms: number; p99Ms: number; cpuUs: number }[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, peer, { load }]] of pairs.entries()) {
      const before = cpuUs(peer);
      const { requests, ...result } = await runLoad({ ...load, port: peer.port }, CONNECTIONS, seconds);
      runs[i]!.push({ ...result, cpuUs: (cpuUs(peer) - before) / requests });
    }
  }
  return pairs.map(([server, , { name, commands }], i) => ({
    name,
    server,
    perSecond: median(runs[i]!.map((run) => run.perSecond * commands)),
    p50Ms: median(runs[i]!.map((run) => run.p50Ms)),
    p99Ms: median(runs[i]!.map((run) => run.p99Ms)),
    cpuUs: median(runs[i]!.map((run) => run.cpuUs)),
  }));
}

function cpuUs(peer: Peer): number {
  return peer.children.reduce((sum, child) => sum + child.cpuUs(), 0);
}
