/**
 * Byte strings: inside the server every key, field, member, value and argument is a JavaScript string in which each
 * char is one byte (0–255). V8 keeps such a string at one byte a char, and `<` compares it as memcmp would.
 */

declare global {
  /** Methods of Node's Buffer that its types leave out. They do what `toString` does, without checking arguments. */
  interface Buffer {
    latin1Slice(start?: number, end?: number): string;
    utf8Slice(start?: number, end?: number): string;
    base64Slice(start?: number, end?: number): string;
    latin1Write(text: string, offset?: number, length?: number): number;
  }
}

/** Text to the byte string of its UTF-8 form; a lone surrogate becomes U+FFFD. */
export function fromText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, "utf8").latin1Slice();
}

/** A byte string read as UTF-8; bytes that are not UTF-8 become U+FFFD. */
export function toText(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, "latin1").utf8Slice();
}

const NON_ASCII = /[^\x00-\x7f]/;

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
