/**
 * Replies as byte strings of RESP3. Source: https://github.com/redis/redis-specifications/blob/master/protocol/RESP3.md
 */
import { formatDouble, integerText } from "../core/numbers.ts";
import {
  Attributed,
  BigNumber,
  CommandError,
  Double,
  DoubleText,
  FlatMap,
  InResp2,
  isReplyArray,
  NoReply,
  NullArray,
  PairMap,
  Pairs,
  Push,
  ReplyBoolean,
  ReplySet,
  SimpleString,
  unknownReply,
  Verbatim,
} from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { bulk, encodeResp2, line } from "./resp2.ts";

/** A reply in RESP3, as a byte string. */
export function encodeResp3(reply: Reply): string {
  switch (typeof reply) {
    case "string":
      return bulk(reply);
    case "number":
    case "bigint":
      return `:${integerText(reply)}\r\n`;
    default:
      return reply === null ? "_\r\n" : encodeObject(reply);
  }
}

function encodeObject(reply: Exclude<Reply, string | number | bigint | null>): string {
  if (reply instanceof SimpleString) return `+${reply.text}\r\n`;
  if (isReplyArray(reply)) return aggregate("*", reply, reply.length);
  if (reply instanceof CommandError) return line("-", reply.text);
  if (reply instanceof Double) return `,${formatDouble(reply.value)}\r\n`;
  if (reply instanceof DoubleText) return `,${reply.text}\r\n`;
  if (reply instanceof FlatMap || reply instanceof PairMap) return aggregate("%", reply.items, reply.items.length / 2);
  if (reply instanceof Pairs) return pairs(reply.items);
  if (reply instanceof ReplySet) return aggregate("~", reply.items, reply.items.length);
  if (reply instanceof NullArray) return "_\r\n";
  if (reply instanceof Verbatim) return `=${reply.text.length + 4}\r\n${reply.format}:${reply.text}\r\n`;
  if (reply instanceof Push) return aggregate(">", reply.items, reply.items.length);
  if (reply instanceof ReplyBoolean) return reply.value ? "#t\r\n" : "#f\r\n";
  if (reply instanceof BigNumber) return line("(", reply.text);
  if (reply instanceof Attributed) return attributed(reply);
  if (reply instanceof NoReply) return "";
  if (reply instanceof InResp2) return encodeResp2(reply.reply);
  return unknownReply(reply);
}

function attributed({ attributes, reply }: Attributed): string {
  return aggregate("|", attributes, attributes.length / 2) + bulk(reply);
}

/** An aggregate: its type, its count, and its elements. */
function aggregate(type: string, items: readonly Reply[], count: number): string {
  let out = `${type}${count}\r\n`;
  for (const item of items) out += encodeResp3(item);
  return out;
}

function pairs(items: readonly Reply[]): string {
  let out = `*${items.length / 2}\r\n`;
  for (let i = 0; i < items.length; i += 2) out += `*2\r\n${encodeResp3(items[i]!)}${encodeResp3(items[i + 1]!)}`;
  return out;
}
