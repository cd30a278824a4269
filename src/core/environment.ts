/**
 * Clock, randomness and facts about the process, as a parameter. No other file asks the machine for these, so a test
 * can move the clock and repeat a seed.
 */
import { randomBytes } from "node:crypto";
import { machine, release, totalmem, type } from "node:os";
import { hrtime } from "node:process";

/** What INFO and MEMORY report about the process. */
export interface ProcessFacts {
  /** The process id. */
  readonly pid: number;
  /** Operating system, its release and the machine: `Linux 6.1.0 x86_64`. */
  readonly os: string;
  /** Bits of a pointer: 64 or 32. */
  readonly archBits: number;
  /** Physical memory of the machine. */
  readonly systemMemoryBytes: number;
  /** Resident memory of the process. */
  readonly residentBytes: number;
  /** The JavaScript heap in use, and the buffers outside of it. */
  readonly heapUsedBytes: number;
  /** `heapUsedBytes` when the process began to load this program. */
  readonly heapStartBytes: number;
  /** What the heap and these buffers have taken from the operating system. */
  readonly heapCommittedBytes: number;
  /** Processor time in the kernel since the process started. */
  readonly cpuSystemSeconds: number;
  /** Processor time outside of the kernel since the process started. */
  readonly cpuUserSeconds: number;
}

/** Clocks, randomness and facts about the process. Tests have one whose time they move and whose seed they choose. */
export interface Environment {
  /** Wall clock, in milliseconds since the epoch, whole. */
  now(): number;
  /**
   * Wall clock, in microseconds since the epoch, with a fraction. The engine reads it before every command, both as the
   * time and to time commands. It runs evenly; a change of the system's clock takes effect once {@link now} or
   * {@link syncedUs} has been asked.
   */
  nowUs(): number;
  /** Answers {@link nowUs} after letting a change of the system's clock take effect, within a millisecond of the change. */
  syncedUs(): number;
  /** Monotonic clock, in microseconds, for measuring how long a command took. */
  elapsedUs(): number;
  /** Uniform in [0, 1). Not for secrets. */
  random(): number;
  /** Random bytes for secrets, as lower-case hexadecimal: two digits for each byte. */
  secretHex(bytes: number): string;
  /** Blocks the whole thread for `ms` milliseconds. For DEBUG SLEEP only. */
  sleep(ms: number): void;
  /** Reads the facts from the operating system. Too slow for the hot path. */
  process(): ProcessFacts;
}

/** Reads the monotonic clock, in microseconds. `performance.now` takes a fifth longer: it first looks at its receiver. */
function monotonicUs(): number {
  const [seconds, ns] = hrtime();
  return seconds * 1e6 + ns * 1e-3;
}

const MS_US = 1000;

/**
 * When the process started, in microseconds since the epoch, by the wall clock as last set. It errs to the early side,
 * by less than a millisecond, so the even clock is never ahead: a client on this machine compares a time in a reply
 * with what it reads itself.
 */
let originUs = Date.now() * MS_US - monotonicUs();

/** The machine's own `Date.now`; undefined if a test had replaced it already when this file was loaded. */
const machineNow = isNative(Date.now) ? Date.now : undefined;

function isNative(now: () => number): boolean {
  return /^function now\(\)\s*\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(now));
}

/** Whether a test had put another clock in place of `Date.now` when it was last read. Then that one is read each time. */
let isReplaced = machineNow === undefined;

/** The last millisecond that {@link evenClockWithin} has held the even clock to, in microseconds since the epoch. */
let heldUs = 0;

/** Reads the wall clock, and puts the even clock at the beginning of its millisecond where that one is outside of it. */
function now(): number {
  const ms = Date.now();
  evenClockWithin(ms);
  return ms;
}

/** Reads the even clock, within this millisecond of the wall clock. */
function evenClockWithin(ms: number): number {
  const us = monotonicUs() + originUs;
  heldUs = ms * MS_US;
  isReplaced = Date.now !== machineNow;
  if (isReplaced) return heldUs;
  const aheadUs = us - heldUs;
  if (aheadUs >= 0 && aheadUs < MS_US) return us;
  originUs -= aheadUs;
  return heldUs;
}

/**
 * Reads the even clock, and the wall clock once a millisecond: reading that, too, would make a GET by itself a quarter
 * dearer. One that a test has put in its place is read each time.
 */
function syncedUs(): number {
  const us = monotonicUs() + originUs;
  const aheadUs = us - heldUs;
  const isHeld = aheadUs >= 0 && aheadUs < MS_US && !isReplaced && Date.now === machineNow;
  return isHeld ? us : evenClockWithin(Date.now());
}

/** The operating system's clock and randomness. */
export const systemEnvironment: Environment = {
  now,
  nowUs: () => (isReplaced ? evenClockWithin(Date.now()) : monotonicUs() + originUs),
  syncedUs,
  elapsedUs: monotonicUs,
  random: () => Math.random(),
  secretHex: (bytes) => randomBytes(bytes).toString("hex"),
  sleep: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
  process: askProcess,
};

/**
 * The machine's own environment with another wall clock, for tests that move the time: `now` answers milliseconds since
 * the epoch and is asked before every command. How long commands take is told by this clock too, so it is 0 while the
 * clock stands; limits on time go by the machine's.
 */
export function withClock(now: () => number): Environment {
  return {
    ...systemEnvironment,
    now: () => Math.floor(now()),
    nowUs: () => now() * 1000,
    syncedUs: () => now() * 1000,
  };
}

const WIDE_ARCHITECTURES = /64|s390x/;

const heapStartBytes = usedHeapBytes(process.memoryUsage());

function usedHeapBytes({ heapUsed, external }: NodeJS.MemoryUsage): number {
  return heapUsed + external;
}

function askProcess(): ProcessFacts {
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  return {
    pid: process.pid,
    os: `${type()} ${release()} ${machine()}`,
    archBits: WIDE_ARCHITECTURES.test(process.arch) ? 64 : 32,
    systemMemoryBytes: totalmem(),
    residentBytes: memory.rss,
    heapUsedBytes: usedHeapBytes(memory),
    heapStartBytes,
    heapCommittedBytes: memory.heapTotal + memory.external,
    cpuSystemSeconds: cpu.system / 1e6,
    cpuUserSeconds: cpu.user / 1e6,
  };
}

/**
 * The key of {@link hashBytes}, drawn at start. No reply depends on it.
 * @internal
 */
export const hashSeed: readonly [number, number] = [randomBytes(4).readInt32LE(), randomBytes(4).readInt32LE()];
