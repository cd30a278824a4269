/** Finds the row of a command by its words, in any case. */
import { unknownSubcommand } from "../core/errors.ts";
import type { CommandError } from "../core/reply.ts";
import type { Command } from "./command.ts";
import type { LatencyHistogram } from "./latency-histogram.ts";

/** A command with this engine's counts of it. */
export interface CommandEntry {
  readonly command: Command;
  /** Calls. */
  calls: number;
  /** Calls that answered an error. */
  failed: number;
  /** Commands refused before they ran. */
  refused: number;
  /** Time of its calls, together, in microseconds. */
  tookUs: number;
  /** Distribution of the times; undefined before the first call. */
  histogram: LatencyHistogram | undefined;
}

type Tables = readonly (readonly Command[])[];

/** Rows by name in upper case. Names of subcommands contain a space. */
type Rows = ReadonlyMap<string, Command>;

/** The rows of tables that a registry was made of: engines of one process share them. */
const rowsOf = new WeakMap<Tables, Rows>();

function rowsByName(tables: Tables): Rows {
  const known = rowsOf.get(tables);
  if (known !== undefined) return known;
  const rows = new Map<string, Command>();
  for (const command of tables.flat()) {
    if (rows.has(command.name)) throw new Error(`two rows for ${command.name}`);
    rows.set(command.name, command);
  }
  rowsOf.set(tables, rows);
  return rows;
}

/** The commands of one engine, with its counts of them. Entries are made when they are first asked for. */
export class CommandRegistry {
  private readonly rows: Rows;
  /** Entries by name in upper case. */
  private readonly byName = new Map<string, CommandEntry>();
  /** Entries by name in upper case and in lower case, so that common spellings need no conversion. */
  private readonly bySpelling = new Map<string, CommandEntry>();

  constructor(tables: Tables) {
    this.rows = rowsByName(tables);
  }

  /** The entry of a name in any case, `CONFIG GET` for a subcommand; undefined when there is none. */
  get(name: string): CommandEntry | undefined {
    return this.bySpelling.get(name) ?? this.entryOf(name);
  }

  private entryOf(name: string): CommandEntry | undefined {
    const command = this.rows.get(name.toUpperCase());
    if (command === undefined) return undefined;
    let entry = this.byName.get(command.name);
    if (entry === undefined) {
      entry = { command, calls: 0, failed: 0, refused: 0, tookUs: 0, histogram: undefined };
      this.byName.set(command.name, entry);
    }
    // Kept under the row's spelling of it, since a client's may be part of its request.
    const lower = command.name.toLowerCase();
    if (name === command.name) this.bySpelling.set(command.name, entry);
    else if (name === lower) this.bySpelling.set(lower, entry);
    return entry;
  }

  /** The entry of these words: undefined for an unknown name, an error for an unknown subcommand. */
  find(words: readonly string[]): CommandEntry | CommandError | undefined {
    const entry = this.get(words[0]!);
    if (entry === undefined || !entry.command.isContainer || words.length === 1) return entry;
    const found = this.entryOf(`${entry.command.name} ${words[1]!.toUpperCase()}`);
    return found ?? (entry.command.isServed ? unknownSubcommand(words[0]!, words[1]!) : entry);
  }

  /** All entries, subcommands included, in the order of the tables. */
  entries(): CommandEntry[] {
    return [...this.rows.keys()].map((name) => this.get(name)!);
  }

  /** The subcommands of a container. */
  subcommands(container: Command): CommandEntry[] {
    const prefix = `${container.name} `;
    return this.entries().filter((entry) => entry.command.name.startsWith(prefix));
  }

  resetCounts(): void {
    for (const entry of this.byName.values()) {
      entry.calls = entry.failed = entry.refused = entry.tookUs = 0;
      entry.histogram = undefined;
    }
  }
}
