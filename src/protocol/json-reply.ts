/**
 * Replies as JSON, with strings plain or in base64. The output is a byte string of UTF-8, ready for a socket. Each
 * reply has RESP2's shape; see the table in `core/reply.ts`.
 */
import { wellFormed } from "../core/bytes.ts";
import { integerText } from "../core/numbers.ts";
import { asResp2, CommandError, InResp2, isReplyArray, NoReply, NullArray, SimpleString } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";

/** How strings are written. */
type Encoding = "plain" | "base64";

/** A reply as `{"result":…}` or `{"error":…}`. */
export function encodeJsonReply(reply: Reply, encoding: Encoding): string {
  if (reply instanceof CommandError) return encodeJsonError(reply.text);
  // A status OK is never base64 at the top, and always inside an array; see the table of the specification's §7.
  if (reply instanceof SimpleString && reply.text === "OK") return '{"result":"OK"}';
  return `{"result":${encodeJsonItem(reply, encoding)}}`;
}

/** An error as `{"error":…}`. Its text is never base64. */
export function encodeJsonError(text: string): string {
  return `{"error":${quoteJson(text)}}`;
}

/** A reply as it stands inside an array. */
export function encodeJsonItem(reply: Reply, encoding: Encoding): string {
  switch (typeof reply) {
    case "string":
      return encoding === "base64" ? quoteBase64(reply) : quoteJson(reply);
    case "number":
    case "bigint":
      return integerText(reply);
    default:
      return reply === null ? "null" : encodeObject(reply, encoding);
  }
}

function encodeObject(reply: Exclude<Reply, string | number | bigint | null>, encoding: Encoding): string {
  if (isReplyArray(reply)) return encodeArray(reply, encoding);
  if (reply instanceof SimpleString) return encodeJsonItem(reply.text, encoding);
  if (reply instanceof CommandError) return quoteJson(reply.text);
  if (reply instanceof NullArray || reply instanceof NoReply) return "null";
  if (reply instanceof InResp2) return encodeJsonItem(reply.reply, encoding);
  return encodeJsonItem(asResp2(reply), encoding);
}

function encodeArray(items: readonly Reply[], encoding: Encoding): string {
  let out = "[";
  for (let i = 0; i < items.length; i++) {
    if (i > 0) out += ",";
    out += encodeJsonItem(items[i]!, encoding);
  }
  return out + "]";
}

function quoteBase64(bytes: string): string {
  return `"${Buffer.from(bytes, "latin1").base64Slice()}"`;
}

/** Anything but printable ASCII without quote and backslash. */
const NEEDS_CARE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

/** Quotes a byte string. JSON's escapes are ASCII, so valid UTF-8 stays as it is; invalid bytes become U+FFFD first. */
export function quoteJson(bytes: string): string {
  if (!NEEDS_CARE.test(bytes)) return `"${bytes}"`;
  return JSON.stringify(wellFormed(bytes));
}
