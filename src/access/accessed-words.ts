/** Which of a command's words name keys and channels, and what it does with them. */
import { keyPositions } from "../core/command-spec.ts";
import type { CommandSpec } from "../core/command-spec.ts";

/** A key among a command's words. A command may name a key and neither read nor write its value, as EXISTS does. */
export interface KeyAccess {
  readonly index: number;
  /** The command may tell something of its value. */
  readonly reads: boolean;
  readonly writes: boolean;
}

/** The keys that a command with these words names. There are none where the words are such that it will refuse them. */
export function keysAccessed(spec: CommandSpec, words: readonly string[]): KeyAccess[] {
  const keys: KeyAccess[] = [];
  for (const { index, flags } of keyPositions(spec, words) ?? []) {
    const access = accessOf(flags);
    if (access === "not_key") continue;
    if (access === "variable") keys.push({ index, ...(VARIABLE[spec.name]?.(words) ?? BOTH) });
    else keys.push({ index, reads: access.reads, writes: access.writes });
  }
  if (spec.name === "SORT") keys.push(...sortDestination(words));
  else if (spec.name === "GEORADIUS" || spec.name === "GEORADIUSBYMEMBER") keys.push(...geoDestinations(words));
  return keys;
}

/** The row names the key after the first STORE, and the last one counts; a key may be called so, too. */
function geoDestinations(words: readonly string[]): KeyAccess[] {
  return words.flatMap((_, index) => (/^store(?:dist)?$/i.test(words[index - 1] ?? "") ? [{ index, ...WRITES }] : []));
}

type Access = Omit<KeyAccess, "index">;

/** What flags of key specifications mean, once they have been looked at: there are a few of them. */
const byFlags = new Map<string, Access | "not_key" | "variable">();

function accessOf(flags: string): Access | "not_key" | "variable" {
  let access = byFlags.get(flags);
  if (access === undefined) {
    const words = new Set(flags.split(" "));
    const writes = words.has("update") || words.has("insert") || words.has("delete");
    if (words.has("not_key")) access = "not_key";
    else if (words.has("variable_flags")) access = "variable";
    else access = { reads: words.has("access"), writes };
    byFlags.set(flags, access);
  }
  return access;
}

const READS: Access = { reads: true, writes: false };
const WRITES: Access = { reads: false, writes: true };
const BOTH: Access = { reads: true, writes: true };

/** Commands that do one thing or another with their key, as their options say. */
const VARIABLE: Readonly<Record<string, (words: readonly string[]) => Access>> = {
  BITFIELD: (words) => (onlyGets(words) ? READS : BOTH),
  // A condition on the value tells of it.
  SET: (words) => (words.some((word, i) => i > 2 && /^(?:get|ifd?eq|ifd?ne)$/i.test(word)) ? BOTH : WRITES),
};

/** BITFIELD key GET type offset [GET type offset …] */
function onlyGets(words: readonly string[]): boolean {
  for (let i = 2; i < words.length; i += 3) {
    if (words[i]!.toUpperCase() !== "GET" || i + 2 >= words.length) return false;
  }
  return true;
}

/** Words that follow an option of SORT. */
const SORT_SKIPS: Readonly<Record<string, number>> = { BY: 1, GET: 1, LIMIT: 2 };

/** SORT's STORE stands behind any number of other options; the last one counts. */
function sortDestination(words: readonly string[]): KeyAccess[] {
  let index = 0;
  for (let i = 2; i < words.length - 1; i++) {
    const option = words[i]!.toUpperCase();
    if (option === "STORE") index = ++i;
    else i += SORT_SKIPS[option] ?? 0;
  }
  return index === 0 ? [] : [{ index, ...WRITES }];
}

/** Where a command's channels begin, where they end, and whether they are patterns. */
interface ChannelWords {
  readonly all: boolean;
  readonly patterns: boolean;
}

/** By name. Who stops listening needs no permission. */
const CHANNELS: ReadonlyMap<string, ChannelWords> = new Map([
  ["PSUBSCRIBE", { all: true, patterns: true }],
  ["PUBLISH", { all: false, patterns: false }],
  ["SPUBLISH", { all: false, patterns: false }],
  ["SSUBSCRIBE", { all: true, patterns: false }],
  ["SUBSCRIBE", { all: true, patterns: false }],
]);

/** The channels that a command with these words names, from word 1 to before `end`; undefined for none. */
export function channelsAccessed(
  spec: CommandSpec,
  words: readonly string[],
): { readonly end: number; readonly patterns: boolean } | undefined {
  const channels = CHANNELS.get(spec.name);
  return channels && { end: channels.all ? words.length : 2, patterns: channels.patterns };
}
