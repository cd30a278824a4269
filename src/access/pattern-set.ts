/**
 * Patterns of keys or channels, any of which is enough. Those without wildcards, and those with one star at the end, are
 * looked up, so that a user with thousands of them costs a look-up for each length of prefix. The others are tried one
 * by one, and are few.
 */
import { Glob } from "../core/glob.ts";

/** Patterns of one set of permissions that have to be tried one by one. */
export const TRIED_PATTERNS_MAX = 1000;

const WILDCARD = /[*?[\\]/;

/** Whether a pattern has to be tried: it is neither a name nor a prefix. */
export function isTried(pattern: string): boolean {
  return WILDCARD.test(pattern.endsWith("*") ? pattern.slice(0, -1) : pattern);
}

/**
 * A set of glob patterns. Whether any matches a name costs a look-up for plain names and prefixes, and a match for each
 * other pattern.
 */
export class PatternSet {
  private readonly names = new Set<string>();
  private readonly prefixes = new Set<string>();
  /** Lengths of the prefixes, each once. */
  private readonly lengths: readonly number[];
  private readonly tried: Glob[] = [];

  constructor(patterns: Iterable<string>) {
    for (const pattern of patterns) {
      // A star by itself matches the empty text, and a prefix does not.
      if (isTried(pattern) || pattern === "*") this.tried.push(new Glob(pattern));
      else if (pattern.endsWith("*")) this.prefixes.add(pattern.slice(0, -1));
      else this.names.add(pattern);
    }
    this.lengths = [...new Set([...this.prefixes].map(({ length }) => length))];
  }

  /** Whether any of the patterns matches the whole text. */
  matches(text: string): boolean {
    if (this.names.has(text)) return true;
    if (this.lengths.some((length) => length <= text.length && this.prefixes.has(text.slice(0, length)))) return true;
    return this.tried.some((glob) => glob.matches(text));
  }
}
