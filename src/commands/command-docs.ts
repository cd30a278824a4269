// COMMAND DOCS: https://redis.io/docs/latest/commands/command-docs/, from the rows and the manual.
import type { Target } from "../core/target.ts";
import { redisName } from "../core/command-spec.ts";
import { FlatMap, ReplySet, SimpleString } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Command, Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { byRedisName, subcommands, topLevel } from "./command-names.ts";
import { manualOf } from "./manual/manual.ts";
import type { Manual } from "./manual/manual.ts";
import type { Argument } from "./manual/syntax.ts";
import { hasArgument } from "./targets.ts";

/** COMMAND DOCS [command-name …] */
export function docs(context: Context, words: Words): Reply {
  const commands =
    words.length === 2 ? topLevel(context) : words.slice(2).flatMap((name) => byRedisName(context, name) ?? []);
  return documented(context, commands);
}

/** Command names, each with its entry in DOCS. */
function documented(context: Context, commands: readonly Command[]): FlatMap {
  return new FlatMap(commands.flatMap((command) => [redisName(command.name), document(context, command)]));
}

function document(context: Context, command: Command): Reply {
  const manual = manualOf(command);
  const { target } = context.engine;
  const has = ({ version }: { readonly version: string }): boolean => target === undefined || target.has(version);
  const history = manual.history.filter(has);
  const syntax = target === undefined ? manual.syntax : argumentsOf(target, command.name, manual.syntax);
  const fields: Reply[] = ["summary", command.summary, "since", command.since, "group", command.group];
  if (manual.complexity !== undefined) fields.push("complexity", manual.complexity);
  fields.push(...standing(manual));
  if (history.length > 0) {
    fields.push("history", new ReplySet(history.map(({ version, change }) => [version, change])));
  }
  if (syntax.length > 0) fields.push("arguments", syntax.map(describeArgument));
  if (command.isContainer) fields.push("subcommands", documented(context, subcommands(context, command)));
  return new FlatMap(fields);
}

/** The arguments of a command that a server has, and their parts. */
function argumentsOf(target: Target, command: string, syntax: readonly Argument[]): readonly Argument[] {
  return syntax
    .filter((argument) => hasArgument(target, command, argument))
    .map((argument) => ({ ...argument, parts: argumentsOf(target, command, argument.parts) }));
}

/** Whether a command is for clients, and for new programs. */
function standing({ isSystem, replacement }: Manual): Reply[] {
  const flags = [...(replacement === undefined ? [] : ["deprecated"]), ...(isSystem ? ["syscmd"] : [])];
  const fields: Reply[] = flags.length === 0 ? [] : ["doc_flags", statuses(flags)];
  if (replacement !== undefined) {
    fields.push("deprecated_since", replacement.version, "replaced_by", replacement.change);
  }
  return fields;
}

/** An argument as from Redis 7.2, which tells what to show for it, too; redis-cli's hints want that. */
function describeArgument(argument: Argument): FlatMap {
  const { name, type, keySpec, token, since, deprecatedSince, parts } = argument;
  const fields: Reply[] = ["name", name, "type", type];
  const hasParts = type === "oneof" || type === "block";
  if (!hasParts) fields.push("display_text", name);
  if (keySpec !== undefined) fields.push("key_spec_index", keySpec);
  if (token !== undefined) fields.push("token", token);
  if (since !== undefined) fields.push("since", since);
  if (deprecatedSince !== undefined) fields.push("deprecated_since", deprecatedSince);
  const flags = flagsOf(argument);
  if (flags.length > 0) fields.push("flags", statuses(flags));
  if (hasParts) fields.push("arguments", parts.map(describeArgument));
  return new FlatMap(fields);
}

function flagsOf({ isOptional, isMultiple, isTokenMultiple }: Argument): string[] {
  const flags: string[] = [];
  if (isOptional) flags.push("optional");
  if (isMultiple) flags.push("multiple");
  if (isTokenMultiple) flags.push("multiple_token");
  return flags;
}

/** Words that Redis answers as a set of statuses, such as flags. */
export function statuses(words: readonly string[]): ReplySet {
  return new ReplySet(words.map((word) => new SimpleString(word)));
}
