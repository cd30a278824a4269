/**
 * Byte strings: inside the server every key, field, member, value and argument is a JavaScript string in which each
 * char is one byte (0–255). V8 keeps such a string at one byte a char, and `<` compares it as memcmp would.
 */

declare global {
  /** Node has these and does not type them: the same as `toString`, without its checks. */
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
 * A copy that owns its bytes. `slice` of 13 chars or more keeps the whole parent alive in V8; what is stored for long
 * must not hold the request it came in.
 */
export function owned(bytes: string): string {
  return bytes.length < 13 ? bytes : Buffer.from(bytes, "latin1").latin1Slice();
}
