/** The expiry options that SET, GETEX, MSETEX and the hash commands share: EX, PX, EXAT, PXAT and a time. */
import { invalidExpire } from "../core/errors.ts";
import { exactInteger } from "./args.ts";

const INT64_MAX = 2n ** 63n - 1n;

/** Deadlines are doubles; beyond this one (the year 292 million) they stay where a 64-bit integer can still follow. */
const DEADLINE_MAX = 2 ** 63 - 1024;

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
