// Commands from https://redis.io/docs/latest/commands/?group=string; the conditional forms are Redis 8.4's.
import { allKeys, countedKeys, key, keyRange } from "../core/command-spec.ts";
import type { KeyPosition } from "../core/command-spec.ts";
import { owned } from "../core/bytes.ts";
import * as errors from "../core/errors.ts";
import * as stringErrors from "../core/errors/string.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { addLongDouble, formatLongDouble, parseLongDouble } from "../core/long-double.ts";
import { addInt64, INT32_MAX, negateInt64, parseInt64 } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import { FlatMap, OK } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { BUFFER_BYTES_MIN, ByteBuffer } from "../data/types/byte-buffer.ts";
import { longestCommonSubsequence } from "../data/types/lcs.ts";
import { xxh3Hex } from "../data/types/xxh3.ts";
import { asByteString, typeOf } from "../data/value.ts";
import { exactInteger, integer, integerWithin } from "./args.ts";
import { persistKey, setDeadline } from "./deadline.ts";
import { expiryDeadline } from "./expiry-args.ts";
import { conditionHolds, parseComparison, parseGetexOptions, parseSetOptions } from "./string-options.ts";

const READ = key("RO access");
const UPDATE = key("RW access update");
const INSERT = key("OW insert");
const OVERWRITE = key("OW update");
const TAKE = key("RW access delete");
const SET_KEY = key("RW access update variable_flags");
const FIND_KEYS = { findKeys: setKeys };
const MSETEX_KEYS = countedKeys("OW update", 1, 2);

const MSETNX_FLAGS = "write denyoom @keys:min";

export const stringCommands = commandTable("string", [
  row("APPEND", 3, "write denyoom fast", key("RW insert"), "2.0.0", append, "Appends to a string."),
  row("DECR", 2, "write denyoom fast", UPDATE, "1.0.0", decr, "Subtracts one from an integer."),
  row("DECRBY", 3, "write denyoom fast", UPDATE, "1.0.0", decrby, "Subtracts from an integer."),
  row("DELEX", -2, "write fast", TAKE, "8.4.0", delex, "Deletes a key if its string meets a condition."),
  row("DIGEST", 2, "readonly fast", READ, "8.4.0", digest, "Returns the XXH3 digest of a string."),
  row("GET", 2, "readonly fast", READ, "1.0.0", get, "Returns the string value of a key."),
  row("GETDEL", 2, "write fast", TAKE, "6.2.0", getdel, "Returns a string and deletes its key."),
  row("GETEX", -2, "write fast", UPDATE, "6.2.0", getex, "Returns a string and sets or removes its expiry."),
  row("GETRANGE", 4, "readonly", READ, "2.4.0", getrange, "Returns a part of a string."),
  row("GETSET", 3, "write denyoom fast overwrites", UPDATE, "1.0.0", getset, "Sets a string and returns the old one."),
  row("INCR", 2, "write denyoom fast", UPDATE, "1.0.0", incr, "Adds one to an integer."),
  row("INCRBY", 3, "write denyoom fast", UPDATE, "1.0.0", incrby, "Adds to an integer."),
  row("INCRBYFLOAT", 3, "write denyoom fast", UPDATE, "2.6.0", incrbyfloat, "Adds to a floating point number."),
  row("LCS", -3, "readonly", keyRange("RO access", 1, 2), "7.0.0", lcs, "Finds the longest common subsequence."),
  row("MGET", -2, "readonly fast @keys", allKeys("RO access"), "1.0.0", mget, "Returns the strings of several keys."),
  row("MSET", -3, "write denyoom @keys:all", allKeys("OW update", 2), "1.0.1", mset, "Sets several strings."),
  row("MSETEX", -4, "write denyoom", MSETEX_KEYS, "8.4.0", msetex, "Sets several strings with one expiry."),
  row("MSETNX", -3, MSETNX_FLAGS, allKeys("OW insert", 2), "1.0.1", msetnx, "Sets strings if no key is there."),
  row("PSETEX", 4, "write denyoom", OVERWRITE, "2.6.0", psetex, "Sets a string and its expiry in milliseconds."),
  row("SET", -3, "write denyoom overwrites", SET_KEY, "1.0.0", set, "Sets the string value of a key.", FIND_KEYS),
  row("SETEX", 4, "write denyoom", OVERWRITE, "2.0.0", setex, "Sets a string and its expiry in seconds."),
  row("SETNX", 3, "write denyoom fast", INSERT, "1.0.0", setnx, "Sets a string if the key is not there."),
  row("SETRANGE", 4, "write denyoom", key("RW update"), "2.2.0", setrange, "Overwrites a part of a string."),
  row("STRLEN", 2, "readonly fast", key("RO"), "2.2.0", strlen, "Returns the length of a string."),
  row("SUBSTR", 4, "readonly", READ, "1.0.0", getrange, "Returns a part of a string; the old name of GETRANGE."),
]);

/** GET key */
function get(context: Context, words: Words): Reply {
  return context.db.readString(words[1]) ?? null;
}

/** MGET key [key …] */
function mget(context: Context, words: Words): Reply {
  const values: Reply[] = [];
  for (let i = 1; i < words.length; i++) {
    values.push(asByteString(context.db.readValue(words[i]!)) ?? null);
  }
  return values;
}

/** The key of SET: also read, if GET or a condition on the value is given. */
function setKeys(words: readonly string[]): KeyPosition[] {
  const reads = words.some((word, i) => i > 2 && /^(?:get|ifd?eq|ifd?ne)$/i.test(word));
  return [{ index: 1, flags: reads ? "RW access update" : "OW update" }];
}

/**
 * SET key value [NX | XX | IFEQ ifeq-value | IFNE ifne-value | IFDEQ ifdeq-digest | IFDNE ifdne-digest] [GET] [EX
 *   seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]
 */
function set(context: Context, words: Words): Reply {
  const [, key, value] = words;
  if (words.length === 3) {
    store(context, key, value);
    return OK;
  }
  const options = parseSetOptions(words, 3, context.nowMs);
  const old = options.get ? (context.db.readString(key) ?? null) : null;
  if (!conditionHolds(context, key, options.condition)) return old;
  context.propagate(storeExpiring(context, key, value, options.deadline, options.keepTtl));
  return options.get ? old : OK;
}

function store(context: Context, key: string, value: string): void {
  context.db.set(key, value);
  context.changed(EventClass.STRING, "set", key);
}

/**
 * Stores a value with a deadline, with the present one, or with none. A deadline that has passed deletes the key.
 * Answers the command to journal, which has neither conditions nor relative times.
 */
function storeExpiring(
  context: Context,
  key: string,
  value: string,
  deadline: Int64 | undefined,
  keepTtl: boolean,
): readonly string[] {
  if (deadline !== undefined && deadline <= context.nowMs) {
    context.delete(key);
    return ["DEL", key];
  }
  if (keepTtl) context.db.replace(key, value);
  else context.db.set(key, value, deadline);
  context.changed(EventClass.STRING, "set", key);
  if (deadline === undefined) return keepTtl ? ["SET", key, value, "KEEPTTL"] : ["SET", key, value];
  context.notify(EventClass.GENERIC, "expire", key);
  return ["SET", key, value, "PXAT", String(deadline)];
}

/** SETNX key value */
function setnx(context: Context, words: Words): Reply {
  const [, key, value] = words;
  if (context.db.editValue(key) !== undefined) return 0;
  store(context, key, value);
  return 1;
}

/** SETEX key seconds value */
function setex(context: Context, words: Words): Reply {
  return setExpiring(context, words, "EX", "setex");
}

/** PSETEX key milliseconds value */
function psetex(context: Context, words: Words): Reply {
  return setExpiring(context, words, "PX", "psetex");
}

function setExpiring(context: Context, words: Words, option: string, command: string): Reply {
  const [, key, time, value] = words;
  const deadline = expiryDeadline(option, time, context.nowMs, command);
  context.propagate(storeExpiring(context, key, value, deadline, false));
  return OK;
}

/** GETSET key value */
function getset(context: Context, words: Words): Reply {
  const [, key, value] = words;
  const old = context.db.readString(key) ?? null;
  store(context, key, value);
  context.propagate(["SET", key, value]);
  return old;
}

/** GETDEL key */
function getdel(context: Context, words: Words): Reply {
  const value = context.db.readString(words[1]);
  if (value === undefined) return null;
  context.delete(words[1]);
  context.propagate(["DEL", words[1]]);
  return value;
}

/** GETEX key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST] */
function getex(context: Context, words: Words): Reply {
  const key = words[1];
  const action = parseGetexOptions(words, 2);
  const value = context.db.readString(key);
  if (value === undefined || action === undefined) return value ?? null;
  if (action === "PERSIST") persistKey(context, key);
  // Redis reads the time only when the key exists: GETEX of a missing key with a bad time answers null.
  else setDeadline(context, key, expiryDeadline(action.option, action.time, context.nowMs, "getex"));
  return value;
}

/** MSET key value [key value …] */
function mset(context: Context, words: Words): Reply {
  if (words.length % 2 === 0) throw errors.wrongArity("mset");
  for (let i = 1; i < words.length; i += 2) store(context, words[i]!, words[i + 1]!);
  return OK;
}

/** MSETNX key value [key value …] */
function msetnx(context: Context, words: Words): Reply {
  if (words.length % 2 === 0) throw errors.wrongArity("msetnx");
  for (let i = 1; i < words.length; i += 2) if (context.db.editValue(words[i]!) !== undefined) return 0;
  for (let i = 1; i < words.length; i += 2) store(context, words[i]!, words[i + 1]!);
  return 1;
}

/**
 * MSETEX numkeys key value [key value …] [NX | XX] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT
 *   unix-time-milliseconds | KEEPTTL]
 */
function msetex(context: Context, words: Words): Reply {
  const count = integerWithin(words[1], 1, INT32_MAX, stringErrors.MSETEX_BAD_COUNT);
  const end = 2 + count * 2;
  if (end > words.length) throw stringErrors.MSETEX_BAD_PAIRS;
  const { condition, deadline, keepTtl, get } = parseSetOptions(words, end, context.nowMs, "msetex");
  if (get || condition?.operand !== undefined) throw errors.SYNTAX;
  for (let i = 2; i < end; i += 2) if (!conditionHolds(context, words[i]!, condition)) return 0;
  const effects: (readonly string[])[] = [];
  for (let i = 2; i < end; i += 2) effects.push(storeExpiring(context, words[i]!, words[i + 1]!, deadline, keepTtl));
  context.propagateAll(effects);
  return 1;
}

/** DELEX key [IFEQ ifeq-value | IFNE ifne-value | IFDEQ ifdeq-digest | IFDNE ifdne-digest] */
function delex(context: Context, words: Words): Reply {
  const [, key, word, operand] = words;
  if (words.length === 2) return context.delete(key) ? 1 : 0;
  if (words.length !== 4) throw errors.wrongArity("delex");
  const condition = parseComparison(word.toUpperCase(), operand);
  if (condition === undefined) throw stringErrors.DELEX_BAD_CONDITION;
  const value = context.db.editValue(key);
  if (value === undefined) return 0;
  if (typeOf(value) !== "string") throw stringErrors.DELEX_NOT_STRING;
  if (!conditionHolds(context, key, condition)) return 0;
  context.delete(key);
  context.propagate(["DEL", key]);
  return 1;
}

/** DIGEST key */
function digest(context: Context, words: Words): Reply {
  const value = context.db.readString(words[1]);
  return value === undefined ? null : xxh3Hex(value);
}

/** STRLEN key */
function strlen(context: Context, words: Words): Reply {
  return context.db.readStringValue(words[1])?.length ?? 0;
}

/** APPEND key value */
function append(context: Context, words: Words): Reply {
  const [, key, tail] = words;
  const old = context.db.editStringValue(key) ?? "";
  const length = old.length + tail.length;
  if (length > context.engine.limits.stringBytesMax) throw errors.STRING_TOO_LONG;
  if (typeof old !== "string") old.write(old.length, tail);
  else if (length < BUFFER_BYTES_MIN) context.db.replace(key, owned(old + tail));
  else context.db.replace(key, appended(old, tail));
  context.changed(EventClass.STRING, "append", key);
  return length;
}

/**
 * Two strings joined as a buffer, which later commands edit in place. As a byte string it would be a rope of all
 * appended parts, which each read of a part would flatten.
 */
function appended(old: string, tail: string): ByteBuffer {
  const buffer = ByteBuffer.from(old);
  buffer.write(old.length, tail);
  return buffer;
}

/** GETRANGE key start end */
function getrange(context: Context, words: Words): Reply {
  let start = integer(words[2]);
  let end = integer(words[3]);
  const value = context.db.readStringValue(words[1]) ?? "";
  if (start < 0 && end < 0 && start > end) return "";
  if (start < 0) start = Math.max(0, value.length + start);
  if (end < 0) end = Math.max(0, value.length + end);
  return value.slice(start, end + 1);
}

/** SETRANGE key offset value */
function setrange(context: Context, words: Words): Reply {
  const [, key, at, patch] = words;
  const offset = integer(at);
  if (offset < 0) throw stringErrors.OFFSET_OUT_OF_RANGE;
  if (patch.length === 0) return context.db.editStringValue(key)?.length ?? 0;
  const old = context.db.editBuffer(key);
  if (offset + patch.length > context.engine.limits.stringBytesMax) throw errors.STRING_TOO_LONG;
  const buffer = old ?? new ByteBuffer(0);
  buffer.write(offset, patch);
  context.db.replace(key, buffer.toValue());
  context.changed(EventClass.STRING, "setrange", key);
  return buffer.length;
}

/** INCR key */
function incr(context: Context, words: Words): Reply {
  return addTo(context, words[1], 1);
}

/** DECR key */
function decr(context: Context, words: Words): Reply {
  return addTo(context, words[1], -1);
}

/** INCRBY key increment */
function incrby(context: Context, words: Words): Reply {
  return addTo(context, words[1], exactInteger(words[2]));
}

/** DECRBY key decrement */
function decrby(context: Context, words: Words): Reply {
  const increment = negateInt64(exactInteger(words[2]));
  if (increment === undefined) throw stringErrors.DECREMENT_OVERFLOW;
  return addTo(context, words[1], increment);
}

function addTo(context: Context, key: string, increment: Int64): Reply {
  const old = parseInt64(context.db.editString(key) ?? "0");
  if (old === undefined) throw errors.NOT_INTEGER;
  const sum = addInt64(old, increment);
  if (sum === undefined) throw errors.INCREMENT_OVERFLOW;
  context.db.replace(key, String(sum));
  context.changed(EventClass.STRING, "incrby", key);
  return sum;
}

/** INCRBYFLOAT key increment */
function incrbyfloat(context: Context, words: Words): Reply {
  const key = words[1];
  const old = parseLongDouble(context.db.editString(key) ?? "0");
  const increment = parseLongDouble(words[2]);
  if (old === undefined || increment === undefined) throw errors.NOT_FLOAT;
  const sum = addLongDouble(old, increment);
  if (sum === undefined) throw errors.INCREMENT_NAN;
  const value = formatLongDouble(sum);
  context.db.replace(key, value);
  context.changed(EventClass.STRING, "incrbyfloat", key);
  context.propagate(["SET", key, value, "KEEPTTL"]);
  return value;
}

/** LCS key1 key2 [LEN] [IDX] [MINMATCHLEN len] [WITHMATCHLEN] */
function lcs(context: Context, words: Words): Reply {
  const a = asByteString(context.db.readValue(words[1]) ?? "");
  const b = asByteString(context.db.readValue(words[2]) ?? "");
  if (a === undefined || b === undefined) throw stringErrors.LCS_NOT_STRINGS;
  const options = parseLcsOptions(words, 3);
  if ((a.length + 1) * (b.length + 1) * 4 > context.engine.limits.stringBytesMax) throw stringErrors.LCS_TOO_LARGE;
  const found = longestCommonSubsequence(a, b);
  if (options.len) return found.text.length;
  if (!options.idx) return found.text;
  const matches: Reply[] = [];
  for (const match of found.matches) {
    if (match.length < options.matchLengthMin) continue;
    const inA = [match.a, match.a + match.length - 1];
    const inB = [match.b, match.b + match.length - 1];
    matches.push(options.withMatchLength ? [inA, inB, match.length] : [inA, inB]);
  }
  return new FlatMap(["matches", matches, "len", found.text.length]);
}

function parseLcsOptions(words: readonly string[], from: number) {
  const options = { len: false, idx: false, withMatchLength: false, matchLengthMin: 0 };
  for (let i = from; i < words.length; i++) {
    const option = words[i]!.toUpperCase();
    if (option === "LEN") options.len = true;
    else if (option === "IDX") options.idx = true;
    else if (option === "WITHMATCHLEN") options.withMatchLength = true;
    else if (option === "MINMATCHLEN" && i + 1 < words.length) options.matchLengthMin = integer(words[++i]!);
    else throw errors.SYNTAX;
  }
  if (options.len && options.idx) throw stringErrors.LCS_LEN_AND_IDX;
  return options;
}
