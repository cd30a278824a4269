/**
 * Byte strings: keys, fields and short words, as JavaScript strings in which each char is one byte, as in the server. They
 * lose nothing, compare as bytes do, and can be names in a Map. Large values stay `Uint8Array`.
 */
export type ByteString = string;

/** A word of a command. */
export type Word = ByteString | Uint8Array;

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes that become chars in one call. */
const PART_BYTES = 8192;

/** The chars of bytes, one each. */
export function fromBytes(bytes: Uint8Array): ByteString {
  let text = "";
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    text += String.fromCharCode(...bytes.subarray(at, at + PART_BYTES));
  }
  return text;
}

/** The bytes of a word. */
export function toBytes(word: Word): Uint8Array {
  if (typeof word !== "string") return word;
  const bytes = new Uint8Array(word.length);
  for (let i = 0; i < word.length; i++) bytes[i] = word.charCodeAt(i);
  return bytes;
}

/** The UTF-8 bytes of a text. */
export const encodeText = (text: string): Uint8Array => encoder.encode(text);

/** The byte string of a text. */
export const fromText = (text: string): ByteString => fromBytes(encoder.encode(text));

/** The text of a word; undefined where its bytes are not UTF-8. */
export function asText(word: Word): string | undefined {
  if (typeof word === "string" && isAscii(word)) return word;
  try {
    return strict.decode(toBytes(word));
  } catch {
    return undefined;
  }
}

/** The text of a word; U+FFFD stands for bytes that are not UTF-8. */
export const toText = (word: Word): string => asText(word) ?? lenient.decode(toBytes(word));

function isAscii(word: string): boolean {
  for (let i = 0; i < word.length; i++) if (word.charCodeAt(i) > 0x7f) return false;
  return true;
}
