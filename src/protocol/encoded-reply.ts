/** A reply as it goes out on either door: in one string, or in pieces when it is large; within the limits on its size. */
import { replyTooLarge, requestTooLarge } from "../core/errors.ts";
import { CommandError } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { encodeJsonError, encodeJsonReply } from "./json-reply.ts";
import { HeldReply, isLarge, ReplyPieces, wireBytes } from "./reply-pieces.ts";
import type { WireFormat } from "./reply-pieces.ts";
import { encodeResp2 } from "./resp2.ts";
import { encodeResp3 } from "./resp3.ts";

/**
 * Encodes the reply to one command. In JSON it stands in `{"result":…}` or `{"error":…}`. It may have `replyBytesMax` bytes
 * on the wire, and hold `heldBytesMax` in memory while its client reads; 0 for any number.
 */
export function encodeReply(
  reply: Reply,
  format: WireFormat,
  replyBytesMax: number,
  heldBytesMax: number,
): string | ReplyPieces {
  if (isLarge(reply)) {
    if (replyBytesMax === 0) return inPieces(reply, format, heldBytesMax);
    const bytes = wireBytes(reply);
    if (bytes > replyBytesMax) return whole(requestTooLarge(replyBytesMax, bytes), format);
  }
  const encoded = whole(reply, format);
  if (replyBytesMax === 0 || encoded.length <= replyBytesMax) return encoded;
  return whole(requestTooLarge(replyBytesMax, encoded.length), format);
}

function inPieces(reply: Reply, format: WireFormat, heldBytesMax: number): string | ReplyPieces {
  const held = new HeldReply(reply);
  if (heldBytesMax > 0 && held.bytes > heldBytesMax) return whole(replyTooLarge(heldBytesMax, held.bytes), format);
  const isJson = format === "plain" || format === "base64";
  return isJson ? new ReplyPieces(held, format, '{"result":', "}") : new ReplyPieces(held, format);
}

function whole(reply: Reply, format: WireFormat): string {
  if (format === "resp2") return encodeResp2(reply);
  if (format === "resp3") return encodeResp3(reply);
  return reply instanceof CommandError ? encodeJsonError(reply.text) : encodeJsonReply(reply, format);
}
