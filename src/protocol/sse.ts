/**
 * Replies and messages as server-sent events, as byte strings. An event is one line, `data: ` and a text, then an empty
 * line; the published client reads nothing else.
 */
import { wellFormed } from "../core/bytes.ts";
import { asResp2, CommandError, InResp2, isReplyArray, NoReply, NullArray, SimpleString } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";

/** A comment, which clients ignore. It keeps proxies from closing a silent stream. */
export const KEEP_ALIVE = ": keepalive\n\n";

/** What keeps a stream of RESP2 alive: the answer to the PING of a client that listens. */
export const KEEP_ALIVE_RESP2 = "*2\r\n$4\r\npong\r\n$0\r\n\r\n";

/** The first event of a MONITOR stream. */
export const MONITOR_STARTED = 'data: "OK"\n\n';

/**
 * A message as an event: its items joined by commas, without quotes. A line break would end the event, so it becomes a
 * space; bytes that are not UTF-8 become U+FFFD.
 */
export function encodeEvent(message: Reply): string {
  return `data: ${wellFormed(textOf(message)).replace(LINE_BREAK, " ")}\n\n`;
}

const LINE_BREAK = /\r\n|\r|\n/g;

function textOf(reply: Reply): string {
  if (reply === null || reply instanceof NullArray || reply instanceof NoReply) return "";
  if (typeof reply !== "object") return String(reply);
  if (isReplyArray(reply)) return reply.map(textOf).join(",");
  if (reply instanceof SimpleString || reply instanceof CommandError) return reply.text;
  return textOf(reply instanceof InResp2 ? reply.reply : asResp2(reply));
}
