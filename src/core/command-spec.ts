/**
 * The facts about a command, apart from what it does: enough to look it up, check it, authorize it, find its keys,
 * document it and forward it. One row holds them all; see `engine/command.ts` for how a row is written.
 */

/**
 * Where REST serves a command: as any command, not at all, or only on a path of its own that is an event stream. The
 * Redis protocol serves all of them.
 */
export type RestDoor = "yes" | "no" | "stream";

/** Where a command's keys stand among its words: one of Redis's key specifications. */
export interface KeySpec {
  readonly begin: { readonly index: number } | { readonly keyword: string; readonly from: number } | "unknown";
  readonly find:
    | { readonly last: number; readonly step: number; readonly limit: number }
    | { readonly numkeys: number; readonly first: number; readonly step: number }
    | "unknown";
  /** RO, RW, OW or RM, then access, update, insert, delete, as Redis lists them; separated by spaces. */
  readonly flags: string;
}

export interface CommandSpec {
  /** Upper case; a subcommand's name is two words, such as `CONFIG GET`. */
  readonly name: string;
  readonly group: string;
  /** Number of words, the name included. Negative for a minimum: -3 is three or more. */
  readonly arity: number;
  readonly flags: ReadonlySet<string>;
  readonly keys: readonly KeySpec[];
  /** ACL categories without the `@`. */
  readonly categories: ReadonlySet<string>;
  /** The Redis version that introduced the command, or `upstash`. */
  readonly since: string;
  readonly summary: string;
  readonly rest: RestDoor;
  /** The command may change the dataset. */
  readonly isWrite: boolean;
  /** The command's second word names the subcommand to run, as in `CONFIG GET`. */
  readonly isContainer: boolean;
}

/** The keys from word `first` to word `last`, `step` words apart. A negative `last` counts from the end. */
export function keyRange(flags: string, first: number, last: number, step = 1): KeySpec {
  return { begin: { index: first }, find: { last: last < 0 ? last : last - first, step, limit: 0 }, flags };
}

/** One key, at word 1 unless said otherwise. */
export function key(flags: string, at = 1): KeySpec {
  return keyRange(flags, at, at);
}

/** All words after the name, or every `step`-th of them, are keys. */
export function allKeys(flags: string, step = 1): KeySpec {
  return keyRange(flags, 1, -1, step);
}

/** Keys preceded by their number: the number at word `at`, then that many keys. */
export function countedKeys(flags: string, at = 1, step = 1): KeySpec {
  return { begin: { index: at }, find: { numkeys: 0, first: 1, step }, flags };
}

/**
 * The key after a keyword, which is searched from word `from` on; a negative `from` counts from the end and searches
 * backwards.
 */
export function keywordKey(flags: string, keyword: string, from: number, last = 0): KeySpec {
  return { begin: { keyword, from }, find: { last, step: 1, limit: 0 }, flags };
}

/** Keys that the words do not name, such as those that SORT's patterns give. */
export function unknownKeys(flags: string): KeySpec {
  return { begin: "unknown", find: "unknown", flags };
}

/** Whether the number of words is what the command's arity asks for. */
export function arityFits(spec: CommandSpec, words: readonly string[]): boolean {
  return spec.arity >= 0 ? words.length === spec.arity : words.length >= -spec.arity;
}

/** A key among a command's words. */
export interface KeyPosition {
  readonly index: number;
  readonly flags: string;
}

/** The keys among a command's words, in order. Undefined when the words are malformed, for example by a bad count. */
export function keyPositions(spec: CommandSpec, words: readonly string[]): KeyPosition[] | undefined {
  const found: KeyPosition[] = [];
  for (const keySpec of spec.keys) {
    if (keySpec.begin === "unknown" || keySpec.find === "unknown") continue;
    const begin = beginOf(keySpec.begin, words);
    if (begin === undefined) continue;
    const stretch = stretchOf(keySpec.find, begin, words);
    if (stretch === undefined) return undefined;
    for (let i = stretch.first; i <= stretch.last; i += stretch.step) found.push({ index: i, flags: keySpec.flags });
  }
  return found;
}

function beginOf(begin: Exclude<KeySpec["begin"], string>, words: readonly string[]): number | undefined {
  if ("index" in begin) return begin.index < words.length ? begin.index : undefined;
  const backwards = begin.from < 0;
  const step = backwards ? -1 : 1;
  for (let i = backwards ? words.length + begin.from : begin.from; i > 0 && i < words.length; i += step) {
    if (words[i]!.toUpperCase() === begin.keyword) return i + 1 < words.length ? i + 1 : undefined;
  }
  return undefined;
}

function stretchOf(
  find: Exclude<KeySpec["find"], string>,
  begin: number,
  words: readonly string[],
): { first: number; last: number; step: number } | undefined {
  if ("last" in find) {
    let last = find.last >= 0 ? begin + find.last : words.length + find.last;
    if (find.last < 0 && find.limit > 1) last = begin + Math.floor((last - begin + 1) / find.limit) - 1;
    return last < words.length ? { first: begin, last, step: find.step } : undefined;
  }
  const count = words[begin + find.numkeys];
  if (count === undefined || !/^(?:0|[1-9][0-9]{0,8})$/.test(count)) return undefined;
  const first = begin + find.first;
  const last = first + (Number(count) - 1) * find.step;
  return last < words.length ? { first, last, step: find.step } : undefined;
}
