// Commands from https://redis.io/docs/latest/commands/?group=set; SDIFFCARD and SUNIONCARD are newer than Redis 8.4.
import { allKeys, countedKeys as countedKeySpec, key, keyRange } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { ReplySet } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { difference, intersection, union } from "../data/types/set-algebra.ts";
import { SetValue } from "../data/types/set.ts";
import { countedKeys, integerWithin, isOption } from "./args.ts";
import { sampleCount, sampleSlots } from "./sampling.ts";
import { parseScan, scanPage, scanReply } from "./scan-args.ts";

const LOOK = key("RO");
const READ = key("RO access");
const READ_ALL = allKeys("RO access");
const READ_COUNTED = countedKeySpec("RO access");
const TAKE = key("RW access delete");
const MOVE = [TAKE, key("RW insert", 2)];
const OVERWRITE = [key("OW update"), keyRange("RO access", 2, -1)];
const UPDATE = [key("RW update"), keyRange("RO access", 2, -1)];

export const setCommands = commandTable("set", [
  row("SADD", -3, "write denyoom fast", key("RW insert"), "1.0.0", sadd, "Adds members to a set."),
  row("SCARD", 2, "readonly fast", LOOK, "1.0.0", scard, "Returns the number of members of a set."),
  row("SDIFF", -2, "readonly ~order", READ_ALL, "1.0.0", sdiff, "Returns the difference of sets."),
  row("SDIFFCARD", -3, "readonly", READ_COUNTED, "8.8.0", sdiffcard, "Counts the difference of sets."),
  row("SDIFFSTORE", -3, "write denyoom", OVERWRITE, "1.0.0", sdiffstore, "Stores the difference of sets in a key."),
  row("SINTER", -2, "readonly ~order", READ_ALL, "1.0.0", sinter, "Returns the intersection of sets."),
  row("SINTERCARD", -3, "readonly", READ_COUNTED, "7.0.0", sintercard, "Counts the intersection of sets."),
  row("SINTERSTORE", -3, "write denyoom", UPDATE, "1.0.0", sinterstore, "Stores the intersection of sets in a key."),
  row("SISMEMBER", 3, "readonly fast", LOOK, "1.0.0", sismember, "Tells whether a member is in a set."),
  row("SMEMBERS", 2, "readonly ~order", READ, "1.0.0", smembers, "Returns all members of a set."),
  row("SMISMEMBER", -3, "readonly fast", READ, "6.2.0", smismember, "Tells for each member whether it is in a set."),
  row("SMOVE", 4, "write fast", MOVE, "1.0.0", smove, "Moves a member from one set to another."),
  row("SPOP", -2, "write fast ~", TAKE, "1.0.0", spop, "Removes random members from a set and returns them."),
  row("SRANDMEMBER", -2, "readonly ~", READ, "1.0.0", srandmember, "Returns random members of a set."),
  row("SREM", -3, "write fast", key("RW delete"), "1.0.0", srem, "Removes members from a set."),
  row("SSCAN", -3, "readonly ~", READ, "2.8.0", sscan, "Iterates over the members of a set."),
  row("SUNION", -2, "readonly ~order", READ_ALL, "1.0.0", sunion, "Returns the union of sets."),
  row("SUNIONCARD", -3, "readonly", READ_COUNTED, "8.8.0", sunioncard, "Counts the union of sets."),
  row("SUNIONSTORE", -3, "write denyoom", OVERWRITE, "1.0.0", sunionstore, "Stores the union of sets in a key."),
]);

const EMPTY_SET = new ReplySet([]);

/** Members of one SREM in the journal, for an SPOP of many. */
const JOURNALLED_MEMBERS_MAX = 1024;

/** SADD key member [member …] */
function sadd(context: Context, words: Words): Reply {
  const key = words[1];
  let set = context.db.edit(key, SetValue);
  if (set === undefined) {
    set = new SetValue();
    context.db.set(key, set);
  }
  const before = set.size;
  for (let i = 2; i < words.length; i++) set.add(words[i]!);
  const added = set.size - before;
  if (added > 0) context.changed(EventClass.SET, "sadd", key);
  return added;
}

/** SREM key member [member …] */
function srem(context: Context, words: Words): Reply {
  const key = words[1];
  const set = context.db.edit(key, SetValue);
  if (set === undefined) return 0;
  let removed = 0;
  for (let i = 2; i < words.length; i++) if (set.delete(words[i]!)) removed++;
  if (removed > 0) {
    context.changed(EventClass.SET, "srem", key);
    context.removeIfEmpty(key, set);
  }
  return removed;
}

/** SMOVE source destination member */
function smove(context: Context, words: Words): Reply {
  const [, sourceKey, destinationKey, member] = words;
  const source = context.db.edit(sourceKey, SetValue);
  if (source === undefined) {
    // Redis has looked the destination up already, which is a use of it.
    context.db.editValue(destinationKey);
    return 0;
  }
  let destination = context.db.edit(destinationKey, SetValue);
  if (source === destination) return source.has(member) ? 1 : 0;
  if (!source.delete(member)) return 0;
  context.changed(EventClass.SET, "srem", sourceKey);
  context.removeIfEmpty(sourceKey, source);
  if (destination === undefined) {
    destination = new SetValue();
    context.db.set(destinationKey, destination);
  }
  if (destination.add(member)) context.changed(EventClass.SET, "sadd", destinationKey);
  return 1;
}

/** SCARD key */
function scard(context: Context, words: Words): Reply {
  return context.db.read(words[1], SetValue)?.size ?? 0;
}

/** SISMEMBER key member */
function sismember(context: Context, words: Words): Reply {
  return context.db.read(words[1], SetValue)?.has(words[2]) === true ? 1 : 0;
}

/** SMISMEMBER key member [member …] */
function smismember(context: Context, words: Words): Reply {
  const set = context.db.read(words[1], SetValue);
  return words.slice(2).map((member) => (set?.has(member) === true ? 1 : 0));
}

/** SMEMBERS key */
function smembers(context: Context, words: Words): Reply {
  const set = context.db.read(words[1], SetValue);
  return set === undefined ? EMPTY_SET : new ReplySet(set.toArray());
}

/** SPOP key [count] */
function spop(context: Context, words: Words): Reply {
  if (words.length > 3) throw errors.SYNTAX;
  const key = words[1];
  const count = words.length === 3 ? integerWithin(words[2], 0, Infinity, errors.NOT_POSITIVE) : undefined;
  const set = context.db.edit(key, SetValue);
  if (count === undefined) return set === undefined ? null : popMembers(context, key, set, 1)[0]!;
  return set === undefined || count === 0 ? EMPTY_SET : new ReplySet(popMembers(context, key, set, count));
}

/** Removes random members, at least one; journals which ones they were. */
function popMembers(context: Context, key: string, set: SetValue, count: number): string[] {
  if (count >= set.size) {
    context.db.delete(key);
    context.changed(EventClass.SET, "spop", key);
    context.notify(EventClass.GENERIC, "del", key);
    context.propagate(["DEL", key]);
    return set.toArray();
  }
  const popped: string[] = [];
  while (popped.length < count) {
    const slot = context.randomBelow(set.size);
    popped.push(set.memberAt(slot));
    set.removeAt(slot);
  }
  context.changed(EventClass.SET, "spop", key);
  const effects: string[][] = [];
  for (let i = 0; i < popped.length; i += JOURNALLED_MEMBERS_MAX) {
    effects.push(["SREM", key, ...popped.slice(i, i + JOURNALLED_MEMBERS_MAX)]);
  }
  context.propagateAll(effects);
  return popped;
}

/** SRANDMEMBER key [count] */
function srandmember(context: Context, words: Words): Reply {
  if (words.length > 3) throw errors.SYNTAX;
  const count = words.length === 3 ? sampleCount(words[2]) : undefined;
  const set = context.db.read(words[1], SetValue);
  if (count === undefined) return set === undefined ? null : set.memberAt(context.randomBelow(set.size));
  return set === undefined ? [] : Array.from(sampleSlots(context, set.size, count), (slot) => set.memberAt(slot));
}

/** SSCAN key cursor [MATCH pattern] [COUNT count] */
function sscan(context: Context, words: Words): Reply {
  const options = parseScan(words, 2);
  const set = context.db.read(words[1], SetValue);
  if (set === undefined) return scanReply(0, []);
  const members: string[] = [];
  const next = scanPage(set, options, (slot) => {
    const member = set.memberAt(slot);
    if (options.pattern?.matches(member) === false) return false;
    members.push(member);
    return true;
  });
  return scanReply(next, members);
}

/** SINTER key [key …] */
function sinter(context: Context, words: Words): Reply {
  return new ReplySet(intersect(context, words.slice(1)));
}

/** SINTERSTORE destination key [key …] */
function sinterstore(context: Context, words: Words): Reply {
  return store(context, words[1], SetValue.from(intersect(context, words.slice(2))), "sinterstore");
}

/** SINTERCARD numkeys key [key …] [LIMIT limit] */
function sintercard(context: Context, words: Words): Reply {
  const { keys, limit } = parseCardinality(words);
  return intersect(context, keys, limit).length;
}

/** SUNION key [key …] */
function sunion(context: Context, words: Words): Reply {
  return new ReplySet(unite(context, words.slice(1)).toArray());
}

/** SUNIONSTORE destination key [key …] */
function sunionstore(context: Context, words: Words): Reply {
  return store(context, words[1], unite(context, words.slice(2)), "sunionstore");
}

/** SUNIONCARD numkeys key [key …] [LIMIT limit] */
function sunioncard(context: Context, words: Words): Reply {
  const { keys, limit } = parseCardinality(words);
  return unite(context, keys, limit).size;
}

/** SDIFF key [key …] */
function sdiff(context: Context, words: Words): Reply {
  return new ReplySet(subtract(context, words.slice(1)));
}

/** SDIFFSTORE destination key [key …] */
function sdiffstore(context: Context, words: Words): Reply {
  return store(context, words[1], SetValue.from(subtract(context, words.slice(2))), "sdiffstore");
}

/** SDIFFCARD numkeys key [key …] [LIMIT limit] */
function sdiffcard(context: Context, words: Words): Reply {
  const { keys, limit } = parseCardinality(words);
  return subtract(context, keys, limit).length;
}

/** `numkeys key [key …] [LIMIT limit]`; a limit of 0 is none. */
function parseCardinality(words: Words): { keys: readonly string[]; limit: number } {
  const { keys, next } = countedKeys(words, 1);
  let limit = 0;
  for (let i = next; i < words.length; i += 2) {
    if (!isOption(words[i], "LIMIT") || i + 1 === words.length) throw errors.SYNTAX;
    limit = integerWithin(words[i + 1]!, 0, Infinity, errors.LIMIT_NEGATIVE);
  }
  return { keys, limit: limit === 0 ? Infinity : limit };
}

/** The sets at these keys, undefined for a missing key. Throws WRONGTYPE when a key holds another type. */
function setsAt(context: Context, keys: readonly string[]): (SetValue | undefined)[] {
  return keys.map((key) => context.db.read(key, SetValue));
}

function present(sets: readonly (SetValue | undefined)[]): SetValue[] {
  return sets.filter((set) => set !== undefined);
}

function intersect(context: Context, keys: readonly string[], limit?: number): string[] {
  const sets = setsAt(context, keys);
  return sets.includes(undefined) ? [] : intersection(present(sets), limit);
}

function unite(context: Context, keys: readonly string[], limit?: number): SetValue {
  return union(present(setsAt(context, keys)), limit);
}

function subtract(context: Context, keys: readonly string[], limit?: number): string[] {
  const [first, ...others] = setsAt(context, keys);
  return first === undefined ? [] : difference(first, present(others), limit);
}

/**
 * Stores a result, replacing any value at the destination. An empty result removes the key. Answers the result's size.
 */
function store(context: Context, destination: string, result: SetValue, event: string): number {
  if (result.size > 0) {
    context.db.set(destination, result);
    context.changed(EventClass.SET, event, destination);
  } else {
    context.delete(destination);
  }
  return result.size;
}
