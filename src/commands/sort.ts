// SORT and SORT_RO of the generic group. They read a list, set or sorted set and, by patterns, any string or hash.
import { compareBytes } from "../core/bytes.ts";
import { key, unknownKeys } from "../core/command-spec.ts";
import type { KeyPosition } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as genericErrors from "../core/errors/generic.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { parseDouble } from "../core/numbers.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { HashValue } from "../data/types/hash.ts";
import { ListValue } from "../data/types/list.ts";
import { SetValue } from "../data/types/set.ts";
import { SortedSetValue } from "../data/types/sorted-set.ts";
import { asByteString } from "../data/value.ts";
import type { Value } from "../data/value.ts";
import { integer } from "./args.ts";

// The keys that patterns name depend on the elements.
const READ = [key("RO access"), unknownKeys("RO access")];
const STORED = [...READ, unknownKeys("OW update")];
const ACL = { acl: "set sortedset list dangerous", readsUnnamedKeys: hasPatterns };
const SORT = { ...ACL, findKeys: sortKeys };

export const sortCommands = commandTable("generic", [
  row("SORT", -2, "write denyoom", STORED, "1.0.0", sort, "Sorts a list, a set or a sorted set; may store it.", SORT),
  row("SORT_RO", -2, "readonly", READ, "7.0.0", sortRo, "Sorts a list, a set or a sorted set.", ACL),
]);

/** The number of words that follow an option. */
const OPERANDS: Readonly<Record<string, number>> = { BY: 1, GET: 1, LIMIT: 2 };

/** The keys of SORT: the source, and the destination of the last STORE among the options. */
function sortKeys(words: readonly string[]): KeyPosition[] {
  let destination = 0;
  for (let i = 2; i < words.length - 1; i++) {
    const option = words[i]!.toUpperCase();
    if (option === "STORE") destination = ++i;
    else i += OPERANDS[option] ?? 0;
  }
  const source = { index: 1, flags: "RO access" };
  return destination === 0 ? [source] : [source, { index: destination, flags: "OW update" }];
}

/** Whether BY or GET has a pattern, which names keys that depend on the elements. */
function hasPatterns(words: readonly string[]): boolean {
  return words.some((word, i) => i > 2 && word.includes("*") && /^(?:by|get)$/i.test(words[i - 1]!));
}

interface SortOptions {
  descending: boolean;
  alpha: boolean;
  /** Elements to skip. */
  offset: number;
  /** Elements to answer; negative for all. */
  count: number;
  /** The pattern of the weight to compare in place of the element. */
  by: string | undefined;
  /** Whether to keep the order: a BY had a pattern without `*`, which gives every element the same weight. */
  asIs: boolean;
  /** The patterns of what to answer in place of each element. */
  get: string[];
  store: string | undefined;
}

/**
 * SORT key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern …]] [ASC | DESC] [ALPHA] [STORE destination]
 */
function sort(context: Context, words: Words): Reply {
  const options = parseSort(context, words, true);
  const sorted = select(context, words[1], options);
  return options.store === undefined ? sorted : storeSorted(context, options.store, sorted);
}

/** SORT_RO key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern …]] [ASC | DESC] [ALPHA] */
function sortRo(context: Context, words: Words): Reply {
  return select(context, words[1], parseSort(context, words, false));
}

function parseSort(context: Context, words: Words, mayStore: boolean): SortOptions {
  const options: SortOptions = {
    descending: false,
    alpha: false,
    offset: 0,
    count: -1,
    by: undefined,
    asIs: false,
    get: [],
    store: undefined,
  };
  for (let i = 2; i < words.length; i++) {
    const option = words[i]!.toUpperCase();
    const left = words.length - 1 - i;
    if (option === "ASC" || option === "DESC") {
      options.descending = option === "DESC";
    } else if (option === "ALPHA") {
      options.alpha = true;
    } else if (option === "LIMIT" && left >= 2) {
      options.offset = integer(words[++i]!);
      options.count = integer(words[++i]!);
    } else if (option === "STORE" && left >= 1 && mayStore) {
      options.store = words[++i]!;
    } else if (option === "BY" && left >= 1) {
      options.by = words[++i]!;
      if (options.by.includes("*")) refuseUnlessAllKeys(context, words, "BY");
      options.asIs ||= !options.by.includes("*");
    } else if (option === "GET" && left >= 1) {
      refuseUnlessAllKeys(context, words, "GET");
      options.get.push(words[++i]!);
    } else {
      throw errors.SYNTAX;
    }
  }
  return options;
}

/** Throws unless the user may read every key, since a pattern can name any. */
function refuseUnlessAllKeys({ command, session }: Context, words: Words, option: string): void {
  const { user } = session;
  if (!user.isUnrestricted && !user.readsAllKeys(command, words)) throw genericErrors.sortPatternDenied(option);
}

/** The sorted elements within LIMIT, or the values that GET asks for. */
function select(context: Context, key: string, options: SortOptions): (string | null)[] {
  const value = context.db.readValue(key);
  const elements = [...elementsOf(value)];
  const sorted = inOrder(context, elements, value instanceof SetValue, options);
  const start = Math.max(0, options.offset);
  const chosen = sorted.slice(start, options.count < 0 ? undefined : start + options.count);
  if (options.get.length === 0) return chosen;
  const patterns = options.get.map(parsePattern);
  return chosen.flatMap((element) => patterns.map((pattern) => lookUp(context, pattern, element) ?? null));
}

function elementsOf(value: Value | undefined): Iterable<string> {
  if (value === undefined) return [];
  if (value instanceof ListValue || value instanceof SetValue) return value.values();
  if (value instanceof SortedSetValue) return value.members();
  throw errors.WRONG_TYPE;
}

function inOrder(context: Context, elements: string[], isSet: boolean, options: SortOptions): readonly string[] {
  const { asIs, by, descending } = options;
  // A replay may hold a set in another order. A stored result, or one that a script sees, must not depend on it.
  const bySetOrder = isSet && options.store === undefined && !context.session.isScript;
  if (isSet && !bySetOrder) elements.sort(compareBytes);
  if (asIs) return descending && !bySetOrder ? elements.reverse() : elements;
  const pattern = by === undefined ? undefined : parsePattern(by);
  const weightOf = (element: string) => (pattern === undefined ? element : lookUp(context, pattern, element));
  const sign = descending ? -1 : 1;
  return options.alpha ? sortByText(elements, weightOf, sign) : sortByNumber(elements, weightOf, sign);
}

type Weigh = (element: string) => string | undefined;

/** Sorts by the bytes of weights. Elements without a weight come first; equal weights keep their order. */
function sortByText(elements: readonly string[], weightOf: Weigh, sign: number): string[] {
  const weighed = elements.map((element) => ({ element, weight: weightOf(element) }));
  weighed.sort((a, b) => {
    if (a.weight === undefined || b.weight === undefined) {
      return sign * (Number(a.weight !== undefined) - Number(b.weight !== undefined));
    }
    return sign * compareBytes(a.weight, b.weight);
  });
  return weighed.map(({ element }) => element);
}

/**
 * Sorts by weights as numbers; a missing one is 0. Equal numbers are sorted by the bytes of the element. Throws when a
 * weight is no number.
 */
function sortByNumber(elements: readonly string[], weightOf: Weigh, sign: number): string[] {
  const weighed = elements.map((element) => ({ element, weight: weightAsNumber(weightOf(element) ?? "") }));
  weighed.sort((a, b) => {
    if (a.weight !== b.weight) return a.weight < b.weight ? -sign : sign;
    return sign * compareBytes(a.element, b.element);
  });
  return weighed.map(({ element }) => element);
}

/**
 * A weight as a number, like C's strtod: it ends at a zero byte, skips leading white space, and reads an empty text as
 * 0.
 */
function weightAsNumber(text: string): number {
  const end = text.indexOf("\0");
  const read = end < 0 ? text : text.slice(0, end);
  if (read === "") return 0;
  const value = parseDouble(read.replace(/^[ \t-\r]+/, ""));
  if (value === undefined) throw genericErrors.WEIGHT_NOT_DOUBLE;
  return value;
}

/** A pattern of BY or GET: `#` for the element itself, `prefix*suffix` for a key, and `->field` for a hash's field. */
interface Pattern {
  readonly isElement: boolean;
  /** Undefined without `*`: such a pattern names no key. */
  readonly prefix: string | undefined;
  readonly suffix: string;
  readonly field: string | undefined;
}

function parsePattern(pattern: string): Pattern {
  const star = pattern.indexOf("*");
  if (star < 0) return { isElement: pattern === "#", prefix: undefined, suffix: "", field: undefined };
  const arrow = pattern.indexOf("->", star + 1);
  // An arrow at the end of the pattern is part of the key.
  const hasField = arrow >= 0 && arrow + 2 < pattern.length;
  return {
    isElement: false,
    prefix: pattern.slice(0, star),
    suffix: pattern.slice(star + 1, hasField ? arrow : undefined),
    field: hasField ? pattern.slice(arrow + 2) : undefined,
  };
}

/** The string, or the field of a hash, that a pattern names for an element; undefined when there is none. */
function lookUp(context: Context, { isElement, prefix, suffix, field }: Pattern, element: string): string | undefined {
  if (isElement) return element;
  if (prefix === undefined) return undefined;
  const name = prefix + element + suffix;
  const value = context.db.readValue(name);
  if (field !== undefined) return value instanceof HashValue ? value.get(field) : undefined;
  return asByteString(value);
}

/** Stores elements as a list, a missing one as an empty string. An empty result removes the destination. */
function storeSorted(context: Context, destination: string, sorted: readonly (string | null)[]): Reply {
  if (sorted.length > 0) {
    context.db.set(destination, ListValue.from(sorted.map((element) => element ?? "")));
    context.changed(EventClass.LIST, "sortstore", destination);
  } else {
    context.delete(destination);
  }
  return sorted.length;
}
