/** Replies as byte strings of RESP2. Source: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
import { integerText } from "../core/numbers.ts";
import { asResp2, CommandError, InResp2, isReplyArray, NoReply, NullArray, SimpleString } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";

/** A reply in RESP2, as a byte string. */
export function encodeResp2(reply: Reply): string {
  switch (typeof reply) {
    case "string":
      return bulk(reply);
    case "number":
    case "bigint":
      return `:${integerText(reply)}\r\n`;
    default:
      return reply === null ? "$-1\r\n" : encodeObject(reply);
  }
}

function encodeObject(reply: Exclude<Reply, string | number | bigint | null>): string {
  if (reply instanceof SimpleString) return `+${reply.text}\r\n`;
  if (isReplyArray(reply)) return array(reply);
  if (reply instanceof CommandError) return line("-", reply.text);
  if (reply instanceof NullArray) return "*-1\r\n";
  if (reply instanceof NoReply) return "";
  if (reply instanceof InResp2) return encodeResp2(reply.reply);
  return encodeResp2(asResp2(reply));
}

/** A one-line reply. Line breaks in the text, which may quote a client, become spaces, as in Redis. */
export function line(type: string, text: string): string {
  return `${type}${text.replace(/[\r\n]/g, " ")}\r\n`;
}

/** Headers of short bulk strings, by length. */
const HEADS: readonly string[] = Array.from({ length: 1024 }, (_, length) => `$${length}\r\n`);

/** A bulk string. */
export function bulk(bytes: string): string {
  return (HEADS[bytes.length] ?? `$${bytes.length}\r\n`) + bytes + "\r\n";
}

function array(items: readonly Reply[]): string {
  let out = `*${items.length}\r\n`;
  for (const item of items) out += encodeResp2(item);
  return out;
}
