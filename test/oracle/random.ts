/**
 * Random sequences: the same commands to our engine and to redis-server, replies compared one by one. A generator draws
 * each command from few keys and few values, so that commands meet each other's results.
 *
 * `SEED` repeats a run; `ORACLE_COMMANDS` sets its length.
 */
import assert from "node:assert/strict";
import { systemEnvironment } from "../../src/core/environment.ts";
import type { Environment } from "../../src/core/environment.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { agrees, show } from "../support/compare.ts";
import type { Mode } from "../contract/suite.ts";
import { TestEngine } from "../support/engine.ts";
import type { RedisServer } from "../support/redis.ts";
import { readFrame } from "../support/resp.ts";
import { chooseSeed, seededRandom } from "../support/world.ts";

/** One drawn command: its words, and how to compare; exact by default. */
export interface Draw {
  readonly words: readonly string[];
  readonly mode?: Mode;
}

/** Chance with the few questions that generators ask. */
export class Dice {
  readonly random: () => number;
  constructor(seed: number) {
    this.random = seededRandom(seed);
  }
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.random() * (max - min + 1));
  }
  chance(probability: number): boolean {
    return this.random() < probability;
  }
  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)]!;
  }
  /** `count` picks, repetition allowed. */
  picks<T>(from: readonly T[], count: number): T[] {
    return Array.from({ length: count }, () => this.pick(from));
  }
}

/** Commands a type's random test runs; CI's sum over the types is above 100,000. */
const COMMANDS = Number(process.env["ORACLE_COMMANDS"] ?? 20_000);
const BATCH = 500;

/** Runs a generator against both. The environment's clock is the real one, as the reference's is. */
export async function runRandom(
  redis: RedisServer,
  name: string,
  draw: (dice: Dice) => Draw,
  environment: Environment = systemEnvironment,
): Promise<void> {
  const seed = chooseSeed();
  console.log(`random ${name}: SEED=${seed}, ${COMMANDS} commands`);
  const dice = new Dice(seed);
  const ours = new TestEngine(environment);
  await redis.send(["FLUSHALL"]);
  const history: string[] = [];
  // A command runs on both sides between the start and the end of its batch, so what has been idle since one command
  // until another differs by no more than the longest batch took.
  let apartMs = 1;
  for (let sent = 0; sent < COMMANDS; sent += BATCH) {
    const draws = Array.from({ length: BATCH }, () => draw(dice));
    const startUs = systemEnvironment.elapsedUs();
    const frames = await redis.sendAll(draws.map(({ words }) => words));
    draws.forEach(({ words, mode = "exact" }, i) => {
      const frame = readFrame(encodeResp2(ours.send(...words)), 0)!.frame;
      if (mode === "near") apartMs = Math.max(apartMs, (systemEnvironment.elapsedUs() - startUs) / 1000 + 1);
      history.push(words.map((word) => JSON.stringify(word)).join(" "));
      const message = () =>
        `SEED=${seed}, command ${sent + i}\n  ours:  ${show(frame)}\n  redis: ${show(frames[i]!)}\n` +
        `last commands:\n  ${history.slice(-12).join("\n  ")}`;
      if (!agrees(frame, frames[i]!, mode, apartMs)) assert.fail(message());
    });
    apartMs = Math.max(apartMs, (systemEnvironment.elapsedUs() - startUs) / 1000 + 1);
  }
}
