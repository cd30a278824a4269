/** How long a million small keys take to be loaded, from an RDB file and from commands, beside redis-server. */
import { copyFileSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Child, freePort } from "./child.ts";
import { cpuUs, hasRedis, startRedis, startStashd } from "./peers.ts";
import type { Finding } from "./pairs.ts";
import { redisCli, redisPipe } from "./redis-cli.ts";
import { median } from "./table.ts";

const KEYS = 1_000_000;

/** Time and CPU time, in milliseconds. */
interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
}

export async function measureLoading(folder: string, rounds: number): Promise<Finding[]> {
  if (!hasRedis) return [];
  const made = await makeFiles(folder);
  const findings: Finding[] = [];
  for (const [form, directories] of Object.entries(made)) {
    const pairs: [ours: Cost, theirs: Cost][] = [];
    for (let round = 0; round < rounds; round++) {
      const empty = await startOurs(join(folder, `nothing-${form}-${round}`), 0);
      const loaded = await startOurs(directories.ours, KEYS);
      const ours = { ms: loaded.ms - empty.ms, cpuMs: loaded.cpuMs - empty.cpuMs };
      pairs.push([ours, await startTheirs(directories.theirs, form === "RDB")]);
    }
    findings.push(finding(`a million small keys loaded from ${form}, CPU time`, pairs, "cpuMs"));
    findings.push(finding(`a million small keys loaded from ${form}, time`, pairs, "ms"));
  }
  return findings;
}

function finding(what: string, pairs: readonly [Cost, Cost][], by: keyof Cost): Finding {
  const [ours, theirs] = [0, 1].map((i) => median(pairs.map((pair) => pair[i]![by])));
  const ratio = median(pairs.map(([a, b]) => a[by] / b[by]));
  const [figure, beside] = [`${ours!.toFixed(0)} ms`, `${theirs!.toFixed(0)} ms`];
  return { what, figure, beside, ratio: `${ratio.toFixed(2)}×`, aim: "≤ 2.50×" };
}

interface Directories {
  readonly ours: string;
  readonly theirs: string;
}

/** The same files in a directory of each server: redis-server writes them. */
async function makeFiles(folder: string): Promise<Readonly<Record<"RDB" | "AOF", Directories>>> {
  const source = join(folder, "loading");
  mkdirSync(source);
  const redis = await startRedis(["--dir", source, "--appendonly", "yes", "--auto-aof-rewrite-percentage", "0"]);
  await redisPipe(redis.port, [], smallKeys());
  await redisCli(redis.port, [], ["SAVE"]);
  await redis.stop();
  const made = (form: string): Directories => ({
    ours: join(folder, `loading-${form}-ours`),
    theirs: join(folder, `loading-${form}-theirs`),
  });
  const [rdb, aof] = [made("RDB"), made("AOF")];
  for (const path of [rdb.ours, rdb.theirs, aof.ours, aof.theirs]) mkdirSync(path);
  for (const path of [rdb.ours, rdb.theirs]) copyFileSync(join(source, "dump.rdb"), join(path, "dump.rdb"));
  // Otherwise what is loaded is written once more, as the base of an append-only file.
  writeFileSync(join(rdb.ours, "stashd.json"), '{"appendOnly":false}');
  for (const path of [aof.ours, aof.theirs]) {
    cpSync(join(source, "appendonlydir"), join(path, "appendonlydir"), { recursive: true });
  }
  return { RDB: rdb, AOF: aof };
}

function* smallKeys(): Generator<string[]> {
  for (let i = 0; i < KEYS; i++) yield ["SET", `key:${i}`, `value:${i}`];
}

async function startOurs(data: string, keys: number): Promise<Cost> {
  const startMs = performance.now();
  const peer = await startStashd({ data });
  const cost = { ms: performance.now() - startMs, cpuMs: cpuUs(peer) / 1000 };
  const found = Number(await redisCli(peer.respPort!, ["-a", "bench"], ["DBSIZE"]));
  await peer.stop();
  if (found !== keys) throw new Error(`${found} keys were loaded, not ${keys}`);
  return cost;
}

/** Its start without data takes some milliseconds, which count in our favour in CPU time and not in time. */
async function startTheirs(data: string, isRdb: boolean): Promise<Cost> {
  const options = ["--save", "", "--appendonly", isRdb ? "no" : "yes", "--dir", data];
  const child = new Child(["redis-server", "--port", String(await freePort()), ...options]);
  const log = /DB loaded from (?:disk|append only file): ([0-9.]+) seconds[^]*Ready to accept connections/;
  const [, seconds] = await child.line(log);
  const cpuMs = child.cpuUs() / 1000;
  await child.stop();
  return { ms: Number(seconds) * 1000, cpuMs };
}
