/** Completion and help for the word at the cursor, from the manual of the server. */
import { toText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import type { CommandFacts, CommandManual } from "./manual.ts";
import { splitCommands } from "../client/split.ts";
import type { TypedWord } from "../client/split.ts";
import { expectedAfter, syntaxLine } from "./syntax.ts";
import type { Expected, SyntaxPiece } from "./syntax.ts";

export interface Suggestion {
  /** What is inserted: as it is typed, quotes included. */
  readonly insert: string;
  readonly label: string;
  /** What it is, beside the label. */
  readonly note: string;
}

export interface Assist {
  /** The command that is typed; undefined until its name is known. */
  readonly facts: CommandFacts | undefined;
  /** Its syntax, with the argument at the cursor marked. */
  readonly syntax: readonly (SyntaxPiece & { readonly isCurrent: boolean })[];
  readonly suggestions: readonly Suggestion[];
  /** The beginning of a key name, where one may stand at the cursor. */
  readonly keyPrefix: ByteString | undefined;
  /** What a suggestion replaces: indices of the text. */
  readonly start: number;
  readonly end: number;
}

const NOTHING: Assist = { facts: undefined, syntax: [], suggestions: [], keyPrefix: undefined, start: 0, end: 0 };

const SUGGESTIONS_MAX = 60;

/** The help for a cursor in a text. */
export function assistAt(manual: CommandManual, text: string, cursor: number): Assist {
  const { complete, current } = wordsAt(text, cursor);
  const typed = current === undefined ? "" : toText(current.bytes);
  const start = current?.start ?? cursor;
  const place = { start, end: cursor };
  const words = complete.map(({ bytes }) => toText(bytes));
  if (words.length === 0) return { ...NOTHING, ...place, ...named(manual, typed) };
  const found = manual.find(words);
  if (found === undefined) return { ...NOTHING, ...place };
  const { facts, nameWords } = found;
  if (facts.subcommands.length > 0 && words.length === 1)
    return { ...NOTHING, ...place, ...subcommands(manual, facts, typed) };
  const expected = expectedAfter(facts.syntax, words.slice(nameWords)).filter(
    ({ token }) => typed === "" || token === undefined || startsWith(token, typed),
  );
  const exact = expected.filter(({ token }) => token !== undefined && token.toUpperCase() === typed.toUpperCase());
  const marked = exact.length > 0 ? exact : expected;
  return {
    facts,
    syntax: syntaxLine(facts.syntax).map((piece) => ({
      ...piece,
      isCurrent: marked.some(
        ({ argument, token }) => piece.argument === argument && piece.isToken === (token !== undefined),
      ),
    })),
    suggestions: tokens(expected, typed),
    keyPrefix: expected.some(({ argument, token }) => isKey(argument.type) && token === undefined)
      ? (current?.bytes ?? "")
      : undefined,
    ...place,
  };
}

const isKey = (type: string): boolean => type === "key";

/** The words of the cursor's command before the cursor, and the one that it is in or behind. */
function wordsAt(text: string, cursor: number): { complete: readonly TypedWord[]; current: TypedWord | undefined } {
  const { commands, broken } = splitCommands(text.slice(0, cursor));
  const command = broken ?? commands.at(-1);
  // A line break after the command begins another.
  if (command === undefined || text.slice(command.end, cursor).includes("\n"))
    return { complete: [], current: undefined };
  const last = command.words.at(-1)!;
  const isInside = broken !== undefined || last.end === cursor;
  return isInside
    ? { complete: command.words.slice(0, -1), current: last }
    : { complete: command.words, current: undefined };
}

const startsWith = (name: string, typed: string): boolean => name.toUpperCase().startsWith(typed.toUpperCase());

function named(manual: CommandManual, typed: string): Pick<Assist, "suggestions"> {
  if (typed === "") return { suggestions: [] };
  const names = manual.names.filter((name) => startsWith(name, typed));
  return {
    suggestions: names.slice(0, SUGGESTIONS_MAX).map((name) => {
      return { insert: name, label: name, note: manual.find([name])?.facts.summary ?? "" };
    }),
  };
}

function subcommands(
  manual: CommandManual,
  facts: CommandFacts,
  typed: string,
): Pick<Assist, "facts" | "suggestions" | "syntax"> {
  const names = facts.subcommands.filter((name) => startsWith(name, typed));
  return {
    facts,
    syntax: [{ text: facts.subcommands.join(" | "), isCurrent: true }],
    suggestions: names.slice(0, SUGGESTIONS_MAX).map((name) => {
      return { insert: name, label: name, note: manual.find([facts.name, name])?.facts.summary ?? "" };
    }),
  };
}

function tokens(expected: readonly Expected[], typed: string): Suggestion[] {
  const found: Suggestion[] = [];
  for (const { argument, token } of expected) {
    if (token === undefined || token === "" || token.toUpperCase() === typed.toUpperCase()) continue;
    const note = argument.type === "pure-token" ? "" : argument.name;
    found.push({
      insert: token,
      label: token,
      note: argument.since === undefined ? note : `${note} ${argument.since}`,
    });
  }
  return found.slice(0, SUGGESTIONS_MAX);
}

/** A glob that matches names with this beginning. */
export const prefixPattern = (prefix: ByteString): ByteString => `${prefix.replace(/[*?[\]\\^-]/g, "\\$&")}*`;
