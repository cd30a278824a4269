/** What the bytes of a string may be, found by looking at them. */
import { isJson } from "./json-text.ts";

/** How a string can be shown. */
export type Format = "text" | "json" | "hex" | "base64" | "msgpack" | "image" | "hll" | "bitmap" | "unpacked";

/** Compressions that browsers undo. */
export type Packing = "gzip" | "deflate" | "deflate-raw";

export interface Formats {
  /** Those that the bytes can be shown in, the best first. */
  readonly formats: readonly Format[];
  /** The media type of an image. */
  readonly imageType?: string;
  readonly packing?: Packing;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of bytes; undefined where they are no UTF-8, so that a text can always be written back as it was. */
export function textIn(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes that are looked at, and edited as a text. */
const TEXT_BYTES_MAX = 2 * 1024 * 1024;

/** The formats of a whole value. One that is too long for a text, such as a field of many megabytes, has digits only. */
export function formatsOf(bytes: Uint8Array): Formats {
  if (bytes.length > TEXT_BYTES_MAX) return { formats: ["hex"] };
  const text = textIn(bytes);
  const imageType = imageTypeOf(bytes, text);
  const packing = packingOf(bytes, text);
  const best: Format[] = [];
  if (isHyperLogLog(bytes)) best.push("hll");
  if (imageType !== undefined) best.push("image");
  if (packing !== undefined) best.push("unpacked");
  if (text === undefined && mayBeMessagePack(bytes)) best.push("msgpack");
  if (text !== undefined && looksLikeJson(text)) best.push("json");
  if (text !== undefined) {
    if (isMostlyText(text)) best.push("text");
    else return { formats: [...best, "hex", "text", "base64", "bitmap"], ...known(imageType, packing) };
  }
  return { formats: [...best, "hex", "base64", "bitmap"], ...known(imageType, packing) };
}

/** The formats of a value that is shown in parts, by its first bytes. Those that need the whole value are not offered. */
export function formatsOfHead(head: Uint8Array): Formats {
  const isText = textIn(head.subarray(0, lastCharStart(head))) !== undefined;
  return { formats: isText ? ["text", "hex", "bitmap"] : ["hex", "text", "bitmap"] };
}

function known(imageType: string | undefined, packing: Packing | undefined): Pick<Formats, "imageType" | "packing"> {
  return { ...(imageType === undefined ? {} : { imageType }), ...(packing === undefined ? {} : { packing }) };
}

/** Where a last character begins that the end may have cut off. */
function lastCharStart(bytes: Uint8Array): number {
  let at = bytes.length;
  while (at > 0 && at > bytes.length - 4 && (bytes[at - 1]! & 0xc0) === 0x80) at--;
  return at > 0 && bytes[at - 1]! >= 0xc0 ? at - 1 : bytes.length;
}

/** JSON of an object or an array; a number or a word is shown as text, which it is as well. */
const looksLikeJson = (text: string): boolean => /^[ \t\r\n]*[{[]/.test(text) && isJson(text);

/** Whether few enough of the first characters are controls. */
function isMostlyText(text: string): boolean {
  const head = text.slice(0, 4096);
  const controls = head.match(/[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f]/g)?.length ?? 0;
  return controls * 10 <= head.length;
}

function begins(bytes: Uint8Array, signature: string, at = 0): boolean {
  for (let i = 0; i < signature.length; i++) if (bytes[at + i] !== signature.charCodeAt(i)) return false;
  return true;
}

/** The media type of the images that browsers show. */
function imageTypeOf(bytes: Uint8Array, text: string | undefined): string | undefined {
  if (begins(bytes, "\x89PNG\r\n\x1a\n")) return "image/png";
  if (begins(bytes, "\xff\xd8\xff")) return "image/jpeg";
  if (begins(bytes, "GIF87a") || begins(bytes, "GIF89a")) return "image/gif";
  if (begins(bytes, "RIFF") && begins(bytes, "WEBP", 8)) return "image/webp";
  if (begins(bytes, "ftypavif", 4) || begins(bytes, "ftypavis", 4)) return "image/avif";
  if (
    text !== undefined &&
    /^\ufeff?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/.test(text.slice(0, 4096))
  ) {
    return "image/svg+xml";
  }
  return undefined;
}

/** gzip by its signature; zlib by its header, which text could have as well. Raw deflate has none. */
function packingOf(bytes: Uint8Array, text: string | undefined): Packing | undefined {
  if (begins(bytes, "\x1f\x8b\x08")) return "gzip";
  if (text !== undefined || bytes.length < 6) return undefined;
  const [method = 0, flags = 0] = bytes;
  const isZlib = (method & 0x0f) === 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 === 0 && (flags & 0x20) === 0;
  return isZlib ? "deflate" : undefined;
}

/** A HyperLogLog of Redis, dense or sparse. */
const isHyperLogLog = (bytes: Uint8Array): boolean => bytes.length >= 16 && begins(bytes, "HYLL") && bytes[4]! <= 1;

/** Whether the first byte begins a map or an array of MessagePack: what is stored is seldom a number alone. */
function mayBeMessagePack(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  return (first >= 0x80 && first <= 0x9f) || (first >= 0xdc && first <= 0xdf);
}
