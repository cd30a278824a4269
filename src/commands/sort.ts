// SORT and SORT_RO of the generic group: they read lists, sets and sorted sets, and by their patterns any string or hash.
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

// Which keys the patterns name, only the elements tell.
const READ = [key("RO access"), unknownKeys("RO access")];
const STORED = [...READ, unknownKeys("OW update")];
const ACL = { acl: "set sortedset list dangerous", readsUnnamedKeys: hasPatterns };
const SORT = { ...ACL, findKeys: sortKeys };

export const sortCommands = commandTable("generic", [
  row("SORT", -2, "write denyoom", STORED, "1.0.0", sort, "Sorts a list, a set or a sorted set; may store it.", SORT),
  row("SORT_RO", -2, "readonly", READ, "7.0.0", sortRo, "Sorts a list, a set or a sorted set.", ACL),
]);

/** Words that follow an option. */
const OPERANDS: Readonly<Record<string, number>> = { BY: 1, GET: 1, LIMIT: 2 };

/** STORE stands behind any number of other options; the last one counts. */
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

/** BY and GET name keys by a pattern, and which these are only the elements tell. */
function hasPatterns(words: readonly string[]): boolean {
  return words.some((word, i) => i > 2 && word.includes("*") && /^(?:by|get)$/i.test(words[i - 1]!));
}

interface SortOptions {
  descending: boolean;
  alpha: boolean;
  /** Elements to leave out at the front. */
  offset: number;
  /** Elements to answer; negative for all. */
  count: number;
  /** What to compare in place of the element. */
  by: string | undefined;
  /** Not to sort at all: some BY had a pattern without a star, which is the same for every element. */
  asIs: boolean;
  /** What to answer in place of each element. */
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

/** Patterns may name any key, whatever keys the user may read. */
function refuseUnlessAllKeys({ command, session }: Context, words: Words, option: string): void {
  const { user } = session;
  if (!user.isUnrestricted && !user.readsAllKeys(command, words)) throw genericErrors.sortPatternDenied(option);
}

/** The elements of the key, sorted and cut, or what GET asks for in their place. */
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
  // What is stored, or what a script sees, must not depend on the order of a set: a repetition may hold it in another.
  const bySetOrder = isSet && options.store === undefined && !context.session.isScript;
  if (isSet && !bySetOrder) elements.sort(compareBytes);
  if (asIs) return descending && !bySetOrder ? elements.reverse() : elements;
  const pattern = by === undefined ? undefined : parsePattern(by);
  const weightOf = (element: string) => (pattern === undefined ? element : lookUp(context, pattern, element));
  const sign = descending ? -1 : 1;
  return options.alpha ? sortByText(elements, weightOf, sign) : sortByNumber(elements, weightOf, sign);
}

type Weigh = (element: string) => string | undefined;

/** By bytes; elements without a weight come first. The order of equal weights stays as it is. */
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

/** By number, a missing one being 0; equal numbers by the bytes of the element. Throws when a weight is no number. */
function sortByNumber(elements: readonly string[], weightOf: Weigh, sign: number): string[] {
  const weighed = elements.map((element) => ({ element, weight: weightAsNumber(weightOf(element) ?? "") }));
  weighed.sort((a, b) => {
    if (a.weight !== b.weight) return a.weight < b.weight ? -sign : sign;
    return sign * compareBytes(a.element, b.element);
  });
  return weighed.map(({ element }) => element);
}

/** C's strtod, which ends at a zero byte, skips white space in front, and takes nothing at all for 0. */
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
  /** Undefined when there is no star: such a pattern names no key. */
  readonly prefix: string | undefined;
  readonly suffix: string;
  readonly field: string | undefined;
}

function parsePattern(pattern: string): Pattern {
  const star = pattern.indexOf("*");
  if (star < 0) return { isElement: pattern === "#", prefix: undefined, suffix: "", field: undefined };
  const arrow = pattern.indexOf("->", star + 1);
  // An arrow without a field behind it is part of the key.
  const hasField = arrow >= 0 && arrow + 2 < pattern.length;
  return {
    isElement: false,
    prefix: pattern.slice(0, star),
    suffix: pattern.slice(star + 1, hasField ? arrow : undefined),
    field: hasField ? pattern.slice(arrow + 2) : undefined,
  };
}

/** The string or the hash's field that a pattern names for an element; undefined when there is none. */
function lookUp(context: Context, { isElement, prefix, suffix, field }: Pattern, element: string): string | undefined {
  if (isElement) return element;
  if (prefix === undefined) return undefined;
  const name = prefix + element + suffix;
  const value = context.db.readValue(name);
  if (field !== undefined) return value instanceof HashValue ? value.get(field) : undefined;
  return asByteString(value);
}

/** Stores the elements as a list, missing ones as the empty string; an empty result removes the destination. */
function storeSorted(context: Context, destination: string, sorted: readonly (string | null)[]): Reply {
  if (sorted.length > 0) {
    context.db.set(destination, ListValue.from(sorted.map((element) => element ?? "")));
    context.changed(EventClass.LIST, "sortstore", destination);
  } else {
    context.delete(destination);
  }
  return sorted.length;
}
