/** `stashd config`: prints the options that hold, and where each comes from. */
import { VERSION } from "../server/version.ts";
import { readFlags } from "./flags.ts";
import { SECRETS } from "./variables.ts";
import type { Variables } from "./variables.ts";
import type { Outcome } from "./subcommand.ts";

/** What a source is called here. */
const SOURCES: Readonly<Record<string, string>> = { cli: "flag", env: "environment", config: "configuration file" };

/** Runs the subcommand with the words that a server would be started with. Throws a {@link UsageError}, as the start would. */
export async function configText(argv: readonly string[], variables: Variables): Promise<Outcome> {
  const program = readFlags(argv, variables, VERSION);
  if ("text" in program) return { text: program.text, isSound: true };
  const rows: [name: string, value: string, source: string][] = [];
  for (const option of program.options) {
    const name = option.attributeName();
    if (name === "version" || rows.some(([before]) => before === name)) continue;
    const source = program.getOptionValueSource(name);
    const isGiven = source !== undefined && source !== "default";
    const value: unknown = program.getOptionValue(name);
    const isSecret = option.envVar !== undefined && SECRETS.includes(option.envVar);
    if (isGiven) rows.push([name, isSecret ? "***" : JSON.stringify(value), SOURCES[source] ?? source]);
    else
      rows.push([
        name,
        /\(default: (.*)\)$/.exec(option.description)?.[1] ?? (value === true ? "on" : "off"),
        "default",
      ]);
  }
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value, source]) => `${name.padEnd(width)}  ${value}  (${source})`);
  return { text: `${lines.join("\n")}\n`, isSound: true };
}
