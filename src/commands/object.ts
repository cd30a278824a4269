// OBJECT: https://redis.io/docs/latest/commands/object-encoding/ and the pages beside it.
import { key } from "../core/command-spec.ts";
import * as genericErrors from "../core/errors/generic.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { encodingOf } from "../data/encoding.ts";
import { help } from "./help.ts";

const SECOND = key("RO", 2);

export const objectCommands = commandTable("generic", [
  containerRow("OBJECT", "2.2.3", "A container for commands on how values are held."),
  row("OBJECT ENCODING", 3, "readonly ~", SECOND, "2.2.3", objectEncoding, "Returns the form Redis holds a value in."),
  row("OBJECT FREQ", 3, "readonly ~", SECOND, "4.0.0", objectFreq, "Returns how often a key is used, 0 to 255."),
  row("OBJECT HELP", 2, "loading stale", undefined, "6.2.0", help, "Returns the subcommands."),
  row("OBJECT IDLETIME", 3, "readonly ~", SECOND, "2.2.3", objectIdletime, "Returns the seconds since a key was used."),
  row("OBJECT REFCOUNT", 3, "readonly ~", SECOND, "2.2.3", objectRefcount, "Returns 1: values are not shared."),
]);

/** OBJECT ENCODING key */
function objectEncoding(context: Context, words: Words): Reply {
  const value = context.db.inspect(words[2]);
  return value === undefined ? null : encodingOf(value, context.engine.parameters.encodingBounds);
}

/** OBJECT FREQ key */
function objectFreq(context: Context, words: Words): Reply {
  if (context.db.inspect(words[2]) === undefined) return null;
  const count = context.db.useCount(words[2]);
  if (count === undefined) throw genericErrors.NO_FREQUENCY;
  return count;
}

/** OBJECT IDLETIME key */
function objectIdletime(context: Context, words: Words): Reply {
  // Looked up first, since that counts as a hit or miss in INFO.
  if (context.db.inspect(words[2]) === undefined) return null;
  if (context.engine.dataset.instant.frequency !== undefined) throw genericErrors.NO_IDLE_TIME;
  return context.db.idleSeconds(words[2])!;
}

/** OBJECT REFCOUNT key */
function objectRefcount(context: Context, words: Words): Reply {
  return context.db.inspect(words[2]) === undefined ? null : 1;
}
