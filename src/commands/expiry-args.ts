/** The expiry options that SET, GETEX, MSETEX and the hash commands share: EX, PX, EXAT, PXAT and a time. */
import { failure, invalidExpire } from "../core/errors.ts";
import { INT64_MAX } from "../core/numbers.ts";
import { exactInteger } from "./args.ts";

/** Deadlines are doubles; beyond this one (the year 292 million) they stay where a 64-bit integer can still follow. */
const DEADLINE_MAX = 2 ** 63 - 1024;

/**
 * The last millisecond at which a field of a hash may expire. Redis ends in the year 4199, the hosted service does not:
 * the published client's tests set a field to expire in the year 57,000.
 */
const FIELD_DEADLINE_MAX = Number.MAX_SAFE_INTEGER;

const NEGATIVE_TIME = failure("invalid expire time, must be >= 0");

/** What each option counts in, and from when. */
const UNITS: ReadonlyMap<string, { readonly ms: number; readonly relative: boolean }> = new Map([
  ["EX", { ms: 1000, relative: true }],
  ["PX", { ms: 1, relative: true }],
  ["EXAT", { ms: 1000, relative: false }],
  ["PXAT", { ms: 1, relative: false }],
]);

/** Whether an upper-case word is one of the four options. */
export function isExpiryOption(word: string): boolean {
  return UNITS.has(word);
}

/**
 * The deadline in milliseconds since the epoch that an option and its time give. Throws what Redis answers to a time
 * that is no integer, not positive, or out of range; `command` is named in that text.
 */
export function expiryDeadline(option: string, time: string, nowMs: number, command: string): number {
  const value = exactInteger(time);
  const unit = UNITS.get(option)!;
  const fromMs = unit.relative ? nowMs : 0;
  const deadline = Number(value) * unit.ms + fromMs;
  if (value > 0 && Number.isSafeInteger(deadline)) return deadline;
  if (value <= 0 || BigInt(value) * BigInt(unit.ms) + BigInt(fromMs) > INT64_MAX) throw invalidExpire(command);
  return Math.min(deadline, DEADLINE_MAX);
}

/**
 * The deadline of a field of a hash, in milliseconds since the epoch. Unlike {@link expiryDeadline} it accepts 0, a
 * time that has passed, and throws beyond {@link FIELD_DEADLINE_MAX}.
 */
export function fieldDeadline(option: string, time: string, nowMs: number, command: string): number {
  const value = Number(exactInteger(time));
  if (value < 0) throw NEGATIVE_TIME;
  const unit = UNITS.get(option)!;
  const deadline = value * unit.ms + (unit.relative ? nowMs : 0);
  if (deadline > FIELD_DEADLINE_MAX) throw invalidExpire(command);
  return deadline;
}
