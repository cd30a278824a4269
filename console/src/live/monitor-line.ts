/** Lines of MONITOR: `1339518083.107412 [0 127.0.0.1:60866] "keys" "*"`. */
import { matches } from "./glob.ts";

export interface MonitorLine {
  readonly atS: number;
  readonly database: string;
  /** An address, or `lua` for a command of a script. */
  readonly client: string;
  /** In capital letters. */
  readonly command: string;
  /** The words after the name, in quotes, with what is no printable ASCII escaped. */
  readonly rest: string;
}

/** Chars of a line's words that are kept. */
const REST_CHARS_MAX = 20_000;

const LINE = /^(\d+\.\d+) \[(\d+) (.*?)\] "((?:[^"\\]|\\.)*)" ?/;

/** The parts of a line; undefined for another text. */
export function parseLine(text: string): MonitorLine | undefined {
  const found = LINE.exec(text);
  if (found === null) return undefined;
  const [whole, at, database, client, command] = found;
  const rest = text.slice(whole.length);
  return {
    atS: Number(at),
    database: database!,
    client: client!,
    command: command!.toUpperCase(),
    rest: rest.length > REST_CHARS_MAX ? `${rest.slice(0, REST_CHARS_MAX)}…` : rest,
  };
}

const WORD = /"((?:[^"\\]|\\.)*)"/g;
const ESCAPE = /\\(?:x([0-9a-f]{2})|(.))/gi;
const SHORT: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b" };

/** The words after the name as byte strings. */
export const wordsOf = ({ rest }: MonitorLine): string[] =>
  Array.from(rest.matchAll(WORD), ([, word]) =>
    word!.replace(ESCAPE, (_all, hex: string | undefined, char: string) =>
      hex === undefined ? (SHORT[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
  );

/** What lines are looked for. An empty text looks for nothing. */
export interface MonitorFilter {
  /** The beginning of the command's name. */
  readonly command: string;
  /** A pattern that one of the words after the name matches, as a byte string. */
  readonly key: string;
  /** A part of the client's address. */
  readonly client: string;
  /** A part of the line. */
  readonly text: string;
}

/** Whether a line is what is looked for. */
export function isWanted(line: MonitorLine, { client, command, key, text }: MonitorFilter): boolean {
  return (
    line.command.startsWith(command.toUpperCase()) &&
    line.client.includes(client) &&
    (text === "" || line.rest.toLowerCase().includes(text.toLowerCase())) &&
    (key === "" || wordsOf(line).some((word) => matches(key, word)))
  );
}

/** A line as MONITOR prints it. */
export const showLine = ({ atS, client, command, database, rest }: MonitorLine): string =>
  `${atS.toFixed(6)} [${database} ${client}] "${command}" ${rest}`.trimEnd();
