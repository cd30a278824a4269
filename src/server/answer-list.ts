/**
 * The answer to several commands, made as the client reads it. A pipeline's commands run when their replies are asked
 * for, or a few before, so the whole answer is never in memory at once. Other connections get their turn after each slice.
 */
import type { Reply } from "../core/reply.ts";
import { encodeReply } from "../protocol/encoded-reply.ts";
import { PIECE_BYTES } from "../protocol/reply-pieces.ts";
import type { ReplyPieces, WireFormat } from "../protocol/reply-pieces.ts";
import type { PieceSource } from "./outgoing-queue.ts";
import type { SliceQueue } from "./slices.ts";

/** Replies that exist, or are made when asked for. */
export interface ReplyList {
  /** Bytes that it holds in memory. */
  readonly bytes: number;
  readonly count: number;
  /** The reply at an index, each once and in order; undefined while it is under way. */
  replyAt(index: number): Reply | undefined;
  /** Whether the reply at an index is under way; calls back once it is there. */
  waits?(index: number, goOn: () => void): boolean;
  /** The client has left: no further reply is asked for. */
  abandon?(): void;
  /** The clock in microseconds, read after each reply. */
  clockUs(): number;
  /** Runs `run`, which asks for a few replies. */
  inSlice(run: () => void): void;
}

interface AnswerOptions {
  readonly format: WireFormat;
  /** Limits on an encoded reply and on the memory of one, in bytes; 0 for none. */
  readonly replyBytesMax: number;
  readonly heldBytesMax: number;
  readonly slices: SliceQueue;
}

/**
 * A JSON array, or RESP2 replies one after another, as a source of pieces. Commands whose piece is not asked for never
 * run.
 */
export class AnswerList implements PieceSource {
  private readonly replies: ReplyList;
  private readonly options: AnswerOptions;
  private index = 0;
  private out = "";
  /** The rest of a large reply. */
  private pieces: ReplyPieces | undefined;
  private isClosed = false;
  /** The piece that {@link begin} has made, until it is asked for. */
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

  /** Makes the first piece. Answers the whole list if that is all. */
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

  waits(goOn: () => void): boolean {
    if (this.first !== undefined || this.pieces !== undefined || this.isClosed) return false;
    return this.replies.waits?.(this.index, goOn) === true;
  }

  abandon(): void {
    this.replies.abandon?.();
  }

  /** Adds replies until a piece is full, the slice ends, or the next one is under way. */
  private addReplies(): void {
    const { replies } = this;
    const { format, replyBytesMax, heldBytesMax, slices } = this.options;
    const { usedUs } = slices;
    const startUs = replies.clockUs();
    let tookUs = 0;
    while (this.index < replies.count && this.out.length < PIECE_BYTES && tookUs <= slices.sliceUs) {
      const reply = replies.replyAt(this.index);
      if (reply === undefined) break;
      if (this.isJson && this.index > 0) this.out += ",";
      this.index++;
      const encoded = encodeReply(reply, format, replyBytesMax, heldBytesMax);
      if (typeof encoded !== "string") {
        this.pieces = encoded;
        break;
      }
      this.out += encoded;
      if (this.index < replies.count) tookUs = replies.clockUs() - startUs;
    }
    slices.use(tookUs, usedUs);
    if (this.pieces !== undefined || this.index < replies.count) return;
    if (this.isJson) this.out += "]";
    this.isClosed = true;
  }
}
