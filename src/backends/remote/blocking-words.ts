/** Commands that wait for a key: whether these words do, and for how long. */
import { isOption } from "../../commands/args.ts";
import type { CommandSpec } from "../../core/command-spec.ts";

/** Where the time-out stands, by command; a negative place counts from the end. */
const SECONDS_AT: Readonly<Record<string, number>> = {
  BLMOVE: -1,
  BLMPOP: 1,
  BLPOP: -1,
  BRPOP: -1,
  BRPOPLPUSH: -1,
  BZMPOP: 1,
  BZPOPMAX: -1,
  BZPOPMIN: -1,
};

/** The place of the word BLOCK among the options of XREAD and XREADGROUP; -1 when there is none. */
function blockAt(words: readonly string[]): number {
  for (let i = 1; i < words.length - 1; i++) {
    if (isOption(words[i], "STREAMS")) return -1;
    if (isOption(words[i], "BLOCK")) return i;
    // The names of group and consumer may be any words.
    if (isOption(words[i], "GROUP")) i += 2;
  }
  return -1;
}

/**
 * How long a command may wait at the backend, in milliseconds: Infinity for ever, undefined when it does not wait. Words that
 * are no number wait for nothing: the backend refuses them.
 */
export function waitMs({ flags, name }: CommandSpec, words: readonly string[]): number | undefined {
  let ms: number;
  if (name === "WAIT" || name === "WAITAOF") {
    ms = Number(words.at(-1));
  } else if (!flags.has("blocking")) {
    return undefined;
  } else if (name === "XREAD" || name === "XREADGROUP") {
    const at = blockAt(words);
    if (at < 0) return undefined;
    ms = Number(words[at + 1]);
  } else {
    ms = Number(words.at(SECONDS_AT[name] ?? -1)) * 1000;
  }
  if (ms === 0) return Infinity;
  return ms > 0 ? ms : 0;
}

/** XREAD and XREADGROUP without BLOCK, for clients that cannot wait: they answer as after their time-out. */
export function withoutBlock(words: readonly string[]): readonly string[] {
  const at = blockAt(words);
  return at < 0 ? words : [...words.slice(0, at), ...words.slice(at + 2)];
}
