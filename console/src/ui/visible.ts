/**
 * Bytes as text in which everything can be seen: what has no shape of its own, such as control characters, marks that turn
 * the direction of text around, and bytes that are not UTF-8, is written as an escape.
 */
import { fromText, toBytes, toText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";

interface Piece {
  readonly text: string;
  /** Whether the text stands for something else, as `\x00` does, and is to look so. */
  readonly isEscape: boolean;
}

/** Bytes of a name that lists, messages and titles show. */
const NAME_BYTES_MAX = 300;

/** UTF-8 of more than a byte. */
const SEQUENCE =
  "[\\xc2-\\xdf][\\x80-\\xbf]|\\xe0[\\xa0-\\xbf][\\x80-\\xbf]|[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}|\\xed[\\x80-\\x9f][\\x80-\\xbf]|" +
  "\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}|[\\xf1-\\xf3][\\x80-\\xbf]{3}|\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}";

const TOKENS = new RegExp(`[\\x20-\\x7e]+|(?:${SEQUENCE})+|[^]`, "g");

/** Characters without a shape of their own: controls, formats, spaces that are not U+0020, fillers, what is not assigned. */
const SHAPELESS =
  /([\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000])/u;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The pieces of a byte string, in order. */
export function piecesOf(bytes: ByteString): readonly Piece[] {
  if (/^[\x20-\x7e]*$/.test(bytes)) return [{ text: bytes, isEscape: false }];
  const pieces: Piece[] = [];
  const add = (text: string, isEscape: boolean): void => {
    const last = pieces.at(-1);
    if (last?.isEscape === isEscape) pieces[pieces.length - 1] = { text: last.text + text, isEscape };
    else if (text !== "") pieces.push({ text, isEscape });
  };
  for (const [token] of bytes.matchAll(TOKENS)) {
    const code = token.charCodeAt(0);
    if (code >= 0x20 && code < 0x7f) add(token, false);
    else if (token.length > 1) decoded(token).forEach(([text, isEscape]) => add(text, isEscape));
    else add(SHORT[token] ?? `\\x${code.toString(16).padStart(2, "0")}`, true);
  }
  return pieces;
}

function decoded(sequences: ByteString): [text: string, isEscape: boolean][] {
  return toText(sequences)
    .split(SHAPELESS)
    .map((part, i) => (i % 2 === 0 ? [part, false] : [`\\u{${part.codePointAt(0)!.toString(16)}}`, true]));
}

/** A byte string as one text, escapes among it. */
export const visible = (bytes: ByteString): string =>
  piecesOf(bytes)
    .map(({ text }) => text)
    .join("");

/** A text of our own making or of the server's, such as an error, which may quote what is stored. */
export const visibleText = (text: string): string => visible(fromText(text));

/** The beginning of a byte string, cut between characters, with `…` where something is missing. */
export function beginningOf(bytes: ByteString, bytesMax = NAME_BYTES_MAX): ByteString {
  if (bytes.length <= bytesMax) return bytes;
  let end = bytesMax;
  // At most three bytes of a sequence stand before its last one.
  while (end > bytesMax - 3 && isContinuation(bytes.charCodeAt(end))) end--;
  return bytes.slice(0, end) + ELLIPSIS;
}

const ELLIPSIS = fromText("…");

const isContinuation = (code: number): boolean => (code & 0xc0) === 0x80;

/** A name as messages and titles have it: visible, and not longer than they can be. */
export const nameText = (name: ByteString): string => visible(beginningOf(name));

/** What a person takes along by copying: the text itself, or for other bytes the form that redis-cli reads. */
export function copyText(bytes: ByteString): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(toBytes(bytes));
  } catch {
    const escaped = bytes.replace(/["\\]|[^\x20-\x7e]/g, (char) =>
      char === '"' || char === "\\" ? `\\${char}` : `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
    );
    return `"${escaped}"`;
  }
}
