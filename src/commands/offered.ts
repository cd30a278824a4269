/** The commands that a server offers: those of all tables, without what its options forbid. */
import { flushForbidden } from "../core/errors/server.ts";
import type { CommandError } from "../core/reply.ts";
import type { Command } from "../engine/command.ts";
import { isOption } from "./args.ts";
import { commandTables } from "./registry.ts";

type Tables = readonly (readonly Command[])[];

/** Tables that were made before: engines of one process share them. */
const made = new Map<string, Tables>();

/**
 * The tables for a server that lets clients flush, or not. Where commands run elsewhere (`isGateway`), the commands of a
 * script are not seen here, so a script is refused for what stands in its text.
 */
export function offeredTables(mayFlush: boolean, isGateway: boolean): Tables {
  if (mayFlush) return commandTables;
  const key = String(isGateway);
  const tables = made.get(key) ?? commandTables.map((rows) => rows.map((row) => withoutFlush(row, isGateway)));
  made.set(key, tables);
  return tables;
}

function withoutFlush(row: Command, isGateway: boolean): Command {
  const { flags, name } = row;
  const forbids = (isForbidden: (words: readonly string[]) => boolean): Command => ({
    ...row,
    prohibition: (words): CommandError | undefined => (isForbidden(words) ? flushForbidden(name) : undefined),
  });
  if (flags.has("wipes")) return forbids(() => true);
  if (name === "FUNCTION RESTORE") return forbids((words) => isOption(words[3] ?? "", "FLUSH"));
  const text = isGateway ? SCRIPT_WORDS[name] : undefined;
  return text === undefined ? row : forbids((words) => FLUSHES.test(words.at(text) ?? ""));
}

/** The word that is the text of a script or library. */
const SCRIPT_WORDS: Readonly<Record<string, number>> = { EVAL: 1, EVAL_RO: 1, "SCRIPT LOAD": 2, "FUNCTION LOAD": -1 };

/** A command that wipes, named in the text of a script. */
const FLUSHES = /\bflush(?:all|db)\b/i;
