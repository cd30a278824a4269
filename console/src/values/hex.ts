/** Bytes as hexadecimal digits and back. */

/** Bytes of a row. */
export const ROW_BYTES = 16;

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** `48 65 6c`. */
export function hexOf(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += i === 0 ? DIGITS[bytes[i]!]! : ` ${DIGITS[bytes[i]!]!}`;
  return text;
}

/** The bytes of digits, which white space may part anywhere; undefined for anything else, and for half a byte. */
export function parseHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  const digits = text.replaceAll(/\s+/g, "");
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return undefined;
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** A row's bytes as ASCII; a dot stands for what is none. */
export function asciiOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
  return text;
}

/** An offset with as many digits as the last one of the value has, eight at least. */
export function offsetOf(offset: number, length: number): string {
  return offset.toString(16).padStart(Math.max(8, length.toString(16).length), "0");
}

/** `bytes` with `count` of them at `at` replaced. */
export function splice(bytes: Uint8Array, at: number, count: number, inserted: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.length - count + inserted.length);
  result.set(bytes.subarray(0, at));
  result.set(inserted, at);
  result.set(bytes.subarray(at + count), at + inserted.length);
  return result;
}

/** Whether two values are the same. */
export function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const ALPHABET_64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 in lines of 76 chars, as mail has it. */
export function base64Of(bytes: Uint8Array): string {
  const parts: string[] = [];
  // A multiple of 57 bytes is a whole number of lines.
  for (let at = 0; at < bytes.length; at += 57) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 57))));
  }
  return parts.join("\n");
}

/** The bytes of base64 in either alphabet, with or without padding and white space; undefined for anything else. */
export function parseBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const digits = text
    .replaceAll(/\s+/g, "")
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/={1,2}$/, "");
  if (digits.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let [bits, held, at] = [0, 0, 0];
  for (const digit of digits) {
    const value = ALPHABET_64.indexOf(digit);
    if (value < 0) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = (bits >> held) & 0xff;
  }
  return bytes;
}
