/**
 * Integers of 1 to 64 bits at any bit offset of a string, most significant bit first, as BITFIELD reads and writes
 * them. They are bigints, in which sums of 64-bit integers are exact.
 */
import type { ByteBuffer } from "./byte-buffer.ts";

/** The type of a bit field: its sign and width. */
export interface FieldType {
  readonly signed: boolean;
  /** 1 to 64, or to 63 for an unsigned type. */
  readonly bits: number;
}

/** How BITFIELD stores a number that does not fit: wrapped around, as the nearest one that fits, or not at all. */
export type Overflow = "WRAP" | "SAT" | "FAIL";

/** The integer at a bit offset. Bits beyond the string's end are zero. */
export function readField(bytes: ByteBuffer | undefined, { signed, bits }: FieldType, offset: number): bigint {
  if (bytes === undefined) return 0n;
  const { first, last, shift } = placeOf(bits, offset);
  const value = readBytes(bytes, first, last) >> shift;
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** Writes an integer that fits its type. All its bits must lie within the buffer's length. */
export function writeField(buffer: ByteBuffer, { bits }: FieldType, offset: number, value: bigint): void {
  const { first, last, shift } = placeOf(bits, offset);
  const mask = ((1n << BigInt(bits)) - 1n) << shift;
  let bytes = (readBytes(buffer, first, last) & ~mask) | ((value << shift) & mask);
  for (let at = last; at >= first; at--) {
    buffer.setByte(at, Number(bytes & 0xffn));
    bytes >>= 8n;
  }
}

/** The first and the last byte of a field, and the number of bits after the field in the last one. */
function placeOf(bits: number, offset: number): { first: number; last: number; shift: bigint } {
  const lastBit = offset + bits - 1;
  return { first: Math.floor(offset / 8), last: Math.floor(lastBit / 8), shift: BigInt(7 - (lastBit % 8)) };
}

function readBytes(bytes: ByteBuffer, first: number, last: number): bigint {
  // A number holds up to six bytes exactly, and is much faster.
  let head = 0;
  let at = first;
  for (; at <= last && at < first + 6; at++) head = head * 256 + bytes.byteAt(at);
  let value = BigInt(head);
  for (; at <= last; at++) value = (value << 8n) | BigInt(bytes.byteAt(at));
  return value;
}

/** The integer to store for one that may not fit; undefined when it is not stored. */
export function fitted(value: bigint, { signed, bits }: FieldType, overflow: Overflow): bigint | undefined {
  const wrapped = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  if (wrapped === value || overflow === "WRAP") return wrapped;
  if (overflow === "FAIL") return undefined;
  const max = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
  return value > max ? max : signed ? -max - 1n : 0n;
}
