/** redis-server's own rates over RESP, as a measure for the machine: what the REST door is held against. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CLIENT_CORE, onPath, pinned } from "./child.ts";
import { hasRedis, startRedis } from "./peers.ts";
import { median } from "./table.ts";
import type { Row } from "./table.ts";

const hasBenchmark = onPath("redis-benchmark");
const REQUESTS = 200_000;

const CASES = [
  { name: "RESP GET", args: ["-t", "get"] },
  { name: "RESP SET", args: ["-t", "set"] },
  { name: "RESP GET -P 16", args: ["-t", "get", "-P", "16"] },
] as const;

export async function benchResp(rounds: number): Promise<Row[]> {
  if (!hasRedis || !hasBenchmark) return [];
  const redis = await startRedis();
  try {
    const rows: Row[] = [];
    for (const { name, args } of CASES) {
      const rates: { perSecond: number; p50Ms: number; p99Ms: number }[] = [];
      for (let round = 0; round < rounds; round++) rates.push(await run(redis.port, args));
      rows.push({
        name,
        server: "redis-server",
        perSecond: median(rates.map((rate) => rate.perSecond)),
        p50Ms: median(rates.map((rate) => rate.p50Ms)),
        p99Ms: median(rates.map((rate) => rate.p99Ms)),
      });
    }
    return rows;
  } finally {
    await redis.stop();
  }
}

async function run(
  port: number,
  args: readonly string[],
): Promise<{ perSecond: number; p50Ms: number; p99Ms: number }> {
  const command = [
    "redis-benchmark",
    "-p",
    String(port),
    "-c",
    "64",
    "-n",
    String(REQUESTS),
    "-d",
    "16",
    "--csv",
    ...args,
  ];
  const [program = "", ...rest] = pinned(CLIENT_CORE, command);
  const { stdout } = await promisify(execFile)(program, rest);
  const [names = [], values = []] = stdout
    .trim()
    .split("\n")
    .map((line) => line.split(",").map((field) => field.replaceAll('"', "")));
  const value = (name: string): number => Number(values[names.indexOf(name)]);
  return { perSecond: value("rps"), p50Ms: value("p50_latency_ms"), p99Ms: value("p99_latency_ms") };
}
