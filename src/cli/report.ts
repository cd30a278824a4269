/** `stashd report`: the commands that were used, and what of them another server lacks or does otherwise. */
import { amount } from "../core/amount.ts";
import { COMPATIBILITIES } from "../core/compatibility.ts";
import { targetOf } from "../core/target.ts";
import type { Target } from "../core/target.ts";
import { knownNamesHint } from "../server/nearest-name.ts";
import { readUsage, reportOf } from "../server/usage-report.ts";
import type { ReportedCommand, Usage } from "../server/usage-report.ts";
import { Subcommand } from "./subcommand.ts";
import type { Outcome } from "./subcommand.ts";
import { UsageError } from "./usage-error.ts";
import type { Variables } from "./variables.ts";

const EXAMPLES = `
Counts are written by stashd --report FOLDER, by stashd run --report FOLDER, and by stashd/testing where STASHD_REPORT
names a folder: a file for each process, with the names of commands and options, and no arguments.

Examples:
  stashd run --report usage -- npm test
  stashd report usage --target upstash
  stashd report usage --target redis-7.2 --strict     exit with 1 if it lacks any of it
  stashd report usage --json`;

interface Options {
  readonly target?: string;
  readonly json?: boolean;
  readonly strict?: boolean;
}

/** Runs the subcommand with its words. Throws a {@link UsageError}. */
export async function reportText(argv: readonly string[], { STASHD_REPORT }: Variables): Promise<Outcome> {
  const subcommand = new Subcommand("report", "Lists the commands that were used.", EXAMPLES);
  subcommand.program
    .argument("[folder]", "the folder with the counts (default: STASHD_REPORT)")
    .option("--target <server>", `say what of them it lacks: ${COMPATIBILITIES.join(", ")}`)
    .option("--json", "print JSON")
    .option("--strict", "exit with 1 if the target lacks any of them");
  const help = subcommand.parse(argv);
  if (help !== undefined) return { text: help, isSound: true };
  const [folder = STASHD_REPORT] = subcommand.program.args;
  if (folder === undefined || folder === "") throw new UsageError("name the folder that --report was given");
  const { json, strict, target: name } = subcommand.program.opts<Options>();
  if (strict === true && name === undefined) throw new UsageError("--strict needs a --target");
  const target = name === undefined ? undefined : targetNamed(name);
  const usage = usageOf(folder);
  const commands = reportOf(usage, target);
  const isLacking = commands.some((one) => one.isLacking || one.lackingOptions.length > 0);
  const { faults, files } = usage;
  const text =
    json === true
      ? `${JSON.stringify({ target: target?.name, files, faults, commands }, undefined, 2)}\n`
      : tableOf(commands, usage, target);
  return { text, isSound: strict !== true || !isLacking };
}

function targetNamed(name: string): Target {
  const known = COMPATIBILITIES.find((one) => one === name);
  if (known === undefined)
    throw new UsageError(`--target ${name} is not known${knownNamesHint(name, COMPATIBILITIES)}`);
  return targetOf(known);
}

function usageOf(folder: string): Usage {
  let usage: Usage;
  try {
    usage = readUsage(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "does not exist; give --report to what runs the tests" : message;
    throw new UsageError(`${folder} ${reason}`);
  }
  if (usage.commands.size > 0) return usage;
  const [fault] = usage.faults;
  throw new UsageError(`${folder} has no counts of commands${fault === undefined ? "" : ` (${fault})`}; run the tests`);
}

function tableOf(commands: readonly ReportedCommand[], { faults, files }: Usage, target: Target | undefined): string {
  const calls = commands.reduce((sum, one) => sum + one.calls, 0);
  const lacking = commands.filter((one) => one.isLacking || one.lackingOptions.length > 0).length;
  const said = target === undefined ? "" : `; ${lacking === 0 ? "all" : lacking} of them ${verdict(target, lacking)}`;
  const head = `${amount(commands.length, "command")}, ${amount(calls, "call")} in ${amount(files, "process", "processes")}${said}`;
  const rows = commands.map((one) => [
    one.command,
    String(one.calls),
    Object.entries(one.options)
      .map(([option, times]) => `${option} ${times}`)
      .join(", "),
    target === undefined ? "" : remarkOf(one),
  ]);
  const table = columns([["command", "calls", "options", target?.name ?? ""], ...rows]);
  const left = faults.map((fault) => `left out: ${fault}\n`).join("");
  return `${head}\n\n${table}\n${left === "" ? "" : `\n${left}`}`;
}

const verdict = ({ name }: Target, lacking: number): string => (lacking === 0 ? `are in ${name}` : `${name} lacks`);

function remarkOf({ differs, isLacking, lackingOptions }: ReportedCommand): string {
  if (isLacking) return "LACKS IT";
  const lacking = lackingOptions.length === 0 ? [] : [`LACKS ${lackingOptions.join(", ")}`];
  return [...lacking, ...(differs === undefined ? [] : [differs])].join("; ");
}

/** Rows as lines, in columns. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lineOf = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 1 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join("  ");
  return rows.map((row) => lineOf(row).trimEnd()).join("\n");
}
