/** Names as people type them: text, or bytes in double quotes as redis-cli prints them. */
import { fromText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { copyText } from "../ui/visible.ts";

const SHORT: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

/** The bytes of a text; in double quotes, `\xff`, `\n`, `\"` and `\\` are escapes. */
export function parseName(text: string): ByteString {
  const quoted = /^"(.*)"$/su.exec(text)?.[1];
  if (quoted === undefined) return fromText(text);
  // Escapes are bytes already, so only what stands between them is encoded.
  return quoted
    .split(/(\\x[0-9a-f]{2}|\\[^])/iu)
    .map((part, i) => (i % 2 === 0 ? fromText(part) : unescape(part)))
    .join("");
}

function unescape(escape: string): ByteString {
  if (/^\\x[0-9a-f]{2}$/i.test(escape)) return String.fromCharCode(Number.parseInt(escape.slice(2), 16));
  const char = escape.slice(1);
  return SHORT[char] ?? fromText(char);
}

/** A name as a text that {@link parseName} reads, and that a field of one line can hold. */
export function typedName(name: ByteString): string {
  const text = copyText(name);
  if (text.startsWith('"') && text !== name) return text;
  // A field drops line breaks, and a name in quotes would be read as escapes.
  if (!/[\n\r\t\0]/.test(text) && !/^".*"$/su.test(text)) return text;
  const inner = text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
  return `"${inner.replaceAll("\0", "\\x00")}"`;
}
