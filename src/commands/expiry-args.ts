/** The expiry options that SET, GETEX, MSETEX and the hash commands share: EX, PX, EXAT, PXAT and a time. */
import { invalidExpire } from "../core/errors.ts";
import { exactInteger } from "./args.ts";

/** Largest 64-bit integer, as the double just below it. */
const INT64_MAX = 2 ** 63 - 1024;

/** What each option counts in, and from when. */
const UNITS: Readonly<Record<string, { readonly ms: number; readonly relative: boolean }>> = {
  EX: { ms: 1000, relative: true },
  PX: { ms: 1, relative: true },
  EXAT: { ms: 1000, relative: false },
  PXAT: { ms: 1, relative: false },
};

/** Whether an upper-case word is one of the four options. */
export function isExpiryOption(word: string): boolean {
  return UNITS[word] !== undefined;
}

/**
 * The deadline in milliseconds since the epoch that an option and its time give. Throws what Redis answers to a time
 * that is no integer, not positive, or out of range; `command` is named in that text.
 */
export function expiryDeadline(option: string, time: string, nowMs: number, command: string): number {
  const value = Number(exactInteger(time));
  const unit = UNITS[option]!;
  const deadline = value * unit.ms + (unit.relative ? nowMs : 0);
  if (value <= 0 || deadline > INT64_MAX) throw invalidExpire(command);
  return deadline;
}
