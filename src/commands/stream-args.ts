/** Helpers of the stream commands: reading IDs, ranges and trim clauses, and finding a group. */
import * as errors from "../core/errors.ts";
import * as streamErrors from "../core/errors/stream.ts";
import { UINT64_MAX } from "../core/numbers.ts";
import type { Reply } from "../core/reply.ts";
import type { Context } from "../engine/context.ts";
import type { IdEntry } from "../data/types/id-map.ts";
import type { StreamValue } from "../data/types/stream.ts";
import type { References, TrimRule } from "../data/types/stream.ts";
import type { Fields } from "../data/types/stream-node.ts";
import type { ConsumerGroup } from "../data/types/stream-group.ts";
import {
  formatId,
  formatIdOf,
  MAX_ID,
  MIN_ID,
  nextId,
  parseId,
  parseUint64,
  previousId,
} from "../data/types/stream-id.ts";
import type { StreamId, Uint64 } from "../data/types/stream-id.ts";
import { integer, isOption } from "./args.ts";

/** The most entries that approximate trimming removes when no LIMIT is given: a hundred nodes, within these bounds. */
const DEFAULT_LIMIT_NODES = 100;
const DEFAULT_LIMIT_UNBOUNDED = 10_000;
const DEFAULT_LIMIT_MAX = 1_000_000;

/** An ID, `ms-seq`, or `ms` alone with the sequence number `missingSeq`. Throws for another word. */
export function streamId(word: string, missingSeq: Uint64 = 0): StreamId {
  const id = parseId(word, missingSeq);
  if (id === undefined) throw streamErrors.INVALID_ID;
  return id;
}

/** An ID as a bound, where `-` is the smallest and `+` the largest. `ms` alone has the sequence number `missingSeq`. */
export function boundId(word: string, missingSeq: Uint64): StreamId {
  return word === "-" ? MIN_ID : word === "+" ? MAX_ID : streamId(word, missingSeq);
}

/** The first ID of a range. `(` excludes the ID that follows. */
export function rangeStart(word: string): StreamId {
  if (word.length < 2 || word[0] !== "(") return boundId(word, 0);
  const start = nextId(streamId(word.slice(1), 0));
  if (start === undefined) throw streamErrors.BAD_START;
  return start;
}

/** The last ID of a range. `(` excludes the ID that follows; `ms` alone includes the whole millisecond. */
export function rangeEnd(word: string): StreamId {
  if (word.length < 2 || word[0] !== "(") return boundId(word, UINT64_MAX);
  const end = previousId(streamId(word.slice(1), UINT64_MAX));
  if (end === undefined) throw streamErrors.BAD_END;
  return end;
}

/**
 * The ID for XADD: `*` for one that the server chooses, or an ID, whose sequence number the server chooses if
 * `autoSeq`.
 */
export type NewId = "*" | { readonly id: StreamId; readonly autoSeq: boolean };

/** The ID for XADD that a word names. Throws for a word that is none. */
function newId(word: string): NewId {
  if (word === "*") return word;
  const autoSeq = word.endsWith("-*");
  if (!autoSeq) return { id: streamId(word), autoSeq };
  const ms = parseUint64(word.slice(0, -2));
  if (ms === undefined) throw streamErrors.INVALID_ID;
  return { id: { ms, seq: 0 }, autoSeq };
}

interface TrimOptions {
  readonly rule: TrimRule | undefined;
  readonly noMkStream: boolean;
  /** The ID that XADD gives, which ends the options; `*` when there is none. */
  readonly id: NewId;
  /** The first word that is not an option. */
  readonly next: number;
}

/**
 * The options of XADD and XTRIM from word 2. XADD's end at the first word that is none; to XTRIM such a word is a syntax
 * error, and a trim clause is not optional.
 */
export function trimOptions(context: Context, words: readonly string[], command: "XADD" | "XTRIM"): TrimOptions {
  let threshold: number | StreamId | undefined;
  let approximate = false;
  let limit: number | undefined;
  let references: References | undefined;
  let noMkStream = false;
  let id: NewId = "*";
  let i = 2;
  for (; i < words.length; i++) {
    const option = words[i]!.toUpperCase();
    const more = words.length - 1 - i;
    if ((option === "MAXLEN" || option === "MINID") && more > 0) {
      if (threshold !== undefined) throw streamErrors.TWO_STRATEGIES;
      const operator = more > 1 ? words[i + 1] : undefined;
      approximate = operator === "~";
      if (operator === "~" || operator === "=") i++;
      threshold = option === "MINID" ? streamId(words[++i]!) : integer(words[++i]!);
      if (typeof threshold === "number" && threshold < 0) throw streamErrors.MAXLEN_NEGATIVE;
    } else if (option === "LIMIT" && more > 0) {
      limit = integer(words[++i]!);
      if (limit < 0) throw streamErrors.LIMIT_NEGATIVE;
    } else if (isReferences(option)) {
      if ((references ?? option) !== option) throw errors.SYNTAX;
      references = option;
    } else if (option === "NOMKSTREAM" && command === "XADD") {
      noMkStream = true;
    } else if (command === "XADD") {
      // As in Redis, a bad ID comes before what is wrong with the options together.
      id = newId(words[i]!);
      break;
    } else {
      throw errors.SYNTAX;
    }
  }
  if (threshold === undefined && (limit ?? 0) > 0) throw streamErrors.LIMIT_ALONE;
  if (threshold === undefined && command === "XTRIM") throw streamErrors.STRATEGY_MISSING;
  if (limit !== undefined && !approximate) throw streamErrors.LIMIT_EXACT;
  if (threshold === undefined) return { rule: undefined, noMkStream, id, next: i };
  limit ??= approximate ? defaultLimit(context) : 0;
  return { rule: { threshold, approximate, limit, references: references ?? "KEEPREF" }, noMkStream, id, next: i };
}

function defaultLimit({ engine }: Context): number {
  const entries = engine.parameters.encodingBounds.streamNodeEntriesMax * DEFAULT_LIMIT_NODES;
  return entries === 0 ? DEFAULT_LIMIT_UNBOUNDED : Math.min(entries, DEFAULT_LIMIT_MAX);
}

/** Whether an upper-case word is KEEPREF, DELREF or ACKED, which decide about references to removed entries. */
function isReferences(word: string): word is References {
  return word === "KEEPREF" || word === "DELREF" || word === "ACKED";
}

/** Reads `[KEEPREF | DELREF | ACKED] IDS numids id [id …]` from word `from` on, the two parts in any order. */
export function referencesAndIds(words: readonly string[], from: number): { references: References; ids: StreamId[] } {
  let references: References | undefined;
  let ids: StreamId[] | undefined;
  for (let i = from; i < words.length; i++) {
    const option = words[i]!.toUpperCase();
    if (isReferences(option) && references === undefined) {
      references = option;
    } else if (option === "IDS" && ids === undefined && i + 1 < words.length) {
      const count = integer(words[++i]!, streamErrors.ID_COUNT_NOT_POSITIVE);
      if (count < 1) throw streamErrors.ID_COUNT_NOT_POSITIVE;
      if (count > words.length - 1 - i) throw streamErrors.ID_COUNT_WRONG;
      ids = words.slice(i + 1, i + 1 + count).map((word) => streamId(word));
      i += count;
    } else {
      throw errors.SYNTAX;
    }
  }
  if (ids === undefined) throw errors.SYNTAX;
  return { references: references ?? "KEEPREF", ids };
}

/** Reads `[COUNT count]` from word `from` to the end; undefined when there is no such word. */
export function countOption(words: readonly string[], from: number): number | undefined {
  let count: number | undefined;
  for (let i = from; i < words.length; i++) {
    if (!isOption(words[i], "COUNT") || i + 1 === words.length) throw errors.SYNTAX;
    count = Math.max(0, integer(words[++i]!));
  }
  return count;
}

/** A group and the stream it belongs to. */
export interface StreamGroup {
  readonly stream: StreamValue;
  readonly group: ConsumerGroup;
}

/** The group `name` of a stream that was looked up at `key`. Throws NOGROUP when either does not exist. */
export function groupOf(stream: StreamValue | undefined, key: string, name: string): StreamGroup {
  const group = stream?.groups.get(name);
  if (stream === undefined || group === undefined) throw streamErrors.noGroup(key, name);
  return { stream, group };
}

/** An entry as a reply: its ID, and its fields and values, alternating. */
export function entryReply({ id, value }: IdEntry<Fields>): Reply {
  return [formatId(id), value];
}

/** The entries from `start` to `end`, both included, at most `count`, as replies. */
export function rangeReply(
  stream: StreamValue,
  start: StreamId,
  end: StreamId,
  count: number,
  reverse = false,
): Reply[] {
  return stream.entries.collect(start, end, count, reverse, (ms, seq, fields) => [formatIdOf(ms, seq), fields]);
}

/** The entries of a map in the order of their names, as replies list them. */
export function byName<T>(map: ReadonlyMap<string, T>): [name: string, value: T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
