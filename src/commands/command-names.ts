/** The commands that COMMAND shows, and their names there. */
import type { Command } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";

/** The command of a name as Redis prints it; undefined when it is unknown or not served. */
export function byRedisName(context: Context, name: string): Command | undefined {
  if (name.includes(" ")) return undefined;
  const command = context.engine.registry.get(name.replace("|", " "))?.command;
  return command !== undefined && command.isServed ? command : undefined;
}

/** Commands with a handler, and containers of them. COMMAND does not show others. */
export function served(context: Context): Command[] {
  const commands = [...context.engine.registry.entries()].map((entry) => entry.command);
  return commands.filter((command) => command.isServed);
}

/** Served commands without their subcommands. */
export function topLevel(context: Context): Command[] {
  return served(context).filter((command) => !command.name.includes(" "));
}

/** The served subcommands of a container; none for another command. */
export function subcommands(context: Context, command: Command): Command[] {
  if (!command.isContainer) return [];
  const entries = context.engine.registry.subcommands(command);
  return entries.map((entry) => entry.command).filter((subcommand) => subcommand.run !== undefined);
}
