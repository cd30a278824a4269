/** The expiry options that SET, GETEX, MSETEX and the hash commands share: EX, PX, EXAT, PXAT and a time. */
import * as genericErrors from "../core/errors/generic.ts";
import { invalidExpire } from "../core/errors.ts";
import type { Int64 } from "../core/numbers.ts";
import { exactInteger } from "./args.ts";
import { deadlineFrom } from "./deadline.ts";

/**
 * The last millisecond at which a field of a hash may expire. Redis ends in the year 4199, the hosted service does not:
 * the published client's tests set a field to expire in the year 57,000.
 */
const FIELD_DEADLINE_MAX = Number.MAX_SAFE_INTEGER;

/** The unit of each option, and whether its time counts from now. */
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
 * The deadline of an option and its time, in milliseconds since the epoch. Throws Redis's error for a time that is no
 * integer, not positive, or out of range; the error names `command`.
 */
export function expiryDeadline(option: string, time: string, nowMs: number, command: string): Int64 {
  const value = exactInteger(time);
  const { ms, relative } = UNITS.get(option)!;
  if (value <= 0) throw invalidExpire(command);
  return deadlineFrom(value, ms, relative ? nowMs : 0, command);
}

/**
 * The deadline of a field of a hash, in milliseconds since the epoch. Unlike {@link expiryDeadline}, it accepts 0,
 * which is in the past, and throws beyond {@link FIELD_DEADLINE_MAX}.
 */
export function fieldDeadline(option: string, time: string, nowMs: number, command: string): number {
  const value = Number(exactInteger(time));
  if (value < 0) throw genericErrors.NEGATIVE_EXPIRE;
  const unit = UNITS.get(option)!;
  const deadline = value * unit.ms + (unit.relative ? nowMs : 0);
  if (deadline > FIELD_DEADLINE_MAX) throw invalidExpire(command);
  return deadline;
}
