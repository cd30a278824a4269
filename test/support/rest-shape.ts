/** A reply in the shape of the REST answer, made apart from the server's own encoder. */
import { formatDouble } from "../../src/core/numbers.ts";
import {
  Attributed,
  BigNumber,
  CommandError,
  Double,
  DoubleText,
  FlatMap,
  InResp2,
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

/** The body of the REST answer for a reply, as a tree. */
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
  if (reply instanceof Attributed) return utf8(reply.reply);
  if (reply instanceof ReplyBoolean) return Number(reply.value);
  if (reply instanceof Double) return formatDouble(reply.value);
  if (reply instanceof InResp2) return restValue(reply.reply);
  if (reply instanceof PairMap) return reply.pairs().map(restValue);
  if (reply instanceof Push) return reply.items.map(restValue);
  const items = reply instanceof FlatMap || reply instanceof Pairs || reply instanceof ReplySet ? reply.items : reply;
  return items.map(restValue);
}

/** Characters of UTF-8, one after another. */
const CHARACTERS = [
  "[\\x00-\\x7f]",
  "[\\xc2-\\xdf][\\x80-\\xbf]",
  "\\xe0[\\xa0-\\xbf][\\x80-\\xbf]",
  "[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}",
  "\\xed[\\x80-\\x9f][\\x80-\\xbf]",
  "\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}",
  "[\\xf1-\\xf3][\\x80-\\xbf]{3}",
  "\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}",
].join("|");
const WHOLE_OR_BYTE = new RegExp(`((?:${CHARACTERS})+)|[\\x80-\\xff]`, "g");

/** A byte string as the text that an answer has: each byte that belongs to no character is one U+FFFD. */
export function utf8(bytes: string): string {
  return bytes.replace(WHOLE_OR_BYTE, (_, whole: string | undefined) =>
    whole === undefined ? "\ufffd" : Buffer.from(whole, "latin1").toString("utf8"),
  );
}
