// Fields of a hash that expire: https://redis.io/docs/latest/develop/data-types/hashes/#field-expiration
import { key } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as hashErrors from "../core/errors/hash.ts";
import type { CommandError } from "../core/reply.ts";
import { EventClass } from "../core/keyspace-events.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { HashValue } from "../data/types/hash.ts";
import { integerWithin, isOption } from "./args.ts";
import { fieldDeadline, isExpiryOption } from "./expiry-args.ts";
import { createHash } from "./hash.ts";

const READ = key("RO access");
const UPDATE = key("RW update");
const TAKE = key("RW access delete");
const GETEX = key("RW access update");

export const hashExpiryCommands = commandTable("hash", [
  row("HEXPIRE", -6, "write denyoom fast", UPDATE, "7.4.0", hexpire, "Lets fields live for some seconds."),
  row("HEXPIREAT", -6, "write denyoom fast", UPDATE, "7.4.0", hexpireat, "Sets when fields expire, in seconds."),
  row("HEXPIRETIME", -5, "readonly fast", READ, "7.4.0", hexpiretime, "Returns when fields expire, in seconds."),
  row("HGETDEL", -5, "write fast", TAKE, "8.0.0", hgetdel, "Returns the values of fields and deletes them."),
  row("HGETEX", -5, "write fast", GETEX, "8.0.0", hgetex, "Returns the values of fields and sets when they expire."),
  row("HPERSIST", -5, "write fast", UPDATE, "7.4.0", hpersist, "Removes the expiry of fields."),
  row("HPEXPIRE", -6, "write denyoom fast", UPDATE, "7.4.0", hpexpire, "Lets fields live for some milliseconds."),
  row("HPEXPIREAT", -6, "write denyoom fast", UPDATE, "7.4.0", hpexpireat, "Sets when fields expire, in milliseconds."),
  row("HPEXPIRETIME", -5, "readonly fast", READ, "7.4.0", hpexpiretime, "Returns when fields expire, in milliseconds."),
  row("HPTTL", -5, "readonly fast", READ, "7.4.0", hpttl, "Returns how long fields will live, in milliseconds."),
  row("HSETEX", -6, "write denyoom fast", UPDATE, "8.0.0", hsetex, "Sets fields and when they expire."),
  row("HTTL", -5, "readonly fast", READ, "7.4.0", httl, "Returns how long fields will live, in seconds."),
]);

// The replies for a single field.
const NO_FIELD = -2;
const NO_EXPIRY = -1;
const CONDITION_FAILED = 0;
const DONE = 1;
/** The deadline has passed, so the field was deleted. */
const DELETED = 2;

/** `FIELDS numfields field [field …]` from word `at` to the end. */
function parseFields(words: readonly string[], at: number, notPositive: CommandError): readonly string[] {
  if (!isOption(words[at], "FIELDS")) throw hashErrors.FIELDS_MISSING;
  const countWord = words[at + 1];
  if (countWord === undefined) throw errors.wrongArity(words[0]!);
  const count = integerWithin(countWord, 1, Infinity, notPositive);
  if (count !== words.length - at - 2) throw hashErrors.FIELDS_MISMATCH;
  return words.slice(at + 2);
}

/** The words of an effect that name its fields. */
function fieldWords(fields: readonly string[]): readonly string[] {
  return ["FIELDS", String(fields.length), ...fields];
}

/** Whether a new deadline may replace the present one. No deadline counts as infinite. */
type Condition = (current: number | undefined, deadline: number) => boolean;

const CONDITIONS: ReadonlyMap<string, Condition> = new Map<string, Condition>([
  ["NX", (current) => current === undefined],
  ["XX", (current) => current !== undefined],
  ["GT", (current, deadline) => current !== undefined && deadline > current],
  ["LT", (current, deadline) => current === undefined || deadline < current],
]);

/** HEXPIRE key seconds [NX | XX | GT | LT] FIELDS numfields field [field …] */
function hexpire(context: Context, words: Words): Reply {
  return expire(context, words, "EX");
}

/** HPEXPIRE key milliseconds [NX | XX | GT | LT] FIELDS numfields field [field …] */
function hpexpire(context: Context, words: Words): Reply {
  return expire(context, words, "PX");
}

/** HEXPIREAT key unix-time-seconds [NX | XX | GT | LT] FIELDS numfields field [field …] */
function hexpireat(context: Context, words: Words): Reply {
  return expire(context, words, "EXAT");
}

/** HPEXPIREAT key unix-time-milliseconds [NX | XX | GT | LT] FIELDS numfields field [field …] */
function hpexpireat(context: Context, words: Words): Reply {
  return expire(context, words, "PXAT");
}

/** `option` is the option of SET with the same unit and start: EX, PX, EXAT or PXAT. */
function expire(context: Context, words: Words, option: string): Reply {
  const [command, key, time, word] = words;
  const deadline = fieldDeadline(option, time, context.nowMs, command);
  const condition = CONDITIONS.get(word.toUpperCase());
  const fields = parseFields(words, condition === undefined ? 3 : 4, hashErrors.EXPIRE_NUMFIELDS_NOT_POSITIVE);
  const hash = context.db.edit(key, HashValue);
  if (hash === undefined) return fields.map(() => NO_FIELD);
  const changed: string[] = [];
  const replies = fields.map((field) => {
    if (!hash.has(field)) return NO_FIELD;
    if (condition !== undefined && !condition(hash.deadline(field), deadline)) return CONDITION_FAILED;
    changed.push(field);
    return expireOrDelete(context, hash, field, deadline) ? DONE : DELETED;
  });
  declareExpiry(context, key, hash, changed, deadline);
  return replies;
}

/** Sets a field's deadline. One that has passed deletes the field; answers whether the field is still there. */
function expireOrDelete(context: Context, hash: HashValue, field: string, deadline: number): boolean {
  if (deadline <= context.nowMs) {
    hash.delete(field);
    return false;
  }
  hash.setDeadline(field, deadline);
  return true;
}

/** Declares the effects of {@link expireOrDelete} on these fields, if there are any. */
function declareExpiry(
  context: Context,
  key: string,
  hash: HashValue,
  fields: readonly string[],
  deadline: number,
): void {
  if (fields.length === 0) return;
  if (deadline <= context.nowMs) {
    declareDeletion(context, key, hash, fields);
    return;
  }
  context.db.trackFields(key, hash);
  context.changed(EventClass.HASH, "hexpire", key);
  context.propagate(["HPEXPIREAT", key, String(deadline), ...fieldWords(fields)]);
}

function declareDeletion(context: Context, key: string, hash: HashValue, fields: readonly string[]): void {
  if (fields.length === 0) return;
  context.changed(EventClass.HASH, "hdel", key);
  context.propagate(["HDEL", key, ...fields]);
  context.removeIfEmpty(key, hash);
}

/** HTTL key FIELDS numfields field [field …] */
function httl(context: Context, words: Words): Reply {
  return deadlines(context, words, 1000, context.nowMs);
}

/** HPTTL key FIELDS numfields field [field …] */
function hpttl(context: Context, words: Words): Reply {
  return deadlines(context, words, 1, context.nowMs);
}

/** HEXPIRETIME key FIELDS numfields field [field …] */
function hexpiretime(context: Context, words: Words): Reply {
  return deadlines(context, words, 1000, 0);
}

/** HPEXPIRETIME key FIELDS numfields field [field …] */
function hpexpiretime(context: Context, words: Words): Reply {
  return deadlines(context, words, 1, 0);
}

/**
 * Deadlines of fields, counted from `sinceMs` in units of `unitMs`. A time to live is rounded up, as in Redis and
 * unlike a key's. A time of expiry in seconds is rounded down, as in the hosted service; Redis rounds it up.
 */
function deadlines(context: Context, words: Words, unitMs: number, sinceMs: number): Reply {
  const fields = parseFields(words, 2, hashErrors.NUMFIELDS_NOT_POSITIVE);
  const hash = context.db.read(words[1], HashValue);
  const round = sinceMs === 0 ? Math.floor : Math.ceil;
  return fields.map((field) => {
    if (hash === undefined || !hash.has(field)) return NO_FIELD;
    const deadline = hash.deadline(field);
    return deadline === undefined ? NO_EXPIRY : round((deadline - sinceMs) / unitMs);
  });
}

/** HPERSIST key FIELDS numfields field [field …] */
function hpersist(context: Context, words: Words): Reply {
  const key = words[1];
  const fields = parseFields(words, 2, hashErrors.NUMFIELDS_NOT_POSITIVE);
  const hash = context.db.edit(key, HashValue);
  if (hash === undefined) return fields.map(() => NO_FIELD);
  const changed: string[] = [];
  const replies = fields.map((field) => {
    if (!hash.has(field)) return NO_FIELD;
    if (!hash.persist(field)) return NO_EXPIRY;
    changed.push(field);
    return DONE;
  });
  declarePersistence(context, key, changed);
  return replies;
}

function declarePersistence(context: Context, key: string, fields: readonly string[]): void {
  if (fields.length === 0) return;
  context.changed(EventClass.HASH, "hpersist", key);
  context.propagate(["HPERSIST", key, ...fieldWords(fields)]);
}

/** HGETDEL key FIELDS numfields field [field …] */
function hgetdel(context: Context, words: Words): Reply {
  const key = words[1];
  const fields = parseFields(words, 2, hashErrors.NUMFIELDS_NOT_POSITIVE);
  const hash = context.db.edit(key, HashValue);
  if (hash === undefined) return fields.map(() => null);
  const deleted: string[] = [];
  const values = fields.map((field) => {
    const value = hash.get(field) ?? null;
    if (hash.delete(field)) deleted.push(field);
    return value;
  });
  declareDeletion(context, key, hash, deleted);
  return values;
}

/**
 * HGETEX key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST]
 *   FIELDS numfields field [field …]
 */
function hgetex(context: Context, words: Words): Reply {
  const [command, key, word, time] = words;
  const option = word.toUpperCase();
  const persist = option === "PERSIST";
  const deadline = isExpiryOption(option) ? fieldDeadline(option, time, context.nowMs, command) : undefined;
  const fields = parseFields(words, persist ? 3 : deadline === undefined ? 2 : 4, hashErrors.NUMFIELDS_NOT_POSITIVE);
  const hash = context.db.edit(key, HashValue);
  if (hash === undefined) return fields.map(() => null);
  const changed: string[] = [];
  const values = fields.map((field) => {
    const value = hash.get(field);
    if (value === undefined) return null;
    if (deadline !== undefined) expireOrDelete(context, hash, field, deadline);
    if (deadline !== undefined || (persist && hash.persist(field))) changed.push(field);
    return value;
  });
  if (deadline === undefined) declarePersistence(context, key, changed);
  else declareExpiry(context, key, hash, changed, deadline);
  return values;
}

interface SetexOptions {
  readonly condition: "FNX" | "FXX" | undefined;
  readonly keepTtl: boolean;
  /** Milliseconds since the epoch; undefined for none. */
  readonly deadline: number | undefined;
  /** Fields and values, alternating. */
  readonly pairs: readonly string[];
}

function parseSetex(words: Words, nowMs: number): SetexOptions {
  let condition: SetexOptions["condition"];
  let keepTtl = false;
  let deadline: number | undefined;
  for (let i = 2; i < words.length; i++) {
    const option = words[i]!.toUpperCase();
    if (option === "FIELDS") return { condition, keepTtl, deadline, pairs: parsePairs(words, i) };
    if (option === "FNX" || option === "FXX") {
      if (condition !== undefined) throw hashErrors.SETEX_CONDITIONS;
      condition = option;
      continue;
    }
    if (option !== "KEEPTTL" && !isExpiryOption(option)) throw hashErrors.unknownArgument(words[i]!);
    if (keepTtl || deadline !== undefined) throw hashErrors.SETEX_EXPIRIES;
    keepTtl = option === "KEEPTTL";
    if (keepTtl) continue;
    const time = words[++i];
    if (time === undefined) throw hashErrors.SETEX_TIME_MISSING;
    deadline = fieldDeadline(option, time, nowMs, words[0]);
  }
  throw hashErrors.FIELDS_MISSING;
}

/** `FIELDS numfields field value [field value …]` from word `at` to the end. */
function parsePairs(words: Words, at: number): readonly string[] {
  if (at + 3 >= words.length) throw errors.wrongArity(words[0]);
  const count = integerWithin(words[at + 1]!, 1, Infinity, hashErrors.SETEX_NUMFIELDS_INVALID);
  if (count * 2 !== words.length - at - 2) throw errors.wrongArity(words[0]);
  return words.slice(at + 2);
}

/**
 * HSETEX key [FNX | FXX]
 *   [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]
 *   FIELDS numfields field value [field value …]
 */
function hsetex(context: Context, words: Words): Reply {
  const key = words[1];
  const { condition, keepTtl, deadline, pairs } = parseSetex(words, context.nowMs);
  const present = context.db.edit(key, HashValue);
  if (condition !== undefined) {
    const isThere = condition === "FXX";
    for (let i = 0; i < pairs.length; i += 2) if ((present?.has(pairs[i]!) ?? false) !== isThere) return 0;
  }
  if (deadline !== undefined && deadline <= context.nowMs) {
    if (present !== undefined) deleteFields(context, key, present, pairs);
    return 1;
  }
  const hash = present ?? createHash(context, key);
  for (let i = 0; i < pairs.length; i += 2) {
    if (keepTtl) hash.replace(pairs[i]!, pairs[i + 1]!);
    else hash.set(pairs[i]!, pairs[i + 1]!);
    if (deadline !== undefined) hash.setDeadline(pairs[i]!, deadline);
  }
  context.changed(EventClass.HASH, "hset", key);
  if (deadline !== undefined) {
    context.db.trackFields(key, hash);
    context.notify(EventClass.HASH, "hexpire", key);
    context.propagate(["HSETEX", key, "PXAT", String(deadline), "FIELDS", String(pairs.length / 2), ...pairs]);
  }
  return 1;
}

/** Deletes fields that HSETEX sets with a deadline that has passed. */
function deleteFields(context: Context, key: string, hash: HashValue, pairs: readonly string[]): void {
  const deleted = pairs.filter((field, i) => i % 2 === 0 && hash.delete(field));
  declareDeletion(context, key, hash, deleted);
}
