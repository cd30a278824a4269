/**
 * Where in its syntax a command stands: a tree of arguments, matched against the words that are complete, tells what the next
 * word can be. Optional arguments that follow each other may come in any order, as Redis reads them.
 */
import type { Argument } from "./manual.ts";

/** A piece of a syntax line, in the order of the line. */
export interface SyntaxPiece {
  readonly text: string;
  /** What the piece stands for; undefined for brackets and the like. */
  readonly argument?: Argument;
  /** The piece is the token before the value, or all there is of the argument. */
  readonly isToken?: boolean;
}

/** What may come next. */
export interface Expected {
  readonly argument: Argument;
  /** A token that is still to be written before the value, or is all there is; undefined where the value itself comes. */
  readonly token: string | undefined;
}

/** A syntax line as pieces: `key value [NX | XX] [EX seconds]`. */
export function syntaxLine(syntax: readonly Argument[]): SyntaxPiece[] {
  const pieces: SyntaxPiece[] = [];
  syntax.forEach((argument, i) => {
    if (i > 0) pieces.push({ text: " " });
    addArgument(pieces, argument);
  });
  return pieces;
}

const MORE = "…";

function addArgument(pieces: SyntaxPiece[], argument: Argument): void {
  const { type, isOptional, isMultiple, isTokenMultiple, token } = argument;
  if (isOptional) pieces.push({ text: "[" });
  addToken(pieces, argument);
  addValue(pieces, argument, type === "oneof" && !(isOptional && !isMultiple && token === undefined));
  if (isMultiple) {
    pieces.push({ text: " [" });
    if (isTokenMultiple) addToken(pieces, argument);
    addValue(pieces, argument, type === "oneof");
    pieces.push({ text: ` ${MORE}]` });
  }
  if (isOptional) pieces.push({ text: "]" });
}

const shownToken = (token: string): string => (token === "" ? '""' : token);

function addToken(pieces: SyntaxPiece[], argument: Argument): void {
  if (argument.token === undefined || argument.type === "pure-token") return;
  pieces.push({ text: shownToken(argument.token), argument, isToken: true }, { text: " " });
}

function addValue(pieces: SyntaxPiece[], argument: Argument, isBracketed: boolean): void {
  const { name, type, token, parts } = argument;
  if (type !== "oneof" && type !== "block") {
    const isToken = type === "pure-token";
    pieces.push({ text: isToken ? shownToken(token ?? name) : name, argument, isToken });
    return;
  }
  if (isBracketed) pieces.push({ text: "<" });
  parts.forEach((part, i) => {
    if (i > 0) pieces.push({ text: type === "oneof" ? " | " : " " });
    addArgument(pieces, part);
  });
  if (isBracketed) pieces.push({ text: ">" });
}

/** What may stand after `words`, which follow the command's name; none where the words do not fit or nothing more may come. */
export function expectedAfter(syntax: readonly Argument[], words: readonly string[]): Expected[] {
  const matcher = new Matcher(words);
  matcher.sequence(syntax, [{ at: 0, count: undefined }]);
  return [...matcher.expected.values()];
}

/** How far a way through the tree has come. */
interface State {
  readonly at: number;
  /** The number that was read last for an argument such as `numkeys`, until a list takes it. */
  readonly count: number | undefined;
}

/** Ways that are followed at once. Only lists of lists have so many, and what they expect is the same. */
const STATES_MAX = 256;

class Matcher {
  private readonly words: readonly string[];
  readonly expected = new Map<string, Expected>();
  private readonly numbers = new Map<Argument, number>();

  constructor(words: readonly string[]) {
    this.words = words;
  }

  /** Arguments one after the other: the states after them. */
  sequence(syntax: readonly Argument[], states: readonly State[]): State[] {
    let current = distinct(states);
    for (let i = 0; i < syntax.length && current.length > 0;) {
      let end = i;
      while (end < syntax.length && syntax[end]!.isOptional) end++;
      if (end > i) {
        current = this.anyOrder(syntax.slice(i, end), current);
        i = end;
      } else current = this.argument(syntax[i++]!, current);
    }
    return current;
  }

  /** Optional arguments, each once at most. */
  private anyOrder(bag: readonly Argument[], states: readonly State[]): State[] {
    const found: State[] = [...states];
    const seen = new Set<string>();
    const follow = (state: State, left: readonly Argument[]): void => {
      for (const argument of left) {
        for (const next of this.argument(argument, [state])) {
          if (next.at === state.at) continue;
          found.push(next);
          const rest = left.filter((one) => one !== argument);
          const key = `${next.at} ${rest.map((one) => bag.indexOf(one)).join()}`;
          if (seen.has(key) || seen.size > STATES_MAX) continue;
          seen.add(key);
          follow(next, rest);
        }
      }
    };
    for (const state of states) follow(state, bag);
    return distinct(found);
  }

  /** One argument, once or as often as it may come. */
  private argument(argument: Argument, states: readonly State[]): State[] {
    const found: State[] = [];
    for (const state of states) {
      const isCounted = argument.isMultiple && !argument.isTokenMultiple && state.count !== undefined;
      const timesMax = isCounted ? state.count! : argument.isMultiple ? Number.POSITIVE_INFINITY : 1;
      let current = this.behindToken(argument, [state]);
      if (isCounted) current = current.map(({ at }) => ({ at, count: undefined }));
      let times = 0;
      while (current.length > 0 && times < timesMax) {
        current = this.value(argument, current);
        times++;
        if (!isCounted || times === timesMax) found.push(...current);
        if (times < timesMax && argument.isTokenMultiple) current = this.behindToken(argument, current);
      }
    }
    return distinct(found);
  }

  private behindToken(argument: Argument, states: readonly State[]): State[] {
    const { token, type } = argument;
    if (token === undefined || type === "pure-token") return [...states];
    return states.flatMap((state) => this.take(state, argument, token, (word) => isToken(word, token)));
  }

  private value(argument: Argument, states: readonly State[]): State[] {
    const { type, parts, token } = argument;
    if (type === "block") return this.sequence(parts, states);
    if (type === "oneof") return distinct(parts.flatMap((part) => this.argument(part, states)));
    if (type === "pure-token") {
      return states.flatMap((state) => this.take(state, argument, token, (word) => isToken(word, token ?? "")));
    }
    return states.flatMap((state) => this.take(state, argument, undefined, (word) => fits(argument, word)));
  }

  private take(state: State, argument: Argument, token: string | undefined, fits: (word: string) => boolean): State[] {
    const word = this.words[state.at];
    if (word === undefined) {
      if (state.at === this.words.length) this.expect({ argument, token });
      return [];
    }
    if (!fits(word)) return [];
    const isCount = token === undefined && /^num(?!ber)/.test(argument.name) && /^\d{1,6}$/.test(word);
    return [{ at: state.at + 1, count: isCount ? Number(word) : state.count }];
  }

  private expect(expected: Expected): void {
    const { argument, token } = expected;
    const number = this.numbers.get(argument) ?? this.numbers.size;
    this.numbers.set(argument, number);
    this.expected.set(`${number} ${token ?? ""}`, expected);
  }
}

const isToken = (word: string, token: string): boolean => word.toUpperCase() === token.toUpperCase();

/** Whether a word can be a value of the argument. */
function fits({ type }: Argument, word: string): boolean {
  if (type === "integer" || type === "unix-time") return /^[+-]?\d+$/.test(word);
  if (type === "double") return /^\(?[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+|inf(?:inity)?)$/i.test(word);
  return true;
}

function distinct(states: readonly State[]): State[] {
  const seen = new Map<string, State>();
  for (const state of states) seen.set(`${state.at} ${state.count ?? ""}`, state);
  return [...seen.values()].slice(0, STATES_MAX);
}
