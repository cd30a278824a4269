/**
 * The exact words of a JSON body, each with bytes of its own, from its source text: integers digit by digit, and `\u` escapes as UTF-8 bytes beside
 * the raw bytes around them. The text must have been parsed before, so that its syntax and shape are valid.
 */
import { fromText, owned } from "../core/bytes.ts";
import { plainDecimal } from "./decimal.ts";
import { endOfString } from "./json-scan.ts";

/** The words of each innermost array, in order. */
export function sourceWords(text: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === '"') {
      const end = endOfString(text, i);
      words.push(decodeString(text.slice(i + 1, end)));
      i = end;
    } else if (char === "]" && words.length > 0) {
      commands.push(words);
      words = [];
    } else if (!/[\s[\],]/.test(char)) {
      const scalar = /[^\s,\]]+/y;
      scalar.lastIndex = i;
      const token = scalar.exec(text)![0];
      words.push(decodeScalar(token));
      i += token.length - 1;
    }
  }
  return commands;
}

/** An integer keeps its digits; other numbers are printed in their shortest form; `true` and `false` stay. */
function decodeScalar(token: string): string {
  return /[.eE]/.test(token) && token !== "true" && token !== "false" ? plainDecimal(Number(token)) : owned(token);
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** A surrogate pair, one `\uXXXX`, or a backslash and one char. */
const ESCAPE = /\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/g;

function decodeString(raw: string): string {
  const bytes = raw.replace(ESCAPE, (_, high?: string, low?: string, unit?: string, short?: string) => {
    if (high !== undefined) return fromText(fromHex(high) + fromHex(low!));
    if (unit !== undefined) return fromText(fromHex(unit));
    return SHORT_ESCAPES[short!] ?? short!;
  });
  return owned(bytes);
}

function fromHex(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}
