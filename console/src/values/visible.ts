/** Bytes as a line of text in which nothing is hidden: controls, marks of direction and bytes that are no UTF-8 are escaped. */

import { toBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";

/** A part of a line: text as it is, or an escape that stands for what cannot be seen. */
interface Segment {
  readonly text: string;
  readonly isEscape: boolean;
}

/** Bytes of a value that a line of a table shows. */
export const PREVIEW_BYTES = 512;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** C0 and C1 controls, soft hyphen, marks of direction, zero widths, separators of lines, BOM, tags. */
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\u{e0001}|[\u{e0020}-\u{e007f}]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The segments of a line for bytes. A value that is cut inside a character ends in escapes of its bytes. */
export function segmentsOf(bytes: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = validEnd(bytes, at);
    if (end > at) addText(segments, decoder.decode(bytes.subarray(at, end)));
    at = end;
    while (at < bytes.length && sequenceBytes(bytes, at) === 0) {
      add(segments, `\\x${bytes[at]!.toString(16).padStart(2, "0")}`, true);
      at++;
    }
  }
  return segments;
}

/** The line as one text. */
export const lineOf = (bytes: Uint8Array): string =>
  segmentsOf(bytes)
    .map(({ text }) => text)
    .join("");

/** A name within a sentence: its beginning, with nothing hidden. */
export const nameOf = (name: ByteString): string => lineOf(toBytes(name.slice(0, NAME_BYTES)));

/** Bytes of a name that a sentence shows. */
const NAME_BYTES = 80;

function addText(segments: Segment[], text: string): void {
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    add(segments, text.slice(from, match.index), false);
    add(segments, escapeOf(match[0]), true);
    from = match.index + match[0].length;
  }
  add(segments, text.slice(from), false);
}

function escapeOf(char: string): string {
  const code = char.codePointAt(0)!;
  if (SHORT[char] !== undefined) return SHORT[char];
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

function add(segments: Segment[], text: string, isEscape: boolean): void {
  if (text === "") return;
  const last = segments.at(-1);
  if (last?.isEscape === isEscape) segments[segments.length - 1] = { text: last.text + text, isEscape };
  else segments.push({ text, isEscape });
}

/** Where UTF-8 that begins at `from` ends. */
function validEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const size = sequenceBytes(bytes, at);
    if (size === 0) break;
    at += size;
  }
  return at;
}

/** How many bytes the character at a place has; 0 where there is none (overlong, surrogate, cut off, above U+10FFFF). */
export function sequenceBytes(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const size =
    first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  if (size === 0 || at + size > bytes.length) return 0;
  for (let i = 1; i < size; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1]!;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second >= 0xa0) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second >= 0x90) return 0;
  return size;
}
