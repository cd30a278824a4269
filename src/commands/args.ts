/** Reads the words of a command. Each function answers a value, or throws Redis's error for a word that is none. */
import * as errors from "../core/errors.ts";
import { INT32_MAX, INT32_MIN, INT64_MAX, parseDouble, parseInt64 } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import type { CommandError } from "../core/reply.ts";

/** A 64-bit integer, exact. */
export function exactInteger(word: string, error: CommandError = errors.NOT_INTEGER): Int64 {
  const value = parseInt64(word);
  if (value === undefined) throw error;
  return value;
}

/** A 64-bit integer as a double, where digits beyond 2^53 make no difference, as in a count or an index. */
export function integer(word: string, error: CommandError = errors.NOT_INTEGER): number {
  return Number(exactInteger(word, error));
}

/** An integer from `min` to `max`. Throws `error` for any other word. */
export function integerWithin(word: string, min: number, max: number, error: CommandError): number {
  const value = parseInt64(word);
  if (value === undefined || value < min || value > max) throw error;
  return Number(value);
}

/** An integer whose sign is a direction or a mode. The smallest has no opposite; Redis refuses it since 7.2. */
export function directedInteger(word: string): Int64 {
  const value = exactInteger(word);
  if (value < -INT64_MAX) throw errors.NO_OPPOSITE;
  return value;
}

/** The number of a database, from 0 to `count - 1`. */
export function databaseNumber(word: string, count: number): number {
  const value = exactInteger(word);
  if (value < INT32_MIN || value > INT32_MAX) throw errors.NOT_INT32;
  if (value < 0 || value >= count) throw errors.DB_INDEX_OUT_OF_RANGE;
  return Number(value);
}

/** A floating point number, infinities included. */
export function double(word: string, error: CommandError = errors.NOT_FLOAT): number {
  const value = parseDouble(word);
  if (value === undefined) throw error;
  return value;
}

/**
 * A time-out in seconds, as milliseconds rounded up; 0 for none. The deadline, counted from `nowMs`, must be a 64-bit
 * integer.
 */
export function timeoutSeconds(word: string, nowMs: number): number {
  return timeoutWithin(Math.ceil(double(word, errors.TIMEOUT_NOT_FLOAT) * 1000), nowMs);
}

/** A time-out in milliseconds; 0 for none. */
export function timeoutMilliseconds(word: string, nowMs: number): number {
  return timeoutWithin(integer(word, errors.TIMEOUT_NOT_INTEGER), nowMs);
}

function timeoutWithin(timeoutMs: number, nowMs: number): number {
  if (timeoutMs < 0) throw errors.TIMEOUT_NEGATIVE;
  if (timeoutMs >= 2 ** 63 - nowMs) throw errors.TIMEOUT_OUT_OF_RANGE;
  return timeoutMs;
}

/** Whether a word is this option, in any case. `option` is upper case. */
export function isOption(word: string | undefined, option: string): boolean {
  return word !== undefined && (word === option || word.toUpperCase() === option);
}

/**
 * The keys of a command that counts them (`numkeys key [key …]`), from the count at word `at`; `next` is the word after
 * the last key.
 */
export function countedKeys(words: readonly string[], at: number): { keys: readonly string[]; next: number } {
  const count = integerWithin(words[at]!, 1, Infinity, errors.NUMKEYS_NOT_POSITIVE);
  const next = at + 1 + count;
  if (next > words.length) throw errors.NUMKEYS_TOO_LARGE;
  return { keys: words.slice(at + 1, next), next };
}

/**
 * The words of LMPOP or ZMPOP from the number of keys at word `at`: `numkeys key [key …] choice [COUNT count]`, where the
 * choice is one of two upper-case words.
 */
export function multiPop<Choice extends string>(
  words: readonly string[],
  at: number,
  choices: readonly [Choice, Choice],
): { keys: readonly string[]; choice: Choice; count: number } {
  const next = at + 1 + integerWithin(words[at]!, 1, Infinity, errors.NUMKEYS_NOT_POSITIVE);
  const choice = choices.find((option) => isOption(words[next], option));
  if (choice === undefined) throw errors.SYNTAX;
  const keys = words.slice(at + 1, next);
  if (words.length === next + 1) return { keys, choice, count: 1 };
  if (words.length < next + 3 || !isOption(words[next + 1], "COUNT")) throw errors.SYNTAX;
  const count = integerWithin(words[next + 2]!, 1, Infinity, errors.COUNT_NOT_POSITIVE);
  if (words.length > next + 3) throw errors.SYNTAX;
  return { keys, choice, count };
}

/**
 * Redis's range of indexes, both ends included and negative ones counted from the end, as a half-open range within
 * 0 … size. It is empty when `start >= end`.
 */
export function clampRange(start: number, stop: number, size: number): { start: number; end: number } {
  const from = start < 0 ? Math.max(0, size + start) : start;
  const to = stop < 0 ? size + stop : Math.min(stop, size - 1);
  return from > to || from >= size ? { start: 0, end: 0 } : { start: from, end: to + 1 };
}
