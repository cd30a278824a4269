/** The clock of a test database, as its users have it. */
import { amount } from "../core/amount.ts";
import { systemEnvironment } from "../core/environment.ts";
import type { Engine } from "../engine/engine.ts";
import type { MovableClock } from "./movable-clock.ts";
import { passTime, settled } from "./passage.ts";
import type { TestClock } from "./public.ts";
import { durationOf, timeOf } from "./time.ts";

/** Moves the clock of one engine. Calls that overlap take effect one after the other. */
export class ClockControl implements TestClock {
  private readonly clock: MovableClock;
  private readonly engine: Engine;
  /** The last move, unless it is over. */
  private moving: Promise<void> | undefined;
  /** While the time is asked for. A clock that runs asks the process, in which a test may have put this one. */
  private isAsked = false;

  constructor(clock: MovableClock, engine: Engine) {
    this.clock = clock;
    this.engine = engine;
  }

  now(): number {
    if (this.isAsked) {
      throw new Error("Date.now asks this clock, which asks Date.now: freeze the clock before you put it in its place");
    }
    this.isAsked = true;
    try {
      return this.clock.now();
    } finally {
      this.isAsked = false;
    }
  }

  freeze(at?: Date | number | string): Promise<void> {
    return this.move(() => {
      this.clock.freeze();
      return at === undefined ? undefined : this.moveTo(timeOf(at));
    });
  }

  advance(by: number | string): Promise<void> {
    return this.move(() => this.moveTo(this.clock.now() + durationOf(by)));
  }

  set(at: Date | number | string): Promise<void> {
    return this.move(() => this.moveTo(timeOf(at)));
  }

  resume(): Promise<void> {
    return this.move(() => this.clock.resume());
  }

  private async moveTo(ms: number): Promise<void> {
    const { clock, engine } = this;
    if (ms >= clock.now()) return passTime(engine, clock, ms);
    const { dataset, waitingRoom } = engine;
    if (dataset.size > 0 || waitingRoom.size > 0) throw new Error(backwards(clock.now(), ms, engine));
    clock.moveTo(ms);
  }

  /** Moves once the moves before are over, and resolves when their effects have reached the clients of this process. */
  private move(work: () => Promise<void> | void): Promise<void> {
    const before = this.moving;
    const moved = (async (): Promise<void> => {
      if (before !== undefined) await before.catch(() => {});
      await work();
      await settled();
    })();
    this.moving = moved;
    const over = (): void => {
      if (this.moving === moved) this.moving = undefined;
    };
    moved.then(over, over);
    return moved;
  }
}

function backwards(fromMs: number, toMs: number, { dataset, waitingRoom }: Engine): string {
  const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString());
  const held = `${amount(dataset.size, "key")} and ${amount(waitingRoom.size, "command")} that block are from then`;
  return `the clock would go back from ${from} to ${to}, but ${held}: flush() the database first, or create it with { now }`;
}

/** Random numbers that a seed repeats, in [0, 1); those of the process without one. Source: mulberry32. */
export function randomOf(seed: number | undefined): () => number {
  if (seed === undefined) return () => systemEnvironment.random();
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
