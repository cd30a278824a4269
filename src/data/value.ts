/**
 * What a key can hold: a byte string, or one of the structures in `types/`. A string that is edited in place is a
 * structure too ({@link ByteBuffer}): who asks whether a value is a string asks {@link asByteString}.
 *
 * A structure knows nothing of arguments, key names or replies. This interface is what commands that work on any key
 * (TYPE, COPY, MEMORY USAGE, SCAN TYPE) ask of it.
 */
import { ByteBuffer } from "./types/byte-buffer.ts";

export interface DataValue {
  /** The name that TYPE answers. */
  readonly type: string;
  /** Elements: fields, members, entries. A key whose value reaches 0 goes (streams excepted). */
  readonly size: number;
  /** A copy that shares nothing that can change. */
  copy(): DataValue;
  /** Estimated heap bytes of the structure and what it holds. */
  memoryBytes(): number;
  /**
   * When the first of its elements expires, in milliseconds since the epoch; undefined when none does. Only hashes have
   * elements that expire.
   */
  readonly earliestDeadline?: number | undefined;
  /** Removes at most `count` of the elements whose deadline has passed, and answers which. */
  removeExpired?(nowMs: number, count: number): string[];
}

export type Value = string | DataValue;

/** A string value in either of its forms. Both have `length`, `slice` and `charCodeAt`. */
export type StringValue = string | ByteBuffer;

/** The byte string that a value is; undefined when it is something else. */
export function asByteString(value: Value | undefined): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof ByteBuffer ? value.toString() : undefined;
}

export function typeOf(value: Value): string {
  return typeof value === "string" ? "string" : value.type;
}

/** Estimated heap bytes of a value. */
export function valueBytes(value: Value): number {
  return typeof value === "string" ? stringBytes(value) : value.memoryBytes();
}

/** Heap bytes of a string of this many chars in V8: a header of 16 bytes and the chars, in words of 8. */
export function stringBytes(text: string): number {
  return 16 + ((text.length + 7) & ~7);
}
