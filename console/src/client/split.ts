/**
 * Splits what is typed into commands and words, by the rules of redis-cli: words are separated by spaces; in double quotes
 * `\n`, `\r`, `\t`, `\a`, `\b` and `\xHH` stand for bytes, and a backslash before any other char for that char; in single quotes
 * only `\'` is special. A closing quote must end the word. A line break ends a command, except inside quotes.
 */
import { fromText } from "./bytes.ts";
import type { ByteString } from "./bytes.ts";

export interface TypedWord {
  readonly bytes: ByteString;
  /** Where the word stands in the text, with its quotes: indices of UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

interface TypedCommand {
  readonly words: readonly TypedWord[];
  readonly start: number;
  readonly end: number;
}

/** What is wrong: a quote that is not closed by the end, or one that is closed inside a word. */
type SplitProblem = "open-quote" | "quote-in-word";

export interface Split {
  /** Those before the problem, if there is one. */
  readonly commands: readonly TypedCommand[];
  readonly problem?: SplitProblem;
  /** Where the problem is: the index of the quote. */
  readonly at?: number;
  /** The command, up to the problem, that has it. Its last word is the one with the quote, as far as it goes. */
  readonly broken?: TypedCommand;
}

/** What C calls a space. */
const SPACE = /[ \t\n\v\f\r]/;

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\u0007" };

/** The commands of a text. Empty lines are none. */
export function splitCommands(text: string): Split {
  return new Splitter(text).split();
}

class Splitter {
  private readonly text: string;
  private at = 0;
  private commands: TypedCommand[] = [];
  private words: TypedWord[] = [];

  constructor(text: string) {
    this.text = text;
  }

  split(): Split {
    for (;;) {
      if (!this.skipSpace()) {
        this.endCommand();
        return { commands: this.commands };
      }
      const start = this.at;
      const { bytes, problem, quote } = this.word();
      this.words.push({ bytes, start, end: this.at });
      if (problem === undefined) continue;
      const broken = { words: this.words, start: this.words[0]!.start, end: this.at };
      return { commands: this.commands, problem, at: quote, broken };
    }
  }

  /** Skips to the next word, ending the command at each line break. Answers whether there is one. */
  private skipSpace(): boolean {
    while (this.at < this.text.length && SPACE.test(this.text[this.at]!)) {
      if (this.text[this.at] === "\n") this.endCommand();
      this.at++;
    }
    return this.at < this.text.length;
  }

  private endCommand(): void {
    const { words } = this;
    if (words.length === 0) return;
    this.commands.push({ words, start: words[0]!.start, end: words.at(-1)!.end });
    this.words = [];
  }

  private word(): { bytes: ByteString; problem?: SplitProblem; quote: number } {
    let bytes = "";
    // As in redis-cli, a vertical tab or a form feed inside a word belongs to it.
    while (this.at < this.text.length && !/[ \t\n\r\0]/.test(this.text[this.at]!)) {
      const char = this.char();
      if (char !== '"' && char !== "'") {
        bytes += fromText(char);
        continue;
      }
      const quote = this.at - 1;
      const quoted = char === '"' ? this.doubleQuoted() : this.singleQuoted();
      bytes += quoted.bytes;
      if (!quoted.isClosed) return { bytes, problem: "open-quote", quote };
      if (this.at < this.text.length && !SPACE.test(this.text[this.at]!)) {
        return { bytes, problem: "quote-in-word", quote: this.at - 1 };
      }
      return { bytes, quote };
    }
    // A zero char ends redis-cli's line; here it is skipped like a space.
    if (this.text[this.at] === "\0") this.at++;
    return { bytes, quote: this.at };
  }

  private doubleQuoted(): { bytes: ByteString; isClosed: boolean } {
    let bytes = "";
    while (this.at < this.text.length) {
      const char = this.char();
      if (char === '"') return { bytes, isClosed: true };
      if (char !== "\\" || this.at >= this.text.length) {
        bytes += fromText(char);
        continue;
      }
      const hex = /^x([0-9a-f]{2})/i.exec(this.text.slice(this.at, this.at + 3));
      if (hex !== null) {
        bytes += String.fromCharCode(Number.parseInt(hex[1]!, 16));
        this.at += 3;
      } else {
        const escaped = this.char();
        bytes += ESCAPES[escaped] ?? fromText(escaped);
      }
    }
    return { bytes, isClosed: false };
  }

  private singleQuoted(): { bytes: ByteString; isClosed: boolean } {
    let bytes = "";
    while (this.at < this.text.length) {
      const char = this.char();
      if (char === "'") return { bytes, isClosed: true };
      if (char === "\\" && this.text[this.at] === "'") {
        bytes += "'";
        this.at++;
      } else bytes += fromText(char);
    }
    return { bytes, isClosed: false };
  }

  /** The next char, which may be two units. */
  private char(): string {
    const char = String.fromCodePoint(this.text.codePointAt(this.at)!);
    this.at += char.length;
    return char;
  }
}

/** A word as it can be typed: as it is where that is possible, else in double quotes. Text stays text. */
export function typeWord(word: ByteString, text: string | undefined): string {
  const shown = text ?? word;
  if (text !== undefined && /^[^\s"'\\\p{C}\p{Z}]+$/u.test(shown)) return shown;
  return `"${Array.from(shown, (char) => typeChar(char, text !== undefined)).join("")}"`;
}

const SHORT: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function typeChar(char: string, isText: boolean): string {
  if (Object.hasOwn(SHORT, char)) return SHORT[char]!;
  const isShown = isText ? char === " " || !/[\p{C}\p{Z}]/u.test(char) : /^[ -~]$/.test(char);
  if (isShown) return char;
  const bytes = isText ? fromText(char) : char;
  return Array.from(bytes, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`).join("");
}
