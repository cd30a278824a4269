/** Which commands COMMAND tells of, and by which names. */
import type { Command } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";

/** A name as Redis prints it: lower case, with `|` before a subcommand. */
export function redisName(command: Command): string {
  return command.name.toLowerCase().replace(" ", "|");
}

export function byRedisName(context: Context, name: string): Command | undefined {
  if (name.includes(" ")) return undefined;
  const command = context.engine.registry.get(name.replace("|", " "))?.command;
  return command !== undefined && command.isServed ? command : undefined;
}

/** Commands we run, and containers of such; a row without a handler is not told of. */
export function served(context: Context): Command[] {
  const commands = [...context.engine.registry.entries()].map((entry) => entry.command);
  return commands.filter((command) => command.isServed);
}

export function topLevel(context: Context): Command[] {
  return served(context).filter((command) => !command.name.includes(" "));
}

export function subcommands(context: Context, command: Command): Command[] {
  if (!command.isContainer) return [];
  const entries = context.engine.registry.subcommands(command);
  return entries.map((entry) => entry.command).filter((subcommand) => subcommand.run !== undefined);
}
