// Commands from https://redis.io/docs/latest/commands/?group=hash
import { key } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as hashErrors from "../core/errors/hash.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { addLongDouble, formatLongDouble, isInfinite, parseLongDouble } from "../core/long-double.ts";
import { addInt64, parseInt64 } from "../core/numbers.ts";
import { FlatMap, OK, Pairs } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { HashValue } from "../data/types/hash.ts";
import { exactInteger, isOption } from "./args.ts";
import { sampleCount, sampleSlots } from "./sampling.ts";
import { parseScan, scanPage, scanReply } from "./scan-args.ts";

const LOOK = key("RO");
const READ = key("RO access");
const WRITE = key("RW update");
const INSERT = key("RW insert");
const EDIT = key("RW access update");

export const hashCommands = commandTable("hash", [
  row("HDEL", -3, "write fast", key("RW delete"), "2.0.0", hdel, "Removes fields from a hash."),
  row("HEXISTS", 3, "readonly fast", LOOK, "2.0.0", hexists, "Tells whether a hash has a field."),
  row("HGET", 3, "readonly fast", READ, "2.0.0", hget, "Returns the value of a field of a hash."),
  row("HGETALL", 2, "readonly ~order", READ, "2.0.0", hgetall, "Returns all fields and values of a hash."),
  row("HINCRBY", 4, "write denyoom fast", EDIT, "2.0.0", hincrby, "Adds to an integer in a hash."),
  row("HINCRBYFLOAT", 4, "write denyoom fast", EDIT, "2.6.0", hincrbyfloat, "Adds to a fractional number in a hash."),
  row("HKEYS", 2, "readonly ~order", READ, "2.0.0", hkeys, "Returns all fields of a hash."),
  row("HLEN", 2, "readonly fast", LOOK, "2.0.0", hlen, "Returns the number of fields of a hash."),
  row("HMGET", -3, "readonly fast", READ, "2.0.0", hmget, "Returns the values of several fields of a hash."),
  row("HMSET", -4, "write denyoom fast", WRITE, "2.0.0", hmset, "Sets fields of a hash; the old name of HSET."),
  row("HRANDFIELD", -2, "readonly ~", READ, "6.2.0", hrandfield, "Returns random fields of a hash."),
  row("HSCAN", -3, "readonly ~", READ, "2.8.0", hscan, "Iterates over the fields and values of a hash."),
  row("HSET", -4, "write denyoom fast", WRITE, "2.0.0", hset, "Sets fields of a hash."),
  row("HSETNX", 4, "write denyoom fast", INSERT, "2.0.0", hsetnx, "Sets a field of a hash if it is not there."),
  row("HSTRLEN", 3, "readonly fast", LOOK, "3.2.0", hstrlen, "Returns the length of the value of a field."),
  row("HVALS", 2, "readonly ~order", READ, "2.0.0", hvals, "Returns all values of a hash."),
]);

/** HSET key field value [field value …] */
function hset(context: Context, words: Words): Reply {
  return setFields(context, words, "hset");
}

/** HMSET key field value [field value …] */
function hmset(context: Context, words: Words): Reply {
  setFields(context, words, "hmset");
  return OK;
}

/** Sets the fields of HSET or HMSET; answers the number of new ones. */
function setFields(context: Context, words: Words, command: string): number {
  if (words.length % 2 === 1) throw errors.wrongArity(command);
  const key = words[1];
  const hash = getOrCreateHash(context, key);
  let created = 0;
  for (let i = 2; i < words.length; i += 2) if (hash.set(words[i]!, words[i + 1]!)) created++;
  context.changed(EventClass.HASH, "hset", key);
  return created;
}

function getOrCreateHash(context: Context, key: string): HashValue {
  return context.db.edit(key, HashValue) ?? createHash(context, key);
}

/**
 * The hash at a key, a new one if there is none. The command must set a field, since a hash without fields must not
 * remain.
 */
export function createHash(context: Context, key: string): HashValue {
  const hash = new HashValue();
  context.db.set(key, hash);
  return hash;
}

/** HSETNX key field value */
function hsetnx(context: Context, words: Words): Reply {
  const [, key, field, value] = words;
  const hash = getOrCreateHash(context, key);
  if (hash.has(field)) return 0;
  hash.set(field, value);
  context.changed(EventClass.HASH, "hset", key);
  return 1;
}

/** HGET key field */
function hget(context: Context, words: Words): Reply {
  return context.db.read(words[1], HashValue)?.get(words[2]) ?? null;
}

/** HMGET key field [field …] */
function hmget(context: Context, words: Words): Reply {
  const hash = context.db.read(words[1], HashValue);
  const values: Reply[] = [];
  for (let i = 2; i < words.length; i++) values.push(hash?.get(words[i]!) ?? null);
  return values;
}

/** HDEL key field [field …] */
function hdel(context: Context, words: Words): Reply {
  const key = words[1];
  const hash = context.db.edit(key, HashValue);
  if (hash === undefined) return 0;
  let removed = 0;
  for (let i = 2; i < words.length; i++) if (hash.delete(words[i]!)) removed++;
  if (removed > 0) {
    context.changed(EventClass.HASH, "hdel", key);
    context.removeIfEmpty(key, hash);
  }
  return removed;
}

/** HLEN key */
function hlen(context: Context, words: Words): Reply {
  return context.db.read(words[1], HashValue)?.size ?? 0;
}

/** HEXISTS key field */
function hexists(context: Context, words: Words): Reply {
  return context.db.read(words[1], HashValue)?.has(words[2]) === true ? 1 : 0;
}

/** HSTRLEN key field */
function hstrlen(context: Context, words: Words): Reply {
  return context.db.read(words[1], HashValue)?.get(words[2])?.length ?? 0;
}

/** HGETALL key */
function hgetall(context: Context, words: Words): Reply {
  return new FlatMap(context.db.read(words[1], HashValue)?.toArray() ?? []);
}

/** HKEYS key */
function hkeys(context: Context, words: Words): Reply {
  const hash = context.db.read(words[1], HashValue);
  const fields: string[] = [];
  if (hash !== undefined) for (let slot = 0; slot < hash.size; slot++) fields.push(hash.fieldAt(slot));
  return fields;
}

/** HVALS key */
function hvals(context: Context, words: Words): Reply {
  const hash = context.db.read(words[1], HashValue);
  const values: string[] = [];
  if (hash !== undefined) for (let slot = 0; slot < hash.size; slot++) values.push(hash.valueAt(slot));
  return values;
}

/** HINCRBY key field increment */
function hincrby(context: Context, words: Words): Reply {
  const [, key, field, word] = words;
  const increment = exactInteger(word);
  const found = context.db.edit(key, HashValue);
  const old = parseInt64(found?.get(field) ?? "0");
  if (old === undefined) throw hashErrors.VALUE_NOT_INTEGER;
  const sum = addInt64(old, increment);
  if (sum === undefined) throw errors.INCREMENT_OVERFLOW;
  (found ?? createHash(context, key)).replace(field, String(sum));
  context.changed(EventClass.HASH, "hincrby", key);
  return sum;
}

/** HINCRBYFLOAT key field increment */
function hincrbyfloat(context: Context, words: Words): Reply {
  const [, key, field, word] = words;
  const increment = parseLongDouble(word);
  if (increment === undefined) throw errors.NOT_FLOAT;
  if (isInfinite(increment)) throw hashErrors.INCREMENT_NOT_FINITE;
  const found = context.db.edit(key, HashValue);
  const old = parseLongDouble(found?.get(field) ?? "0");
  if (old === undefined) throw hashErrors.VALUE_NOT_FLOAT;
  const sum = addLongDouble(old, increment);
  if (sum === undefined || isInfinite(sum)) throw errors.INCREMENT_NAN;
  const value = formatLongDouble(sum);
  const hash = found ?? createHash(context, key);
  hash.replace(field, value);
  context.changed(EventClass.HASH, "hincrbyfloat", key);
  const expires = hash.deadline(field) !== undefined;
  context.propagate(expires ? ["HSETEX", key, "KEEPTTL", "FIELDS", "1", field, value] : ["HSET", key, field, value]);
  return value;
}

/** HRANDFIELD key [count [WITHVALUES]] */
function hrandfield(context: Context, words: Words): Reply {
  if (words.length === 2) {
    const hash = context.db.read(words[1], HashValue);
    return hash === undefined ? null : hash.fieldAt(context.randomBelow(hash.size));
  }
  const withValues = words.length === 4 && isOption(words[3], "WITHVALUES");
  const count = sampleCount(words[2], withValues);
  if (words.length > 3 && !withValues) throw errors.SYNTAX;
  const hash = context.db.read(words[1], HashValue);
  if (hash === undefined) return [];
  const items: string[] = [];
  for (const slot of sampleSlots(context, hash.size, count)) {
    items.push(hash.fieldAt(slot));
    if (withValues) items.push(hash.valueAt(slot));
  }
  return withValues ? new Pairs(items) : items;
}

/** HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES] */
function hscan(context: Context, words: Words): Reply {
  let withValues = true;
  const options = parseScan(words, 2, (option, at) => {
    if (option !== "NOVALUES") return undefined;
    withValues = false;
    return at;
  });
  const hash = context.db.read(words[1], HashValue);
  if (hash === undefined) return scanReply(0, []);
  const items: string[] = [];
  const next = scanPage(hash, options, (slot) => {
    const field = hash.fieldAt(slot);
    if (options.pattern?.matches(field) === false) return false;
    items.push(field);
    if (withValues) items.push(hash.valueAt(slot));
    return true;
  });
  return scanReply(next, items);
}
