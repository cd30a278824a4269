/**
 * Counts the commands that a process runs, with their subcommands and options, and keeps the counts in a file of its own
 * in a folder, which `stashd report` reads. Names only: no key, value, token or other argument gets there.
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { manualOf } from "../commands/manual/manual.ts";
import type { Argument } from "../commands/manual/syntax.ts";
import { usedArguments } from "../commands/manual/used-arguments.ts";
import { systemEnvironment } from "../core/environment.ts";
import type { Command } from "../engine/command.ts";
import type { Session } from "../engine/session.ts";
import { OptionError } from "./server-options.ts";
import { VERSION } from "./version.ts";

/** How often a command was run, and with which options. */
export interface UsageCount {
  calls: number;
  /** Calls with an option, by its word. */
  readonly options: Record<string, number>;
}

/** What a file holds. */
export interface UsageRecord {
  /** The version that wrote it. */
  readonly stashd: string;
  /** By the names of rows. */
  readonly commands: Readonly<Record<string, UsageCount>>;
}

/** The names of the files. */
export const USAGE_FILE = /^usage-[\w-]+\.json$/;

type Tables = readonly (readonly Command[])[];

/** The counts of this process for one folder. */
export class CommandUsage {
  private readonly folder: string;
  private readonly path: string;
  private readonly counts: Record<string, UsageCount> = {};
  private readonly syntaxes = new Map<string, readonly Argument[]>();
  /** Tables that were made before, by those that they were made of. */
  private readonly tables = new WeakMap<Tables, Tables>();
  private isWritten = true;

  constructor(folder: string) {
    this.folder = folder;
    const name = `usage-${process.pid}-${systemEnvironment.secretHex(4)}.json`;
    this.path = join(folder, name);
  }

  /** Tables whose handlers are counted, those that scripts and transactions run among them. */
  watched(tables: Tables): Tables {
    const known = this.tables.get(tables);
    if (known !== undefined) return known;
    const watched = tables.map((rows) => rows.map((row) => this.counted(row)));
    this.tables.set(tables, watched);
    return watched;
  }

  private counted(row: Command): Command {
    const { run } = row;
    if (run === undefined) return row;
    return {
      ...row,
      run: (context, words) => {
        if (isOfClient(context.session)) this.count(row, words);
        return run(context, words);
      },
    };
  }

  private count({ name }: Command, words: readonly string[]): void {
    const count = (this.counts[name] ??= { calls: 0, options: {} });
    count.calls++;
    let syntax = this.syntaxes.get(name);
    if (syntax === undefined) this.syntaxes.set(name, (syntax = manualOf({ name }).syntax));
    const used = new Set(usedArguments(syntax, words, name.split(" ").length).map(optionOf));
    for (const option of used) if (option !== undefined) count.options[option] = (count.options[option] ?? 0) + 1;
    this.isWritten = false;
  }

  /** Writes the counts so far, if there are new ones. Throws the system's error. */
  write(): void {
    if (this.isWritten) return;
    const record: UsageRecord = { stashd: VERSION, commands: this.counts };
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(`${this.path}.tmp`, `${JSON.stringify(record)}\n`);
    renameSync(`${this.path}.tmp`, this.path);
    this.isWritten = true;
  }
}

/** Whether a session is a client's, or that of a client's script. Others are this program's own. */
const isOfClient = ({ addr, door }: Session): boolean => door !== "internal" || addr === "lua";

/** The word of an option. A sign, such as the `~` of XTRIM, is none. */
export const optionOf = ({ token }: Argument): string | undefined =>
  token !== undefined && /[A-Z]/.test(token) ? token : undefined;

/** The counts by folder: all databases of a process share them. */
const usages = new Map<string, CommandUsage>();

/**
 * The counts for a folder, which is made if it is not there. What is not written when the process ends is written then.
 * Throws an {@link OptionError}.
 */
export function usageIn(folder: string): CommandUsage {
  const path = resolve(folder);
  const known = usages.get(path);
  if (known !== undefined) return known;
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new OptionError("report", `names no folder that can be made: ${(error as Error).message}`);
  }
  const usage = new CommandUsage(path);
  usages.set(path, usage);
  process.on("exit", () => usage.write());
  return usage;
}
