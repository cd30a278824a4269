// Commands from https://redis.io/docs/latest/commands/?group=scripting; FUNCTION and FCALL have a file of their own.
import { countedKeys as countedKeySpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as scriptErrors from "../core/errors/scripting.ts";
import { OK } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import type { Invocation } from "../engine/scripting/scripting.ts";
import { integer, isOption } from "./args.ts";
import { help } from "./help.ts";

const RUN = "noscript stale skip_monitor no_mandatory_keys runs_script";
const READ = `readonly ${RUN}`;
const KEYS = countedKeySpec("RW access update", 2);
const READ_KEYS = countedKeySpec("RO access", 2);
const KILL = "noscript allow_busy";

const KILLED = `${KILL} @shards:one`;
const CACHED = "noscript stale @nodes:all";

export const scriptingCommands = commandTable("scripting", [
  row("EVAL", -3, RUN, KEYS, "2.6.0", evalText, "Runs a script."),
  row("EVAL_RO", -3, READ, READ_KEYS, "7.0.0", evalText, "Runs a script that may only read."),
  row("EVALSHA", -3, RUN, KEYS, "2.6.0", evalDigest, "Runs a script by its SHA1."),
  row("EVALSHA_RO", -3, READ, READ_KEYS, "7.0.0", evalDigest, "Runs a script by its SHA1; it may only read."),
  containerRow("SCRIPT", "2.6.0", "Groups the commands about scripts."),
  row("SCRIPT EXISTS", -3, "noscript @shards:and", undefined, "2.6.0", scriptExists, "Tells which scripts are cached."),
  row("SCRIPT FLUSH", -2, "noscript @nodes:all", undefined, "2.6.0", scriptFlush, "Forgets all scripts."),
  row("SCRIPT HELP", 2, "loading stale", undefined, "5.0.0", help, "Lists the subcommands."),
  row("SCRIPT KILL", 2, KILLED, undefined, "2.6.0", scriptKill, "Ends the running script; there is never one."),
  row("SCRIPT LOAD", 3, CACHED, undefined, "2.6.0", scriptLoad, "Caches a script and returns its SHA1."),
]);

/** EVAL script numkeys [key …] [arg …]; EVAL_RO alike */
function evalText(context: Context, words: Words): Reply {
  context.begins();
  return context.engine.scripting.eval(words[1], invocation(context, words, integer(words[2])));
}

/** EVALSHA sha1 numkeys [key …] [arg …]; EVALSHA_RO alike */
function evalDigest(context: Context, words: Words): Reply {
  context.begins();
  if (words[1].length !== 40) throw scriptErrors.NO_SCRIPT;
  return context.engine.scripting.evalDigest(words[1], invocation(context, words, integer(words[2])));
}

/** The keys and arguments of a command, of which the first `keyCount` from word 3 on are keys. */
export function invocation(context: Context, words: Words, keyCount: number): Invocation {
  if (keyCount > words.length - 3) throw errors.NUMKEYS_TOO_LARGE;
  if (keyCount < 0) throw scriptErrors.NUMKEYS_NEGATIVE;
  return {
    session: context.session,
    keys: words.slice(3, 3 + keyCount),
    args: words.slice(3 + keyCount),
    readOnly: context.command.flags.has("readonly"),
  };
}

/** SCRIPT LOAD script */
function scriptLoad(context: Context, words: Words): Reply {
  return context.engine.scripting.load(words[2]);
}

/** SCRIPT EXISTS sha1 [sha1 …] */
function scriptExists(context: Context, words: Words): Reply {
  return words.slice(2).map((digest) => (context.engine.scripting.cache.has(digest) ? 1 : 0));
}

/** SCRIPT FLUSH [ASYNC | SYNC] */
function scriptFlush(context: Context, words: Words): Reply {
  const isMode =
    words.length === 2 || (words.length === 3 && (isOption(words[2], "ASYNC") || isOption(words[2], "SYNC")));
  if (!isMode) throw scriptErrors.BAD_FLUSH_MODE;
  context.engine.scripting.cache.clear();
  return OK;
}

/**
 * SCRIPT KILL; no command arrives while a script runs, so none is ever running. scriptMsMax ends one that runs too long
 */
function scriptKill(): Reply {
  throw scriptErrors.NOT_BUSY;
}
