/** What every container's HELP subcommand does, from the rows. */
import { SimpleString } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";

/** <container> HELP */
export function help(context: Context, words: Words): Reply {
  const container = context.engine.registry.get(words[0])!.command;
  const lines = [`${container.name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  for (const { command } of context.engine.registry.subcommands(container)) {
    if (command.run === undefined) continue;
    lines.push(command.name.slice(container.name.length + 1), `    ${command.summary}`);
  }
  return lines.map((line) => new SimpleString(line));
}
