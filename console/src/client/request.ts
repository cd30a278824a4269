/**
 * Words of a command as an HTTP request. JSON carries text only, so a command with other bytes goes as a path, percent-escaped,
 * whose last word is the body.
 */
import { asText, fromBytes, toBytes } from "./bytes.ts";
import type { Word } from "./bytes.ts";

interface EncodedRequest {
  /** Below the server's root, without a slash before it. */
  readonly path: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** Bytes that a path can have: servers and proxies bound the first line of a request. */
const PATH_BYTES_MAX = 32 * 1024;

/** The request for a command. Throws a RangeError when binary words before the last one are too long for a path. */
export function encodeCommand(words: readonly Word[]): EncodedRequest {
  const texts = words.map(asText);
  if (texts.every((text) => text !== undefined)) return { path: "", body: JSON.stringify(texts) };
  // A path has no such parts: browsers resolve them, escaped or not.
  if (words.slice(0, -1).some((word) => /^\.{0,2}$/.test(fromWord(word)))) throw new RangeError(NO_PATH);
  const path = words.slice(0, -1).map(escapeWord).join("/");
  if (path.length > PATH_BYTES_MAX) throw new RangeError(BINARY_TOO_LONG);
  return { path, body: toBytes(words.at(-1)!) as Uint8Array<ArrayBuffer> };
}

/** Whether a command can be one of a list, which is JSON. */
export const isText = (words: readonly Word[]): boolean => words.every((word) => asText(word) !== undefined);

const NO_PATH = "a command that carries bytes cannot have an empty word, `.` or `..` before its last word";

const BINARY_TOO_LONG = "a command can carry one long binary word only";

/** The first chars of a word are enough to tell whether it is one of those. */
const fromWord = (word: Word): string => (typeof word === "string" ? word : fromBytes(word.subarray(0, 3)));

function escapeWord(word: Word): string {
  let escaped = "";
  for (const byte of toBytes(word)) {
    const char = String.fromCharCode(byte);
    escaped += /[A-Za-z0-9_~-]/.test(char) ? char : `%${byte.toString(16).padStart(2, "0")}`;
  }
  return escaped;
}
