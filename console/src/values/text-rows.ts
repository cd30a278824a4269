/** Rows of a text by bytes: each begins and ends between characters, so no character is in two rows or in none. */
import { sequenceBytes } from "./visible.ts";

/** Bytes of a row, up to three more or fewer. */
export const TEXT_ROW_BYTES = 100;

/** The bytes of a row and where they begin; undefined while they are read. */
export function rowRange(
  index: number,
  length: number,
  read: (from: number, to: number) => Uint8Array | undefined,
): { readonly at: number; readonly bytes: Uint8Array } | undefined {
  const from = Math.max(0, index * TEXT_ROW_BYTES - 3);
  const bytes = read(from, (index + 1) * TEXT_ROW_BYTES + 3);
  if (bytes === undefined) return undefined;
  const start = characterAt(bytes, index * TEXT_ROW_BYTES - from);
  const nextRow = (index + 1) * TEXT_ROW_BYTES;
  const end = nextRow >= length ? bytes.length : characterAt(bytes, nextRow - from);
  return { at: from + start, bytes: bytes.subarray(start, end) };
}

/** Where the character begins that a place is inside of; the place itself where it is inside of none. */
function characterAt(bytes: Uint8Array, place: number): number {
  for (let start = Math.max(0, place - 3); start < place; start++) {
    const size = sequenceBytes(bytes, start);
    if (size > 1 && start + size > place) return start;
  }
  return place;
}
