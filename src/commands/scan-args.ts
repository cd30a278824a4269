/** Helpers of SCAN, HSCAN, SSCAN and ZSCAN: `cursor [MATCH pattern] [COUNT count]`, a page of slots, and the reply. */
import * as errors from "../core/errors.ts";
import * as genericErrors from "../core/errors/generic.ts";
import { Glob } from "../core/glob.ts";
import type { Reply } from "../core/reply.ts";
import { integer } from "./args.ts";

interface ScanOptions {
  /** 0 to begin. */
  readonly cursor: number;
  /** Undefined when everything matches. */
  readonly pattern: Glob | undefined;
  /** About how many elements to answer. */
  readonly count: number;
}

/**
 * Reads the cursor at word `at` and the options after it. `other` reads a word that is neither MATCH nor COUNT, given
 * its index. It answers the index of the last word that it read, or undefined for a syntax error.
 */
export function parseScan(
  words: readonly string[],
  at: number,
  other: (option: string, index: number) => number | undefined = () => undefined,
): ScanOptions {
  const cursor = parseCursor(words[at]!);
  let pattern: Glob | undefined;
  let count = 10;
  for (let i = at + 1; i < words.length; i++) {
    const option = words[i]!.toUpperCase();
    if (option === "MATCH" && i + 1 < words.length) {
      pattern = new Glob(words[++i]!);
    } else if (option === "COUNT" && i + 1 < words.length) {
      count = integer(words[++i]!);
      if (count < 1) throw errors.SYNTAX;
    } else {
      const taken = other(option, i);
      if (taken === undefined) throw errors.SYNTAX;
      i = taken;
    }
  }
  return { cursor, pattern: pattern?.matchesAll === true ? undefined : pattern, count };
}

/**
 * A cursor: an unsigned 64-bit number. Cursors that the server gives are below 2^53, so a larger one need not be exact.
 */
function parseCursor(word: string): number {
  if (!/^[0-9]{1,20}$/.test(word) || BigInt(word) >= 2n ** 64n) throw genericErrors.INVALID_CURSOR;
  return Number(word);
}

/**
 * Elements that one page visits at most while fewer than COUNT match. More of them save round trips for empty pages,
 * but hold up other clients.
 */
const VISITED_MAX = 1000;

/** A value or the keyspace, whose slots are visited as by `SlotIndex.scan` in `data/types/indexed-map.ts`. */
interface Scanned {
  scan(cursor: number, window: number, visit: (slot: number) => boolean): number;
}

/**
 * Visits slots until COUNT elements were taken or 1000 visited; with a larger COUNT, until so many were visited, at
 * most `countMax`. `take` answers whether it took the element in a slot. Answers the next cursor.
 */
export function scanPage(
  scanned: Scanned,
  { cursor, count }: ScanOptions,
  take: (slot: number) => boolean,
  countMax = Infinity,
): number {
  const wanted = Math.min(count, countMax);
  const visitedMax = Math.max(wanted, VISITED_MAX);
  let taken = 0;
  let visited = 0;
  return scanned.scan(cursor, wanted, (slot) => {
    visited++;
    if (take(slot)) taken++;
    return taken < wanted && visited < visitedMax;
  });
}

/** The reply of a page: the cursor as a string, and the elements. */
export function scanReply(cursor: number, items: readonly Reply[]): Reply {
  return [String(cursor), items];
}
