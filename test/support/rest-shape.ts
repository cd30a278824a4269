/** A reply in the shape of the REST answer, made apart from the server's own encoder. */
import { formatDouble } from "../../src/core/numbers.ts";
import {
  BigNumber,
  CommandError,
  Double,
  DoubleText,
  FlatMap,
  NoReply,
  NullArray,
  PairMap,
  Pairs,
  Push,
  ReplyBoolean,
  ReplySet,
  SimpleString,
  Verbatim,
} from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";

export function restShape(reply: Reply): { result: unknown } | { error: string } {
  return reply instanceof CommandError ? { error: utf8(reply.text) } : { result: restValue(reply) };
}

function restValue(reply: Reply): unknown {
  if (reply === null || reply instanceof NullArray || reply instanceof NoReply) return null;
  if (typeof reply === "string") return utf8(reply);
  if (typeof reply === "number") return reply;
  if (typeof reply === "bigint") return Number(reply);
  if (reply instanceof SimpleString || reply instanceof Verbatim || reply instanceof CommandError)
    return utf8(reply.text);
  if (reply instanceof DoubleText || reply instanceof BigNumber) return reply.text;
  if (reply instanceof ReplyBoolean) return Number(reply.value);
  if (reply instanceof Double) return formatDouble(reply.value);
  if (reply instanceof PairMap) return reply.pairs().map(restValue);
  if (reply instanceof Push) return reply.items.map(restValue);
  const items = reply instanceof FlatMap || reply instanceof Pairs || reply instanceof ReplySet ? reply.items : reply;
  return items.map(restValue);
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
