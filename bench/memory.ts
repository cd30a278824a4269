/** Resident memory of a million keys, ours beside redis-server's; each in a process of its own. */
import { UNRESTRICTED_USER } from "../src/core/authority.ts";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { commandTables } from "../src/commands/registry.ts";
import { systemEnvironment } from "../src/core/environment.ts";
import { Engine } from "../src/engine/engine.ts";
import { hasRedis, startRedis } from "./peers.ts";
import { redisPipe } from "./redis-cli.ts";
import { asFromSocket } from "./words.ts";

const MILLION = 1_000_000;

/** A key's command by its number. */
const DATASETS: Readonly<Record<string, (i: number) => string[]>> = {
  "1M small strings": (i) => ["SET", `key:${i}`, `value:${i}`],
  "1M hashes of 5 fields": (i) => [
    "HSET",
    `user:${i}`,
    "id",
    `${i}`,
    "name",
    "Ada",
    "age",
    "36",
    "city",
    "London",
    "n",
    "0",
  ],
};

export interface MemoryRow {
  readonly name: string;
  /** Resident bytes beyond those of the empty process. */
  readonly ours: number;
  readonly redis: number | undefined;
}

export async function benchMemory(): Promise<MemoryRow[]> {
  const rows: MemoryRow[] = [];
  for (const name of Object.keys(DATASETS)) {
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--expose-gc",
      fileURLToPath(import.meta.url),
      name,
    ]);
    rows.push({ name, ours: Number(stdout), redis: hasRedis ? await measureRedis(DATASETS[name]!) : undefined });
  }
  return rows;
}

/** In the child: fills an engine, lets the garbage go, prints the growth. */
function measureOurs(words: (i: number) => string[]): number {
  const engine = new Engine({ environment: systemEnvironment, commands: commandTables });
  const session = engine.openSession("internal", UNRESTRICTED_USER);
  const before = settledRss();
  for (let i = 0; i < MILLION; i++) engine.execute(session, asFromSocket(words(i)));
  const growth = settledRss() - before;
  if (engine.dataset.databases[0]!.size !== MILLION) throw new Error("keys are missing");
  return growth;
}

function settledRss(): number {
  const collect = globalThis.gc!;
  for (let i = 0; i < 4; i++) collect();
  return process.memoryUsage().rss;
}

async function measureRedis(words: (i: number) => string[]): Promise<number> {
  const redis = await startRedis();
  try {
    const before = rssOf(redis.children[0]!.process.pid!);
    await redisPipe(
      redis.port,
      [],
      Array.from({ length: MILLION }, (_, i) => words(i)),
    );
    return rssOf(redis.children[0]!.process.pid!) - before;
  } finally {
    await redis.stop();
  }
}

/** taskset replaces itself by the server, so the child's pid is the server's. */
function rssOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) * 1024;
}

const dataset = process.argv[2];
if (process.argv[1] === fileURLToPath(import.meta.url) && dataset !== undefined) {
  process.stdout.write(String(measureOurs(DATASETS[dataset]!)));
}
