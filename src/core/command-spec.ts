/**
 * The facts about a command, apart from what it does: enough to look it up, check it, authorize it, find its keys,
 * document it and forward it. One row holds them all; see `engine/command.ts` for how a row is written.
 */

/**
 * Where REST serves a command: as any command, as long as it does not block, not at all, or only on a path of its own that
 * is an event stream. The Redis protocol serves all of them.
 */
export type RestDoor = "yes" | "nonblocking" | "no" | "stream";

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

/** A key among a command's words, and what the command does with it, in the terms of {@link KeySpec.flags}. */
export interface KeyPosition {
  readonly index: number;
  readonly flags: string;
}

/** Which words name channels: the first after the name, or all of them, and whether these are patterns. */
export type ChannelWords = "first" | "all" | "patterns";

/**
 * Which words are secrets: all from an index on; all behind a keyword; or the values of parameters of certain names,
 * which stand in pairs from an index on.
 */
export type SecretWords =
  | { readonly from: number }
  | { readonly behind: string }
  | { readonly valuesOf: RegExp; readonly from: number };

/** The word that says how long a command may block: its place, where a negative one counts from the end, and its unit. */
export interface TimeoutWord {
  readonly at: number | ((words: readonly string[]) => number | undefined);
  readonly unit: "s" | "ms";
}

/** What becomes of a command inside MULTI. One that runs the transaction, or ends it otherwise, itself runs at once. */
export type InMulti = "queued" | "at once" | "runs" | "ends" | "refused";

/** The facts of a row. */
export interface CommandSpec {
  /** Upper case; a subcommand's name is two words, such as `CONFIG GET`. */
  readonly name: string;
  readonly group: string;
  /** Number of words, the name included. Negative for a minimum: -3 is three or more. */
  readonly arity: number;
  readonly flags: ReadonlySet<string>;
  /** Redis's tips to proxies and clients: what differs from call to call, and how a cluster joins the replies. */
  readonly tips: readonly string[];
  readonly keys: readonly KeySpec[];
  /** ACL categories without the `@`. */
  readonly categories: ReadonlySet<string>;
  /** The Redis version that introduced the command, or `upstash`. */
  readonly since: string;
  readonly summary: string;
  readonly rest: RestDoor;
  /** Where REST serves it in the hosted service; equal to `rest` where stashd follows it. */
  readonly hostedRest: RestDoor;
  /** The command may change the dataset. */
  readonly isWrite: boolean;
  /** The command's second word names the subcommand to run, as in `CONFIG GET`. */
  readonly isContainer: boolean;
  /** Finds the keys where the specifications cannot; undefined where they can. See {@link keyPositions}. */
  readonly findKeys: ((words: readonly string[]) => readonly KeyPosition[]) | undefined;
  /** Whether a command with these words also reads keys that they do not name; undefined for one that never does. */
  readonly readsUnnamedKeys: ((words: readonly string[]) => boolean) | undefined;
  readonly channels: ChannelWords | undefined;
  readonly secrets: SecretWords | undefined;
  readonly timeout: TimeoutWord | undefined;
  readonly inMulti: InMulti;
  /** It may be sent over RESP2 by a connection that listens to channels. */
  readonly runsWhileSubscribed: boolean;
  /** It may be for replicas, too, although it is no write: PUBLISH, PFCOUNT. */
  readonly mayReplicate: boolean;
  /** It costs none of the commands that a day and a month have. */
  readonly isUncounted: boolean;
  /** It replaces what is at its keys, although it may read it, too. */
  readonly overwrites: boolean;
}

/** Flags that are not Redis's, or that Redis keeps to itself: COMMAND INFO does not tell of them. */
export const UNTOLD_FLAGS: ReadonlySet<string> = new Set([
  "keeps_caching",
  "local",
  "may_replicate",
  "multi_at_once",
  "multi_ends",
  "multi_runs",
  "never_paused",
  "overwrites",
  "runs_script",
  "uncounted",
  "while_subscribed",
  "wipes",
]);

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

/** The name of a row as Redis prints it: lower case, with `|` before a subcommand. */
export function redisName(name: string): string {
  return name.toLowerCase().replace(" ", "|");
}

/** Whether the number of words is what the command's arity asks for. */
export function arityFits(spec: CommandSpec, words: readonly string[]): boolean {
  return spec.arity >= 0 ? words.length === spec.arity : words.length >= -spec.arity;
}

/**
 * The keys in a command's words, in order, and what the command does with each: the one answer for COMMAND GETKEYS,
 * rights, scripts, limits and tracking. Undefined when the words do not say (a bad count, say); the command will refuse
 * them. What stands like a key and is none, such as a shard channel, is left out.
 */
export function keyPositions(spec: CommandSpec, words: readonly string[]): readonly KeyPosition[] | undefined {
  if (spec.findKeys !== undefined) return spec.findKeys(words);
  const found: KeyPosition[] = [];
  for (const keySpec of spec.keys) {
    const { begin, find, flags } = keySpec;
    if (begin === "unknown" || find === "unknown" || flags === NOT_A_KEY) continue;
    const start = beginOf(begin, words);
    if (start === undefined) continue;
    const stretch = stretchOf(find, start, words);
    if (stretch === undefined) return undefined;
    for (let i = stretch.first; i <= stretch.last; i += stretch.step) found.push({ index: i, flags });
  }
  return found;
}

const NOT_A_KEY = "not_key";

/** Whether any word may be a key. */
export function hasKeys({ keys }: CommandSpec): boolean {
  return keys.some(({ flags }) => flags !== NOT_A_KEY);
}

/** Tells of a word by its index whether it is a secret, or stands where one may be. */
export function isSecret({ secrets }: CommandSpec, words: readonly string[]): (index: number) => boolean {
  if (secrets === undefined) return () => false;
  if ("behind" in secrets) {
    const keyword = words.findIndex((word) => word.toUpperCase() === secrets.behind);
    return keyword < 0 ? () => false : (index) => index > keyword;
  }
  const { from } = secrets;
  if (!("valuesOf" in secrets)) return (index) => index >= from;
  return (index) => index > from && (index - from) % 2 === 1 && secrets.valuesOf.test(words[index - 1]!);
}

/** The index of the word that says how long a command blocks; undefined when it does not block. */
export function timeoutIndex({ timeout }: CommandSpec, words: readonly string[]): number | undefined {
  if (timeout === undefined) return undefined;
  const at = typeof timeout.at === "number" ? timeout.at : timeout.at(words);
  return at !== undefined && at < 0 ? words.length + at : at;
}

/**
 * How long a command with these words may block, in milliseconds: Infinity for ever, undefined when it does not block. The
 * command refuses a word that is no number of at least 0, and so blocks for 0.
 */
export function blockingMs(spec: CommandSpec, words: readonly string[]): number | undefined {
  const index = timeoutIndex(spec, words);
  if (index === undefined) return undefined;
  const ms = Number(words[index]) * (spec.timeout!.unit === "s" ? 1000 : 1);
  if (ms === 0) return Infinity;
  return ms > 0 ? ms : 0;
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
  // As in Redis, leading digits count: the command may refuse the word.
  const [, digits] = /^[\t-\r ]*([+-]?[0-9]+)/.exec(words[begin + find.numkeys] ?? "") ?? [];
  const count = Number(digits) | 0;
  if (digits === undefined || count < 0) return undefined;
  const first = begin + find.first;
  const last = first + (count - 1) * find.step;
  return last < words.length ? { first, last, step: find.step } : undefined;
}
