/**
 * The world outside, as parameters: the clock and chance. This is the only file that asks the machine for them;
 * everything else is handed an {@link Environment}, so that a test can move the clock and repeat a seed.
 */
import { randomBytes } from "node:crypto";

export interface Environment {
  /** Wall clock, in milliseconds since the epoch, whole. */
  now(): number;
  /** Monotonic clock, in microseconds, for measuring how long a command took. */
  elapsedUs(): number;
  /** Uniform in [0, 1). Not for secrets. */
  random(): number;
  /** Bytes fit for secrets, as lower-case hexadecimal of twice the length. */
  secretHex(bytes: number): string;
}

/** The machine's own clock and randomness. */
export const systemEnvironment: Environment = {
  now: () => Date.now(),
  elapsedUs: () => performance.now() * 1000,
  random: () => Math.random(),
  secretHex: (bytes) => randomBytes(bytes).toString("hex"),
};
