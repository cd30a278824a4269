/** The world for tests: a clock that moves only when told to, and chance that repeats with its seed. */
import type { Environment, ProcessFacts } from "../../src/core/environment.ts";

/** A generator of numbers in [0, 1) that repeats: mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class TestWorld implements Environment {
  nowMs: number;
  readonly random: () => number;

  /** It begins at this very millisecond unless told otherwise, so that deadlines compare with a real server's. */
  constructor(seed = 1, nowMs = Date.now()) {
    this.nowMs = nowMs;
    this.random = seededRandom(seed);
  }

  now(): number {
    return this.nowMs;
  }

  nowUs(): number {
    return this.nowMs * 1000;
  }

  syncedUs(): number {
    return this.nowUs();
  }

  elapsedUs(): number {
    return this.nowMs * 1000;
  }

  secretHex(bytes: number): string {
    return Array.from({ length: bytes * 2 }, () => Math.floor(this.random() * 16).toString(16)).join("");
  }

  sleep(ms: number): void {
    this.nowMs += ms;
  }

  /** A process that is always the same. */
  process(): ProcessFacts {
    return {
      pid: 4242,
      os: "Test 1.0 x86_64",
      archBits: 64,
      systemMemoryBytes: 8 * 1024 ** 3,
      residentBytes: 64 * 1024 ** 2,
      heapUsedBytes: 32 * 1024 ** 2,
      heapStartBytes: 8 * 1024 ** 2,
      heapCommittedBytes: 48 * 1024 ** 2,
      cpuSystemSeconds: 0.25,
      cpuUserSeconds: 1.5,
    };
  }

  /** Moves the clock. */
  advance(ms: number): void {
    this.nowMs += ms;
  }
}

/** Every look at the clock takes two milliseconds, so a slice is a command or two. */
export class SlowWorld extends TestWorld {
  override nowUs(): number {
    return (this.nowMs += 2) * 1000;
  }

  override elapsedUs(): number {
    return (this.nowMs += 2) * 1000;
  }
}

/** The seed for a random test: `SEED` from the environment variables, or a new one. Print it. */
export function chooseSeed(): number {
  return Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
}
