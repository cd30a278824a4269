/**
 * The clock of one database: that of another environment, at a distance from it, or standing still. How long commands take
 * is told by it too, so it is 0 while it stands; limits on time go by the monotonic clock, which nothing moves.
 */
import type { Environment } from "../core/environment.ts";

const MS_US = 1000;

/** Where a clock stands. */
interface ClockState {
  /** The time at which it is frozen, in milliseconds since the epoch; undefined while it runs. */
  readonly frozenMs: number | undefined;
  /** How far it is ahead of the base, in milliseconds. */
  readonly aheadMs: number;
}

/** A clock that can be moved, and the environment that reads it. */
export class MovableClock {
  readonly environment: Environment;
  private readonly base: Environment;
  private frozenMs: number | undefined;
  private aheadMs = 0;

  constructor(base: Environment, random: () => number) {
    this.base = base;
    const aheadUs = (): number => this.aheadMs * MS_US;
    const frozenUs = (): number | undefined => (this.frozenMs === undefined ? undefined : this.frozenMs * MS_US);
    this.environment = {
      ...base,
      random,
      now: () => this.now(),
      nowUs: () => frozenUs() ?? base.nowUs() + aheadUs(),
      syncedUs: () => frozenUs() ?? base.syncedUs() + aheadUs(),
    };
  }

  /** Milliseconds since the epoch, whole. */
  now(): number {
    return this.frozenMs ?? this.base.now() + this.aheadMs;
  }

  get state(): ClockState {
    return { frozenMs: this.frozenMs, aheadMs: this.aheadMs };
  }

  get isFrozen(): boolean {
    return this.frozenMs !== undefined;
  }

  /** Whether it has ever been moved or stopped: otherwise it is the base. */
  get isMoved(): boolean {
    return this.isFrozen || this.aheadMs !== 0;
  }

  restore({ frozenMs, aheadMs }: ClockState): void {
    this.frozenMs = frozenMs;
    this.aheadMs = aheadMs;
  }

  freeze(): void {
    this.frozenMs = this.now();
  }

  resume(): void {
    if (this.frozenMs === undefined) return;
    this.aheadMs = this.frozenMs - this.base.now();
    this.frozenMs = undefined;
  }

  /** Moves it to a time in whole milliseconds since the epoch. It runs on, or stands still there if it is frozen. */
  moveTo(ms: number): void {
    if (this.isFrozen) this.frozenMs = ms;
    else this.aheadMs = ms - this.base.now();
  }
}
