/**
 * IDs of stream entries: milliseconds and a sequence number, both unsigned 64-bit integers.
 *
 * Each half is a `number` while that is safe and a `bigint` beyond, so a value has one form only. IDs in practice are
 * plain numbers, which compare at full speed. `<` between a number and a bigint is exact, so the largest IDs need no
 * extra code.
 */
import { UINT64_MAX } from "../../core/numbers.ts";

/** An unsigned 64-bit integer: `number` when safe, `bigint` otherwise. */
export type Uint64 = number | bigint;

/** The ID of an entry: milliseconds since the epoch, and a sequence number within them. */
export interface StreamId {
  readonly ms: Uint64;
  readonly seq: Uint64;
}

/** The smallest ID, which no entry has. */
export const MIN_ID: StreamId = { ms: 0, seq: 0 };
/** The largest ID. */
export const MAX_ID: StreamId = { ms: UINT64_MAX, seq: UINT64_MAX };

/** Compares two IDs: negative, zero or positive. */
export function compareIds(a: StreamId, b: StreamId): number {
  return a.ms < b.ms ? -1 : a.ms > b.ms ? 1 : a.seq < b.seq ? -1 : a.seq > b.seq ? 1 : 0;
}

/** The next ID; undefined after the largest. */
export function nextId({ ms, seq }: StreamId): StreamId | undefined {
  if (seq !== UINT64_MAX) return { ms, seq: plusOne(seq) };
  return ms === UINT64_MAX ? undefined : { ms: plusOne(ms), seq: 0 };
}

/** The previous ID; undefined before the smallest. */
export function previousId({ ms, seq }: StreamId): StreamId | undefined {
  if (seq !== 0) return { ms, seq: minusOne(seq) };
  return ms === 0 ? undefined : { ms: minusOne(ms), seq: UINT64_MAX };
}

function plusOne(value: Uint64): Uint64 {
  return typeof value === "number" && value < Number.MAX_SAFE_INTEGER ? value + 1 : BigInt(value) + 1n;
}

function minusOne(value: Uint64): Uint64 {
  return typeof value === "number" ? value - 1 : uint64(value - 1n);
}

/** The canonical form of a bigint within 64 bits. */
export function uint64(value: bigint): Uint64 {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** Milliseconds split here are two numbers that V8 keeps as small integers, for centuries to come. */
const SPLIT = 1e6;

/** `ms-seq` in decimal. */
export function formatId({ ms, seq }: StreamId): string {
  return formatIdOf(ms, seq);
}

/** An ID given as its two halves, as `ms-seq` in decimal. */
export function formatIdOf(ms: Uint64, seq: Uint64): string {
  if (typeof ms !== "number" || ms < SPLIT) return `${ms}-${seq}`;
  // V8 takes several times as long to print one large number as two small ones.
  const high = Math.floor(ms / SPLIT);
  const low = SPLIT + (ms - high * SPLIT);
  return `${high}${String(low).slice(1)}-${seq}`;
}

/** Parses `ms-seq`, or `ms`, which takes `missingSeq`. Undefined for any other text. */
export function parseId(text: string, missingSeq: Uint64): StreamId | undefined {
  const dash = text.indexOf("-");
  const ms = parseUint64(dash < 0 ? text : text.slice(0, dash));
  const seq = dash < 0 ? missingSeq : parseUint64(text.slice(dash + 1));
  return ms === undefined || seq === undefined ? undefined : { ms, seq };
}

/** What C's strtoull accepts except a minus sign: leading white space, a plus sign and leading zeros. */
const UNSIGNED = /^[ \t-\r]*\+?[0-9]+$/;
/** Longest text of an ID that Redis reads, in chars. */
const ID_CHARS_MAX = 127;

/** Parses an unsigned 64-bit integer in decimal; undefined for another text. */
export function parseUint64(text: string): Uint64 | undefined {
  const length = text.length;
  if (length === 0 || length > ID_CHARS_MAX) return undefined;
  if (length < 16) {
    const small = parseDigits(text);
    if (small >= 0) return small;
  }
  if (!UNSIGNED.test(text)) return undefined;
  const value = BigInt(text.trim().replace("+", ""));
  return value > UINT64_MAX ? undefined : uint64(value);
}

/** The value of a text of few enough digits for a safe integer; -1 otherwise. */
function parseDigits(text: string): number {
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}
