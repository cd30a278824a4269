/**
 * What a key can hold: a byte string, or one of the structures in `types/`.
 *
 * A structure knows nothing of arguments, key names or replies. This interface is what commands that work on any key
 * (TYPE, COPY, MEMORY USAGE, SCAN TYPE) ask of it.
 */
export interface DataValue {
  /** The name that TYPE answers. */
  readonly type: string;
  /** Elements: fields, members, entries. A key whose value reaches 0 goes (streams excepted). */
  readonly size: number;
  /** A copy that shares nothing that can change. */
  copy(): DataValue;
  /** Estimated heap bytes of the structure and what it holds. */
  memoryBytes(): number;
}

export type Value = string | DataValue;

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
