/**
 * Bitmaps: strings as bits, bit 0 being the most significant bit of the first byte. Offsets exceed 2^32, so they are
 * divided, not shifted.
 */
import { ByteBuffer } from "./byte-buffer.ts";

/** The bit at an offset; 0 beyond the string's end. */
export function bitAt(bytes: string | ByteBuffer, offset: number): number {
  const at = Math.floor(offset / 8);
  return at < bytes.length ? (bytes.charCodeAt(at) >>> (7 - (offset % 8))) & 1 : 0;
}

/** Sets the bit at an offset within the length. */
export function setBit(buffer: ByteBuffer, offset: number, bit: number): void {
  const at = Math.floor(offset / 8);
  const mask = 0x80 >>> (offset % 8);
  const byte = buffer.byteAt(at);
  buffer.setByte(at, bit === 1 ? byte | mask : byte & ~mask);
}

/** The number of set bits from `from` to `to - 1`, both within the length. */
export function countBits(buffer: ByteBuffer, from: number, to: number): number {
  if (from >= to) return 0;
  const first = Math.floor(from / 8);
  const last = Math.floor((to - 1) / 8);
  const before = buffer.byteAt(first) >>> (8 - (from % 8));
  const after = buffer.byteAt(last) & (0x7f >>> ((to - 1) % 8));
  return countInBytes(buffer, first, last + 1) - countInWord(before) - countInWord(after);
}

function countInBytes(buffer: ByteBuffer, start: number, end: number): number {
  const firstWord = Math.min(Math.ceil(start / 4), Math.ceil(end / 4));
  const lastWord = Math.max(firstWord, Math.floor(end / 4));
  let count = countInWords(buffer.words(), firstWord, lastWord);
  for (let i = start; i < Math.min(firstWord * 4, end); i++) count += countInWord(buffer.byteAt(i));
  for (let i = lastWord * 4; i < end; i++) count += countInWord(buffer.byteAt(i));
  return count;
}

/** Words whose sums of bits by byte still fit a byte. An even number. */
const WORDS_SUMMED = 30;

/**
 * Sums two words before the later steps of {@link countInWord}, and thirty before its last one, which is twice as fast.
 */
function countInWords(words: Int32Array, start: number, end: number): number {
  let count = 0;
  let i = start;
  while (i + WORDS_SUMMED <= end) {
    let sums = 0;
    for (const stop = i + WORDS_SUMMED; i < stop; i += 2) {
      const a = words[i]! - ((words[i]! >>> 1) & 0x55555555);
      const b = words[i + 1]! - ((words[i + 1]! >>> 1) & 0x55555555);
      const nibbles = (a & 0x33333333) + ((a >>> 2) & 0x33333333) + (b & 0x33333333) + ((b >>> 2) & 0x33333333);
      sums = (sums + (nibbles & 0x0f0f0f0f) + ((nibbles >>> 4) & 0x0f0f0f0f)) | 0;
    }
    count += (sums & 0xff) + ((sums >>> 8) & 0xff) + ((sums >>> 16) & 0xff) + (sums >>> 24);
  }
  for (; i < end; i++) count += countInWord(words[i]!);
  return count;
}

/** The number of set bits in a word: sums of neighbouring bits, then of pairs, then of nibbles and bytes. */
function countInWord(word: number): number {
  let sums = word - ((word >>> 1) & 0x55555555);
  sums = (sums & 0x33333333) + ((sums >>> 2) & 0x33333333);
  sums = (sums + (sums >>> 4)) & 0x0f0f0f0f;
  return Math.imul(sums, 0x01010101) >>> 24;
}

/** The offset of the first bit with this value from `from` to `to - 1`, both within the length; -1 for none. */
export function findBit(buffer: ByteBuffer, bit: number, from: number, to: number): number {
  const end = Math.ceil(to / 8);
  let at = Math.floor(from / 8);
  // The bits of this byte before `from` are made unlike the searched one.
  let unlike = (buffer.byteAt(at) ^ (bit === 1 ? 0 : 0xff)) & (0xff >>> (from % 8));
  while (unlike === 0) {
    at = at % 4 === 3 ? skipWords(buffer, bit, at + 1) : at + 1;
    if (at >= end) return -1;
    unlike = buffer.byteAt(at) ^ (bit === 1 ? 0 : 0xff);
  }
  const found = at * 8 + Math.clz32(unlike) - 24;
  return found < to ? found : -1;
}

/**
 * From a byte that begins a word: the first byte of the next word with a bit of this value, or the end of all words.
 */
function skipWords(buffer: ByteBuffer, bit: number, start: number): number {
  const words = buffer.words();
  const without = bit === 1 ? 0 : -1;
  let i = start / 4;
  while (i < words.length && words[i] === without) i++;
  return i * 4;
}

/** The operations of BITOP. The last four are of Redis 8.2. */
export const BIT_OPERATIONS = ["AND", "OR", "XOR", "NOT", "DIFF", "DIFF1", "ANDOR", "ONE"] as const;
/** An operation of BITOP, in upper case. */
export type BitOperation = (typeof BIT_OPERATIONS)[number];

/** Combines one source or more. Shorter ones count as padded with zeros to the length of the longest. */
export function combineBits(operation: BitOperation, sources: readonly ByteBuffer[]): ByteBuffer {
  const length = sources.reduce((longest, source) => Math.max(longest, source.length), 0);
  const [first, ...others] = sources as [ByteBuffer, ...ByteBuffer[]];
  switch (operation) {
    case "NOT":
      return inverted(first);
    case "AND":
      return fold(extended(first, length), others, andInto);
    case "OR":
      return fold(extended(first, length), others, orInto);
    case "XOR":
      return fold(extended(first, length), others, xorInto);
    case "DIFF":
      return fold(extended(first, length), others, andNotInto);
    case "DIFF1":
      return fold(fold(new ByteBuffer(length), others, orInto), [first], andNotInto);
    case "ANDOR":
      return fold(fold(new ByteBuffer(length), others, orInto), [first], andInto);
    case "ONE":
      return inExactlyOne(sources, length);
  }
}

function extended(source: ByteBuffer, length: number): ByteBuffer {
  const copy = source.copy();
  copy.grow(length);
  return copy;
}

type Into = (target: Int32Array, source: Int32Array) => void;

function fold(target: ByteBuffer, sources: readonly ByteBuffer[], into: Into): ByteBuffer {
  const words = target.words();
  for (const source of sources) into(words, source.words());
  return target;
}

function andInto(target: Int32Array, source: Int32Array): void {
  for (let i = 0; i < source.length; i++) target[i]! &= source[i]!;
  target.fill(0, source.length);
}

function orInto(target: Int32Array, source: Int32Array): void {
  for (let i = 0; i < source.length; i++) target[i]! |= source[i]!;
}

function xorInto(target: Int32Array, source: Int32Array): void {
  for (let i = 0; i < source.length; i++) target[i]! ^= source[i]!;
}

function andNotInto(target: Int32Array, source: Int32Array): void {
  for (let i = 0; i < source.length; i++) target[i]! &= ~source[i]!;
}

function inverted(source: ByteBuffer): ByteBuffer {
  const target = new ByteBuffer(source.length);
  const words = target.words();
  const from = source.words();
  // The last word may have bytes beyond the length, which must stay zero.
  const wholeWords = Math.floor(source.length / 4);
  for (let i = 0; i < wholeWords; i++) words[i] = ~from[i]!;
  for (let i = wholeWords * 4; i < source.length; i++) target.setByte(i, ~source.byteAt(i));
  return target;
}

function inExactlyOne(sources: readonly ByteBuffer[], length: number): ByteBuffer {
  const odd = new ByteBuffer(length);
  const several = new ByteBuffer(length).words();
  const words = odd.words();
  for (const source of sources) {
    const from = source.words();
    for (let i = 0; i < from.length; i++) {
      several[i]! |= words[i]! & from[i]!;
      words[i]! ^= from[i]!;
    }
  }
  andNotInto(words, several);
  return odd;
}
