/**
 * The world outside, as parameters: the clock, chance and what the machine says of this process. This is the only file
 * that asks the machine for them; everything else is handed an {@link Environment}, so that a test can move the clock
 * and repeat a seed.
 */
import { randomBytes } from "node:crypto";
import { machine, release, totalmem, type } from "node:os";

/** What INFO and MEMORY tell of the process that runs the engine. */
export interface ProcessFacts {
  readonly pid: number;
  /** Operating system, its release and the machine: `Linux 6.1.0 x86_64`. */
  readonly os: string;
  /** Bits of a pointer: 64 or 32. */
  readonly archBits: number;
  /** Memory of the whole machine. */
  readonly systemMemoryBytes: number;
  /** Memory of the process that is resident. */
  readonly residentBytes: number;
  /** Live and dead objects on the JavaScript heap, and buffers outside of it. */
  readonly heapUsedBytes: number;
  /** Processor time since the process began, in the kernel and outside of it. */
  readonly cpuSystemSeconds: number;
  readonly cpuUserSeconds: number;
}

export interface Environment {
  /** Wall clock, in milliseconds since the epoch, whole. */
  now(): number;
  /**
   * Wall clock, in microseconds since the epoch, with a fraction. The engine reads it before every command, both as the
   * time and to time commands. It runs evenly; a change of the system's clock takes effect once {@link now} has been
   * asked.
   */
  nowUs(): number;
  /** Monotonic clock, in microseconds, for measuring how long a command took. */
  elapsedUs(): number;
  /** Uniform in [0, 1). Not for secrets. */
  random(): number;
  /** Bytes fit for secrets, as lower-case hexadecimal of twice the length. */
  secretHex(bytes: number): string;
  /** Holds up the whole thread for so many milliseconds. For DEBUG SLEEP alone. */
  sleep(ms: number): void;
  /** The process as it is now. It asks the operating system, so it is not for the hot path. */
  process(): ProcessFacts;
}

/** Held here because the global is looked up anew each time, which takes as long as reading the clock. */
const clock = performance;

/** When the process began, in microseconds since the epoch, on the wall clock as it was set last. */
let originUs = clock.timeOrigin * 1000;

/** A millisecond, by which the two clocks differ at most: one of them tells whole ones only. */
const SKEW_US = 1000;

/** The wall clock. When it has been set since it was last asked, the even one follows it. */
function now(): number {
  const ms = Date.now();
  const aheadUs = ms * 1000 - (clock.now() * 1000 + originUs);
  if (aheadUs > SKEW_US || aheadUs < -2 * SKEW_US) originUs += aheadUs;
  return ms;
}

/** The machine's own clock and randomness. */
export const systemEnvironment: Environment = {
  now,
  nowUs: () => clock.now() * 1000 + originUs,
  elapsedUs: () => clock.now() * 1000,
  random: () => Math.random(),
  secretHex: (bytes) => randomBytes(bytes).toString("hex"),
  sleep: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
  process: askProcess,
};

const WIDE_ARCHITECTURES = /64|s390x/;

function askProcess(): ProcessFacts {
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  return {
    pid: process.pid,
    os: `${type()} ${release()} ${machine()}`,
    archBits: WIDE_ARCHITECTURES.test(process.arch) ? 64 : 32,
    systemMemoryBytes: totalmem(),
    residentBytes: memory.rss,
    heapUsedBytes: memory.heapUsed + memory.external,
    cpuSystemSeconds: cpu.system / 1e6,
    cpuUserSeconds: cpu.user / 1e6,
  };
}

/** The key of the hash under every index, drawn once: nothing that can be seen from outside depends on it. */
export const hashSeed: readonly [number, number] = [randomBytes(4).readInt32LE(), randomBytes(4).readInt32LE()];
