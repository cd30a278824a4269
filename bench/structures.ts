/**
 * Commands on large values: a sorted set, a list, a hash and a stream of a million elements, two sets of 100,000. Ours in
 * process, redis-server under redis-benchmark with pipelining, which is the nearest there is to its commands alone.
 */
import { UNRESTRICTED_USER } from "../src/core/authority.ts";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { commandTables } from "../src/commands/registry.ts";
import { systemEnvironment } from "../src/core/environment.ts";
import { CommandError } from "../src/core/reply.ts";
import { Engine } from "../src/engine/engine.ts";
import { CLIENT_CORE, onPath, pinned } from "./child.ts";
import { hasRedis, startRedis } from "./peers.ts";
import { redisPipe } from "./redis-cli.ts";
import { median } from "./table.ts";
import type { Row } from "./table.ts";
import { asFromSocket } from "./words.ts";

const MILLION = 1_000_000;

/** redis-benchmark puts twelve random digits here. */
const RANDOM = "__rand_int__";

interface Case {
  readonly name: string;
  readonly words: readonly string[];
  /** Times a round runs it. */
  readonly runs: number;
}

const CASES: readonly Case[] = [
  { name: "ZADD, 1M members", words: ["ZADD", "zset", RANDOM, `member:${RANDOM}`], runs: 100_000 },
  { name: "ZRANK, 1M members", words: ["ZRANK", "zset", `member:${RANDOM}`], runs: 100_000 },
  { name: "ZRANGE of 10, 1M members", words: ["ZRANGE", "zset", "500000", "500009"], runs: 100_000 },
  { name: "LINDEX in the middle of 1M", words: ["LINDEX", "list", "500000"], runs: 20_000 },
  { name: "LINSERT in the middle of 1M", words: ["LINSERT", "list", "BEFORE", "element:500000", "x"], runs: 100 },
  { name: "SADD, 100k members", words: ["SADD", "set:0", `member:${RANDOM}`], runs: 100_000 },
  { name: "SINTER of two 100k sets", words: ["SINTERCARD", "2", "set:0", "set:1"], runs: 20 },
  { name: "XADD, 1M entries", words: ["XADD", "stream", "*", "field", "value"], runs: 100_000 },
  { name: "XRANGE of 10, 1M entries", words: ["XRANGE", "stream", "500000", "+", "COUNT", "10"], runs: 50_000 },
  { name: "HSET, 1M fields", words: ["HSET", "hash", `field:${RANDOM}`, "value"], runs: 100_000 },
];

/** Fills the values, a thousand elements a command. */
function* filling(): Generator<string[]> {
  for (let from = 0; from < MILLION; from += 1000) {
    const numbers = Array.from({ length: 1000 }, (_, i) => String(from + i).padStart(12, "0"));
    yield ["ZADD", "zset", ...numbers.flatMap((n) => [n, `member:${n}`])];
    yield ["HSET", "hash", ...numbers.flatMap((n) => [`field:${n}`, "value"])];
    yield ["RPUSH", "list", ...numbers.map((n) => `element:${Number(n)}`)];
    if (from < MILLION / 10) {
      yield ["SADD", "set:0", ...numbers.map((n) => `member:${n}`)];
      yield ["SADD", "set:1", ...numbers.map((n) => `member:${String(Number(n) * 2).padStart(12, "0")}`)];
    }
    for (const n of numbers) yield ["XADD", "stream", `${Number(n) + 1}-0`, "field", "value"];
  }
}

export async function benchStructures(rounds: number): Promise<Row[]> {
  const ours = benchOurs(rounds);
  const theirs = hasRedis && onPath("redis-benchmark") ? await benchRedis(rounds) : [];
  return CASES.flatMap(({ name }) => [...ours, ...theirs].filter((row) => row.name === name));
}

function benchOurs(rounds: number): Row[] {
  const engine = new Engine({ environment: systemEnvironment, commands: commandTables });
  const session = engine.openSession("internal", UNRESTRICTED_USER);
  const run = (words: readonly string[]): void => {
    const reply = engine.execute(session, words);
    if (reply instanceof CommandError) throw new Error(`${words[0]}: ${reply.text}`);
  };
  for (const words of filling()) run(asFromSocket(words));
  return CASES.map(({ name, words, runs }) => {
    const rates = Array.from({ length: rounds }, () => {
      const commands = Array.from({ length: runs }, () => asFromSocket(words.map(drawn)));
      const startUs = systemEnvironment.elapsedUs();
      for (const command of commands) run(command);
      return (runs / (systemEnvironment.elapsedUs() - startUs)) * 1e6;
    });
    const perSecond = median(rates);
    return { name, server: "stashd, in process", perSecond, cpuUs: 1e6 / perSecond };
  });
}

function drawn(word: string): string {
  if (!word.includes(RANDOM)) return word;
  return word.replace(RANDOM, String(Math.floor(Math.random() * MILLION)).padStart(12, "0"));
}

async function benchRedis(rounds: number): Promise<Row[]> {
  const redis = await startRedis();
  try {
    await redisPipe(redis.port, [], filling());
    const rows: Row[] = [];
    for (const { name, words, runs } of CASES) {
      const rates: number[] = [];
      for (let round = 0; round < rounds; round++) rates.push(await redisRate(redis.port, words, runs));
      rows.push({ name, server: "redis-server -P 16", perSecond: median(rates) });
    }
    return rows;
  } finally {
    await redis.stop();
  }
}

async function redisRate(port: number, words: readonly string[], runs: number): Promise<number> {
  const options = ["-p", String(port), "-c", "8", "-P", "16", "-n", String(runs), "-r", String(MILLION), "--csv"];
  const [program = "", ...rest] = pinned(CLIENT_CORE, ["redis-benchmark", ...options, ...words]);
  const { stdout } = await promisify(execFile)(program, rest);
  return Number(stdout.trim().split("\n").at(-1)!.split('","')[1]);
}
