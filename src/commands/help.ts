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
  const lines = [`${container.name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  const isHelp = (name: string) => name.endsWith(" HELP");
  for (const command of subcommands(context, container).sort(
    (a, b) => Number(isHelp(a.name)) - Number(isHelp(b.name)),
  )) {
    const name = command.name.slice(container.name.length + 1);
    lines.push(`${name} ${showSyntax(manualOf(command).syntax, HELP_STYLE)}`.trimEnd(), `    ${command.summary}`);
  }
  return lines.map((line) => new SimpleString(line));
}
