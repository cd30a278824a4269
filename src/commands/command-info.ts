// COMMAND: https://redis.io/docs/latest/commands/command/. Everything it tells comes from the rows.
import { arityFits, hasKeys, keyPositions, redisName, UNTOLD_FLAGS } from "../core/command-spec.ts";
import type { KeyPosition, KeySpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as serverErrors from "../core/errors/server.ts";
import { Glob } from "../core/glob.ts";
import { CommandError, EMPTY_ARRAY, FlatMap, ReplySet } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Command, Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { isOption } from "./args.ts";
import { docs, statuses } from "./command-docs.ts";
import { byRedisName, served, subcommands, topLevel } from "./command-names.ts";
import { help } from "./help.ts";

const FLAGS = "loading stale";
const CONNECTION = { acl: "connection" };

export const commandCommands = commandTable({ group: "server", flags: "uncounted local" }, [
  row("COMMAND", -1, `${FLAGS} ~order`, undefined, "2.8.13", describeAll, "Describes all commands.", CONNECTION),
  row("COMMAND COUNT", 2, FLAGS, undefined, "2.8.13", count, "Counts the commands.", CONNECTION),
  row("COMMAND DOCS", -2, `${FLAGS} ~order`, undefined, "7.0.0", docs, "Documents commands.", CONNECTION),
  row("COMMAND GETKEYS", -3, FLAGS, undefined, "2.8.13", getKeys, "Finds the keys of a command.", CONNECTION),
  row("COMMAND GETKEYSANDFLAGS", -3, FLAGS, undefined, "7.0.0", getKeysAndFlags, "Finds keys and flags.", CONNECTION),
  row("COMMAND HELP", 2, FLAGS, undefined, "5.0.0", help, "Returns the subcommands.", CONNECTION),
  row("COMMAND INFO", -2, `${FLAGS} ~order`, undefined, "2.8.13", infoOf, "Describes commands.", CONNECTION),
  row("COMMAND LIST", -2, `${FLAGS} ~order`, undefined, "7.0.0", list, "Lists the names of commands.", CONNECTION),
]);

/** COMMAND */
function describeAll(context: Context): Reply {
  return topLevel(context).map((command) => describe(context, command));
}

/** COMMAND COUNT */
function count(context: Context): Reply {
  return topLevel(context).length;
}

/** COMMAND INFO [command-name …] */
function infoOf(context: Context, words: Words): Reply {
  if (words.length === 2) return describeAll(context);
  return words.slice(2).map((name) => {
    const command = byRedisName(context, name);
    return command === undefined ? null : describe(context, command);
  });
}

/** COMMAND LIST [FILTERBY <MODULE module-name | ACLCAT category | PATTERN pattern>] */
function list(context: Context, words: Words): Reply {
  const includes = words.length === 2 ? () => true : parseFilter(words);
  return served(context)
    .filter(includes)
    .map(({ name }) => redisName(name));
}

function parseFilter(words: readonly string[]): (command: Command) => boolean {
  const [, , option, kind = "", operand = ""] = words;
  if (words.length !== 5 || !isOption(option, "FILTERBY")) throw errors.SYNTAX;
  const wanted = operand.toLowerCase();
  switch (kind.toUpperCase()) {
    case "MODULE":
      // No command comes from a module.
      return () => false;
    case "ACLCAT":
      return (command) => command.categories.has(wanted);
    case "PATTERN": {
      const pattern = new Glob(wanted);
      return (command) => pattern.matches(redisName(command.name));
    }
    default:
      throw errors.SYNTAX;
  }
}

/** COMMAND GETKEYS command [arg …] */
function getKeys(context: Context, words: Words): Reply {
  return keysOf(context, words).map(({ index }) => words[index + 2]!);
}

/** COMMAND GETKEYSANDFLAGS command [arg …] */
function getKeysAndFlags(context: Context, words: Words): Reply {
  return keysOf(context, words).map(({ index, flags }) => [words[index + 2]!, statuses(flags.split(" "))]);
}

/** The keys of the command in the words from word 2 on. Throws when it is unknown, has no keys or a wrong arity. */
function keysOf(context: Context, words: Words): readonly KeyPosition[] {
  const inner = words.slice(2);
  const entry = context.engine.registry.find(inner);
  if (entry === undefined || entry instanceof CommandError) throw serverErrors.GETKEYS_INVALID_COMMAND;
  const { command } = entry;
  if (!command.isServed) throw serverErrors.GETKEYS_INVALID_COMMAND;
  if (!hasKeys(command)) throw serverErrors.GETKEYS_NO_KEYS;
  if (!arityFits(command, inner)) throw serverErrors.GETKEYS_ARITY;
  const positions = keyPositions(command, inner) ?? [];
  if (positions.length === 0 && !command.flags.has("no_mandatory_keys")) throw serverErrors.GETKEYS_INVALID_ARGUMENTS;
  return positions;
}

/** One element of COMMAND's reply. */
function describe(context: Context, command: Command): Reply {
  const range = legacyRange(command.keys);
  const flags = [...command.flags].filter((flag) => !UNTOLD_FLAGS.has(flag));
  if (range.movable) flags.push("movablekeys");
  const parts = subcommands(context, command).map((subcommand) => describe(context, subcommand));
  return [
    redisName(command.name),
    command.arity,
    statuses(flags),
    range.first,
    range.last,
    range.step,
    statuses([...command.categories].map((category) => `@${category}`)),
    new ReplySet(command.tips),
    new ReplySet(command.keys.map(describeKeySpec)),
    // As in Redis 7, no subcommands are a set without elements.
    parts.length === 0 ? new ReplySet(EMPTY_ARRAY) : parts,
  ];
}

function describeKeySpec({ begin, find, flags }: KeySpec): FlatMap {
  return new FlatMap([
    "flags",
    statuses(flags.split(" ")),
    "begin_search",
    describeBegin(begin),
    "find_keys",
    describeFind(find),
  ]);
}

function describeBegin(begin: KeySpec["begin"]): FlatMap {
  if (begin === "unknown") return typedSpec("unknown", []);
  if ("index" in begin) return typedSpec("index", ["index", begin.index]);
  return typedSpec("keyword", ["keyword", begin.keyword, "startfrom", begin.from]);
}

function describeFind(find: KeySpec["find"]): FlatMap {
  if (find === "unknown") return typedSpec("unknown", []);
  if ("last" in find) return typedSpec("range", ["lastkey", find.last, "keystep", find.step, "limit", find.limit]);
  return typedSpec("keynum", ["keynumidx", find.numkeys, "firstkey", find.first, "keystep", find.step]);
}

function typedSpec(type: string, spec: readonly Reply[]): FlatMap {
  return new FlatMap(["type", type, "spec", new FlatMap(spec)]);
}

/** The range by which clients older than Redis 7 find keys, and whether it misses some. */
interface LegacyRange {
  readonly first: number;
  /** Negative when it counts from the end. */
  readonly last: number;
  readonly step: number;
  readonly movable: boolean;
}

/**
 * Reduces key specifications to one range, as Redis does. A single range is taken as it is. Of several, adjacent ranges
 * of step 1 are joined. Any other specification only makes the keys movable.
 */
function legacyRange(keys: readonly KeySpec[]): LegacyRange {
  let first = 0;
  let last = 0;
  let step = 0;
  let movable = false;
  for (const { begin, find, flags } of keys) {
    const isRange = begin !== "unknown" && "index" in begin && find !== "unknown" && "last" in find;
    if (!isRange || (keys.length > 1 && (find.step !== 1 || (last !== 0 && last !== begin.index - 1)))) {
      movable = true;
      continue;
    }
    if (flags.includes("incomplete")) movable = true;
    if (first === 0) first = begin.index;
    last = find.last < 0 ? find.last : begin.index + find.last;
    step = find.step;
  }
  return { first, last, step, movable };
}
