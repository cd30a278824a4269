/**
 * What keeping data costs, beside redis-server on the same disk: the append-only file, loading, rewriting, the size of the
 * files, and the start. Servers take turns, and where two are compared the figure is the median of the ratios of each pair.
 * CPU time is compared where the disk does not decide, since other work on the machine disturbs it least.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasWrk, wrkCommand } from "./load.ts";
import { measureLoading } from "./loading.ts";
import { compared, inPairs } from "./pairs.ts";
import type { Finding, Run } from "./pairs.ts";
import { cpuUs, hasRedis, startRedis, startStashd, TOKEN } from "./peers.ts";
import type { Peer } from "./peers.ts";
import { redisCli, redisPipe } from "./redis-cli.ts";
import { hasBenchmark, runResp } from "./resp.ts";
import { OURS } from "./rest.ts";
import { measureRewriting } from "./rewriting.ts";
import { median } from "./table.ts";
import { inTurns } from "./turns.ts";

const CONNECTIONS = 64;

/** Pairs of turns for each round. */
const TURNS = 30;

/** Loads that are stopped in turns do not end by themselves. */
const LONG_SECONDS = 3600;
const MANY = 1_000_000_000;

export async function benchPersistence(rounds: number, seconds: number): Promise<Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), "stashd-bench-"));
  try {
    return [
      ...(await everysec(folder, rounds)),
      ...(await always(folder, rounds)),
      ...(await measureLoading(folder, rounds)),
      ...(await measureRewriting(folder, rounds, seconds)),
      ...(await fileSizes(folder)),
      ...(await emptyStart(folder, rounds)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A new data directory. */
let directories = 0;
function directory(folder: string): string {
  return join(folder, `data-${++directories}`);
}

async function everysec(folder: string, rounds: number): Promise<Finding[]> {
  const memory = await startStashd();
  const kept = await startStashd({ data: directory(folder), fsync: "everysec" });
  try {
    const { load } = OURS.find(({ name }) => name === "REST POST SET")!;
    const post = ({ port }: Peer): string[] => wrkCommand({ ...load, port }, CONNECTIONS, LONG_SECONDS, folder);
    const set = ({ respPort }: Peer): string[] => {
      const options = ["-t", "set", "-c", String(CONNECTIONS), "-d", "16", "-P", "16"];
      return ["redis-benchmark", "-p", String(respPort), "-a", TOKEN, "-n", String(MANY), ...options];
    };
    const turns = rounds * TURNS;
    const measure = (load: (peer: Peer) => string[]) => inTurns(turns, [kept, memory], TOKEN, load);
    const rest = hasWrk ? await measure(post) : [];
    const resp = hasBenchmark ? await measure(set) : [];
    const findings: Finding[] = [];
    const add = (what: string, pairs: typeof rest, cpu: string, rate: string): void => {
      if (pairs.length === 0) return;
      findings.push(compared(`${what}, everysec beside memory, in turns, CPU time`, pairs, "cpuUs", cpu));
      findings.push(compared(`${what}, everysec beside memory, in turns`, pairs, "perSecond", rate));
    };
    add("REST POST SET", rest, "≤ 1.10×", "≥ 0.90×");
    add("RESP SET -P 16", resp, "≤ 1.25×", "≥ 0.75×");
    return findings;
  } finally {
    await memory.stop();
    await kept.stop();
  }
}

async function always(folder: string, rounds: number): Promise<Finding[]> {
  if (!hasRedis || !hasBenchmark) return [];
  const ours = await startStashd({ data: directory(folder), fsync: "always" });
  const theirs = await startRedis(["--dir", folder, "--appendonly", "yes", "--appendfsync", "always"]);
  try {
    const set = (peer: Peer): Promise<Run> => {
      const login = peer === ours ? ["-a", TOKEN] : [];
      return runResp({ name: "SET", test: "set", pipeline: 1, random: true }, peer, login);
    };
    const pairs = await inPairs(rounds, [ours, theirs], set);
    return [compared("RESP SET, always, beside redis-server's always", pairs, "perSecond", "≥ 0.70×")];
  } finally {
    await ours.stop();
    await theirs.stop();
  }
}

/** Commands that make keys of every type, the same for both servers. */
function* mixedData(): Generator<string[]> {
  const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  for (const i of range(200_000)) yield ["SET", `session:${i}`, `token-${i * 7919}`, "PXAT", String(4e12 + i)];
  for (const i of range(20_000)) yield ["HSET", `user:${i}`, "name", `User ${i}`, "city", "London", "visits", `${i}`];
  for (const i of range(2000)) yield ["RPUSH", `queue:${i}`, ...range(100).map((j) => `job ${i}.${j}`)];
  for (const i of range(2000)) yield ["SADD", `tags:${i}`, ...range(30).map((j) => `tag:${j * i}`)];
  for (const i of range(2000)) yield ["SADD", `ids:${i}`, ...range(100).map((j) => `${i * 100 + j}`)];
  for (const i of range(2000))
    yield ["ZADD", `board:${i}`, ...range(200).flatMap((j) => [`${j * 1.5}`, `player:${j}`])];
  for (const i of range(500)) {
    for (const j of range(50)) yield ["XADD", `events:${i}`, `${j + 1}-0`, "type", "click", "at", `${j}`];
  }
  for (const i of range(20))
    yield ["SET", `document:${i}`, `A line of text that is like many others. ${i} `.repeat(2000)];
}

/** Files of the same data. Redis compresses and packs what we compress and pack, so they should hardly differ. */
async function fileSizes(folder: string): Promise<Finding[]> {
  if (!hasRedis) return [];
  const [ours, theirs] = [await sizesOf(folder, "stashd"), await sizesOf(folder, "redis-server")];
  return (["append-only file, increment", "append-only file, base", "RDB file"] as const).map((what, i) => {
    const [a, b] = [ours[i]!, theirs[i]!];
    const shown = (bytes: number): string => `${bytes.toLocaleString("en")} B`;
    return { what, figure: shown(a), beside: shown(b), ratio: `${(a / b).toFixed(3)}×`, aim: "0.90 to 1.10×" };
  });
}

/** Bytes of the increment with all commands, of the base after a rewrite, and of the RDB file. */
async function sizesOf(folder: string, server: "stashd" | "redis-server"): Promise<readonly number[]> {
  const data = directory(folder);
  const isOurs = server === "stashd";
  const options = ["--appendonly", "yes", "--auto-aof-rewrite-percentage", "0"];
  mkdirSync(data);
  const peer = isOurs ? await startStashd({ data, fsync: "no" }) : await startRedis(["--dir", data, ...options]);
  const login = isOurs ? ["-a", TOKEN] : [];
  const cli = (...words: string[]): Promise<string> => redisCli(peer.respPort!, login, words);
  try {
    if (isOurs) await cli("CONFIG", "SET", "auto-aof-rewrite-percentage", "0");
    await redisPipe(peer.respPort!, login, mixedData());
    await cli("WAITAOF", "1", "0", "0").catch(() => "");
    const increment = bytesIn(join(data, "appendonlydir"), /\.incr\.aof$/);
    await cli("BGREWRITEAOF");
    while (!/aof_rewrite_in_progress:0[^]*aof_rewrite_scheduled:0/.test(await cli("INFO", "persistence")));
    const base = bytesIn(join(data, "appendonlydir"), /\.base\.rdb$/);
    await cli("SAVE");
    return [increment, base, bytesIn(data, /^dump\.rdb$/)];
  } finally {
    await peer.stop();
  }
}

function bytesIn(folder: string, name: RegExp): number {
  return readdirSync(folder)
    .filter((file) => name.test(file))
    .reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}

async function emptyStart(folder: string, rounds: number): Promise<Finding[]> {
  const costs: [kept: number, memory: number][] = [];
  const start = async (data: string | undefined): Promise<number> => {
    const peer = await startStashd(data === undefined ? {} : { data });
    const cost = cpuUs(peer) / 1000;
    await peer.stop();
    return cost;
  };
  for (let round = 0; round < rounds; round++) costs.push([await start(directory(folder)), await start(undefined)]);
  const [kept, memory] = [0, 1].map((i) => median(costs.map((pair) => pair[i]!)));
  return [
    {
      what: "start without data, beside --memory, CPU time",
      figure: `${kept!.toFixed(0)} ms`,
      beside: `${memory!.toFixed(0)} ms`,
      ratio: `${(kept! / memory!).toFixed(2)}×`,
      aim: "< 300 ms",
    },
  ];
}
