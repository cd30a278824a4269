// Commands from https://redis.io/docs/latest/commands/?group=sorted-set; WITHSCORE of ZRANK is Redis 7.2's.
import { countedKeys, key, keyRange } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as sortedSetErrors from "../core/errors/sorted-set.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { formatDouble } from "../core/numbers.ts";
import { Double, EMPTY_ARRAY, NULL_ARRAY, Pairs } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { WaitRequest } from "../engine/blocking.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { SortedSetValue } from "../data/types/sorted-set.ts";
import { double, integerWithin, isOption, multiPop, timeoutSeconds } from "./args.ts";
import { sampleCount, sampleSlots } from "./sampling.ts";
import { parseScan, scanPage, scanReply } from "./scan-args.ts";
import * as algebra from "./sorted-set-algebra.ts";
import * as range from "./sorted-set-range.ts";

const PEEK = key("RO");
const READ = key("RO access");
const ADD = key("RW update");
const UPDATE = key("RW access update");
const REMOVE = key("RW delete");
const POP = key("RW access delete");
const READ_SETS = countedKeys("RO access");
const POP_SETS = countedKeys("RW access delete");
const UNTIL_TIMEOUT = keyRange("RW access delete", 1, -2);
const AFTER_TIMEOUT = countedKeys("RW access delete", 2);
const STORE_RANGE = [key("OW update"), key("RO access", 2)];
const STORE = [key("OW update"), countedKeys("RO access", 2)];
const BLOCKING_POP = "write blocking fast";
const BLOCKING = { rest: "no", timeout: { at: -1, unit: "s" } } as const;
const TIMEOUT_FIRST = { rest: "no", timeout: { at: 1, unit: "s" } } as const;

export const sortedSetCommands = commandTable("sorted-set", [
  row("BZMPOP", -5, "write blocking", AFTER_TIMEOUT, "7.0.0", bzmpop, "Pops members, or waits.", TIMEOUT_FIRST),
  row("BZPOPMAX", -3, BLOCKING_POP, UNTIL_TIMEOUT, "5.0.0", bzpopmax, "Pops the highest member, or waits.", BLOCKING),
  row("BZPOPMIN", -3, BLOCKING_POP, UNTIL_TIMEOUT, "5.0.0", bzpopmin, "Pops the lowest member, or waits.", BLOCKING),
  row("ZADD", -4, "write denyoom fast", ADD, "1.2.0", zadd, "Adds members, or updates their scores."),
  row("ZCARD", 2, "readonly fast", PEEK, "1.2.0", zcard, "Returns the number of members."),
  row("ZCOUNT", 4, "readonly fast", READ, "2.0.0", range.zcount, "Counts the members in a range of scores."),
  row("ZDIFF", -3, "readonly", READ_SETS, "6.2.0", algebra.zdiff, "Returns the difference of sorted sets."),
  row("ZDIFFSTORE", -4, "write denyoom", STORE, "6.2.0", algebra.zdiffstore, "Stores the difference of sorted sets."),
  row("ZINCRBY", 4, "write denyoom fast", UPDATE, "1.2.0", zincrby, "Adds to the score of a member."),
  row("ZINTER", -3, "readonly", READ_SETS, "6.2.0", algebra.zinter, "Returns the intersection of sorted sets."),
  row("ZINTERCARD", -3, "readonly", READ_SETS, "7.0.0", algebra.zintercard, "Counts the intersection of sorted sets."),
  row("ZINTERSTORE", -4, "write denyoom", STORE, "2.0.0", algebra.zinterstore, "Stores the intersection."),
  row("ZLEXCOUNT", 4, "readonly fast", READ, "2.8.9", range.zlexcount, "Counts the members in a range of members."),
  row("ZMPOP", -4, "write", POP_SETS, "7.0.0", zmpop, "Pops from the first sorted set that has members."),
  row("ZMSCORE", -3, "readonly fast", READ, "6.2.0", zmscore, "Returns the scores of members."),
  row("ZPOPMAX", -2, "write fast", POP, "5.0.0", zpopmax, "Pops the members with the highest scores."),
  row("ZPOPMIN", -2, "write fast", POP, "5.0.0", zpopmin, "Pops the members with the lowest scores."),
  row("ZRANDMEMBER", -2, "readonly ~", READ, "6.2.0", zrandmember, "Returns random members."),
  row("ZRANGE", -4, "readonly", READ, "1.2.0", range.zrange, "Returns members in a range of ranks, scores or members."),
  row("ZRANGEBYLEX", -4, "readonly", READ, "2.8.9", range.zrangebylex, "Returns members in a range of members."),
  row("ZRANGEBYSCORE", -4, "readonly", READ, "1.0.5", range.zrangebyscore, "Returns members in a range of scores."),
  row("ZRANGESTORE", -5, "write denyoom", STORE_RANGE, "6.2.0", range.zrangestore, "Stores members in a range."),
  row("ZRANK", -3, "readonly fast", READ, "2.0.0", zrank, "Returns the rank of a member, from the lowest."),
  row("ZREM", -3, "write fast", REMOVE, "1.2.0", zrem, "Removes members."),
  row("ZREMRANGEBYLEX", 4, "write", REMOVE, "2.8.9", range.zremrangebylex, "Removes members in a range of members."),
  row("ZREMRANGEBYRANK", 4, "write", REMOVE, "2.0.0", range.zremrangebyrank, "Removes members in a range of ranks."),
  row("ZREMRANGEBYSCORE", 4, "write", REMOVE, "1.2.0", range.zremrangebyscore, "Removes members in a range of scores."),
  row("ZREVRANGE", -4, "readonly", READ, "1.2.0", range.zrevrange, "Returns members in a range of ranks, backwards."),
  row("ZREVRANGEBYLEX", -4, "readonly", READ, "2.8.9", range.zrevrangebylex, "As ZRANGEBYLEX, from the end."),
  row("ZREVRANGEBYSCORE", -4, "readonly", READ, "2.2.0", range.zrevrangebyscore, "As ZRANGEBYSCORE, from the end."),
  row("ZREVRANK", -3, "readonly fast", READ, "2.0.0", zrevrank, "Returns the rank of a member, from the highest."),
  row("ZSCAN", -3, "readonly ~", READ, "2.8.0", zscan, "Iterates over members and scores."),
  row("ZSCORE", 3, "readonly fast", READ, "1.2.0", zscore, "Returns the score of a member."),
  row("ZUNION", -3, "readonly", READ_SETS, "6.2.0", algebra.zunion, "Returns the union of sorted sets."),
  row("ZUNIONSTORE", -4, "write denyoom", STORE, "2.0.0", algebra.zunionstore, "Stores the union."),
]);

function doubleOrNull(score: number | undefined): Reply {
  return score === undefined ? null : new Double(score);
}

/** Conditions and forms of ZADD. */
interface AddOptions {
  nx: boolean;
  xx: boolean;
  gt: boolean;
  lt: boolean;
  /** Count changed members in the reply too, not only added ones. */
  ch: boolean;
  incr: boolean;
}

/** ZADD without options. */
export const PLAIN: Readonly<AddOptions> = { nx: false, xx: false, gt: false, lt: false, ch: false, incr: false };
const INCREMENT: Readonly<AddOptions> = { ...PLAIN, incr: true };

const OPTION_NAMES: ReadonlyMap<string, keyof AddOptions> = new Map(
  (["nx", "xx", "gt", "lt", "ch", "incr"] as const).map((name) => [name.toUpperCase(), name]),
);

/** ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member …] */
function zadd(context: Context, words: Words): Reply {
  let at = 2;
  let given: AddOptions | undefined;
  for (; at < words.length; at++) {
    const name = OPTION_NAMES.get(words[at]!.toUpperCase());
    if (name === undefined) break;
    given ??= { ...PLAIN };
    given[name] = true;
  }
  const rest = words.length - at;
  if (rest === 0 || rest % 2 !== 0) throw errors.SYNTAX;
  const options = given ?? PLAIN;
  const { nx, xx, gt, lt, incr } = options;
  if (nx && xx) throw sortedSetErrors.NX_AND_XX;
  if ((nx && (gt || lt)) || (gt && lt)) throw sortedSetErrors.NX_WITH_GT_OR_LT;
  if (incr && rest > 2) throw sortedSetErrors.INCREMENT_NOT_SINGLE;
  return addElements(context, words, at, options);
}

/** ZINCRBY key increment member */
function zincrby(context: Context, words: Words): Reply {
  return addElements(context, words, 2, INCREMENT);
}

/** Adds the scores and members from word `at` on. */
function addElements(context: Context, words: Words, at: number, options: Readonly<AddOptions>): Reply {
  const scores: number[] = [];
  for (let i = at; i < words.length; i += 2) scores.push(double(words[i]!));
  return addMembers(context, words, scores, at + 1, 2, options);
}

/** Adds members with these scores to the sorted set of word 1. The members are at word `first` and every `step` on. */
export function addMembers(
  context: Context,
  words: Words,
  scores: readonly number[],
  first: number,
  step: number,
  options: Readonly<AddOptions>,
): Reply {
  const key = words[1];
  const found = context.db.edit(key, SortedSetValue);
  if (found === undefined && options.xx) return options.incr ? null : 0;
  const set = found ?? new SortedSetValue();
  let [added, updated] = [0, 0];
  let last: number | undefined;
  for (let i = 0; i < scores.length; i++) {
    const member = words[first + step * i]!;
    const score = options === PLAIN ? scores[i]! : scoreToSet(set, member, scores[i]!, options);
    if (score === undefined) continue;
    last = score;
    const old = set.add(member, score);
    if (old === undefined) added++;
    else if (old !== score) updated++;
  }
  if (found === undefined) context.db.set(key, set);
  if (added + updated > 0) context.changed(EventClass.SORTED_SET, options.incr ? "zincr" : "zadd", key);
  if (options.incr) return doubleOrNull(last);
  return options.ch ? added + updated : added;
}

/** The new score of a member; undefined when the conditions do not hold. */
function scoreToSet(set: SortedSetValue, member: string, given: number, options: AddOptions): number | undefined {
  const old = set.score(member);
  if (old === undefined) return options.xx ? undefined : given;
  if (options.nx) return undefined;
  const score = options.incr ? old + given : given;
  if (Number.isNaN(score)) throw sortedSetErrors.SCORE_NAN;
  return (options.gt && score <= old) || (options.lt && score >= old) ? undefined : score;
}

/** ZREM key member [member …] */
function zrem(context: Context, words: Words): Reply {
  const key = words[1];
  const set = context.db.edit(key, SortedSetValue);
  if (set === undefined) return 0;
  let removed = 0;
  for (let i = 2; i < words.length; i++) if (set.delete(words[i]!)) removed++;
  if (removed > 0) context.changed(EventClass.SORTED_SET, "zrem", key);
  context.removeIfEmpty(key, set);
  return removed;
}

/** ZCARD key */
function zcard(context: Context, words: Words): Reply {
  return context.db.read(words[1], SortedSetValue)?.size ?? 0;
}

/** ZSCORE key member */
function zscore(context: Context, words: Words): Reply {
  return doubleOrNull(context.db.read(words[1], SortedSetValue)?.score(words[2]));
}

/** ZMSCORE key member [member …] */
function zmscore(context: Context, words: Words): Reply {
  const set = context.db.read(words[1], SortedSetValue);
  const scores: Reply[] = [];
  for (let i = 2; i < words.length; i++) scores.push(doubleOrNull(set?.score(words[i]!)));
  return scores;
}

/** ZRANK key member [WITHSCORE] */
function zrank(context: Context, words: Words): Reply {
  return rankOf(context, words, false);
}

/** ZREVRANK key member [WITHSCORE] */
function zrevrank(context: Context, words: Words): Reply {
  return rankOf(context, words, true);
}

function rankOf(context: Context, words: Words, reverse: boolean): Reply {
  const [name, key, member] = words;
  if (words.length > 4) throw errors.wrongArity(name);
  const withScore = words.length === 4;
  if (withScore && !isOption(words[3], "WITHSCORE")) throw errors.SYNTAX;
  const set = context.db.read(key, SortedSetValue);
  const lower = set?.rank(member);
  if (set === undefined || lower === undefined) return withScore ? NULL_ARRAY : null;
  const rank = reverse ? set.size - 1 - lower : lower;
  return withScore ? [rank, doubleOrNull(set.score(member))] : rank;
}

/** ZPOPMIN key [count] */
function zpopmin(context: Context, words: Words): Reply {
  return popOne(context, words, false);
}

/** ZPOPMAX key [count] */
function zpopmax(context: Context, words: Words): Reply {
  return popOne(context, words, true);
}

/** The reply is a member and its score without a count, pairs with one. */
function popOne(context: Context, words: Words, highest: boolean): Reply {
  const [, key, word] = words;
  if (words.length > 3) throw errors.SYNTAX;
  const count = words.length === 3 ? integerWithin(word, 0, Infinity, errors.NOT_POSITIVE) : undefined;
  const set = context.db.edit(key, SortedSetValue);
  if (set === undefined || count === 0) return EMPTY_ARRAY;
  const popped = pop(context, key, set, count ?? 1, highest).flat();
  return count === undefined ? popped : new Pairs(popped);
}

/** BZPOPMIN key [key …] timeout */
function bzpopmin(context: Context, words: Words): Reply {
  return blockingPop(context, words, false);
}

/** BZPOPMAX key [key …] timeout */
function bzpopmax(context: Context, words: Words): Reply {
  return blockingPop(context, words, true);
}

function blockingPop(context: Context, words: Words, highest: boolean): Reply {
  return popOrWait(context, words.slice(1, -1), words.at(-1)!, (later, key) => {
    const set = later.db.edit(key, SortedSetValue);
    if (set === undefined) return undefined;
    const popped = pop(later, key, set, 1, highest);
    later.propagate([highest ? "ZPOPMAX" : "ZPOPMIN", key]);
    return [key, ...popped.flat()];
  });
}

/** Pops from the first sorted set that exists, or waits for one. */
function popOrWait(context: Context, keys: readonly string[], timeout: string, serve: WaitRequest["serve"]): Reply {
  const timeoutMs = timeoutSeconds(timeout, context.nowMs);
  for (const key of keys) {
    const reply = serve(context, key);
    if (reply !== undefined) return reply;
  }
  return context.wait({ type: "zset", keys, timeoutMs, otherwise: NULL_ARRAY, serve });
}

/** ZMPOP numkeys key [key …] <MIN | MAX> [COUNT count] */
function zmpop(context: Context, words: Words): Reply {
  const { keys, highest, count } = sortedSetMultiPop(words, 1);
  for (const key of keys) {
    const reply = popSome(context, key, count, highest);
    if (reply !== undefined) return reply;
  }
  return NULL_ARRAY;
}

/** BZMPOP timeout numkeys key [key …] <MIN | MAX> [COUNT count] */
function bzmpop(context: Context, words: Words): Reply {
  const { keys, highest, count } = sortedSetMultiPop(words, 2);
  return popOrWait(context, keys, words[1], (later, key) => popSome(later, key, count, highest));
}

/** Pops at most `count` elements and answers them with their key; undefined when there is no such sorted set. */
function popSome(context: Context, key: string, count: number, highest: boolean): Reply | undefined {
  const set = context.db.edit(key, SortedSetValue);
  if (set === undefined) return undefined;
  const popped = pop(context, key, set, count, highest);
  context.propagate([highest ? "ZPOPMAX" : "ZPOPMIN", key, String(popped.length)]);
  return [key, popped];
}

/** The words of ZMPOP from the number of keys at word `at`. */
function sortedSetMultiPop(words: Words, at: number): { keys: readonly string[]; highest: boolean; count: number } {
  const { keys, choice, count } = multiPop(words, at, ["MIN", "MAX"]);
  return { keys, highest: choice === "MAX", count };
}

/** Removes up to `count` elements, at least one, from one end inwards, and answers them. */
function pop(context: Context, key: string, set: SortedSetValue, count: number, highest: boolean): [string, Double][] {
  const taken = Math.min(count, set.size);
  const ranks = highest ? { start: set.size - taken, end: set.size } : { start: 0, end: taken };
  const popped: [string, Double][] = [];
  set.forEach(ranks, highest, (member, score) => popped.push([member, new Double(score)]));
  set.deleteRange(ranks);
  context.changed(EventClass.SORTED_SET, highest ? "zpopmax" : "zpopmin", key);
  context.removeIfEmpty(key, set);
  return popped;
}

/** ZRANDMEMBER key [count [WITHSCORES]] */
function zrandmember(context: Context, words: Words): Reply {
  const [, key, word] = words;
  if (words.length === 2) {
    const set = context.db.read(key, SortedSetValue);
    return set === undefined ? null : set.at(context.randomBelow(set.size))[0];
  }
  const withScores = words.length === 4 && isOption(words[3], "WITHSCORES");
  const count = sampleCount(word, withScores);
  if (words.length > 3 && !withScores) throw errors.SYNTAX;
  const set = context.db.read(key, SortedSetValue);
  if (set === undefined) return EMPTY_ARRAY;
  const items: Reply[] = [];
  for (const slot of sampleSlots(context, set.size, count)) {
    const [member, score] = set.at(slot);
    items.push(member);
    if (withScores) items.push(new Double(score));
  }
  return withScores ? new Pairs(items) : items;
}

/** ZSCAN key cursor [MATCH pattern] [COUNT count] */
function zscan(context: Context, words: Words): Reply {
  // As in Redis, a bad cursor is an error whatever the key holds, bad options only when it holds a sorted set.
  parseScan(words.slice(0, 3), 2);
  const set = context.db.read(words[1], SortedSetValue);
  if (set === undefined) return scanReply(0, EMPTY_ARRAY);
  const options = parseScan(words, 2);
  const items: Reply[] = [];
  const next = scanPage(set, options, (slot) => {
    const [member, score] = set.at(slot);
    if (options.pattern?.matches(member) === false) return false;
    // A score is a bulk string here in every protocol.
    items.push(member, formatDouble(score));
    return true;
  });
  return scanReply(next, items);
}
