/** The HELP subcommand of every container, from the rows and the manual. */
import { SimpleString } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { subcommands } from "./command-names.ts";
import { manualOf } from "./manual/manual.ts";
import { HELP_STYLE, showSyntax } from "./manual/syntax.ts";

/** <container> HELP. Redis's form: each subcommand with its words, and indented what it does; HELP itself comes last. */
export function help(context: Context, words: Words): Reply {
  const container = context.engine.registry.get(words[0])!.command;
  const isHelp = (name: string) => name.endsWith(" HELP");
  const commands = subcommands(context, container).sort((a, b) => Number(isHelp(a.name)) - Number(isHelp(b.name)));
  const parts = commands.map((command) => {
    const name = command.name.slice(container.name.length + 1);
    const usage = `${name} ${showSyntax(manualOf(command).syntax, HELP_STYLE)}`.trimEnd();
    return { usage, summary: command.summary };
  });
  return helpReply(container.name, parts);
}

/** The reply to a container's HELP: a head, and for each subcommand its words and what it does. */
export function helpReply(
  container: string,
  parts: Iterable<{ readonly usage: string; readonly summary: string }>,
): Reply {
  const lines = [`${container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  for (const { usage, summary } of parts) lines.push(usage, `    ${summary}`);
  return lines.map((line) => new SimpleString(line));
}
