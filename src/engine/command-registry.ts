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

/** The commands of one engine, with its counts of them. */
export class CommandRegistry {
  /** Entries by name in upper case. Names of subcommands contain a space. */
  private readonly byName = new Map<string, CommandEntry>();
  /** Entries by name in upper case and in lower case, so that common spellings need no conversion. */
  private readonly bySpelling = new Map<string, CommandEntry>();

  constructor(tables: readonly (readonly Command[])[]) {
    for (const command of tables.flat()) {
      if (this.byName.has(command.name)) throw new Error(`two rows for ${command.name}`);
      const entry = { command, calls: 0, failed: 0, refused: 0, tookUs: 0, histogram: undefined };
      this.byName.set(command.name, entry);
      this.bySpelling.set(command.name, entry).set(command.name.toLowerCase(), entry);
    }
  }

  /** The entry of a name in any case, `CONFIG GET` for a subcommand; undefined when there is none. */
  get(name: string): CommandEntry | undefined {
    return this.bySpelling.get(name) ?? this.byName.get(name.toUpperCase());
  }

  /** The entry of these words: undefined for an unknown name, an error for an unknown subcommand. */
  find(words: readonly string[]): CommandEntry | CommandError | undefined {
    const entry = this.get(words[0]!);
    if (entry === undefined || !entry.command.isContainer || words.length === 1) return entry;
    const found = this.byName.get(`${entry.command.name} ${words[1]!.toUpperCase()}`);
    return found ?? (entry.command.isServed ? unknownSubcommand(words[0]!, words[1]!) : entry);
  }

  /** All entries, subcommands included, in the order of the tables. */
  entries(): Iterable<CommandEntry> {
    return this.byName.values();
  }

  /** The subcommands of a container. */
  subcommands(container: Command): CommandEntry[] {
    const prefix = `${container.name} `;
    return [...this.byName.values()].filter((entry) => entry.command.name.startsWith(prefix));
  }

  resetCounts(): void {
    for (const entry of this.byName.values()) {
      entry.calls = entry.failed = entry.refused = entry.tookUs = 0;
      entry.histogram = undefined;
    }
  }
}
