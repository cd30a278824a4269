/**
 * Parses JSON paths. Two languages share one grammar:
 *
 * - JSONPath begins with `$`: `$.store.book[?(@.price < 10 && @.isbn)]['title',"author"]`, `$..name`, `$.a[-1]`,
 *   `$.a[0,2]`, `$.a[1:5:2]`, `$.*`.
 * - a legacy path is anything else: `.`, `.a.b`, `a[0]`, `['k']`. It is read as the JSONPath with `$` before it.
 *
 * Sources: https://www.rfc-editor.org/rfc/rfc9535 and https://redis.io/docs/latest/develop/data-types/json/path/.
 */
import { owned } from "../../core/bytes.ts";
import { JSON_DEPTH_MAX, JsonError } from "./json-document.ts";
import type { JsonNode } from "./json-document.ts";
import { parseJson, unescape } from "./json-parser.ts";
import { TextCursor } from "./text-cursor.ts";

/** A selector: what one step of a path selects. */
export type Selector =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "slice"; readonly start?: number; readonly end?: number; readonly step: number }
  | { readonly kind: "wildcard" }
  | { readonly kind: "filter"; readonly test: Expression };

/** One step of a path: to the children of a node, or to those of the node and of all its descendants. */
export interface Segment {
  readonly descends: boolean;
  readonly selectors: readonly Selector[];
}

/** An operand in a filter: a literal, or a path from the tested node (`@`) or the document's root (`$`). */
export type Operand =
  | { readonly kind: "literal"; readonly value: JsonNode }
  | { readonly kind: "query"; readonly fromRoot: boolean; readonly segments: readonly Segment[] };

/** A comparison operator of a filter. */
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "=~";

/** An expression of a filter. */
export type Expression =
  | { readonly kind: "or" | "and"; readonly terms: readonly Expression[] }
  | { readonly kind: "not"; readonly term: Expression }
  | { readonly kind: "compare"; readonly op: Comparison; readonly left: Operand; readonly right: Operand }
  | { readonly kind: "test"; readonly operand: Operand };

interface ParsedPath {
  readonly isLegacy: boolean;
  readonly segments: readonly Segment[];
}

/** The parts of a path. Throws a JsonError for a malformed one. */
export function parsePath(text: string): ParsedPath {
  // As in RedisJSON, `$` alone begins a path only before `.` or `[`: `$a` is the legacy path of a member `$a`.
  const isLegacy = text[0] !== "$" || (text.length > 1 && text[1] !== "." && text[1] !== "[");
  const parser = new PathParser(isLegacy ? rooted(text) : text, isLegacy ? text.length : undefined);
  return { isLegacy, segments: parser.whole() };
}

function rooted(legacy: string): string {
  if (legacy === ".") return "$";
  return legacy.startsWith(".") || legacy.startsWith("[") ? `$${legacy}` : `$.${legacy}`;
}

/** A member's name without quotes: any chars but the signs of the language. Bytes of UTF-8 are allowed. */
const NAME = /[^\x00-\x20.[\](){}'",*?=<>!&|\\\x7f]+/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const INTEGER = /-?[0-9]+/y;
const WORD = /(?:true|false|null)(?![\w-])/y;
const COMPARISON = /==|!=|<=|>=|=~|<|>/y;
const ESCAPES = /\\[^]/g;

/** Selectors, steps and terms of one path. Each becomes an object or two, and is evaluated for each node. */
const PARTS_MAX = 2 ** 16;

class PathParser extends TextCursor {
  private readonly legacyLength: number | undefined;
  /** Nesting of parentheses, negations and filters. */
  private depth = 0;
  private parts = 0;

  constructor(text: string, legacyLength: number | undefined) {
    super(text);
    this.legacyLength = legacyLength;
  }

  whole(): readonly Segment[] {
    this.at = 1;
    const segments = this.segments();
    this.skipSpace();
    if (!this.isAtEnd) throw this.expected("`.`", "`[`", "the end");
    return segments;
  }

  private segments(): Segment[] {
    const segments: Segment[] = [];
    for (;;) {
      const mark = this.at;
      this.skipSpace();
      const segment = this.segment();
      if (segment === undefined) {
        this.at = mark;
        return segments;
      }
      segments.push(segment);
    }
  }

  private segment(): Segment | undefined {
    if (this.take("..")) return { descends: true, selectors: this.afterDots() };
    if (this.take(".")) return { descends: false, selectors: this.afterDots() };
    if (this.take("[")) return { descends: false, selectors: this.bracket() };
    return undefined;
  }

  private afterDots(): Selector[] {
    this.count();
    if (this.take("[")) return this.bracket();
    if (this.take("*")) return [{ kind: "wildcard" }];
    const name = this.match(NAME)?.[0];
    if (name === undefined) throw this.expected("a name");
    return [{ kind: "name", name }];
  }

  private bracket(): Selector[] {
    const selectors: Selector[] = [];
    do {
      this.skipSpace();
      selectors.push(this.selector());
      this.skipSpace();
    } while (this.take(","));
    if (!this.take("]")) throw this.expected("`]`");
    return selectors;
  }

  private selector(): Selector {
    this.count();
    if (this.take("*")) return { kind: "wildcard" };
    if (this.take("?")) return { kind: "filter", test: this.nested(() => this.or()) };
    const name = this.quoted();
    return name === undefined ? this.indexOrSlice() : { kind: "name", name };
  }

  private indexOrSlice(): Selector {
    const first = this.integer();
    this.skipSpace();
    if (!this.take(":")) {
      if (first === undefined) throw this.expected("a name", "an index", "a slice", "`*`", "`?`");
      return { kind: "index", index: first };
    }
    const end = this.integer();
    this.skipSpace();
    const step = this.take(":") ? (this.integer() ?? 1) : 1;
    return {
      kind: "slice",
      ...(first === undefined ? {} : { start: first }),
      ...(end === undefined ? {} : { end }),
      step,
    };
  }

  private integer(): number | undefined {
    this.skipSpace();
    const digits = this.match(INTEGER)?.[0];
    return digits === undefined ? undefined : Number(digits);
  }

  private quoted(): string | undefined {
    const quote = this.text[this.at];
    if (quote !== "'" && quote !== '"') return undefined;
    let end = this.at + 1;
    while (end < this.text.length && this.text[end] !== quote) end += this.text[end] === "\\" ? 2 : 1;
    if (end >= this.text.length) throw this.error("unterminated string");
    const body = this.text.slice(this.at + 1, end);
    // JSON's escapes, and the escaped apostrophe.
    const plain = unescape(body.replace(ESCAPES, (escape) => (escape === "\\'" ? "'" : escape)));
    if (plain === undefined) throw this.error("invalid escape");
    this.at = end + 1;
    return owned(plain);
  }

  private or(): Expression {
    const terms = [this.and()];
    while (this.takeSpaced("||")) terms.push(this.and());
    return terms.length === 1 ? terms[0]! : { kind: "or", terms };
  }

  private and(): Expression {
    const terms = [this.not()];
    while (this.takeSpaced("&&")) terms.push(this.not());
    return terms.length === 1 ? terms[0]! : { kind: "and", terms };
  }

  private not(): Expression {
    this.skipSpace();
    if (this.take("!")) return { kind: "not", term: this.nested(() => this.not()) };
    return this.comparison();
  }

  private comparison(): Expression {
    this.skipSpace();
    const left = this.take("(") ? this.group() : this.operandTest();
    this.skipSpace();
    const op = this.match(COMPARISON)?.[0];
    if (op === undefined) return left;
    if (left.kind !== "test") throw this.error("only values can be compared");
    this.skipSpace();
    const right = this.take("(") ? this.group() : this.operandTest();
    if (right.kind !== "test") throw this.error("only values can be compared");
    return { kind: "compare", op: op as Comparison, left: left.operand, right: right.operand };
  }

  private group(): Expression {
    const inner = this.nested(() => this.or());
    this.skipSpace();
    if (!this.take(")")) throw this.expected("`)`");
    return inner;
  }

  private count(): void {
    if (++this.parts > PARTS_MAX) throw this.error("too many selectors");
  }

  private operandTest(): Expression & { kind: "test" } {
    return { kind: "test", operand: this.operand() };
  }

  private operand(): Operand {
    this.count();
    if (this.take("@")) return { kind: "query", fromRoot: false, segments: this.segments() };
    if (this.take("$")) return { kind: "query", fromRoot: true, segments: this.segments() };
    const text = this.quoted();
    if (text !== undefined) return { kind: "literal", value: text };
    const token = (this.match(WORD) ?? this.match(NUMBER))?.[0];
    if (token === undefined) throw this.expected("a value");
    return { kind: "literal", value: parseJson(token) };
  }

  /** Bounds the nesting, and so the stack: paths are parsed and run by recursion. */
  private nested<T>(parse: () => T): T {
    if (++this.depth > JSON_DEPTH_MAX) throw this.error("nested too deeply");
    const result = parse();
    this.depth--;
    return result;
  }

  private skipSpace(): void {
    while (this.text.charCodeAt(this.at) === 0x20) this.at++;
  }

  private takeSpaced(token: string): boolean {
    this.skipSpace();
    return this.take(token);
  }

  /** An error that names what could stand at the current position. */
  private expected(...what: string[]): JsonError {
    return this.error(`expected one of the following: ${what.join(", ")}`);
  }

  /** An error at the current position, counted from 1 in the client's text, as RedisJSON words it. */
  private error(reason: string): JsonError {
    const added = this.legacyLength === undefined ? 0 : this.text.length - this.legacyLength;
    return new JsonError(`Error occurred on position ${Math.max(1, this.at + 1 - added)}, ${reason}`);
  }
}
