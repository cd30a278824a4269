/**
 * Byte strings: inside the server every key, field, member, value and argument is a JavaScript string in which each
 * char is one byte (0–255). V8 keeps such a string at one byte a char, and `<` compares it as memcmp would.
 */
import { isUtf8 } from "node:buffer";

declare global {
  /**
   * Methods of Node's Buffer that its types leave out. They do what `toString` does, without adapting arguments: an
   * index behind the end of the buffer is a RangeError.
   */
  interface Buffer {
    latin1Slice(start?: number, end?: number): string;
    utf8Slice(start?: number, end?: number): string;
    base64Slice(start?: number, end?: number): string;
    latin1Write(text: string, offset?: number, length?: number): number;
  }
}

/** What a word of a command takes in memory beside its bytes: its header, and its place in the list of words. */
export const WORD_BYTES = 32;

/** Text to the byte string of its UTF-8 form; a lone surrogate becomes U+FFFD. */
export function fromText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, "utf8").latin1Slice();
}

/** A byte string read as UTF-8; bytes that are not UTF-8 become U+FFFD. */
export function toText(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, "latin1").utf8Slice();
}

const NON_ASCII = /[^\x00-\x7f]/;

/** Whether all chars are below 128. */
export function isAscii(text: string): boolean {
  return !NON_ASCII.test(text);
}

/** Orders two byte strings as memcmp does: negative, zero or positive. */
export function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * A copy that does not share memory with another string. In V8, `slice` of 13 chars or more keeps its whole parent
 * alive, so what is stored must be copied out of the request that brought it.
 */
export function owned(bytes: string): string {
  return bytes.length < 13 ? bytes : Buffer.from(bytes, "latin1").latin1Slice();
}

/** Whether a byte string is UTF-8. */
export function isWellFormed(bytes: string): boolean {
  return isAscii(bytes) || isUtf8(Buffer.from(bytes, "latin1"));
}

/** U+FFFD in UTF-8. */
const REPLACEMENT = [0xef, 0xbf, 0xbd] as const;

/**
 * A byte string with U+FFFD in place of each byte that belongs to no character of UTF-8, as the hosted service has it.
 * Decoders of JavaScript replace a character that is cut off by one U+FFFD, however many of its bytes are there.
 */
export function wellFormed(bytes: string): string {
  if (isAscii(bytes)) return bytes;
  const source = Buffer.from(bytes, "latin1");
  if (isUtf8(source)) return bytes;
  let invalid = 0;
  for (let i = 0; i < source.length;) {
    const length = characterLength(source, i);
    if (length === 0) invalid++;
    i += length || 1;
  }
  const target = Buffer.allocUnsafe(source.length + invalid * (REPLACEMENT.length - 1));
  let end = 0;
  for (let i = 0; i < source.length;) {
    const length = characterLength(source, i);
    if (length === 0) for (const byte of REPLACEMENT) target[end++] = byte;
    for (let left = length; left > 0; left--) target[end++] = source[i + length - left]!;
    i += length || 1;
  }
  return target.latin1Slice();
}

/** Bytes of the character of UTF-8 at a place; 0 when none begins there, or not all of it is there. */
function characterLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  // Neither longer than it need be, nor a surrogate, nor beyond U+10FFFF.
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  const second = bytes[at + 1] ?? 0;
  if (second < least || second > most) return 0;
  for (let i = at + 2; i < at + length; i++) if (((bytes[i] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}
