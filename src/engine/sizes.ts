/** The bounds on one command, its keys and the values it adds to. Each is off while it is 0. */
import { keyPositions } from "../core/command-spec.ts";
import type { CommandSpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import type { CommandError } from "../core/reply.ts";
import type { Limits } from "../core/limits.ts";
import type { Keyspace } from "../data/keyspace.ts";
import { valueBytes } from "../data/value.ts";

/** Bytes of a command's words; what a protocol adds around them does not count. */
export function wordsBytes(words: readonly string[]): number {
  let bytes = 0;
  for (const word of words) bytes += word.length;
  return bytes;
}

/** Whether any of these bounds is set. */
export function hasSizeBounds({ commandBytesMax, keyBytesMax, valueBytesMax }: Readonly<Limits>): boolean {
  return commandBytesMax + keyBytesMax + valueBytesMax > 0;
}

/** Why a command is too large, or would make something too large; undefined when it is not and would not. */
export function sizeRefusal(
  limits: Readonly<Limits>,
  db: Keyspace,
  command: CommandSpec,
  words: readonly string[],
): CommandError | undefined {
  const { commandBytesMax, keyBytesMax, valueBytesMax } = limits;
  const bytes = wordsBytes(words);
  if (commandBytesMax > 0 && bytes > commandBytesMax) return errors.requestTooLarge(commandBytesMax, bytes);
  if (!command.isWrite || keyBytesMax + valueBytesMax === 0) return undefined;
  const positions = (keyPositions(command, words) ?? []).filter(({ flags }) => mayGrow(flags));
  for (const { index, flags } of positions) {
    const key = words[index]!;
    if (keyBytesMax > 0 && key.length > keyBytesMax) return errors.keyTooLarge(keyBytesMax, key.length);
    if (valueBytesMax === 0 || !command.flags.has("denyoom")) continue;
    const overwrites = flags.startsWith("OW") || command.overwrites;
    const present = overwrites ? 0 : presentBytes(db, key);
    // Among several keys that are overwritten, as in MSET, each is followed by its own value.
    const added = overwrites && positions.length > 1 ? (words[index + 1]?.length ?? 0) : bytes - key.length;
    if (present + added > valueBytesMax) return errors.VALUE_TOO_LARGE;
  }
  return undefined;
}

/** What is there already may still be read and removed. */
function mayGrow(flags: string): boolean {
  return !flags.startsWith("RO") && !flags.startsWith("RM") && !flags.includes("delete");
}

function presentBytes(db: Keyspace, key: string): number {
  const value = db.peek(key);
  if (value === undefined) return 0;
  return typeof value === "string" ? value.length : valueBytes(value);
}
