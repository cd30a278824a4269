/** The commands that a server offers: those of all tables, without what its options forbid, and what its target lacks. */
import type { Target } from "../core/target.ts";
import { SYNTAX } from "../core/errors.ts";
import { SAME_OBJECT } from "../core/errors/generic.ts";
import { flushForbidden, unknownParameter } from "../core/errors/server.ts";
import { LIMIT_BY_RANK } from "../core/errors/sorted-set.ts";
import { INVALID_ID } from "../core/errors/stream.ts";
import type { CommandError } from "../core/reply.ts";
import type { Command } from "../engine/command.ts";
import { isOption } from "./args.ts";
import { hasLateArguments, manualOf } from "./manual/manual.ts";
import type { Argument } from "./manual/syntax.ts";
import { usedArguments } from "./manual/used-arguments.ts";
import { commandTables } from "./registry.ts";
import { hasArgument, hasCommand } from "./targets.ts";

type Tables = readonly (readonly Command[])[];

interface Offer {
  /** Whether FLUSHALL and the like may run. */
  readonly flush: boolean;
  /**
   * Whether commands run on another server. Those of a script are not seen here then, so a script is refused for what
   * stands in its text.
   */
  readonly isGateway: boolean;
  /** The server whose commands there are; undefined for all. */
  readonly target: Target | undefined;
}

/** Tables that were made before: engines of one process share them. */
const made = new Map<string, Tables>();

/** The tables of the commands that a server offers. */
export function offeredTables({ flush, isGateway, target }: Offer): Tables {
  if (flush && target === undefined) return commandTables;
  const key = `${flush}|${isGateway}|${target?.name}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const tables = commandTables.map((rows) => {
    const had = target === undefined ? rows : rows.flatMap((row) => ofTarget(row, target));
    return flush ? had : had.map((row) => withoutFlush(row, isGateway));
  });
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

/** A command as a server has it; none if it lacks it. */
function ofTarget(row: Command, target: Target): readonly Command[] {
  if (!hasCommand(target, row)) return [];
  // The hosted service's clients of REST have no connection of their own, which CLIENT would be about.
  if (target.isUpstash && row.name.startsWith("CLIENT ")) return [{ ...row, rest: "no" }];
  const { name, run } = row;
  const rule = (target.isUpstash ? HOSTED_RULES : REDIS_RULES)[name];
  const isLacking = lackingIn(row, target);
  if (run === undefined || (rule === undefined && isLacking === undefined)) return [row];
  // An option that was all that a command takes besides is a matter of its arity.
  if (isLacking !== undefined && (name === "ZRANK" || name === "ZREVRANK")) return [{ ...row, arity: -row.arity }];
  return [
    {
      ...row,
      run: (context, words) => {
        if (isLacking?.(words) === true) throw name === "XADD" ? INVALID_ID : SYNTAX;
        const error = rule?.(words, target);
        if (error !== undefined) throw error;
        return run(context, words);
      },
    },
  ];
}

/** Tells whether words use an argument that a server lacks; undefined where it has all that the command takes. */
function lackingIn({ name }: Command, target: Target): ((words: readonly string[]) => boolean) | undefined {
  if (!hasLateArguments(name)) return undefined;
  const { syntax } = manualOf({ name });
  const isLacking = (argument: Argument): boolean => !hasArgument(target, name, argument);
  const lacksAny = (argument: Argument): boolean => isLacking(argument) || argument.parts.some(lacksAny);
  if (!syntax.some(lacksAny)) return undefined;
  const from = name.split(" ").length;
  return (words) => usedArguments(syntax, words, from).some(isLacking);
}

/** What a server refuses of words that the syntax allows. */
type Rules = Readonly<Record<string, (words: readonly string[], target: Target) => CommandError | undefined>>;

const has = (words: readonly string[], from: number, ...options: readonly string[]): boolean =>
  words.some((word, i) => i >= from && options.some((option) => isOption(word, option)));

/** LIMIT without BYSCORE or BYLEX, by words that are integers; a count of -1 is none for Redis. */
function limitByRank(words: readonly string[]): CommandError | undefined {
  const limit = words.findIndex((word, i) => i >= 4 && isOption(word, "LIMIT"));
  const [offset = "", count = ""] = limit < 0 ? [] : words.slice(limit + 1);
  const isLimited = /^-?\d+$/.test(offset) && /^-?\d+$/.test(count) && count !== "-1";
  return isLimited && !has(words, 4, "BYSCORE", "BYLEX") ? LIMIT_BY_RANK : undefined;
}

/** Whether XREAD asks for the last entry of a stream by the ID `+`. */
function readsLast(words: readonly string[]): boolean {
  const keys = words.findIndex((word) => isOption(word, "STREAMS")) + 1;
  return words.slice(keys + Math.floor((words.length - keys) / 2)).includes("+");
}

/** What the hosted service allows, and Redis and Valkey do not. */
const REDIS_RULES: Rules = {
  COPY: ([, from, to, ...options]) =>
    from === to && options.every((word) => isOption(word, "REPLACE")) ? SAME_OBJECT : undefined,
  XREAD: (words, target) => (!target.has("7.4.0") && readsLast(words) ? INVALID_ID : undefined),
  ZRANGE: limitByRank,
  ZRANGESTORE: limitByRank,
};

/** What Redis and Valkey allow, and the hosted service does not. */
const HOSTED_RULES: Rules = {
  "CONFIG SET": (words) => {
    const other = words.find((word, i) => i > 1 && i % 2 === 0 && !isOption(word, "NOTIFY-KEYSPACE-EVENTS"));
    return other === undefined ? undefined : unknownParameter(other);
  },
};
