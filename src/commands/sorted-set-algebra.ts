/** Union, intersection and difference of sorted sets. A set counts as a sorted set whose scores are 1. */
import * as errors from "../core/errors.ts";
import * as sortedSetErrors from "../core/errors/sorted-set.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { Double, Pairs } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { MemberScores } from "../data/types/member-scores.ts";
import { RankedTree } from "../data/types/ranked-tree.ts";
import { SetValue } from "../data/types/set.ts";
import { SortedSetValue } from "../data/types/sorted-set.ts";
import { double, integer, integerWithin, isOption } from "./args.ts";

type Entry = readonly [member: string, score: number];
type Entries = Iterable<Entry>;
type Aggregate = (a: number, b: number) => number;

const AGGREGATES: ReadonlyMap<string, Aggregate> = new Map([
  // The sum of opposite infinities is 0, as in Redis.
  ["SUM", (a: number, b: number) => orZero(a + b)],
  ["MIN", (a: number, b: number) => (b < a ? b : a)],
  ["MAX", (a: number, b: number) => (b > a ? b : a)],
]);
const SUM = AGGREGATES.get("SUM")!;

function orZero(score: number): number {
  return Number.isNaN(score) ? 0 : score;
}

interface Source {
  /** Undefined for a missing key, which counts as an empty set. */
  readonly set: SortedSetValue | SetValue | undefined;
  weight: number;
}

/** The sets to combine, and how. */
interface Plan {
  readonly sources: readonly Source[];
  readonly aggregate: Aggregate;
  readonly withScores: boolean;
}

/** The options that may follow the keys. */
interface Form {
  /** WEIGHTS and AGGREGATE. */
  readonly weighted: boolean;
  /** WITHSCORES. */
  readonly scored: boolean;
}

/** ZUNION numkeys key [key …] [WEIGHTS weight [weight …]] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES] */
export function zunion(context: Context, words: Words): Reply {
  const plan = parsePlan(context, words, 1, { weighted: true, scored: true });
  return answer(union(plan), plan.withScores);
}

/** ZINTER numkeys key [key …] [WEIGHTS weight [weight …]] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES] */
export function zinter(context: Context, words: Words): Reply {
  const plan = parsePlan(context, words, 1, { weighted: true, scored: true });
  return answer(intersection(plan), plan.withScores);
}

/** ZDIFF numkeys key [key …] [WITHSCORES] */
export function zdiff(context: Context, words: Words): Reply {
  const plan = parsePlan(context, words, 1, { weighted: false, scored: true });
  return answer(difference(plan), plan.withScores);
}

/** ZUNIONSTORE destination numkeys key [key …] [WEIGHTS weight [weight …]] [AGGREGATE <SUM | MIN | MAX>] */
export function zunionstore(context: Context, words: Words): Reply {
  const plan = parsePlan(context, words, 2, { weighted: true, scored: false });
  return storeSortedSet(context, words[1], SortedSetValue.from(union(plan)), "zunionstore");
}

/** ZINTERSTORE destination numkeys key [key …] [WEIGHTS weight [weight …]] [AGGREGATE <SUM | MIN | MAX>] */
export function zinterstore(context: Context, words: Words): Reply {
  const plan = parsePlan(context, words, 2, { weighted: true, scored: false });
  return storeSortedSet(context, words[1], SortedSetValue.from(intersection(plan)), "zinterstore");
}

/** ZDIFFSTORE destination numkeys key [key …] */
export function zdiffstore(context: Context, words: Words): Reply {
  const plan = parsePlan(context, words, 2, { weighted: false, scored: false });
  return storeSortedSet(context, words[1], SortedSetValue.from(difference(plan)), "zdiffstore");
}

/** ZINTERCARD numkeys key [key …] [LIMIT limit] */
export function zintercard(context: Context, words: Words): Reply {
  const { sources, next } = readSources(context, words, 1);
  let limit = 0;
  for (let i = next; i < words.length; i += 2) {
    if (!isOption(words[i], "LIMIT") || i + 1 === words.length) throw errors.SYNTAX;
    limit = integerWithin(words[i + 1]!, 0, Infinity, errors.LIMIT_NEGATIVE);
  }
  let count = 0;
  const common = intersection({ sources, aggregate: SUM, withScores: false });
  while (common.next().done !== true) if (++count === limit) break;
  return count;
}

/** Stores a sorted set, replacing any value at the key. An empty one removes the key. Answers the set's size. */
export function storeSortedSet(context: Context, key: string, set: SortedSetValue, event: string): number {
  if (set.size > 0) {
    context.db.set(key, set);
    context.changed(EventClass.SORTED_SET, event, key);
  } else {
    context.delete(key);
  }
  return set.size;
}

/** Looks up the keys, then reads the options: as in Redis, a key of the wrong type is the first error. */
function parsePlan(context: Context, words: Words, at: number, form: Form): Plan {
  const { sources, next } = readSources(context, words, at);
  let aggregate = SUM;
  let withScores = false;
  for (let i = next; i < words.length; i++) {
    const option = words[i]!.toUpperCase();
    if (option === "WEIGHTS" && form.weighted && i + sources.length < words.length) {
      for (const source of sources) source.weight = double(words[++i]!, sortedSetErrors.WEIGHT_NOT_FLOAT);
    } else if (option === "AGGREGATE" && form.weighted && i + 1 < words.length) {
      const named = AGGREGATES.get(words[++i]!.toUpperCase());
      if (named === undefined) throw errors.SYNTAX;
      aggregate = named;
    } else if (option === "WITHSCORES" && form.scored) {
      withScores = true;
    } else {
      throw errors.SYNTAX;
    }
  }
  return { sources, aggregate, withScores };
}

/** The sets of the keys that word `at` counts; `next` is the word after the last key. */
function readSources(context: Context, words: Words, at: number): { sources: Source[]; next: number } {
  const count = integer(words[at]!);
  if (count < 1) throw sortedSetErrors.noInputKeys(words[0]);
  const next = at + 1 + count;
  if (next > words.length) throw errors.SYNTAX;
  return { sources: words.slice(at + 1, next).map((key) => ({ set: readSet(context, key), weight: 1 })), next };
}

function readSet(context: Context, key: string): Source["set"] {
  const value = context.db.readValue(key);
  if (value === undefined || value instanceof SortedSetValue || value instanceof SetValue) return value;
  throw errors.WRONG_TYPE;
}

/** The result as a reply, in order. It is sorted without the index of a sorted set, since no member is looked up. */
function answer(entries: Entries, withScores: boolean): Reply {
  const order = new RankedTree();
  for (const [member, score] of entries) order.insert(score, member);
  const items: Reply[] = [];
  if (!withScores) {
    order.forEach(0, order.size, false, (member) => items.push(member));
    return items;
  }
  order.forEach(0, order.size, false, (member, score) => items.push(member, new Double(score)));
  return new Pairs(items);
}

function bySize(sources: readonly Source[]): Source[] {
  return sources.toSorted((a, b) => (a.set?.size ?? 0) - (b.set?.size ?? 0));
}

function union({ sources, aggregate }: Plan): Entries {
  const scores = new MemberScores();
  for (const { set, weight } of bySize(sources)) {
    for (const [member, score] of entriesOf(set)) {
      const weighted = orZero(weight * score);
      const slot = scores.find(member);
      if (slot === undefined) scores.add(member, weighted);
      else scores.setScoreAt(slot, aggregate(scores.scoreAt(slot), weighted));
    }
  }
  return scores.entries();
}

/** Visits the smallest set and asks the others. */
function* intersection({ sources, aggregate }: Plan): Generator<Entry, void, undefined> {
  const [smallest, ...others] = bySize(sources);
  for (const [member, score] of entriesOf(smallest!.set)) {
    let total: number | undefined = orZero(smallest!.weight * score);
    for (const { set, weight } of others) {
      const other = scoreIn(set, member);
      total = other === undefined ? undefined : aggregate(total, weight * other);
      if (total === undefined) break;
    }
    if (total !== undefined) yield [member, total];
  }
}

function* difference({ sources }: Plan): Generator<Entry, void, undefined> {
  const [first, ...others] = sources;
  for (const entry of entriesOf(first!.set)) {
    if (!others.some(({ set }) => scoreIn(set, entry[0]) !== undefined)) yield entry;
  }
}

function scoreIn(set: Source["set"], member: string): number | undefined {
  if (set instanceof SortedSetValue) return set.score(member);
  return set?.has(member) === true ? 1 : undefined;
}

function* entriesOf(set: Source["set"]): Generator<Entry, void, undefined> {
  if (set instanceof SortedSetValue) yield* set.entries();
  else if (set !== undefined) for (const member of set.values()) yield [member, 1];
}
