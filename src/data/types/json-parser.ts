/**
 * Parses JSON text to a tree. Source: https://www.rfc-editor.org/rfc/rfc8259
 *
 * The text is a byte string. JSON's syntax is ASCII, so UTF-8 passes unchanged, and bytes that are not UTF-8 are stored
 * as they are; only `\u` escapes are encoded. A lone surrogate is an error, since UTF-8 has no form for it. Of several
 * members with the same name, the last one's value stands in the place of the first.
 */
import { fromText, owned } from "../../core/bytes.ts";
import { parseInt64, UINT64_MAX } from "../../core/numbers.ts";
import { doubleNode, JSON_DEPTH_MAX, JsonError } from "./json-document.ts";
import type { JsonArray, JsonNode, JsonObject } from "./json-document.ts";

/** The tree of a text. Throws a JsonError with the position and the reason. */
export function parseJson(text: string): JsonNode {
  const parser = new JsonParser(text);
  const node = parser.value(0);
  parser.end();
  return node;
}

/** Distinct member names that one parse remembers, so that a name used by many objects is stored once. */
const NAMES_MAX = 4096;

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;

class JsonParser {
  private readonly text: string;
  private at = 0;
  private readonly names = new Map<string, string>();

  constructor(text: string) {
    this.text = text;
  }

  value(depth: number): JsonNode {
    switch (this.skipSpace()) {
      case 0x7b:
        return this.object(depth + 1);
      case 0x5b:
        return this.array(depth + 1);
      case QUOTE:
        return this.string();
      case 0x74:
        return this.word("true", true);
      case 0x66:
        return this.word("false", false);
      case 0x6e:
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  end(): void {
    this.skipSpace();
    if (this.at < this.text.length) throw this.error("trailing characters");
  }

  /** The code of the next char after white space, which is not consumed; NaN at the end of the text. */
  private skipSpace(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.at++;
    }
  }

  private object(depth: number): JsonObject {
    if (depth > JSON_DEPTH_MAX) throw new JsonError("recursion limit exceeded");
    const object: JsonObject = new Map();
    this.at++;
    if (this.skipSpace() === 0x7d) {
      this.at++;
      return object;
    }
    for (;;) {
      if (this.skipSpace() !== QUOTE) throw this.error("key must be a string");
      const name = this.name();
      if (this.skipSpace() !== 0x3a) throw this.error("expected `:`");
      this.at++;
      object.set(name, this.value(depth));
      const next = this.skipSpace();
      if (next !== 0x2c && next !== 0x7d) throw this.error("expected `,` or `}`");
      this.at++;
      if (next === 0x7d) return object;
    }
  }

  private array(depth: number): JsonArray {
    if (depth > JSON_DEPTH_MAX) throw new JsonError("recursion limit exceeded");
    const array: JsonArray = [];
    this.at++;
    if (this.skipSpace() === 0x5d) {
      this.at++;
      return array;
    }
    for (;;) {
      array.push(this.value(depth));
      const next = this.skipSpace();
      if (next !== 0x2c && next !== 0x5d) throw this.error("expected `,` or `]`");
      this.at++;
      if (next === 0x5d) return array;
    }
  }

  private word(word: string, node: JsonNode): JsonNode {
    if (!this.text.startsWith(word, this.at)) throw this.error("expected value");
    this.at += word.length;
    return node;
  }

  /** Integers of a few digits, which most numbers are, are read here. */
  private number(): JsonNode {
    const { text } = this;
    const negative = text.charCodeAt(this.at) === MINUS;
    const start = negative ? this.at + 1 : this.at;
    let end = start;
    let value = 0;
    let code = text.charCodeAt(end);
    while (code >= 0x30 && code <= 0x39 && end - start < 15) {
      value = value * 10 + code - 0x30;
      code = text.charCodeAt(++end);
    }
    const more = (code >= 0x30 && code <= 0x39) || code === 0x2e || code === 0x65 || code === 0x45;
    const plain = end > start && !more && (text.charCodeAt(start) !== 0x30 || end === start + 1);
    if (!plain) return this.otherNumber();
    this.at = end;
    return negative && value !== 0 ? -value : value;
  }

  private otherNumber(): JsonNode {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (match === null) throw this.error("expected value");
    const token = match[0];
    if (match[1] === undefined && match[2] === undefined) {
      const integer = parseInt64(token) ?? parseLargeInteger(token);
      if (integer !== undefined) {
        this.at += token.length;
        return integer;
      }
    }
    const value = Number(token);
    if (!Number.isFinite(value)) throw this.error("number out of range");
    this.at += token.length;
    return doubleNode(value);
  }

  private name(): string {
    const name = this.string();
    const known = this.names.get(name);
    if (known !== undefined) return known;
    if (this.names.size < NAMES_MAX) this.names.set(name, name);
    return name;
  }

  private string(): string {
    const { text } = this;
    const start = this.at + 1;
    let escaped = false;
    let end = start;
    for (;;) {
      const code = text.charCodeAt(end);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        escaped = true;
        end++;
      } else if (!(code >= 0x20)) {
        this.at = end;
        throw this.error(Number.isNaN(code) ? "EOF while parsing a string" : "control character in a string");
      }
      end++;
    }
    const body = text.slice(start, end);
    if (!escaped) {
      this.at = end + 1;
      return owned(body);
    }
    const plain = unescape(body);
    if (plain === undefined) throw this.error("invalid escape or lone surrogate in the string");
    this.at = end + 1;
    return owned(plain);
  }

  private error(reason: string): JsonError {
    const before = this.text.slice(0, this.at);
    const line = before.split("\n").length;
    return new JsonError(`${reason} at line ${line} column ${this.at - before.lastIndexOf("\n")}`);
  }
}

const ESCAPE = /\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(["\\/bfnrt])|)/g;

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** Decodes the escapes in the body of a string to bytes. Undefined when an escape is not JSON's. */
export function unescape(body: string): string | undefined {
  let valid = true;
  const plain = body.replace(ESCAPE, (_, high?: string, low?: string, unit?: string, simple?: string) => {
    if (simple !== undefined) return SIMPLE_ESCAPES.get(simple)!;
    if (high !== undefined) return fromText(String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low!, 16)));
    const code = unit === undefined ? 0xd800 : Number.parseInt(unit, 16);
    if (code >= 0xd800 && code <= 0xdfff) valid = false;
    return fromText(String.fromCharCode(code));
  });
  return valid ? plain : undefined;
}

/** An integer above those that 64 bits with a sign hold, and within those without: RedisJSON keeps its digits too. */
function parseLargeInteger(token: string): bigint | undefined {
  if (token.length < 19 || token.length > 20 || token.startsWith("-")) return undefined;
  const value = BigInt(token);
  return value <= UINT64_MAX ? value : undefined;
}
