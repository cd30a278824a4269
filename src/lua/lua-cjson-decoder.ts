/** The decoder of `cjson`. It pushes the values that it reads. Its errors name the expected and the found token. */
import type { JsonSettings } from "./lua-cjson.ts";
import type { LuaState } from "./lua-state.ts";
import { TextBuilder } from "./text-builder.ts";

/** An error of the decoder, with the text that the script gets. */
export class JsonDecodeError {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A token, by the library's name for it, or the reason of an error. `at` counts from 0. */
interface Token {
  readonly kind: string;
  readonly at: number;
  readonly value?: string | number | boolean;
}

const SINGLE: Readonly<Record<string, string>> = {
  "{": "T_OBJ_BEGIN",
  "}": "T_OBJ_END",
  "[": "T_ARR_BEGIN",
  "]": "T_ARR_END",
  ",": "T_COMMA",
  ":": "T_COLON",
};

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
};

/** Numbers that C's strtod reads. */
const NUMBER =
  /[+-]?(?:0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan(?:\([a-z0-9_]*\))?)/iy;
/** Numbers of strtod that JSON does not have. */
const INVALID_NUMBER = /\+|-?(?:0(?:x|[0-9])|inf|nan)/iy;
/** A run of chars in a string that need no decoding. */
const PLAIN = /[^"\\\0]*/y;

/** Depth at which JavaScript's stack may end. */
const DEPTH_LIMIT = 2000;

/** Decodes one text. */
export class JsonDecoder {
  private readonly state: LuaState;
  private readonly L: number;
  private readonly text: string;
  private readonly settings: Readonly<JsonSettings>;
  private at = 0;
  private depth = 0;

  constructor(state: LuaState, L: number, text: string, settings: Readonly<JsonSettings>) {
    this.state = state;
    this.L = L;
    this.text = text;
    this.settings = settings;
  }

  /** Pushes the value of the text. Throws a JsonDecodeError. */
  decode(): void {
    const { text } = this;
    if (text.length >= 2 && (text[0] === "\0" || text[1] === "\0")) {
      throw new JsonDecodeError("JSON parser does not support UTF-16 or UTF-32");
    }
    this.value(this.next());
    const end = this.next();
    if (end.kind !== "T_END") this.unexpected("the end", end);
  }

  private unexpected(expected: string, { kind, at }: Token): never {
    throw new JsonDecodeError(`Expected ${expected} but found ${kind} at character ${at + 1}`);
  }

  private value(token: Token): void {
    const { state, L } = this;
    const { lua } = state;
    if (token.kind === "T_STRING") state.pushString(L, token.value as string);
    else if (token.kind === "T_NUMBER") lua.lua_pushnumber(L, token.value as number);
    else if (token.kind === "T_BOOLEAN") lua.lua_pushboolean(L, token.value === true ? 1 : 0);
    else if (token.kind === "T_OBJ_BEGIN") this.object();
    else if (token.kind === "T_ARR_BEGIN") this.array();
    else if (token.kind === "T_NULL") lua.lua_pushlightuserdata(L, 0);
    else this.unexpected("value", token);
  }

  private descend(slots: number): void {
    this.depth++;
    const fits = this.depth <= Math.min(this.settings.decodeDepthMax, DEPTH_LIMIT);
    if (fits && this.state.lua.lua_checkstack(this.L, slots) !== 0) return;
    throw new JsonDecodeError(`Found too many nested data structures (${this.depth}) at character ${this.at}`);
  }

  private object(): void {
    const { state, L } = this;
    this.descend(3);
    state.lua.lua_createtable(L, 0, 0);
    let token = this.next();
    while (token.kind !== "T_OBJ_END") {
      if (token.kind !== "T_STRING") this.unexpected("object key string", token);
      state.pushString(L, token.value as string);
      const colon = this.next();
      if (colon.kind !== "T_COLON") this.unexpected("colon", colon);
      this.value(this.next());
      state.lua.lua_rawset(L, -3);
      token = this.next();
      if (token.kind === "T_OBJ_END") break;
      if (token.kind !== "T_COMMA") this.unexpected("comma or object end", token);
      token = this.next();
      // A key must follow a comma.
      if (token.kind === "T_OBJ_END") this.unexpected("object key string", token);
    }
    this.depth--;
  }

  private array(): void {
    const { state, L } = this;
    this.descend(2);
    state.lua.lua_createtable(L, 0, 0);
    let token = this.next();
    if (token.kind !== "T_ARR_END") {
      for (let i = 1; ; i++) {
        this.value(token);
        state.lua.lua_rawseti(L, -2, i);
        token = this.next();
        if (token.kind === "T_ARR_END") break;
        if (token.kind !== "T_COMMA") this.unexpected("comma or array end", token);
        token = this.next();
      }
    }
    this.depth--;
  }

  private next(): Token {
    const { text } = this;
    const { budget } = this.state;
    budget.work(1);
    for (; /[ \t\n\r]/.test(text[this.at] ?? ""); this.at++) budget.work(1);
    const { at } = this;
    const char = text[at];
    if (char === undefined || char === "\0") return { kind: "T_END", at };
    const single = SINGLE[char];
    if (single !== undefined) {
      this.at++;
      return { kind: single, at };
    }
    if (char === '"') return this.string(at);
    if (char === "-" || (char >= "0" && char <= "9")) {
      return !this.settings.decodeInvalidNumbers && this.isInvalidNumber()
        ? { kind: "invalid number", at }
        : this.number(at);
    }
    for (const word of ["true", "false"]) if (this.skip(word)) return { kind: "T_BOOLEAN", at, value: word === "true" };
    if (this.skip("null")) return { kind: "T_NULL", at };
    if (this.settings.decodeInvalidNumbers && /[iInN+]/.test(char) && this.isInvalidNumber()) return this.number(at);
    return { kind: "invalid token", at };
  }

  private skip(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  private isInvalidNumber(): boolean {
    INVALID_NUMBER.lastIndex = this.at;
    return INVALID_NUMBER.test(this.text);
  }

  private number(at: number): Token {
    NUMBER.lastIndex = at;
    const match = NUMBER.exec(this.text)?.[0];
    if (match === undefined) return { kind: "invalid number", at };
    this.at += match.length;
    return { kind: "T_NUMBER", at, value: numberOf(match) };
  }

  private string(start: number): Token {
    const { text } = this;
    const { budget } = this.state;
    const { held } = budget;
    const out = new TextBuilder(budget);
    this.at = start + 1;
    for (;;) {
      PLAIN.lastIndex = this.at;
      const plain = PLAIN.exec(text)![0];
      out.append(plain);
      this.at += plain.length;
      const char = text[this.at];
      if (char === '"') {
        this.at++;
        // From here on the string is in the machine, whose memory is limited by itself.
        budget.held = held;
        return { kind: "T_STRING", at: start, value: out.toString() };
      }
      if (char !== "\\") return { kind: "unexpected end of string", at: this.at };
      const escape = text[this.at + 1] ?? "";
      if (escape === "u") {
        const unicode = this.unicodeEscape();
        if (unicode === undefined) return { kind: "invalid unicode escape code", at: this.at };
        out.append(unicode);
        continue;
      }
      const meant = ESCAPES[escape];
      if (meant === undefined) return { kind: "invalid escape code", at: this.at };
      out.append(meant);
      this.at += 2;
    }
  }

  /** The UTF-8 bytes of `\uXXXX`, or of a surrogate pair; undefined when malformed. */
  private unicodeEscape(): string | undefined {
    const match = /^\\u([0-9a-f]{4})(?:\\u([0-9a-f]{4}))?/i.exec(this.text.slice(this.at, this.at + 12));
    if (match === null) return undefined;
    const unit = Number.parseInt(match[1]!, 16);
    if ((unit & 0xf800) !== 0xd800) {
      this.at += 6;
      return Buffer.from(String.fromCharCode(unit), "utf8").latin1Slice();
    }
    const low = match[2] === undefined ? 0 : Number.parseInt(match[2], 16);
    if ((unit & 0x400) !== 0 || (low & 0xfc00) !== 0xdc00) return undefined;
    this.at += 12;
    return Buffer.from(String.fromCharCode(unit, low), "utf8").latin1Slice();
  }
}

function numberOf(text: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  const body = text.replace(/^[+-]/, "").toLowerCase();
  if (body.startsWith("inf")) return sign * Infinity;
  if (body.startsWith("nan")) return Number.NaN;
  if (!body.startsWith("0x")) return sign * Number(body);
  const [digits = "", power = "0"] = body.slice(2).split("p");
  const [whole = "", fraction = ""] = digits.split(".");
  return sign * Number(`0x0${whole}${fraction}`) * 2 ** (Number(power) - 4 * fraction.length);
}
