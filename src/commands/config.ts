// CONFIG: https://redis.io/docs/latest/commands/config/; the parameters themselves are in engine/parameters.ts.
import * as errors from "../core/errors.ts";
import * as serverErrors from "../core/errors/server.ts";
import { Glob } from "../core/glob.ts";
import { FlatMap, OK } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { help } from "./help.ts";

const ADMIN = "admin noscript loading stale";
const SET = { secrets: { valuesOf: /^(?:requirepass|masterauth|masteruser|.*-key-file-pass)$/i, from: 2 } };

export const configCommands = commandTable({ group: "server", flags: "uncounted" }, [
  containerRow("CONFIG", "2.0.0", "A container for commands on the configuration."),
  row("CONFIG GET", -3, ADMIN, undefined, "2.0.0", configGet, "Returns the parameters that match patterns."),
  row("CONFIG HELP", 2, "loading stale", undefined, "5.0.0", help, "Returns the subcommands."),
  row("CONFIG RESETSTAT", 2, ADMIN, undefined, "2.0.0", configResetstat, "Sets the counters of INFO to zero."),
  row("CONFIG REWRITE", 2, ADMIN, undefined, "2.8.0", configRewrite, "Refused: there is no configuration file."),
  row("CONFIG SET", -4, `${ADMIN} @nodes:all`, undefined, "2.0.0", configSet, "Sets parameters, all or none.", SET),
]);

/** CONFIG GET parameter [parameter …] */
function configGet(context: Context, words: Words): Reply {
  const { parameters } = context.engine;
  // Each parameter once. One that a word names without a pattern appears in the spelling of that word, as in Redis.
  const spellings = new Map<string, string>();
  for (const word of words.slice(2)) {
    const wanted = word.toLowerCase();
    const isPattern = /[[*?]/.test(word);
    const pattern = new Glob(wanted);
    for (const name of parameters.names()) {
      const matches = isPattern ? !parameters.parameter(name)!.isHidden && pattern.matches(name) : name === wanted;
      if (matches && !spellings.has(name)) spellings.set(name, isPattern ? name : word);
    }
  }
  return new FlatMap([...spellings].flatMap(([name, spelling]) => [spelling, parameters.parameter(name)!.get()]));
}

/** CONFIG SET parameter value [parameter value …] */
function configSet(context: Context, words: Words): Reply {
  const { parameters } = context.engine;
  if (words.length % 2 === 1) throw errors.SYNTAX;
  const chosen = new Map<string, (text: string) => (() => void) | string>();
  const values: string[] = [];
  // All names are checked before any value, as in Redis.
  for (let i = 2; i < words.length; i += 2) {
    const word = words[i]!;
    const name = word.toLowerCase();
    const parameter = parameters.parameter(name);
    if (parameter === undefined) throw serverErrors.unknownParameter(word);
    if (parameter.prepare === undefined) throw serverErrors.configSetFailed(word, "can't set immutable config");
    if (chosen.has(name)) throw serverErrors.configSetFailed(word, "duplicate parameter");
    chosen.set(name, parameter.prepare);
    values.push(words[i + 1]!);
  }
  const acts = [...chosen].map(([name, prepare], i) => {
    const prepared = prepare(values[i]!);
    if (typeof prepared === "string") throw serverErrors.configSetFailed(name, prepared);
    return prepared;
  });
  for (const act of acts) act();
  return OK;
}

/** CONFIG RESETSTAT */
function configResetstat(context: Context): Reply {
  context.engine.stats.reset();
  context.engine.clientMemory.evictedClients = 0;
  context.engine.registry.resetCounts();
  return OK;
}

/** CONFIG REWRITE */
function configRewrite(): Reply {
  throw serverErrors.NO_CONFIG_FILE;
}
