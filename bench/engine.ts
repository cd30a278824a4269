/** The engine in process: no sockets, no JSON; what a command itself costs. */
import { UNRESTRICTED_USER } from "../src/core/authority.ts";
import { commandTables } from "../src/commands/registry.ts";
import { CommandError } from "../src/core/reply.ts";
import { systemEnvironment } from "../src/core/environment.ts";
import { Engine } from "../src/engine/engine.ts";
import { median } from "./table.ts";
import type { Row } from "./table.ts";

const KEYS = 10_000;
const COMMANDS = 500_000;

/** Words by a running number, fresh strings as they come from a socket. */
export const CASES: readonly (readonly [name: string, words: (i: number) => string[]])[] = [
  ["GET", (i) => ["GET", `key:${i % KEYS}`]],
  ["SET", (i) => ["SET", `key:${i % KEYS}`, `value:${i}`]],
  ["SET EX", (i) => ["SET", `ttl:${i % KEYS}`, `value:${i}`, "EX", "100"]],
  ["INCR", (i) => ["INCR", `counter:${i % KEYS}`]],
  ["LPUSH", (i) => ["LPUSH", `list:${i % 100}`, `value:${i}`]],
  ["SADD", (i) => ["SADD", `set:${i % 100}`, `member:${i}`]],
  ["HSET", (i) => ["HSET", `hash:${i % 1000}`, `field:${i % 20_000}`, `value:${i}`]],
  ["ZADD", (i) => ["ZADD", `zset:${i % 100}`, String(i % 1000), `member:${i % 100_000}`]],
];

export function benchEngine(rounds: number): Row[] {
  const engine = new Engine({ environment: systemEnvironment, commands: commandTables });
  const session = engine.openSession("internal", UNRESTRICTED_USER);
  return CASES.map(([name, words]) => {
    const rates: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const start = systemEnvironment.elapsedUs();
      for (let i = 0; i < COMMANDS; i++) {
        const reply = engine.execute(session, words(i));
        if (reply instanceof CommandError) throw new Error(`${name}: ${reply.text}`);
      }
      // The first round warms up.
      if (round > 0) rates.push((COMMANDS / (systemEnvironment.elapsedUs() - start)) * 1e6);
      if (name === "LPUSH") engine.execute(session, ["FLUSHALL"]);
    }
    const perSecond = median(rates);
    return { name: `engine ${name}`, server: "stashd, in process", perSecond, cpuUs: 1e6 / perSecond };
  });
}
