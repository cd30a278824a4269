/**
 * The values of keys: a byte string, or a structure of `types/`. A string that is edited in place is a structure too
 * ({@link ByteBuffer}); {@link asByteString} tells strings of both forms.
 *
 * A structure knows no arguments, key names or replies. This interface serves the commands that work on keys of any
 * type (TYPE, COPY, MEMORY USAGE, SCAN TYPE).
 */
import { ByteBuffer } from "./types/byte-buffer.ts";

/** A value that is a structure. The keyspace that holds it owns it. */
export interface DataValue {
  /** The type that TYPE answers. */
  readonly type: string;
  /** The number of elements: fields, members, entries. A key whose value has none is removed, unless it is a stream. */
  readonly size: number;
  /** A deep copy. */
  copy(): DataValue;
  /** Estimated heap bytes of the structure and its content. */
  memoryBytes(): number;
  /**
   * The time at which its first element expires, in milliseconds since the epoch; undefined when none does. Only hashes
   * have elements that expire.
   */
  readonly earliestDeadline?: number | undefined;
  /** Removes at most `count` expired elements; answers them. */
  removeExpired?(nowMs: number, count: number): string[];
}

/** The value of a key. */
export type Value = string | DataValue;

/** A string in either form. Both have `length`, `slice` and `charCodeAt`. */
export type StringValue = string | ByteBuffer;

/** A string value as a byte string; undefined for any other value. */
export function asByteString(value: Value | undefined): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof ByteBuffer ? value.toString() : undefined;
}

/** The type that TYPE answers. */
export function typeOf(value: Value): string {
  return typeof value === "string" ? "string" : value.type;
}

/** Estimated heap bytes of a value. */
export function valueBytes(value: Value): number {
  return typeof value === "string" ? stringBytes(value) : value.memoryBytes();
}

/** Heap bytes of a string with so many chars in V8: a header of 16 bytes, and the chars in words of 8. */
export function stringBytes(text: string): number {
  return 16 + ((text.length + 7) & ~7);
}
