// FUNCTION and FCALL from https://redis.io/docs/latest/commands/?group=scripting.
import { countedKeys as countedKeySpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as functionErrors from "../core/errors/function.ts";
import * as scriptErrors from "../core/errors/scripting.ts";
import { Glob } from "../core/glob.ts";
import { FlatMap, OK, ReplySet, SimpleString } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import type { Library } from "../engine/scripting/function-libraries.ts";
import { checkedPayload } from "../data/rdb/dump-payload.ts";
import { functionsPayload, payloadFunctions, UnknownMarker } from "../data/rdb/function-payload.ts";
import { RdbError } from "../data/rdb/rdb-error.ts";
import { integer, isOption } from "./args.ts";
import { help } from "./help.ts";
import { invocation } from "./scripting.ts";

const RUN = "noscript stale skip_monitor no_mandatory_keys runs_script";
const READ = `readonly ${RUN}`;
const KEYS = countedKeySpec("RW access update", 2);
const READ_KEYS = countedKeySpec("RO access", 2);
const WRITE = "write noscript";
const LOAD = "write denyoom noscript";
const BUSY = "noscript allow_busy";

const EMPTIED = `${WRITE} wipes @shards:all`;
const KILL = `${BUSY} @shards:one`;
const LISTED = "noscript ~order";
const RESTORED = `${LOAD} @shards:all`;
const STATS = `${BUSY} ~ @shards:own`;

export const functionCommands = commandTable("scripting", [
  row("FCALL", -3, RUN, KEYS, "7.0.0", fcall, "Runs a function."),
  row("FCALL_RO", -3, READ, READ_KEYS, "7.0.0", fcall, "Runs a function that may only read."),
  containerRow("FUNCTION", "7.0.0", "Groups the commands about libraries of functions."),
  row("FUNCTION DELETE", 3, `${WRITE} @shards:all`, undefined, "7.0.0", functionDelete, "Removes a library."),
  row("FUNCTION DUMP", 2, "noscript", undefined, "7.0.0", functionDump, "Returns all libraries as one value."),
  row("FUNCTION FLUSH", -2, EMPTIED, undefined, "7.0.0", functionFlush, "Removes all libraries."),
  row("FUNCTION HELP", 2, "loading stale", undefined, "7.0.0", help, "Lists the subcommands."),
  row("FUNCTION KILL", 2, KILL, undefined, "7.0.0", functionKill, "Ends the running function; there is never one."),
  row("FUNCTION LIST", -2, LISTED, undefined, "7.0.0", functionList, "Returns libraries and their functions."),
  row("FUNCTION LOAD", -3, `${LOAD} @shards:all`, undefined, "7.0.0", functionLoad, "Adds a library, or replaces one."),
  row("FUNCTION RESTORE", -3, RESTORED, undefined, "7.0.0", functionRestore, "Adds the libraries of a dump."),
  row("FUNCTION STATS", 2, STATS, undefined, "7.0.0", functionStats, "Returns the numbers of libraries and functions."),
]);

/** FCALL function numkeys [key …] [arg …]; FCALL_RO alike */
function fcall(context: Context, words: Words): Reply {
  context.begins();
  const { scripting } = context.engine;
  if (scripting.libraries.find(words[1]) === undefined) throw functionErrors.NOT_FOUND;
  return scripting.callFunction(words[1], invocation(context, words, integer(words[2], functionErrors.BAD_NUMKEYS)));
}

/** FUNCTION LOAD [REPLACE] function-code */
function functionLoad(context: Context, words: Words): Reply {
  const options = words.slice(2, -1);
  const unknown = options.find((option) => !isOption(option, "REPLACE"));
  if (unknown !== undefined) throw functionErrors.unknownOption(unknown);
  const { name } = context.engine.scripting.libraries.load(words.at(-1)!, options.length > 0);
  context.changedElsewhere();
  return name;
}

/** FUNCTION DELETE library-name */
function functionDelete(context: Context, words: Words): Reply {
  if (!context.engine.scripting.libraries.delete(words[2])) throw functionErrors.LIBRARY_NOT_FOUND;
  context.changedElsewhere();
  return OK;
}

/** FUNCTION FLUSH [ASYNC | SYNC] */
function functionFlush(context: Context, words: Words): Reply {
  if (words.length > 3) throw errors.badSubcommand("FUNCTION", words[1]);
  if (words.length === 3 && !isOption(words[2], "ASYNC") && !isOption(words[2], "SYNC")) {
    throw functionErrors.BAD_FLUSH_MODE;
  }
  context.engine.scripting.libraries.clear();
  context.changedElsewhere();
  return OK;
}

/** FUNCTION LIST [LIBRARYNAME library-name-pattern] [WITHCODE] */
function functionList(context: Context, words: Words): Reply {
  let glob: Glob | undefined;
  let withCode = false;
  for (let i = 2; i < words.length; i++) {
    if (!withCode && isOption(words[i], "WITHCODE")) withCode = true;
    else if (glob === undefined && isOption(words[i], "LIBRARYNAME")) {
      const pattern = words[++i];
      if (pattern === undefined) throw functionErrors.LIBRARY_NAME_MISSING;
      // Names match in any case, as in Redis.
      glob = new Glob(pattern.toLowerCase());
    } else throw functionErrors.unknownArgument(words[i]);
  }
  const reply: Reply[] = [];
  for (const library of context.engine.scripting.libraries.all()) {
    if (glob === undefined || glob.matches(library.name.toLowerCase())) reply.push(describe(library, withCode));
  }
  return reply;
}

function describe({ name, text, functions }: Library, withCode: boolean): Reply {
  const listed = functions.map(({ name, description, flags }) => {
    const flagSet = new ReplySet(flags.map((flag) => new SimpleString(flag)));
    return new FlatMap(["name", name, "description", description ?? null, "flags", flagSet]);
  });
  const code = withCode ? ["library_code", text] : [];
  return new FlatMap(["library_name", name, "engine", "LUA", "functions", listed, ...code]);
}

/** FUNCTION STATS; no command arrives while a function runs, so none is ever running */
function functionStats(context: Context): Reply {
  const { libraryCount, functionCount } = context.engine.scripting.libraries;
  const lua = new FlatMap(["libraries_count", libraryCount, "functions_count", functionCount]);
  return new FlatMap(["running_script", null, "engines", new FlatMap(["LUA", lua])]);
}

/** FUNCTION KILL; no function is running when it arrives, as with FUNCTION STATS */
function functionKill(): Reply {
  throw scriptErrors.NOT_BUSY;
}

/** FUNCTION DUMP */
function functionDump(context: Context): Reply {
  const { parameters, scripting } = context.engine;
  return functionsPayload(
    Array.from(scripting.libraries.all(), ({ text }) => text),
    parameters.encodingBounds.compresses,
  );
}

/** The texts of the libraries in a payload. Throws Redis's error for a bad payload. */
function textsIn(context: Context, payload: string): string[] {
  const bytes = checkedPayload(payload);
  if (bytes === undefined) throw errors.BAD_PAYLOAD;
  try {
    return payloadFunctions(bytes, context.engine.limits.stringBytesMax);
  } catch (error) {
    if (error instanceof UnknownMarker) throw functionErrors.NOT_A_FUNCTION;
    if (error instanceof RdbError) throw functionErrors.PAYLOAD_NOT_LOADED;
    throw error;
  }
}

const POLICIES = ["append", "replace", "flush"] as const;

/** FUNCTION RESTORE serialized-value [FLUSH | APPEND | REPLACE] */
function functionRestore(context: Context, words: Words): Reply {
  if (words.length > 4) throw errors.badSubcommand("FUNCTION", words[1]);
  const policy = POLICIES.find((name) => name === (words[3] ?? "append").toLowerCase());
  if (policy === undefined) throw functionErrors.BAD_RESTORE_POLICY;
  context.engine.scripting.libraries.restore(textsIn(context, words[2]), policy);
  context.changedElsewhere();
  return OK;
}
