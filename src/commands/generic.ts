// Commands from https://redis.io/docs/latest/commands/?group=generic; those about time to live are in expire.ts, SORT
// in sort.ts.
import { allKeys, key } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as genericErrors from "../core/errors/generic.ts";
import { Glob } from "../core/glob.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { OK, SimpleString } from "../core/reply.ts";
import type { Int64 } from "../core/numbers.ts";
import type { Reply } from "../core/reply.ts";
import { answerWait } from "../engine/blocking.ts";
import type { Wait } from "../engine/blocking.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { NO_DEADLINE } from "../data/keyspace.ts";
import type { Keyspace } from "../data/keyspace.ts";
import { typeOf } from "../data/value.ts";
import type { Value } from "../data/value.ts";
import { databaseNumber, integer, integerWithin } from "./args.ts";
import { parseScan, scanPage, scanReply } from "./scan-args.ts";

const COPY_KEYS = [key("RO access"), key("OW update", 2)];
const MOVED = key("RW access update");
const REMOVED = allKeys("RM delete");
const RENAME_KEYS = [key("RW access delete"), key("OW update", 2)];
const RENAMENX_KEYS = [key("RW access delete"), key("OW insert", 2)];
const SEEN = allKeys("RO");
const DANGEROUS = { acl: "keyspace dangerous" };
const REPLICATION = { acl: "connection", timeout: { at: -1, unit: "ms" } } as const;

/**
 * Keys that one SCAN examines at most, even with a larger COUNT, since other clients wait while it runs. The hosted
 * service has the same limit. A client that scans until the cursor is 0 is not affected.
 */
const SCAN_KEYS_MAX = 1000;

const ALL_NAMES = "readonly ~order @shards";
const COUNTED = "readonly fast @keys:sum";

export const genericCommands = commandTable("generic", [
  row("COPY", -3, "write denyoom", COPY_KEYS, "6.2.0", copy, "Copies the value of a key to another key."),
  row("DEL", -2, "write @keys:sum", REMOVED, "1.0.0", del, "Deletes keys."),
  row("EXISTS", -2, "readonly fast @keys:sum", SEEN, "1.0.0", exists, "Counts how many of the keys exist."),
  row("KEYS", 2, ALL_NAMES, undefined, "1.0.0", keys, "Returns all key names that match a pattern.", DANGEROUS),
  row("MOVE", 3, "write fast", MOVED, "1.0.0", move, "Moves a key to another database."),
  row("RANDOMKEY", 1, "readonly ~ @shards", undefined, "1.0.0", randomkey, "Returns a random key name."),
  row("RENAME", 3, "write", RENAME_KEYS, "1.0.0", rename, "Renames a key and overwrites the destination."),
  row("RENAMENX", 3, "write fast", RENAMENX_KEYS, "1.0.0", renamenx, "Renames a key if the new name is free."),
  row("SCAN", -2, "readonly ~ @cursor", undefined, "2.8.0", scan, "Iterates over key names.", DANGEROUS),
  row("TOUCH", -2, COUNTED, SEEN, "3.2.1", touch, "Makes keys used ones and counts those that exist."),
  row("TYPE", 2, "readonly fast", key("RO"), "1.0.0", type, "Returns the type of a key's value."),
  row("UNLINK", -2, "write fast @keys:sum", REMOVED, "4.0.0", del, "Deletes keys."),
  row("WAIT", 3, "@shards:min", undefined, "3.0.0", wait, "Counts the replicas that have the writes.", REPLICATION),
  row("WAITAOF", 4, "blocking", undefined, "7.2.0", waitaof, "Counts the disks that have the writes.", REPLICATION),
]);

/** DEL key [key …]; the garbage collector frees memory for both */
function del(context: Context, words: Words): Reply {
  let deleted = 0;
  for (let i = 1; i < words.length; i++) if (context.delete(words[i]!)) deleted++;
  return deleted;
}

/** EXISTS key [key …]; a key that is named twice counts twice */
function exists(context: Context, words: Words): Reply {
  let found = 0;
  for (let i = 1; i < words.length; i++) if (context.db.readUntouched(words[i]!) !== undefined) found++;
  return found;
}

/** TOUCH key [key …]; counts the keys that exist and records a use of each, even under CLIENT NO-TOUCH */
function touch(context: Context, words: Words): Reply {
  let found = 0;
  for (let i = 1; i < words.length; i++) if (context.db.use(words[i]!)) found++;
  return found;
}

/** TYPE key */
function type(context: Context, words: Words): Reply {
  const value = context.db.readUntouched(words[1]);
  return new SimpleString(value === undefined ? "none" : typeOf(value));
}

/** RANDOMKEY */
function randomkey(context: Context): Reply {
  return context.db.randomKey(() => context.random()) ?? null;
}

/** KEYS pattern */
function keys(context: Context, words: Words): Reply {
  const pattern = new Glob(words[1]);
  const { db } = context;
  const found: string[] = [];
  for (let slot = 0; slot < db.size; slot++) {
    if (!db.isExpiredAt(slot) && pattern.matches(db.keyAt(slot))) found.push(db.keyAt(slot));
  }
  return found;
}

/** SCAN cursor [MATCH pattern] [COUNT count] [TYPE type] [WITHTYPE] */
function scan(context: Context, words: Words): Reply {
  let wanted: string | undefined;
  let withType = false;
  const options = parseScan(words, 1, (option, index) => {
    if (option === "TYPE" && index + 1 < words.length) {
      wanted = words[index + 1]!.toLowerCase();
      return index + 1;
    }
    withType ||= option === "WITHTYPE";
    return option === "WITHTYPE" ? index : undefined;
  });
  const { db } = context;
  const found: string[] = [];
  const expired: string[] = [];
  const take = (slot: number): boolean => {
    const name = db.keyAt(slot);
    if (options.pattern?.matches(name) === false) return false;
    if (db.isExpiredAt(slot)) {
      expired.push(name);
      return false;
    }
    const held = typeOf(db.valueAt(slot));
    if (wanted !== undefined && held !== wanted) return false;
    found.push(name);
    if (withType) found.push(held);
    return true;
  };
  const cursor = scanPage(db, options, take, SCAN_KEYS_MAX);
  // Slots must not move while they are visited. A look-up removes what has expired.
  for (const name of expired) db.peek(name);
  return scanReply(cursor, found);
}

/** RENAME key newkey */
function rename(context: Context, words: Words): Reply {
  renameKey(context, words, true);
  return OK;
}

/** RENAMENX key newkey */
function renamenx(context: Context, words: Words): Reply {
  return renameKey(context, words, false) ? 1 : 0;
}

/** Answers whether the key has its new name. Renaming a key to itself changes nothing. */
function renameKey(context: Context, words: Words, overwrite: boolean): boolean {
  const [, from, to] = words;
  const { db } = context;
  const value = db.editValue(from);
  if (value === undefined) throw errors.NO_SUCH_KEY;
  if (from === to || (!overwrite && db.editValue(to) !== undefined)) return false;
  const deadline = db.deadline(from)!;
  const uses = db.useCount(from);
  db.delete(from);
  db.delete(to);
  store(db, to, value, deadline, uses);
  context.changed(EventClass.GENERIC, "rename_from", from);
  context.changed(EventClass.GENERIC, "rename_to", to);
  return true;
}

/** Stores a value with a deadline, and with how often it was used where it comes from, if that is counted. */
function store(db: Keyspace, key: string, value: Value, deadline: Int64, uses?: number): void {
  db.set(key, value);
  if (deadline !== NO_DEADLINE) db.setDeadline(key, deadline);
  if (uses !== undefined) db.setUseCount(key, uses);
}

/** COPY source destination [DB destination-db] [REPLACE] */
function copy(context: Context, words: Words): Reply {
  const [, from, to] = words;
  const source = context.db;
  let target = source;
  let namesDatabase = false;
  let replace = false;
  for (let i = 3; i < words.length; i++) {
    const option = words[i]!.toUpperCase();
    if (option === "REPLACE") replace = true;
    else if (option === "DB" && i + 1 < words.length) {
      target = databaseOf(context, words[++i]!);
      namesDatabase = true;
    } else throw errors.SYNTAX;
  }
  if (source === target && from === to) {
    // Redis refuses to copy a key to itself. The hosted service has one database and answers as for an existing key.
    if (namesDatabase) throw genericErrors.SAME_OBJECT;
    return 0;
  }
  const value = source.readValue(from);
  if (value === undefined || (target.editValue(to) !== undefined && !replace)) return 0;
  target.delete(to);
  store(target, to, typeof value === "string" ? value : value.copy(), source.deadline(from)!);
  context.changed(EventClass.GENERIC, "copy_to", to, target);
  return 1;
}

function databaseOf(context: Context, word: string): Keyspace {
  const { databases } = context.engine.dataset;
  return databases[databaseNumber(word, databases.length)]!;
}

/** MOVE key db */
function move(context: Context, words: Words): Reply {
  const [, key, word] = words;
  const source = context.db;
  const target = databaseOf(context, word);
  if (source === target) throw genericErrors.SAME_OBJECT;
  const value = source.editValue(key);
  if (value === undefined || target.editValue(key) !== undefined) return 0;
  store(target, key, value, source.deadline(key)!, source.useCount(key));
  source.delete(key);
  context.changed(EventClass.GENERIC, "move_from", key);
  context.changed(EventClass.GENERIC, "move_to", key, target);
  return 1;
}

/** WAIT numreplicas timeout; there are no replicas, and none to wait for. */
function wait(_context: Context, words: Words): Reply {
  integer(words[1]);
  checkTimeout(words[2]);
  return 0;
}

/** WAITAOF numlocal numreplicas timeout; there are no replicas, and none to wait for */
function waitaof(context: Context, words: Words): Reply {
  const { engine, session } = context;
  const wanted = integerWithin(words[1], 0, 1, genericErrors.NUMLOCAL_OUT_OF_RANGE);
  integerWithin(words[2], 0, Infinity, errors.NOT_POSITIVE);
  checkTimeout(words[3]);
  const whenSynced = engine.durability?.whenSynced;
  if (whenSynced === undefined && wanted > 0) throw genericErrors.NO_APPEND_ONLY_FILE;
  let local = 0;
  const waiting: { wait: Wait | undefined } = { wait: undefined };
  whenSynced?.((error) => {
    if (error === undefined) local = 1;
    if (waiting.wait !== undefined) answerWait(engine, waiting.wait, error ?? [1, 0]);
  });
  if (local >= wanted) return [local, 0];
  const reply = context.wait({
    type: "stream",
    keys: [],
    timeoutMs: Number(words[3]),
    otherwise: [local, 0],
    whenOver: () => [local, 0],
    serve: () => undefined,
  });
  waiting.wait = session.wait;
  return reply;
}

function checkTimeout(word: string): void {
  if (integer(word, errors.TIMEOUT_NOT_INTEGER) < 0) throw errors.TIMEOUT_NEGATIVE;
}
