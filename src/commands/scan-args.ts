/** What SCAN, HSCAN, SSCAN and ZSCAN share: `cursor [MATCH pattern] [COUNT count]`, and the shape of the reply. */
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
  /** Elements to answer, about. */
  readonly count: number;
}

/**
 * Reads the cursor at word `at` and the options after it. `other` is offered each word that is neither MATCH nor COUNT,
 * with its index, and answers the index of the last word it took, or undefined for a syntax error.
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

/** A cursor is an unsigned 64-bit number; ours stay far below, so a larger one only has to be accepted. */
function parseCursor(word: string): number {
  if (!/^[0-9]{1,20}$/.test(word) || BigInt(word) >= 2n ** 64n) throw genericErrors.INVALID_CURSOR;
  return Number(word);
}

/** Elements that one page visits at most while fewer than COUNT match: an empty page costs its client a round trip. */
const VISITED_MAX = 1000;

/** A value, or the keyspace, whose slots can be visited as `SlotIndex.scan` in `data/types/indexed-map.ts` does. */
interface Scanned {
  scan(cursor: number, window: number, visit: (slot: number) => boolean): number;
}

/**
 * One page: goes on until COUNT elements were taken, or a thousand visited; a COUNT above that visits as many, up to
 * `countMax`. `take` answers whether it took the element in a slot. Answers the next cursor.
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

export function scanReply(cursor: number, items: readonly Reply[]): Reply {
  return [String(cursor), items];
}
