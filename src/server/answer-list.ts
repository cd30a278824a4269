/**
 * The answer to several commands, made as the client reads it: a pipeline runs its commands when their replies are asked
 * for, so neither all replies nor all their encodings are there at once. Others get their turn after each slice.
 */
import type { Reply } from "../core/reply.ts";
import { encodeReply } from "../protocol/encoded-reply.ts";
import { PIECE_BYTES } from "../protocol/reply-pieces.ts";
import type { ReplyPieces, WireFormat } from "../protocol/reply-pieces.ts";
import type { PieceSource } from "./outgoing-queue.ts";

/** Replies that are there, or are made when they are asked for. */
export interface ReplyList {
  /** What it holds in memory, in bytes. */
  readonly bytes: number;
  readonly count: number;
  /** The reply at a place. Each is asked for once, in order. */
  replyAt(index: number): Reply;
  /** The clock in microseconds, read after each reply. */
  clockUs(): number;
  /** Runs what asks for some replies, one after another. */
  inSlice(run: () => void): void;
}

interface AnswerOptions {
  readonly format: WireFormat;
  /** What one reply may be on the wire, and what it may hold, in bytes; 0 for any number. */
  readonly replyBytesMax: number;
  readonly heldBytesMax: number;
  /** Others have their turn after this, in microseconds. */
  readonly sliceUs: number;
}

export class AnswerList implements PieceSource {
  private readonly replies: ReplyList;
  private readonly options: AnswerOptions;
  private index = 0;
  private out = "";
  /** A large reply under way. */
  private pieces: ReplyPieces | undefined;
  private isClosed = false;
  /** What {@link begin} has made, until it is asked for. */
  private first: string | undefined;

  constructor(replies: ReplyList, options: AnswerOptions) {
    this.replies = replies;
    this.options = options;
    if (this.isJson) this.out = "[";
  }

  private get isJson(): boolean {
    return this.options.format === "plain" || this.options.format === "base64";
  }

  get bytes(): number {
    return this.replies.bytes + (this.pieces?.bytes ?? 0);
  }

  /** Makes the first piece. Answers the list when that is all of it. */
  begin(): string | undefined {
    const first = this.next();
    if (this.isClosed) return first;
    this.first = first;
    return undefined;
  }

  next(): string | undefined {
    const { first } = this;
    this.first = undefined;
    if (first !== undefined) return first;
    const piece = this.pieces?.next();
    if (piece !== undefined) return piece;
    this.pieces = undefined;
    if (this.isClosed) return undefined;
    this.replies.inSlice(() => this.addReplies());
    const { out } = this;
    this.out = "";
    return out;
  }

  /** Adds replies until there is a piece, or the slice of time ends. */
  private addReplies(): void {
    const { replies } = this;
    const { format, replyBytesMax, heldBytesMax, sliceUs } = this.options;
    const endUs = replies.clockUs() + sliceUs;
    while (this.index < replies.count) {
      const reply = replies.replyAt(this.index);
      if (this.isJson && this.index > 0) this.out += ",";
      this.index++;
      const encoded = encodeReply(reply, format, replyBytesMax, heldBytesMax);
      if (typeof encoded !== "string") {
        this.pieces = encoded;
        return;
      }
      this.out += encoded;
      if (this.out.length >= PIECE_BYTES || replies.clockUs() > endUs) return;
    }
    if (this.isJson) this.out += "]";
    this.isClosed = true;
  }
}
