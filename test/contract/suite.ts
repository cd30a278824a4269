/**
 * Contract suites: scripts of commands, written once and run through every door and against a real redis-server.
 *
 * A script is text, one command a line, as typed into redis-cli. Lines are grouped in blocks: a block begins with `# …`,
 * which says what it holds, and lines that fail stand in blocks of their own. Such comments and empty lines are not sent.
 *
 * A real server supplies the expected reply wherever it can. A line may begin with a mark, followed by a space:
 *
 * | mark | how replies compare |
 * | ---- | ------------------- |
 * | none | equal to the byte; numbers with a point or an exponent by value |
 * | `~`  | arrays in any order, at every depth |
 * | `≈`  | integers within two thousandths of each other or 1000 (times to live) |
 * | `?`  | random or ours alone: the same type, and the same length when an array |
 *
 * and a line may end with ` => reply` where redis-server 7.0 does not know the command or differs for a stated reason:
 * the reply is JSON in the shape of the REST answer, or `!text` for an error. Such a line is not sent to the reference.
 * Scripts begin with an empty database.
 */
import { splitWords } from "../support/words.ts";

export type Mode = "exact" | "unordered" | "near" | "shape" | "distance";

export interface Line {
  readonly text: string;
  readonly words: readonly string[];
  readonly mode: Mode;
  /** What the line itself expects: a reply as JSON, or an error's text. Undefined to ask the reference. */
  readonly expected: { readonly json: unknown } | { readonly error: string } | undefined;
}

export interface Script {
  readonly name: string;
  readonly lines: readonly Line[];
}

const MARKS: Readonly<Record<string, Mode>> = { "~": "unordered", "≈": "near", "?": "shape" };

/** A group's scripts by name. */
export function suite(scripts: Readonly<Record<string, string>>): readonly Script[] {
  return Object.entries(scripts).map(([name, text]) => ({ name, lines: parseLines(text) }));
}

function parseLines(text: string): Line[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(parseLine);
}

function parseLine(text: string): Line {
  const [command = "", expectation] = text.split(" => ");
  const mode = MARKS[command[0]!];
  const words = splitWords(mode === undefined ? command : command.slice(1));
  return { text, words: words.map(utf8), mode: mode ?? "exact", expected: parseExpectation(expectation) };
}

/** Words are byte strings; what stands in the script as text is UTF-8. */
function utf8(word: string): string {
  return /[^\x00-\xff]/.test(word) ? Buffer.from(word, "utf8").latin1Slice() : word;
}

function parseExpectation(text: string | undefined): Line["expected"] {
  if (text === undefined) return undefined;
  return text.startsWith("!") ? { error: text.slice(1) } : { json: JSON.parse(text) };
}
