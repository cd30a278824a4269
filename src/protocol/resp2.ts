/** Replies as RESP2, as a byte string. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
import { formatDouble, integerText } from "../core/numbers.ts";
import {
  CommandError,
  Double,
  DoubleText,
  FlatMap,
  NoReply,
  NullArray,
  PairMap,
  Pairs,
  Push,
  ReplySet,
  SimpleString,
  Verbatim,
} from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";

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
  if (reply instanceof CommandError) return line("-", reply.text);
  if (reply instanceof Double) return bulk(formatDouble(reply.value));
  if (reply instanceof FlatMap || reply instanceof Pairs || reply instanceof ReplySet) return array(reply.items);
  if (reply instanceof PairMap) return array(reply.pairs());
  if (reply instanceof NullArray) return "*-1\r\n";
  if (reply instanceof Verbatim || reply instanceof DoubleText) return bulk(reply.text);
  if (reply instanceof Push) return array(reply.items);
  if (reply instanceof NoReply) return "";
  return array(reply);
}

/** A line of text, which may quote what a client sent: line ends in it become spaces, as in Redis. */
export function line(type: string, text: string): string {
  return `${type}${text.replace(/[\r\n]/g, " ")}\r\n`;
}

/** Heads of short bulk strings, by length. */
const HEADS: readonly string[] = Array.from({ length: 1024 }, (_, length) => `$${length}\r\n`);

export function bulk(bytes: string): string {
  return (HEADS[bytes.length] ?? `$${bytes.length}\r\n`) + bytes + "\r\n";
}

function array(items: readonly Reply[]): string {
  let out = `*${items.length}\r\n`;
  for (const item of items) out += encodeResp2(item);
  return out;
}
