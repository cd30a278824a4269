/**
 * LZF, the compression of strings in RDB. A compressed string is a sequence of:
 *
 * | first byte  | meaning |
 * | ----------- | ------- |
 * | `000lllll`  | l + 1 literal bytes follow |
 * | `llloooooo` | a copy of l + 2 bytes from o + 1 back; one more byte for l when l is 7, then the low byte of o |
 */
import { RdbError } from "./rdb-error.ts";

const LITERAL_BYTES_MAX = 32;
const MATCH_BYTES_MIN = 3;
const MATCH_BYTES_MAX = 264;
const DISTANCE_MAX = 8192;

/** The most bytes that one compressed byte can produce: three of them copy 264. */
const EXPANSION_MAX = MATCH_BYTES_MAX / 3;

/** The positions at which each hash of three bytes was last seen. */
const TABLE_BITS_MAX = 14;
const table = new Int32Array(1 << TABLE_BITS_MAX);

/** Compresses bytes; undefined when that does not save four bytes. */
export function compress(input: Uint8Array): Uint8Array | undefined {
  const { length } = input;
  if (length <= 4) return undefined;
  const output = new Uint8Array(length - 4);
  const shift = 32 - clearTable(length);
  let used = 0;
  let literal = 0;
  let at = 0;
  while (at + MATCH_BYTES_MIN <= length) {
    const three = (input[at]! << 16) | (input[at + 1]! << 8) | input[at + 2]!;
    const hash = Math.imul(three, 0x9e3779b1) >>> shift;
    const seen = table[hash]!;
    table[hash] = at;
    const size = seen < 0 || at - seen > DISTANCE_MAX ? 0 : matchLength(input, seen, at);
    if (size < MATCH_BYTES_MIN) {
      at++;
      continue;
    }
    used = putLiterals(input, literal, at, output, used);
    if (used < 0 || used + 3 > output.length) return undefined;
    used = putMatch(at - seen - 1, size, output, used);
    at += size;
    literal = at;
  }
  used = putLiterals(input, literal, length, output, used);
  return used < 0 ? undefined : output.subarray(0, used);
}

/** Clears the table for an input of this length; answers the number of hash bits to use. */
function clearTable(length: number): number {
  const bits = Math.min(TABLE_BITS_MAX, Math.max(6, 32 - Math.clz32(length)));
  table.fill(-1, 0, 1 << bits);
  return bits;
}

/** The number of equal bytes from `at` and from `seen` on. */
function matchLength(input: Uint8Array, seen: number, at: number): number {
  const most = Math.min(MATCH_BYTES_MAX, input.length - at);
  let size = 0;
  while (size < most && input[seen + size] === input[at + size]) size++;
  return size;
}

/** Writes the bytes from `from` to `to - 1` as literals. Answers the new length of the output; -1 when it is full. */
function putLiterals(input: Uint8Array, from: number, to: number, output: Uint8Array, used: number): number {
  let end = used;
  for (let start = from; start < to; start += LITERAL_BYTES_MAX) {
    const size = Math.min(LITERAL_BYTES_MAX, to - start);
    if (end + 1 + size > output.length) return -1;
    output[end++] = size - 1;
    for (let i = start; i < start + size; i++) output[end++] = input[i]!;
  }
  return end;
}

function putMatch(offset: number, size: number, output: Uint8Array, used: number): number {
  let end = used;
  const code = size - 2;
  output[end++] = (Math.min(code, 7) << 5) | (offset >> 8);
  if (code >= 7) output[end++] = code - 7;
  output[end++] = offset & 0xff;
  return end;
}

/** Decompresses to exactly `length` bytes. Throws an RdbError when the input is malformed or of another length. */
export function decompress(input: Uint8Array, length: number): Buffer {
  if (length > input.length * EXPANSION_MAX) throw new RdbError("a compressed string cannot be that long");
  const output = Buffer.allocUnsafe(length);
  let used = 0;
  let at = 0;
  while (at < input.length) {
    const control = input[at++]!;
    if (control < LITERAL_BYTES_MAX) {
      const end = at + control + 1;
      if (end > input.length || used + control + 1 > length) throw new RdbError("a compressed string is broken");
      while (at < end) output[used++] = input[at++]!;
      continue;
    }
    let size = (control >> 5) + 2;
    if (size === 9) size += input[at++] ?? 0;
    if (at >= input.length) throw new RdbError("a compressed string is broken");
    let from = used - 1 - (((control & 0x1f) << 8) | input[at++]!);
    if (from < 0 || used + size > length) throw new RdbError("a compressed string is broken");
    // Byte by byte, since a copy may overlap its source.
    for (const end = used + size; used < end;) output[used++] = output[from++]!;
  }
  if (used !== length) throw new RdbError("a compressed string has another length");
  return output;
}
