/** Which of a command's words name keys and channels, and what it does with them, in the terms of rights. */
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
  const positions = keyPositions(spec, words) ?? [];
  return positions.map(({ index, flags }) => ({ index, ...accessOf(flags) }));
}

type Access = Omit<KeyAccess, "index">;

/** What flags of key specifications mean, once they have been looked at: there are a few of them. */
const byFlags = new Map<string, Access>();

function accessOf(flags: string): Access {
  let access = byFlags.get(flags);
  if (access === undefined) {
    const words = new Set(flags.split(" "));
    const writes = words.has("update") || words.has("insert") || words.has("delete");
    access = { reads: words.has("access"), writes };
    byFlags.set(flags, access);
  }
  return access;
}

/** The channels that a command with these words names, from word 1 to before `end`; undefined for none. */
export function channelsAccessed(
  { channels }: CommandSpec,
  words: readonly string[],
): { readonly end: number; readonly patterns: boolean } | undefined {
  if (channels === undefined) return undefined;
  return { end: channels === "first" ? 2 : words.length, patterns: channels === "patterns" };
}
