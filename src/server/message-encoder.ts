/**
 * Encodes a message once for all its receivers. Subscribers of a name get the same message object, one after another,
 * so the latest message is kept in each format until the turn ends.
 */
import type { Reply } from "../core/reply.ts";
import { nextTick } from "../core/timers.ts";
import type { ClientMemory } from "../engine/client-memory.ts";
import { SharedBytes } from "../engine/client-memory.ts";
import { HeldReply, isLarge, ReplyPieces, wireBytes } from "../protocol/reply-pieces.ts";
import { encodeResp2 } from "../protocol/resp2.ts";
import { encodeResp3 } from "../protocol/resp3.ts";
import { encodeEvent } from "../protocol/sse.ts";

/** A shorter message is copied into each queue's text, which costs less than sharing it. */
const SHARED_BYTES_MIN = 4096;

/** An event is built as one string, which may be three times as long as the message. */
const EVENT_BYTES_MAX = 128 * 1024 * 1024;

type MessageFormat = "resp2" | "resp3" | "event";

/** The encoder of one server's doors. */
export class MessageEncoder {
  private readonly memory: ClientMemory;
  private message: Reply | undefined;
  private encoded: Partial<Record<MessageFormat, string | SharedBytes>> = {};

  constructor(memory: ClientMemory) {
    this.memory = memory;
  }

  /**
   * A message in a format: a text if it is short, otherwise bytes that all receivers share. Undefined for an event that
   * is too long.
   */
  encode(message: Reply, format: MessageFormat): string | SharedBytes | undefined {
    if (format === "event" && wireBytes(message) > EVENT_BYTES_MAX) return undefined;
    if (this.message !== message) {
      if (this.message === undefined) nextTick(() => this.forget());
      this.message = message;
      this.encoded = {};
    }
    return (this.encoded[format] ??= this.make(message, format));
  }

  private forget(): void {
    this.message = undefined;
    this.encoded = {};
  }

  private make(message: Reply, format: MessageFormat): string | SharedBytes {
    if (format !== "event" && isLarge(message))
      return this.shared(joined(new ReplyPieces(new HeldReply(message), format)));
    const text = format === "event" ? encodeEvent(message) : encodeMessage(message, format);
    return text.length < SHARED_BYTES_MIN ? text : this.shared(Buffer.from(text, "latin1"));
  }

  private shared(bytes: Buffer): SharedBytes {
    return new SharedBytes(bytes, this.memory);
  }
}

const encodeMessage = (message: Reply, format: "resp2" | "resp3"): string =>
  format === "resp3" ? encodeResp3(message) : encodeResp2(message);

/** One buffer, since a message may be longer than a string can be. */
function joined(pieces: ReplyPieces): Buffer {
  const buffers: Buffer[] = [];
  for (let piece = pieces.next(); piece !== undefined; piece = pieces.next())
    buffers.push(Buffer.from(piece, "latin1"));
  return Buffer.concat(buffers);
}
