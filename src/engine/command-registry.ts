/** Finds the row for a command's words, whatever the case they are written in. */
import { unknownSubcommand } from "../core/errors.ts";
import type { CommandError } from "../core/errors.ts";
import type { Command } from "./command.ts";
import type { LatencyHistogram } from "./latency-histogram.ts";

/** A command and what this engine has counted of it. */
export interface CommandEntry {
  readonly command: Command;
  /** Times it ran. */
  calls: number;
  /** Times it ran and answered an error. */
  failed: number;
  /** Times it was refused before it ran. */
  refused: number;
  /** Time that its calls took together, in microseconds. */
  tookUs: number;
  /** How long they took; undefined before the first. */
  histogram: LatencyHistogram | undefined;
}

export class CommandRegistry {
  /** By name in upper case; names of subcommands have a space. */
  private readonly byName = new Map<string, CommandEntry>();
  /** By name in upper case and in lower case, so that the usual spellings need no conversion. */
  private readonly bySpelling = new Map<string, CommandEntry>();

  constructor(tables: readonly (readonly Command[])[]) {
    for (const command of tables.flat()) {
      if (this.byName.has(command.name)) throw new Error(`two rows for ${command.name}`);
      const entry = { command, calls: 0, failed: 0, refused: 0, tookUs: 0, histogram: undefined };
      this.byName.set(command.name, entry);
      this.bySpelling.set(command.name, entry).set(command.name.toLowerCase(), entry);
    }
  }

  /** The entry by its name in any case, a subcommand's with a space; undefined when there is none. */
  get(name: string): CommandEntry | undefined {
    return this.bySpelling.get(name) ?? this.byName.get(name.toUpperCase());
  }

  /** The entry for these words: undefined for an unknown name, an error for an unknown subcommand. */
  find(words: readonly string[]): CommandEntry | CommandError | undefined {
    const entry = this.get(words[0]!);
    if (entry === undefined || !entry.command.isContainer || words.length === 1) return entry;
    const found = this.byName.get(`${entry.command.name} ${words[1]!.toUpperCase()}`);
    return found ?? (entry.command.isServed ? unknownSubcommand(words[0]!, words[1]!) : entry);
  }

  /** Every row, subcommands included, in table order. */
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
