// Commands from https://redis.io/docs/latest/commands/?group=server; INFO, CONFIG, COMMAND and MEMORY have their files.
import * as errors from "../core/errors.ts";
import * as connectionErrors from "../core/errors/connection.ts";
import * as serverErrors from "../core/errors/server.ts";
import { INT32_MAX, INT32_MIN } from "../core/numbers.ts";
import { OK, Verbatim } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import type { Keyspace } from "../data/keyspace.ts";
import { integer, integerWithin, isOption } from "./args.ts";

const KEYSPACE = { acl: "keyspace" };
const FLUSH = { acl: "keyspace dangerous" };
const STREAM = { rest: "stream" } as const;
const ROLE = { acl: "admin dangerous" };

const MONITORS = "admin noscript loading stale local";
const FLUSHED = "write wipes @shards:all";

export const serverCommands = commandTable("server", [
  row("DBSIZE", 1, "readonly fast @shards:sum", undefined, "1.0.0", dbsize, "Returns the number of keys.", KEYSPACE),
  row("FLUSHALL", -1, FLUSHED, undefined, "1.0.0", flushall, "Removes the keys of all databases.", FLUSH),
  row("FLUSHDB", -1, FLUSHED, undefined, "1.0.0", flushdb, "Removes the keys of the selected database.", FLUSH),
  row("LOLWUT", -1, "readonly fast", undefined, "5.0.0", lolwut, "Returns a text with the version."),
  row("MONITOR", 1, MONITORS, undefined, "1.0.0", monitor, "Tells of commands run.", STREAM),
  row("ROLE", 1, "noscript loading stale fast", undefined, "2.8.12", role, "Returns the replication role.", ROLE),
  row("SWAPDB", 3, "write fast", undefined, "4.0.0", swapdb, "Exchanges two databases.", FLUSH),
  row("TIME", 1, "loading stale fast ~", undefined, "2.6.0", time, "Returns the time of the server."),
]);

/** DBSIZE */
function dbsize(context: Context): Reply {
  return context.db.size;
}

/** FLUSHDB [ASYNC | SYNC] */
function flushdb(context: Context, words: Words): Reply {
  checkFlushMode(words);
  flush(context, context.db);
  context.engine.tracking.flushed(context.caller);
  return OK;
}

/** FLUSHALL [ASYNC | SYNC] */
function flushall(context: Context, words: Words): Reply {
  checkFlushMode(words);
  for (const database of context.engine.dataset.databases) flush(context, database);
  context.engine.tracking.flushed(context.caller);
  return OK;
}

/** Checks the mode of FLUSHALL and FLUSHDB. Emptying takes no time here, so both modes do the same. */
function checkFlushMode(words: Words): void {
  if (words.length === 1) return;
  if (words.length > 2 || !(isOption(words[1], "ASYNC") || isOption(words[1], "SYNC"))) throw errors.SYNTAX;
}

function flush(context: Context, database: Keyspace): void {
  if (database.size === 0) return;
  context.databaseChanging(database);
  database.clear();
}

/** SWAPDB index1 index2 */
function swapdb(context: Context, words: Words): Reply {
  const { databases } = context.engine.dataset;
  const a = integerWithin(words[1], INT32_MIN, INT32_MAX, serverErrors.FIRST_DB_INVALID);
  const b = integerWithin(words[2], INT32_MIN, INT32_MAX, serverErrors.SECOND_DB_INVALID);
  const [first, second] = [databases[a], databases[b]];
  if (first === undefined || second === undefined) throw errors.DB_INDEX_OUT_OF_RANGE;
  if (first === second) return OK;
  context.databaseChanging(first, second);
  context.databaseChanging(second, first);
  first.swapContents(second);
  return OK;
}

/** MONITOR */
function monitor(context: Context): Reply {
  const { engine, session } = context;
  if (session.deliver === undefined || engine.isAtomic) throw connectionErrors.MONITOR_NEEDS_CONNECTION;
  engine.monitors.add(session);
  return OK;
}

/** TIME */
function time(context: Context): Reply {
  const seconds = Math.floor(context.nowMs / 1000);
  return [String(seconds), String((context.nowMs - seconds * 1000) * 1000)];
}

/** ROLE */
function role(): Reply {
  return ["master", 0, []];
}

/** LOLWUT [VERSION version] */
function lolwut(context: Context, words: Words): Reply {
  if (words.length >= 3 && isOption(words[1], "VERSION")) integer(words[2]);
  return new Verbatim(`stashd ver. ${context.engine.version}\n`);
}
