/** Reads ranges of sorted sets: bounds of scores and members, and the words of the ZRANGE family. */
import * as errors from "../core/errors.ts";
import * as sortedSetErrors from "../core/errors/sorted-set.ts";
import { parseDouble } from "../core/numbers.ts";
import type { MemberCut, RankRange, ScoreCut, SortedSetValue } from "../data/types/sorted-set.ts";
import { clampRange, integer } from "./args.ts";

/** Answers the ranks of a range in a given set. */
export type Selection = (set: SortedSetValue) => RankRange;

/** The ranks from `start` to `stop`, both included. Negative ones count from the end. */
export function rankSelection(start: string, stop: string): Selection {
  const [first, last] = [integer(start), integer(stop)];
  return (set) => clampRange(first, last, set.size);
}

/** The scores from `min` to `max`; a bound that begins with `(` is not included. */
export function scoreSelection(min: string, max: string): Selection {
  const [from, to] = [scoreCut(min, "min"), scoreCut(max, "max")];
  return (set) => set.scoreRange(from, to);
}

/**
 * The members from `min` to `max`: `[` before an included member, `(` before an excluded one, `-` and `+` for the ends.
 */
export function memberSelection(min: string, max: string): Selection {
  const [from, to] = [memberCut(min, "min"), memberCut(max, "max")];
  return (set) => set.memberRange(from, to);
}

/**
 * The cut of a bound. Elements with the bound's own score lie after the cut of an included minimum, and before that of
 * an included maximum.
 */
function scoreCut(word: string, end: "min" | "max"): ScoreCut {
  const exclusive = word.startsWith("(");
  const score = parseBound(exclusive ? word.slice(1) : word);
  if (score === undefined) throw sortedSetErrors.MIN_MAX_NOT_FLOAT;
  return { score, after: exclusive === (end === "min") };
}

/**
 * The score of a bound, read by C's strtod: leading spaces are skipped, an empty text is 0, a number that is too large
 * is infinite, and a zero byte ends the text. Undefined for any other text.
 */
function parseBound(word: string): number | undefined {
  const zero = word.indexOf("\0");
  const text = zero < 0 ? word : word.slice(0, zero);
  if (text === "") return 0;
  const trimmed = text.replace(/^[ \t-\r]+/, "");
  return parseDouble(trimmed) ?? beyondDouble(trimmed);
}

function beyondDouble(text: string): number | undefined {
  return /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)e[+-]?[0-9]+$/i.test(text) ? Number(text) : undefined;
}

function memberCut(word: string, end: "min" | "max"): MemberCut {
  if (word === "-") return { member: "", after: false };
  if (word === "+") return "end";
  const exclusive = word.startsWith("(");
  if (!exclusive && !word.startsWith("[")) throw sortedSetErrors.MIN_MAX_NOT_LEX;
  return { member: word.slice(1), after: exclusive === (end === "min") };
}

type Order = "rank" | "score" | "member";

/** The properties of a range that a command's name fixes. An undefined one may be chosen by an option. */
export interface RangeForm {
  readonly by?: Order;
  readonly reverse?: boolean;
  /** Whether the command stores the range, and so takes no WITHSCORES. */
  readonly stores?: boolean;
}

/** A range and how to answer it. */
interface RangeQuery {
  /** The ranks to answer, in a given set. */
  readonly select: Selection;
  readonly reverse: boolean;
  readonly withScores: boolean;
}

/** Reads `min max [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]`, beginning at word `at`. */
export function parseRange(words: readonly string[], at: number, form: RangeForm): RangeQuery {
  let { by, reverse } = form;
  let withScores = false;
  let [offset, count] = [0, -1];
  for (let i = at + 2; i < words.length; i++) {
    const option = words[i]!.toUpperCase();
    if (option === "WITHSCORES" && form.stores !== true) {
      withScores = true;
    } else if (option === "LIMIT" && i + 2 < words.length) {
      offset = integer(words[i + 1]!);
      count = integer(words[i + 2]!);
      i += 2;
    } else if (option === "REV" && reverse === undefined) {
      reverse = true;
    } else if (option === "BYSCORE" && by === undefined) {
      by = "score";
    } else if (option === "BYLEX" && by === undefined) {
      by = "member";
    } else {
      throw errors.SYNTAX;
    }
  }
  const query = { reverse: reverse ?? false, withScores };
  const [first, second] = [words[at]!, words[at + 1]!];
  if (by === undefined || by === "rank") {
    // Redis refuses LIMIT by rank. The hosted service allows it, except for ZREVRANGE.
    if (by === "rank" && count !== -1) throw sortedSetErrors.LIMIT_BY_RANK;
    const ranks = fromEnd(rankSelection(first, second), query.reverse);
    return { ...query, select: limited(ranks, query.reverse, offset, count) };
  }
  if (withScores && by === "member") throw sortedSetErrors.SCORES_BY_LEX;
  const [min, max] = query.reverse ? [second, first] : [first, second];
  const selection = by === "score" ? scoreSelection(min, max) : memberSelection(min, max);
  return { ...query, select: limited(selection, query.reverse, offset, count) };
}

/** Ranks counted from the other end when `reverse`. */
function fromEnd(selection: Selection, reverse: boolean): Selection {
  if (!reverse) return selection;
  return (set) => {
    const { start, end } = selection(set);
    return { start: set.size - end, end: set.size - start };
  };
}

/** At most `count` elements after `offset`; a negative count is no limit, a negative offset leaves nothing. */
function limited(selection: Selection, reverse: boolean, offset: number, count: number): Selection {
  if (offset === 0 && count < 0) return selection;
  return (set) => {
    const { start, end } = selection(set);
    const skipped = offset < 0 ? end - start : Math.min(offset, end - start);
    const taken = count < 0 ? end - start - skipped : Math.min(count, end - start - skipped);
    return reverse
      ? { start: end - skipped - taken, end: end - skipped }
      : { start: start + skipped, end: start + skipped + taken };
  };
}
