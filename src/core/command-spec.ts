/**
 * The facts about a command, apart from what it does: enough to look it up, check it, authorize it, find its keys,
 * document it and forward it. One row holds them all; see `engine/command.ts` for how a row is written.
 */

/** Which doors serve a command: every door, every door but REST, or REST only as a path of its own (an event stream). */
export type RestDoor = "yes" | "no" | "stream";

/** Where a command's keys stand among its words. Redis's key specifications, in Redis's terms. */
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
  /** Words including the name; negative when that is only the least. */
  readonly arity: number;
  readonly flags: ReadonlySet<string>;
  readonly keys: readonly KeySpec[];
  /** ACL categories without the `@`. */
  readonly categories: ReadonlySet<string>;
  /** The Redis version that brought it, or `upstash`. */
  readonly since: string;
  readonly summary: string;
  readonly rest: RestDoor;
  /** It may change the dataset. */
  readonly isWrite: boolean;
  /** A command whose second word names the command proper. */
  readonly isContainer: boolean;
}

/** One key or a stretch of keys: the words from `first` to `last` (negative counts from the end), `step` apart. */
export function keyRange(flags: string, first: number, last: number, step = 1): KeySpec {
  return { begin: { index: first }, find: { last: last < 0 ? last : last - first, step, limit: 0 }, flags };
}

/** One key at a word, 1 by default. */
export function key(flags: string, at = 1): KeySpec {
  return keyRange(flags, at, at);
}

/** Every word from 1 to the end. */
export function allKeys(flags: string, step = 1): KeySpec {
  return keyRange(flags, 1, -1, step);
}

/** A number of keys at word `at`, and that many keys after it. */
export function countedKeys(flags: string, at = 1, step = 1): KeySpec {
  return { begin: { index: at }, find: { numkeys: 0, first: 1, step }, flags };
}

/** The key after a keyword that stands somewhere from word `from` on. */
export function keywordKey(flags: string, keyword: string, from: number, last = 0): KeySpec {
  return { begin: { keyword, from }, find: { last, step: 1, limit: 0 }, flags };
}

/** Keys that only the command itself can find, such as those of SORT's patterns. */
export function unknownKeys(flags: string): KeySpec {
  return { begin: "unknown", find: "unknown", flags };
}

/** Whether a command with these words has as many as its row asks for. */
export function arityFits(spec: CommandSpec, words: readonly string[]): boolean {
  return spec.arity >= 0 ? words.length === spec.arity : words.length >= -spec.arity;
}

/** A key among a command's words. */
export interface KeyPosition {
  readonly index: number;
  readonly flags: string;
}

/** The keys in a command's words, in order; undefined when its words do not say (a bad count, say). */
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
