/**
 * Redis's glob patterns: `*`, `?`, `[abc]`, `[^a-z]`, and `\` before a literal. A pattern is compiled once. Matching
 * takes at most pattern × text steps, however many stars there are.
 */

const STAR = -1;
const ANY = -2;

/** A char code, one of the constants above, or a set of char codes as 256 flags. */
type Token = number | Uint8Array;

/** A compiled pattern. */
export class Glob {
  private readonly tokens: readonly Token[];
  /** The pattern is `*`. */
  readonly matchesAll: boolean;

  constructor(pattern: string) {
    this.tokens = compile(pattern);
    this.matchesAll = pattern === "*";
  }

  /** Whether the whole text matches. As in Redis, only `*` itself and the empty pattern match the empty text. */
  matches(text: string): boolean {
    if (this.matchesAll) return true;
    if (text.length === 0) return this.tokens.length === 0;
    return matchTokens(this.tokens, text);
  }
}

/**
 * Matches greedily. Backtracks only to the latest star, which then takes one char more: an earlier star never needs to.
 */
function matchTokens(tokens: readonly Token[], text: string): boolean {
  let t = 0;
  let starToken = -1;
  let starText = 0;
  let i = 0;
  while (i < text.length) {
    const token = tokens[t];
    if (token === STAR) {
      starToken = t++;
      starText = i;
    } else if (token !== undefined && accepts(token, text.charCodeAt(i))) {
      t++;
      i++;
    } else if (starToken >= 0) {
      t = starToken + 1;
      i = ++starText;
    } else {
      return false;
    }
  }
  while (tokens[t] === STAR) t++;
  return t === tokens.length;
}

function accepts(token: Token, code: number): boolean {
  if (typeof token !== "number") return token[code] === 1;
  return token === ANY || token === code;
}

function compile(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === "*") {
      if (tokens.at(-1) !== STAR) tokens.push(STAR);
    } else if (char === "?") {
      tokens.push(ANY);
    } else if (char === "[") {
      const set = new Uint8Array(256);
      i = compileSet(pattern, i + 1, set);
      tokens.push(set);
    } else {
      if (char === "\\" && i + 1 < pattern.length) i++;
      tokens.push(pattern.charCodeAt(i));
    }
  }
  return tokens;
}

/** Fills `set` from the text after `[`. Answers the index of its last char. An unclosed set ends with the pattern. */
function compileSet(pattern: string, from: number, set: Uint8Array): number {
  let i = from;
  const negated = pattern[i] === "^";
  if (negated) i++;
  while (i < pattern.length && pattern[i] !== "]") {
    if (pattern[i] === "\\" && i + 1 < pattern.length) {
      i++;
      set[pattern.charCodeAt(i)] = 1;
    } else if (pattern[i + 1] === "-" && i + 2 < pattern.length) {
      const a = pattern.charCodeAt(i);
      const b = pattern.charCodeAt(i + 2);
      set.fill(1, Math.min(a, b), Math.max(a, b) + 1);
      i += 2;
    } else {
      set[pattern.charCodeAt(i)] = 1;
    }
    i++;
  }
  if (negated) for (let code = 0; code < 256; code++) set[code] = set[code] === 1 ? 0 : 1;
  return Math.min(i, pattern.length - 1);
}
