/** What the subcommands have in common: their words are parsed alike, and their mistakes are told alike. */
import { Command, CommanderError } from "commander";
import { fromText } from "../core/bytes.ts";
import { Filter } from "../transfer/entry.ts";
import { UsageError } from "./flags.ts";

/** A subcommand that collects what it prints, instead of printing it. */
export class Subcommand {
  readonly program: Command;
  private text = "";

  constructor(name: string, description: string, examples: string) {
    this.program = new Command(`stashd ${name}`)
      .description(description)
      .helpOption("-h, --help", "print this help")
      .addHelpText("after", examples)
      .allowExcessArguments(false)
      .configureOutput({ writeOut: (out) => (this.text += out), writeErr: () => {}, outputError: () => {} })
      .exitOverride();
  }

  /** Parses the words after the subcommand's name. Answers the help when that was asked for. Throws a {@link UsageError}. */
  parse(argv: readonly string[]): string | undefined {
    try {
      this.program.parse([...argv], { from: "user" });
      return undefined;
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (error.exitCode === 0) return this.text;
      throw new UsageError(error.message.replace(/^error: /, ""));
    }
  }
}

/** What a subcommand prints, and whether all went well. */
export interface Outcome {
  readonly text: string;
  readonly isSound: boolean;
}

/** The options that say which keys to move. */
export interface SelectionOptions {
  readonly match?: string;
  readonly db?: readonly number[];
}

/** Adds these options to a subcommand. */
export function addSelection(program: Command): Command {
  return program
    .option("--match <pattern>", "only keys that match this glob pattern")
    .option("--db <number>", "only this database; may be given several times", parseDatabase);
}

/** What the options select. Patterns are compared with bytes. */
export function filterOf({ db, match }: SelectionOptions): Filter {
  return new Filter({ match: match === undefined ? undefined : fromText(match), databases: db });
}

/** Numbers of databases after `--db`, which may come several times. */
function parseDatabase(text: string, earlier: readonly number[] = []): readonly number[] {
  if (!/^\d{1,5}$/.test(text)) throw new UsageError(`--db takes the number of a database, not ${JSON.stringify(text)}`);
  return [...earlier, Number(text)];
}
