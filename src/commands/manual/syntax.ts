/**
 * The notation in which the manual states what a command takes, parsed to the tree that COMMAND DOCS tells.
 *
 * A word without lower case letters is a token, which stands in a command as it is; any other names an argument. A token
 * before an argument belongs to it.
 *
 * | notation                 | is                                                                             |
 * | ------------------------ | ------------------------------------------------------------------------------ |
 * | `[a]`                    | optional                                                                       |
 * | `name=<a \| b>`          | one of several                                                                 |
 * | `name=(a b)`             | a block: several in a row                                                      |
 * | `a …`                    | once or several times; `TOKEN a …` has the token once                          |
 * | `(TOKEN a) …`            | the same with the token each time                                              |
 * | `name=TOKEN`             | a token whose name is not its word in lower case                               |
 * | `a:integer`              | of this type, where `TYPES` does not know it by the name                       |
 * | `a#1`                    | belongs to the key specification 1, where keys are not simply counted          |
 * | `a@7.0.0`, `a!2.8.12`    | there from this version on; not to be used from this version on                |
 * | `a@upstash`              | the hosted service's own                                                       |
 *
 * The marks behind a name follow it in this order. Names, types and trees are Redis's.
 */

const VALUE_TYPES = ["string", "integer", "double", "key", "pattern", "unix-time"] as const;
type ValueType = (typeof VALUE_TYPES)[number];

/** An argument of a command, as COMMAND DOCS shows it. */
export interface Argument {
  readonly name: string;
  readonly type: ValueType | "pure-token" | "oneof" | "block";
  /** Index among the row's key specifications; undefined for what is no key. */
  readonly keySpec: number | undefined;
  /** The word that stands for a pure token, or before any other argument. */
  readonly token: string | undefined;
  readonly since: string | undefined;
  readonly deprecatedSince: string | undefined;
  readonly isOptional: boolean;
  readonly isMultiple: boolean;
  /** The token stands before each of several. */
  readonly isTokenMultiple: boolean;
  /** Of a block all, in order; of a oneof the alternatives; otherwise none. */
  readonly parts: readonly Argument[];
}

/** The types of arguments that are no strings, by their usual names. */
const TYPES: ReadonlyMap<string, ValueType> = new Map(
  (
    [
      ["key", "key key1 key2 destination source sourcekey destkey newkey dst src"],
      ["pattern", "pattern"],
      ["unix-time", "unix-time-seconds unix-time-milliseconds"],
      ["double", "longitude latitude radius width height score"],
      ["integer", "seconds milliseconds ms min-idle-time timeout ttl count numkeys numfields numids limit offset"],
      ["integer", "increment decrement cursor index index1 index2 rank len num-matches weight bit frequency bits"],
      [
        "integer",
        "db destination-db client-id maxage protover version numreplicas numlocal entries_read entries_added",
      ],
      ["integer", "slot start-slot end-slot config-epoch port"],
    ] as const
  ).flatMap(([type, names]) => names.split(" ").map((name) => [name, type] as const)),
);

/** An argument without marks. */
const PLAIN: Argument = {
  name: "",
  type: "string",
  keySpec: undefined,
  token: undefined,
  since: undefined,
  deprecatedSince: undefined,
  isOptional: false,
  isMultiple: false,
  isTokenMultiple: false,
  parts: [],
};

/** Parses what follows a command's name. Throws for what is not in the notation, which is a mistake in the manual. */
export function parseSyntax(text: string): readonly Argument[] {
  return new SyntaxParser(text).parse();
}

class SyntaxParser {
  private readonly words: readonly string[];
  private at = 0;
  private nextKey = 0;

  constructor(text: string) {
    this.words = text.match(/[[\]()<>|…]|[^\s[\]()<>|…]+/g) ?? [];
  }

  parse(): readonly Argument[] {
    const parsed = this.sequence();
    if (this.at < this.words.length) this.fail();
    return parsed;
  }

  private sequence(): Argument[] {
    const items: Argument[] = [];
    while (this.at < this.words.length && !"])>|".includes(this.words[this.at]!)) items.push(this.item());
    return items;
  }

  private item(): Argument {
    const item = this.primary();
    if (!this.accept("…")) return item;
    return { ...item, isMultiple: true };
  }

  private primary(): Argument {
    if (this.accept("[")) return { ...this.only("]"), isOptional: true };
    if (this.accept("(")) return { ...this.only(")"), isTokenMultiple: true };
    const word = this.words[this.at++] ?? this.fail();
    if (word === "…") this.fail();
    if (isToken(word)) return this.behindToken(word);
    const named = /^(.*[a-z0-9])=(.*)$/.exec(word);
    if (named === null) return this.value(word);
    const marked = marksOf(named[1]!);
    if (named[2] !== "") {
      const { name: token, since } = marksOf(named[2]!);
      return { ...marked, since, type: "pure-token", token };
    }
    if (this.accept("(")) return { ...marked, type: "block", parts: this.parts(")") };
    if (this.accept("<")) return { ...marked, type: "oneof", parts: this.parts(">") };
    return this.fail();
  }

  /** A token, with the argument that follows it at once, if one does. */
  private behindToken(word: string): Argument {
    const next = this.words[this.at];
    if (next === undefined || isToken(next) || "[]()<>|…".includes(next)) {
      const token = marksOf(word);
      return { ...token, name: token.name.toLowerCase(), type: "pure-token", token: token.name };
    }
    return { ...this.primary(), token: word };
  }

  private value(word: string): Argument {
    const marked = marksOf(word);
    return marked.type === "key" && marked.keySpec === undefined ? { ...marked, keySpec: this.nextKey++ } : marked;
  }

  private parts(end: string): Argument[] {
    if (end === ")") return this.until(end, this.sequence());
    const alternatives = [this.item()];
    while (this.accept("|")) alternatives.push(this.item());
    return this.until(end, alternatives);
  }

  private only(end: string): Argument {
    const [argument, ...more] = this.until(end, this.sequence());
    return argument === undefined || more.length > 0 ? this.fail() : argument;
  }

  private until<T>(end: string, parsed: T): T {
    return this.accept(end) ? parsed : this.fail();
  }

  private accept(word: string): boolean {
    if (this.words[this.at] !== word) return false;
    this.at++;
    return true;
  }

  private fail(): never {
    throw new Error(`not in the notation at word ${this.at}: ${this.words.join(" ")}`);
  }
}

function isToken(word: string): boolean {
  return !/[a-z[\]()<>|…]/.test(word.replace(/@upstash$/, ""));
}

/** A name and the marks behind it; without a mark for the type, it is what the name stands for, or a string. */
function marksOf(word: string): Argument {
  const [, name, type, keySpec, since, deprecatedSince] =
    /^(.+?)(?::(string|integer|double|key|pattern|unix-time))?(?:#(\d+))?(?:@([\d.]+|upstash))?(?:!([\d.]+))?$/.exec(
      word,
    )!;
  return {
    ...PLAIN,
    name: name!,
    type: (type as ValueType | undefined) ?? TYPES.get(name!) ?? "string",
    keySpec: keySpec === undefined ? undefined : Number(keySpec),
    since,
    deprecatedSince,
  };
}

/** How the parts of a syntax line are shown to people. */
interface SyntaxStyle {
  value(name: string): string;
  oneof(alternatives: readonly string[]): string;
  readonly bar: string;
  readonly more: string;
}

/** As in the manual, on the page of commands and at the head of handlers: `SET key value [NX | XX]`. */
export const MANUAL_STYLE: SyntaxStyle = {
  value: (name) => name,
  oneof: (alternatives) => `<${alternatives.join(" | ")}>`,
  bar: " | ",
  more: "…",
};

/** As in Redis's HELP: `SETID <key> <groupname> (<id>|$)`. */
export const HELP_STYLE: SyntaxStyle = {
  value: (name) => `<${name}>`,
  oneof: (alternatives) => `(${alternatives.join("|")})`,
  bar: "|",
  more: "...",
};

/** A syntax line without the notation's marks and names. */
export function showSyntax(syntax: readonly Argument[], style: SyntaxStyle): string {
  return syntax.map((argument) => showArgument(argument, style)).join(" ");
}

function showArgument(argument: Argument, style: SyntaxStyle): string {
  const { type, token, parts, isOptional, isMultiple, isTokenMultiple } = argument;
  if (type === "oneof" && isOptional && !isMultiple && token === undefined) {
    return `[${parts.map((part) => showArgument(part, style)).join(style.bar)}]`;
  }
  const value = showValue(argument, style);
  const before = token === undefined || type === "pure-token" ? "" : `${token} `;
  let shown = before + value;
  if (isMultiple) {
    const again = isTokenMultiple ? shown : value;
    const repeats = type === "oneof" || (isOptional && again === shown && before === "");
    shown = repeats ? `${shown} ${style.more}` : `${shown} [${again} ${style.more}]`;
  }
  return isOptional ? `[${shown}]` : shown;
}

function showValue({ name, type, token, parts }: Argument, style: SyntaxStyle): string {
  if (type === "pure-token") return token!;
  if (type === "block") return showSyntax(parts, style);
  if (type === "oneof") return style.oneof(parts.map((part) => showArgument(part, style)));
  return style.value(name);
}
