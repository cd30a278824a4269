/** Inline commands: a line of text instead of an array of bulk strings. */
import { owned } from "../core/bytes.ts";
import { protocolError } from "../core/errors/doors.ts";

const SPACE = "[ \\t\\n\\v\\f\\r]";

/**
 * A word with an optional quoted part at its end. A closing quote must be followed by a space or the end of the line.
 */
const WORD = new RegExp(
  `${SPACE}*(?:$|(?!${SPACE})([^ \\t\\n\\v\\f\\r"']*)(?:"((?:\\\\[^]|[^"\\\\])*)"|'((?:\\\\'|[^'\\\\]|\\\\(?!'))*)')?(?=${SPACE}|$))`,
  "y",
);

/** Splits a line into words as Redis does. Throws a CommandError, after which the connection is closed. */
export function splitLine(line: string): string[] {
  const words: string[] = [];
  WORD.lastIndex = 0;
  while (WORD.lastIndex < line.length) {
    const match = WORD.exec(line);
    if (match === null) throw protocolError("unbalanced quotes in request");
    const [, plain, double, single] = match;
    if (plain === undefined) break;
    const quoted = double === undefined ? (single ?? "").replaceAll("\\'", "'") : unescape(double);
    words.push(owned(plain + quoted));
  }
  return words;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

function unescape(quoted: string): string {
  return quoted.replace(/\\(?:x([0-9a-fA-F]{2})|([^]))/g, (_, hex: string | undefined, char: string) =>
    hex === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
