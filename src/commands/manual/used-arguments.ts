/**
 * Which arguments of its syntax a command's words use. It goes by the manual alone and does not judge: words that the
 * syntax does not explain end the search, and the handler will refuse them.
 *
 * Optional arguments and those with a token that stand beside each other may come in any order, as with Redis. A value
 * that looks like a token is none where the syntax has a value: `SET k NX` sets a key to "NX".
 */
import type { Argument } from "./syntax.ts";

/** The arguments used by the words from `from` on, in their order; the parts of blocks and alternatives stand among them. */
export function usedArguments(
  syntax: readonly Argument[],
  words: readonly string[],
  from: number,
): readonly Argument[] {
  const reading = new Reading(words, from);
  reading.sequence(syntax, 0);
  return reading.used;
}

/** Tokens are shorter than this. */
const TOKEN_CHARS_MAX = 32;

class Reading {
  readonly used: Argument[] = [];
  private readonly words: readonly string[];
  private at: number;
  /** The number of keys, fields or IDs that was read last. */
  private count: number | undefined;

  constructor(words: readonly string[], from: number) {
    this.words = words;
    this.at = from;
  }

  /** Reads arguments that follow each other, of whose words the last `reserve` are for others. */
  sequence(syntax: readonly Argument[], reserve: number): void {
    let i = 0;
    while (i < syntax.length && this.at < this.words.length) {
      let end = i;
      while (end < syntax.length && isLoose(syntax[end]!)) end++;
      if (end > i) {
        this.loose(syntax.slice(i, end), reserve + leastOf(syntax.slice(end)));
        i = end;
        continue;
      }
      const rest = syntax.slice(i + 1);
      this.take(syntax[i]!, reserve + leastOf(rest), rest);
      i++;
    }
  }

  /** Reads optional arguments and those with tokens, in any order. */
  private loose(among: readonly Argument[], reserve: number): void {
    const values = among.filter((argument) => argument.isOptional && !isLed(argument));
    while (this.at < this.words.length - reserve) {
      const found = among.find((argument) => this.leads(argument)) ?? values.shift();
      if (found === undefined) return;
      const { at } = this;
      this.take(found, reserve, among);
      if (this.at === at) return;
    }
  }

  /** Whether the next word is a token that the argument begins with. */
  private leads({ parts, token, type }: Argument): boolean {
    const word = this.words[this.at];
    if (word === undefined || word.length > TOKEN_CHARS_MAX) return false;
    if (token !== undefined) return word.toUpperCase() === token;
    if (type === "oneof") return parts.some((part) => this.leads(part));
    if (type !== "block") return false;
    const required = parts.findIndex((part) => !part.isOptional);
    return parts.slice(0, required < 0 ? parts.length : required + 1).some((part) => this.leads(part));
  }

  /** Reads an argument. `after` are those whose tokens may end a list of values. */
  private take(argument: Argument, reserve: number, after: readonly Argument[]): void {
    this.used.push(argument);
    if (argument.token !== undefined) this.at++;
    if (argument.type === "pure-token") return;
    if (!argument.isMultiple || argument.isTokenMultiple) return this.value(argument, reserve);
    const counted = this.count;
    for (let read = 0; this.at < this.words.length - reserve; read++) {
      const isOver = read > 0 && !this.leads(argument) && after.some((one) => this.leads(one));
      if (counted === undefined ? isOver : read === counted) return;
      const { at } = this;
      this.value(argument, reserve);
      if (this.at === at) return;
    }
  }

  private value({ name, parts, type }: Argument, reserve: number): void {
    if (type === "block") return this.sequence(parts, reserve);
    if (type === "oneof") {
      const part = parts.find((one) => this.leads(one)) ?? parts.find((one) => !isLed(one));
      if (part !== undefined) this.take(part, reserve, parts);
      return;
    }
    if (COUNTS.test(name)) this.count = Number(this.words[this.at]);
    this.at++;
  }
}

/** Arguments that say how many of the next one follow. */
const COUNTS = /^num(?:keys|fields|ids)$/;

/** Whether an argument begins with a token, whatever it is. */
function isLed({ parts, token, type }: Argument): boolean {
  if (token !== undefined) return true;
  if (type === "oneof") return parts.every(isLed);
  return type === "block" && parts.length > 0 && isLed(parts.find((part) => !part.isOptional) ?? parts[0]!);
}

const isLoose = (argument: Argument): boolean => argument.isOptional || isLed(argument);

/** The least number of words that arguments take. */
function leastOf(syntax: readonly Argument[]): number {
  return syntax.reduce((sum, argument) => sum + leastOfOne(argument), 0);
}

function leastOfOne({ isOptional, parts, token, type }: Argument): number {
  if (isOptional) return 0;
  const led = token === undefined || type === "pure-token" ? 0 : 1;
  if (type === "block") return led + leastOf(parts);
  return led + (type === "oneof" ? Math.min(...parts.map(leastOfOne)) : 1);
}
