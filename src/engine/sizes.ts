/** Limits on the size of a command, its keys and the values that it adds to. Each is off while 0. */
import { WORD_BYTES } from "../core/bytes.ts";
import { keyPositions } from "../core/command-spec.ts";
import type { CommandSpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import type { CommandError } from "../core/reply.ts";
import type { Limits } from "../core/limits.ts";
import type { Keyspace } from "../data/keyspace.ts";
import { valueBytes } from "../data/value.ts";

/** Bytes of a command's words, without what the protocol adds. */
export function wordsBytes(words: readonly string[]): number {
  let bytes = 0;
  for (const word of words) bytes += word.length;
  return bytes;
}

/** What a command's words take in memory, in bytes. */
export function heldByWords(words: readonly string[]): number {
  return wordsBytes(words) + words.length * WORD_BYTES;
}

/** Whether any of these limits is set. */
export function hasSizeBounds({ commandBytesMax, keyBytesMax, valueBytesMax }: Readonly<Limits>): boolean {
  return commandBytesMax + keyBytesMax + valueBytesMax > 0;
}

/** Why a command exceeds a limit or would make a value exceed it; undefined when it does not. */
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
    // When several keys are overwritten, as by MSET, each is followed by its value.
    const added = overwrites && positions.length > 1 ? (words[index + 1]?.length ?? 0) : bytes - key.length;
    if (present + added > valueBytesMax) return errors.VALUE_TOO_LARGE;
  }
  return undefined;
}

/** Whether the access to a key may make its value grow. What is there already may be read and removed. */
function mayGrow(flags: string): boolean {
  return !flags.startsWith("RO") && !flags.startsWith("RM") && !flags.includes("delete");
}

function presentBytes(db: Keyspace, key: string): number {
  const value = db.peek(key);
  if (value === undefined) return 0;
  return typeof value === "string" ? value.length : valueBytes(value);
}
