/** `docs/commands.md`, from the rows. Run as a program it writes the page. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { READ_ONLY_USER, Users } from "../../src/access/users.ts";
import { commandTables } from "../../src/commands/registry.ts";
import { manualOf } from "../../src/commands/manual/manual.ts";
import { MANUAL_STYLE, showSyntax } from "../../src/commands/manual/syntax.ts";
import type { Command } from "../../src/engine/command.ts";

/** The path of the page. */
export const PAGE = fileURLToPath(new URL("../../../docs/commands.md", import.meta.url));

const HEAD = `# Commands

Written by \`npm run docs\` from the rows in \`src/commands/\` and their manual, which COMMAND DOCS tells programs. In a command's words \`[…]\` is optional, \`<a | b>\` is one of several, and \`a [a …]\` may be repeated. *Since* is the version of Redis that brought the command. *Read-only* says whether the read-only token may run it.

A command that needs a connection of its own, such as SELECT, is not served over REST; it is listed without a mark under *REST*. One marked *stream* has a path of its own there: \`/subscribe/<channel>\`, \`/psubscribe/<pattern>\` and \`/monitor\` answer with server-sent events. *here* marks those by which one looks at a server: the hosted service refuses them over REST.
`;

/** The text of the page. */
export function commandsPage(): string {
  const commands = commandTables.flat().filter(({ run }) => run !== undefined);
  const groups = [...new Set(commands.map(({ group }) => group))].sort();
  const sections = groups.map((group) =>
    section(
      group,
      commands.filter((command) => command.group === group),
    ),
  );
  return `${HEAD}\n${sections.join("\n")}`;
}

function section(group: string, commands: readonly Command[]): string {
  const reader = new Users({ commands: commandTables.flat(), readOnlyTokens: ["t"] }).get(READ_ONLY_USER)!;
  const lines = commands.map((command) => {
    const isHere = command.rest !== command.hostedRest;
    const rest = isHere ? "here" : { yes: "✓", nonblocking: "✓", stream: "stream", no: "" }[command.rest];
    const readOnly =
      (rest === "✓" || rest === "here") && reader.refusal(command, [command.name]) === undefined ? "✓" : "";
    return `| ${syntaxOf(command)} | ${command.summary} | ${command.since} | ${rest} | ${readOnly} |`;
  });
  const rows = ["| command | what it does | since | REST | read-only |", "| --- | --- | --- | :-: | :-: |", ...lines];
  return `## ${group}\n\n${rows.join("\n")}\n`;
}

/** The command and its words as code in a table, where a bar must be escaped. */
function syntaxOf(command: Command): string {
  const line = `${command.name} ${showSyntax(manualOf(command).syntax, MANUAL_STYLE)}`.trimEnd();
  return `\`${line.replaceAll("|", "\\|")}\``;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, commandsPage());
