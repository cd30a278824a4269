/** The common part of the subcommands: parsing, and the output of errors. */
import { Command, CommanderError } from "commander";
import { fromText } from "../core/bytes.ts";
import { Filter } from "../transfer/entry.ts";
import { UsageError } from "./usage-error.ts";

/** A subcommand of commander whose output is collected instead of printed. */
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

  /**
   * Parses the words after the subcommand's name. Answers the help text if it is asked for. Throws a {@link
   * UsageError}.
   */
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

/** The output of a subcommand, and whether it succeeded, for the exit status. */
export interface Outcome {
  readonly text: string;
  readonly isSound: boolean;
}

/** The options that select keys. */
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

/** The filter for the options. A pattern becomes a byte string, as keys are. */
export function filterOf({ db, match }: SelectionOptions): Filter {
  return new Filter({ match: match === undefined ? undefined : fromText(match), databases: db });
}

/** The database numbers of `--db`, which may be repeated. */
function parseDatabase(text: string, earlier: readonly number[] = []): readonly number[] {
  if (!/^\d{1,5}$/.test(text)) throw new UsageError(`--db takes the number of a database, not ${JSON.stringify(text)}`);
  return [...earlier, Number(text)];
}
