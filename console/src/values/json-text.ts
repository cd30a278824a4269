/**
 * JSON as text. It is checked, indented and made compact token by token and is never parsed into numbers and objects, so big
 * integers, the order of members and members of the same name stay as they are.
 */

/** Where a text is no JSON. Offsets are chars from 0, lines and columns count from 1. */
export class JsonTextError extends Error {
  override readonly name = "JsonTextError";
  readonly offset: number;
  readonly line: number;
  readonly column: number;

  constructor(text: string, offset: number) {
    super("no JSON");
    this.offset = offset;
    const before = text.slice(0, offset);
    this.line = before.split("\n").length;
    this.column = offset - before.lastIndexOf("\n");
  }
}

/** What a token is: a bracket, a separator, or a whole string, number or word. */
type Token = "{" | "}" | "[" | "]" | "," | ":" | "string" | "scalar";

interface Scanned {
  readonly token: Token;
  readonly start: number;
  readonly end: number;
}

const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** A string may be longer than the engine of regular expressions takes, so it is read char by char. */
function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i + 1;
    if (code < 0x20) return -1;
    if (code !== 0x5c) continue;
    const next = text[++i] ?? "";
    if (next === "u" && /^[0-9a-fA-F]{4}$/.test(text.slice(i + 1, i + 5))) i += 4;
    else if (!`"\\/bfnrt`.includes(next) || next === "") return -1;
  }
  return -1;
}

/** The tokens of a JSON text. Throws a {@link JsonTextError} where it is none. */
function* tokensOf(text: string): Generator<Scanned, void, undefined> {
  const open: ("{" | "[")[] = [];
  // What may come: a value, a name, or what follows a value.
  let state: "value" | "first-value" | "name" | "first-name" | "after" = "value";
  let at = matchEnd(SPACE, text, 0);
  while (at < text.length) {
    const start = at;
    const char = text[at]!;
    const fail = (): never => {
      throw new JsonTextError(text, start);
    };
    if (state === "after") {
      const inside = open.at(-1) ?? fail();
      if (char === ",") state = inside === "{" ? "name" : "value";
      else if (char === (inside === "{" ? "}" : "]")) open.pop();
      else fail();
      at++;
      yield { token: char as Token, start, end: at };
    } else if (state === "name" || state === "first-name") {
      if (char === "}" && state === "first-name") {
        open.pop();
        state = "after";
        yield { token: "}", start, end: ++at };
      } else {
        at = char === '"' ? stringEnd(text, at) : -1;
        if (at < 0) fail();
        yield { token: "string", start, end: at };
        at = matchEnd(SPACE, text, at);
        if (text[at] !== ":") throw new JsonTextError(text, at);
        yield { token: ":", start: at, end: ++at };
        state = "value";
      }
    } else if (char === "]" && state === "first-value") {
      open.pop();
      state = "after";
      yield { token: "]", start, end: ++at };
    } else if (char === "{" || char === "[") {
      open.push(char);
      state = char === "{" ? "first-name" : "first-value";
      yield { token: char, start, end: ++at };
    } else {
      at = char === '"' ? stringEnd(text, at) : matchEnd(SCALAR, text, at);
      if (at < 0) fail();
      state = "after";
      yield { token: char === '"' ? "string" : "scalar", start, end: at };
    }
    at = matchEnd(SPACE, text, at);
  }
  if (open.length > 0 || state !== "after") throw new JsonTextError(text, text.length);
}

/** Whether a text is JSON. */
export function isJson(text: string): boolean {
  try {
    minify(text);
    return true;
  } catch {
    return false;
  }
}

/** The text without white space between tokens. Throws a {@link JsonTextError}. */
export function minify(text: string): string {
  const parts: string[] = [];
  for (const { start, end } of tokensOf(text)) parts.push(text.slice(start, end));
  return parts.join("");
}

/** Levels that are indented; beyond, the lines would be mostly space. */
const INDENTED_LEVELS = 64;

/** The text with a line for each value, indented by two spaces a level. Throws a {@link JsonTextError}. */
export function pretty(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  let isEmpty = false;
  const line = (): string => `\n${"  ".repeat(Math.min(depth, INDENTED_LEVELS))}`;
  for (const { token, start, end } of tokensOf(text)) {
    const isClosing = token === "}" || token === "]";
    if (isClosing) depth--;
    if (isEmpty !== isClosing && (isEmpty || isClosing)) parts.push(line());
    parts.push(token === ":" ? ": " : text.slice(start, end));
    if (token === ",") parts.push(line());
    isEmpty = token === "{" || token === "[";
    if (isEmpty) depth++;
  }
  return parts.join("");
}
