/**
 * Lua 5.1's patterns over byte strings. Source: section 5.4.1 of the reference manual.
 *
 * A match can take time that grows with a high power of the subject's length, and the binary's matcher cannot be
 * interrupted. This one charges its steps.
 */
import type { HostBudget } from "./host-budget.ts";

/** A malformed pattern or capture, in Lua's words. */
export class PatternError {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Most captures in one match. */
const CAPTURES_MAX = 32;
/** Most nesting of matches, which bounds JavaScript's stack. */
const DEPTH_MAX = 1000;
/** Steps that are charged at once. */
const STEPS = 1000;

/** Marks in place of a capture's length: not closed yet, and a position. */
const OPEN = -1;
const POSITION = -2;

const PERCENT = 37;
const LEFT_PARENTHESIS = 40;
const RIGHT_PARENTHESIS = 41;
const STAR = 42;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const QUESTION = 63;
const LEFT_BRACKET = 91;
const RIGHT_BRACKET = 93;
const CARET = 94;
const DOLLAR = 36;

const SPECIALS = /[\^$*+?.([%-]/;

/** Whether a pattern has no special chars. As in C, only the part before a zero byte counts. */
export function isPlain(pattern: string): boolean {
  const zero = pattern.indexOf("\0");
  return !SPECIALS.test(zero < 0 ? pattern : pattern.slice(0, zero));
}

const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isLower = (c: number): boolean => c >= 97 && c <= 122;
const isUpper = (c: number): boolean => c >= 65 && c <= 90;
const isLetter = (c: number): boolean => isLower(c) || isUpper(c);
const isPrintable = (c: number): boolean => c > 32 && c < 127;

function inClass(c: number, letter: number): boolean {
  const isLetterLower = isLower(letter);
  let result: boolean;
  switch (isUpper(letter) ? letter + 32 : letter) {
    case 97: // a
      result = isLetter(c);
      break;
    case 99: // c
      result = c < 32 || c === 127;
      break;
    case 100: // d
      result = isDigit(c);
      break;
    case 108: // l
      result = isLower(c);
      break;
    case 112: // p
      result = isPrintable(c) && !isLetter(c) && !isDigit(c);
      break;
    case 115: // s
      result = c === 32 || (c >= 9 && c <= 13);
      break;
    case 117: // u
      result = isUpper(c);
      break;
    case 119: // w
      result = isLetter(c) || isDigit(c);
      break;
    case 120: // x
      result = isDigit(c) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70);
      break;
    case 122: // z
      result = c === 0;
      break;
    default:
      return letter === c;
  }
  return isLetterLower ? result : !result;
}

/** A capture of the last match: bytes, or a position counted from 1. */
export type Capture = string | number;

/** Matches one subject against one pattern. */
export class Matcher {
  private readonly subject: string;
  private readonly pattern: string;
  private readonly budget: HostBudget;
  private steps = 0;
  private depth = 0;
  private level = 0;
  private readonly starts: number[] = [];
  private readonly lengths: number[] = [];

  constructor(subject: string, pattern: string, budget: HostBudget) {
    this.subject = subject;
    this.pattern = pattern;
    this.budget = budget;
  }

  /** Matches the subject at `at` against the pattern from `from`. Answers the end of the match, or -1. */
  matchAt(at: number, from: number): number {
    this.level = 0;
    this.depth = 0;
    return this.match(at, from);
  }

  /** The captures of the last match, which spans `start` to `end`; the whole match when the pattern has none. */
  captures(start: number, end: number): Capture[] {
    if (this.level === 0) return [this.subject.slice(start, end)];
    return Array.from({ length: this.level }, (_, i) => this.capture(i, start, end));
  }

  /** The matched bytes. */
  whole(start: number, end: number): string {
    return this.subject.slice(start, end);
  }

  /** The number of captures in the last match. */
  get captureCount(): number {
    return this.level;
  }

  /** A capture by number from 0. When there are none, capture 0 is the whole match. */
  capture(i: number, start: number, end: number): Capture {
    if (i >= this.level) {
      if (i === 0) return this.subject.slice(start, end);
      throw new PatternError("invalid capture index");
    }
    const [from, length] = [this.starts[i]!, this.lengths[i]!];
    if (length === OPEN) throw new PatternError("unfinished capture");
    return length === POSITION ? from + 1 : this.subject.slice(from, from + length);
  }

  /** A byte of the pattern; 0 at its end, as in C. */
  private patternAt(p: number): number {
    return p < this.pattern.length ? this.pattern.charCodeAt(p) : 0;
  }

  private count(steps = 1): void {
    this.steps += steps;
    if (this.steps < STEPS) return;
    this.budget.work(this.steps);
    this.steps = 0;
  }

  private match(at: number, from: number): number {
    if (++this.depth > DEPTH_MAX) throw new PatternError("pattern too complex");
    try {
      return this.matchHere(at, from);
    } finally {
      this.depth--;
    }
  }

  private matchHere(at: number, from: number): number {
    let [s, p] = [at, from];
    for (;;) {
      this.count();
      const c = this.patternAt(p);
      if (c === LEFT_PARENTHESIS) {
        return this.patternAt(p + 1) === RIGHT_PARENTHESIS
          ? this.startCapture(s, p + 2, POSITION)
          : this.startCapture(s, p + 1, OPEN);
      }
      if (c === RIGHT_PARENTHESIS) return this.endCapture(s, p + 1);
      if (c === 0) return s;
      if (c === DOLLAR && this.patternAt(p + 1) === 0) return s === this.subject.length ? s : -1;
      if (c === PERCENT) {
        const special = this.matchSpecial(s, p);
        if (special === -1) return -1;
        if (special !== undefined) {
          [s, p] = special;
          continue;
        }
      }
      const end = this.classEnd(p);
      const suffix = this.patternAt(end);
      if (suffix === STAR) return this.maxExpand(s, p, end);
      if (suffix === MINUS) return this.minExpand(s, p, end);
      const matches = this.matchesOne(s, p, end);
      if (suffix === PLUS) return matches ? this.maxExpand(s + 1, p, end) : -1;
      if (suffix === QUESTION) {
        const result = matches ? this.match(s + 1, end + 1) : -1;
        if (result !== -1) return result;
        p = end + 1;
        continue;
      }
      if (!matches) return -1;
      s++;
      p = end;
    }
  }

  /** Matches `%b`, `%f` and `%1`. Answers where to continue, -1 for no match, undefined for another item. */
  private matchSpecial(s: number, p: number): [s: number, p: number] | -1 | undefined {
    const letter = this.patternAt(p + 1);
    if (letter === 98) {
      const end = this.matchBalance(s, p + 2);
      return end === -1 ? -1 : [end, p + 4];
    }
    if (letter === 102) return this.matchFrontier(s, p + 2);
    if (!isDigit(letter)) return undefined;
    const end = this.matchCapture(s, letter);
    return end === -1 ? -1 : [end, p + 2];
  }

  private matchFrontier(s: number, p: number): [s: number, p: number] | -1 {
    if (this.patternAt(p) !== LEFT_BRACKET) throw new PatternError("missing '[' after '%f' in pattern");
    const end = this.classEnd(p);
    const previous = s === 0 ? 0 : this.subject.charCodeAt(s - 1);
    const next = s < this.subject.length ? this.subject.charCodeAt(s) : 0;
    if (this.inSet(previous, p, end - 1) || !this.inSet(next, p, end - 1)) return -1;
    return [s, end];
  }

  private matchBalance(s: number, p: number): number {
    const [open, close] = [this.patternAt(p), this.patternAt(p + 1)];
    if (open === 0 || close === 0) throw new PatternError("unbalanced pattern");
    if (s >= this.subject.length || this.subject.charCodeAt(s) !== open) return -1;
    let depth = 1;
    for (let i = s + 1; i < this.subject.length; i++) {
      this.count();
      const c = this.subject.charCodeAt(i);
      if (c === close) {
        if (--depth === 0) return i + 1;
      } else if (c === open) depth++;
    }
    return -1;
  }

  private matchCapture(s: number, digit: number): number {
    const i = digit - 49;
    if (i < 0 || i >= this.level || this.lengths[i] === OPEN) throw new PatternError("invalid capture index");
    const [from, length] = [this.starts[i]!, this.lengths[i]!];
    // In C a position has a huge length, so nothing matches it.
    if (length === POSITION || this.subject.length - s < length) return -1;
    this.count(length >> 4);
    return this.subject.slice(from, from + length) === this.subject.slice(s, s + length) ? s + length : -1;
  }

  private startCapture(s: number, p: number, what: number): number {
    const { level } = this;
    if (level >= CAPTURES_MAX) throw new PatternError("too many captures");
    this.starts[level] = s;
    this.lengths[level] = what;
    this.level = level + 1;
    const result = this.match(s, p);
    if (result === -1) this.level--;
    return result;
  }

  private endCapture(s: number, p: number): number {
    let i = this.level - 1;
    while (i >= 0 && this.lengths[i] !== OPEN) i--;
    if (i < 0) throw new PatternError("invalid pattern capture");
    this.lengths[i] = s - this.starts[i]!;
    const result = this.match(s, p);
    if (result === -1) this.lengths[i] = OPEN;
    return result;
  }

  private maxExpand(s: number, p: number, end: number): number {
    let i = 0;
    while (this.matchesOne(s + i, p, end)) {
      this.count();
      i++;
    }
    for (; i >= 0; i--) {
      const result = this.match(s + i, end + 1);
      if (result !== -1) return result;
    }
    return -1;
  }

  private minExpand(start: number, p: number, end: number): number {
    for (let s = start; ; s++) {
      const result = this.match(s, end + 1);
      if (result !== -1) return result;
      if (!this.matchesOne(s, p, end)) return -1;
    }
  }

  /** The end of the single item at `p`: a char, a class or a set. */
  private classEnd(p: number): number {
    const c = this.patternAt(p);
    if (c === PERCENT) {
      if (p + 1 >= this.pattern.length) throw new PatternError("malformed pattern (ends with '%')");
      return p + 2;
    }
    if (c !== LEFT_BRACKET) return p + 1;
    let i = p + 1;
    if (this.patternAt(i) === CARET) i++;
    do {
      const inside = this.patternAt(i);
      if (inside === 0) throw new PatternError("malformed pattern (missing ']')");
      i++;
      if (inside === PERCENT && this.patternAt(i) !== 0) i++;
    } while (this.patternAt(i) !== RIGHT_BRACKET);
    this.count(i - p);
    return i + 1;
  }

  private matchesOne(s: number, p: number, end: number): boolean {
    if (s >= this.subject.length) return false;
    const c = this.subject.charCodeAt(s);
    const item = this.pattern.charCodeAt(p);
    if (item === DOT) return true;
    if (item === PERCENT) return inClass(c, this.pattern.charCodeAt(p + 1));
    return item === LEFT_BRACKET ? this.inSet(c, p, end - 1) : item === c;
  }

  /** Whether a byte is in the set from the `[` at `p` to the `]` at `last`. */
  private inSet(c: number, p: number, last: number): boolean {
    this.count((last - p) >> 2);
    const negated = this.patternAt(p + 1) === CARET;
    let i = negated ? p + 2 : p + 1;
    for (; i < last; i++) {
      const item = this.patternAt(i);
      if (item === PERCENT) {
        i++;
        if (inClass(c, this.patternAt(i))) return !negated;
      } else if (this.patternAt(i + 1) === MINUS && i + 2 < last) {
        if (item <= c && c <= this.patternAt(i + 2)) return !negated;
        i += 2;
      } else if (item === c) return !negated;
    }
    return negated;
  }
}
