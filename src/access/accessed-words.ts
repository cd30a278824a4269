/** The keys and channels that a command's words name, and the rights that the command needs on them. */
import { keyPositions } from "../core/command-spec.ts";
import type { CommandSpec } from "../core/command-spec.ts";

/** A key among a command's words. A command may name a key without reading or writing its value, as EXISTS does. */
export interface KeyAccess {
  readonly index: number;
  /** The command may return some of the key's value. */
  readonly reads: boolean;
  readonly writes: boolean;
}

/** The keys that these words name. None if the words are malformed, since the command refuses them then. */
export function keysAccessed(spec: CommandSpec, words: readonly string[]): KeyAccess[] {
  const positions = keyPositions(spec, words) ?? [];
  return positions.map(({ index, flags }) => ({ index, ...accessOf(flags) }));
}

type Access = Omit<KeyAccess, "index">;

/** The access that each set of flags in key specifications means. A few are in use, so all are cached. */
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

/** The channels that these words name, from word 1 to before `end`; undefined when the command names none. */
export function channelsAccessed(
  { channels }: CommandSpec,
  words: readonly string[],
): { readonly end: number; readonly patterns: boolean } | undefined {
  if (channels === undefined) return undefined;
  return { end: channels === "first" ? 2 : words.length, patterns: channels === "patterns" };
}
