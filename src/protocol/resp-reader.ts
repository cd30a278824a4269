/**
 * An incremental reader of the Redis protocol's requests: bytes in, commands out, as arrays of bulk strings or as lines
 * of text. What it accepts, and the error for what it does not, are Redis's.
 *
 * Invariant: bytes before `at` in the chunk are read. A command that spans chunks is kept as state: the words so far,
 * `wordsLeft`, and either a bulk string in a buffer of its announced size or a line that has begun.
 *
 * Cost: each byte is looked at once, however commands are cut into chunks. Memory is bounded by `queryBytesMax`, and
 * before authentication by much less.
 *
 * References: the reader refers to the last chunk until {@link RespReader.next} has answered undefined or {@link
 * RespReader.own} is called. Words own their bytes.
 */
import { WORD_BYTES } from "../core/bytes.ts";
import { protocolError } from "../core/errors/doors.ts";
import type { CommandError } from "../core/reply.ts";
import type { Limits } from "../core/limits.ts";
import { parseInt64 } from "../core/numbers.ts";
import { SentBytes } from "../core/sent-bytes.ts";
import { splitLine } from "./inline.ts";

const CR = 13;
const LF = 10;
const ASTERISK = 42;
const DOLLAR = 36;
const ZERO = 48;
const NINE = 57;

/** What a client may send before it has authenticated: enough for AUTH and HELLO. As in Redis. */
const UNAUTHENTICATED_WORDS_MAX = 10;
const UNAUTHENTICATED_BULK_BYTES_MAX = 16_384;

/** A number of at most this many digits cannot overflow. */
const PLAIN_DIGITS = 9;

/** Commands up to this size take the short way, where no limit can be exceeded. */
const SHORT_WORDS_MAX = 9;
const SHORT_BYTES_MAX = 9999;
const SHORT_DIGITS = 4;

/** Longer names are not remembered. */
const NAME_BYTES_MAX = 32;

/** V8 copies a slice of at most this length; a longer slice refers to its parent. */
const SLICE_COPIES_MAX = 12;

/** A larger chunk holds few commands or long words, so a copy of it as text does not pay. */
const TEXT_BYTES_MAX = 16 * 1024;

/** Room made at first for a bulk string that spans chunks, and how much more than has arrived when that is full. */
const BULK_ROOM_BYTES = 64 * 1024;
const BULK_GROWTH = 4;

const NOTHING: Buffer = Buffer.alloc(0);

/** The reader of one connection. */
export class RespReader {
  /** Whether the last command was a line of text. */
  isInline = false;
  /** Where the last command lies, if it was read as a whole and while {@link notesBytes}. */
  readonly sent = new SentBytes();
  /** Whether to note where commands lie. */
  notesBytes = false;
  private readonly limits: Readonly<Limits>;
  /** Whether the client has authenticated or need not. Asked only for long commands. */
  private readonly isTrusted: () => boolean;
  private chunk = NOTHING;
  /** The chunk as text; empty until it is needed. */
  private text = "";
  private at = 0;
  private lastName = "";
  /** Words read of the current command, and the number still missing. */
  private words: string[] = [];
  private wordsLeft = 0;
  /** Bytes of the current command's bulk strings, as announced. */
  private bytes = 0;
  /** A bulk string that has begun: room for it and its CR LF, how many bytes that will be, and how many have arrived. */
  private bulk: Buffer | undefined;
  private bulkBytes = 0;
  private filled = 0;
  /** A line that has begun: its first byte (-1 for none), its text so far, and whether its CR has arrived. */
  private lineType = -1;
  private line = "";
  private lineHasReturn = false;

  private readonly shortWordsMax: number;
  private readonly shortBytesMax: number;

  constructor(limits: Readonly<Limits>, isTrusted: () => boolean) {
    this.limits = limits;
    this.isTrusted = isTrusted;
    this.shortWordsMax = Math.min(SHORT_WORDS_MAX, limits.commandWordsMax);
    this.shortBytesMax = Math.min(SHORT_BYTES_MAX, limits.stringBytesMax, limits.queryBytesMax / SHORT_WORDS_MAX);
  }

  /** Bytes held for commands that {@link next} has not answered yet; of a bulk string, the room made for it so far. */
  get pendingBytes(): number {
    const { bulk, words } = this;
    const missing = bulk === undefined ? 0 : this.bulkBytes - bulk.length;
    return this.chunk.length - this.at + this.bytes - missing + words.length * WORD_BYTES + this.line.length;
  }

  /** Bytes of the complete words of a command that is incomplete. */
  get argumentBytes(): number {
    return this.bytes - (this.bulk === undefined ? 0 : this.bulkBytes - 2);
  }

  /** Bytes that have arrived and are no complete word yet. */
  get unparsedBytes(): number {
    return this.chunk.length - this.at + (this.bulk === undefined ? 0 : this.filled) + this.line.length;
  }

  /** Room that was made for more bytes of a bulk string. */
  get freeBytes(): number {
    return this.bulk === undefined ? 0 : this.bulk.length - this.filled;
  }

  /** Sets the next chunk. Call it when {@link next} has answered undefined. */
  push(chunk: Buffer): void {
    this.chunk = chunk;
    this.text = "";
    this.at = 0;
    this.sent.forget();
  }

  /** The next command; undefined when it is incomplete. Throws the error to send before the connection is closed. */
  next(): string[] | undefined {
    return this.wholeCommand() ?? this.anyCommand();
  }

  /**
   * Reads the common command: a few short bulk strings, all of them in the chunk, in the form that every client sends.
   * Undefined for any other, in which case nothing has changed.
   */
  private wholeCommand(): string[] | undefined {
    const { chunk } = this;
    let { at } = this;
    if (chunk[at] !== ASTERISK || this.wordsLeft > 0 || this.lineType >= 0) return undefined;
    const count = chunk[at + 1]! - ZERO;
    if (!(count > 0 && count <= this.shortWordsMax) || chunk[at + 2] !== CR || chunk[at + 3] !== LF) return undefined;
    at += 4;
    let words: string[] | undefined;
    for (let i = 0; i < count; i++) {
      if (chunk[at] !== DOLLAR) return undefined;
      let length = chunk[++at]! - ZERO;
      // Also leaves out a leading zero, a sign, a missing digit and the end of the chunk.
      if (!(length > 0 && length <= 9)) return undefined;
      const digitsEnd = at + SHORT_DIGITS;
      while (chunk[++at] !== CR) {
        const digit = chunk[at]! - ZERO;
        if (!(digit >= 0 && digit <= 9) || at >= digitsEnd) return undefined;
        length = length * 10 + digit;
      }
      const from = at + 2;
      at = from + length + 2;
      if (at > chunk.length || length > this.shortBytesMax) return undefined;
      if (chunk[from - 1] !== LF || chunk[at - 2] !== CR || chunk[at - 1] !== LF) return undefined;
      if (words === undefined) words = listOf(count, this.name(from, length));
      else words[i] = this.word(from, from + length);
    }
    if (this.notesBytes) this.sent.note(words!, chunk, this.at, at);
    this.at = at;
    this.isInline = false;
    return words;
  }

  /**
   * The first word. It is often that of the command before, and then that string is used again, which V8 has hashed
   * already.
   */
  private name(from: number, length: number): string {
    const { chunk, lastName } = this;
    let i = length === lastName.length ? 0 : length;
    while (i < length && chunk[from + i] === lastName.charCodeAt(i)) i++;
    if (i === length && length === lastName.length) return lastName;
    const name = this.word(from, from + length);
    if (length <= NAME_BYTES_MAX) this.lastName = name;
    return name;
  }

  private anyCommand(): string[] | undefined {
    while (this.wordsLeft === 0) {
      if (this.at >= this.chunk.length) return this.drop();
      if (this.lineType < 0) this.lineType = this.chunk[this.at]!;
      if (this.lineType === ASTERISK) {
        if (!this.readCount()) return this.drop();
        continue;
      }
      const line = this.endOfLine(LF);
      if (line === undefined) return this.drop();
      const words = splitLine(line.endsWith("\r") ? line.slice(0, -1) : line);
      this.isInline = true;
      if (words.length > 0) return words;
    }
    if (!this.readBulks()) return this.drop();
    const { words } = this;
    this.words = [];
    this.bytes = 0;
    this.isInline = false;
    return words;
  }

  /** Copies the unread rest of the chunk, whose memory is about to be reused. */
  own(): void {
    this.sent.forget();
    if (this.chunk.length === 0) return;
    this.chunk = Buffer.from(this.chunk.subarray(this.at));
    this.text = "";
    this.at = 0;
  }

  /** Drops the chunk, so that an idle connection does not keep it. */
  private drop(): undefined {
    this.chunk = NOTHING;
    this.text = "";
    this.at = 0;
    this.sent.forget();
  }

  /** Reads `*<words>`; answers false when the line is incomplete. */
  private readCount(): boolean {
    let count: number | bigint | undefined = this.plainNumber();
    if (count < 0) {
      const line = this.endOfLine(CR);
      if (line === undefined) return false;
      count = parseInt64(line.slice(1));
    } else this.lineType = -1;
    if (count === undefined || count > this.limits.commandWordsMax) throw protocolError("invalid multibulk length");
    if (count > UNAUTHENTICATED_WORDS_MAX && !this.isTrusted()) throw protocolError("unauthenticated multibulk length");
    // A count of zero or less is no command.
    if (count > 0) this.wordsLeft = Number(count);
    return true;
  }

  /** Reads the missing bulk strings of the current command; answers false when they have not all arrived. */
  private readBulks(): boolean {
    while (this.wordsLeft > 0) {
      if (this.bulk !== undefined) {
        if (!this.fillBulk(this.bulk)) return false;
      } else {
        const length = this.readLength();
        if (length < 0) return false;
        const end = this.at + length;
        if (end + 2 <= this.chunk.length) {
          this.words.push(this.word(this.at, end));
          // As in Redis, the two bytes after a bulk string are skipped, whatever they are.
          this.at = end + 2;
        } else {
          this.bulkBytes = length + 2;
          this.bulk = Buffer.allocUnsafe(Math.min(this.bulkBytes, BULK_ROOM_BYTES));
          this.filled = 0;
          continue;
        }
      }
      this.wordsLeft--;
    }
    return true;
  }

  /**
   * A word of the chunk, which owns its bytes because it may be stored. `slice` copies short words at a fraction of the
   * cost of a call out of JavaScript; a longer slice would keep the whole text alive.
   */
  private word(from: number, to: number): string {
    if (to - from > SLICE_COPIES_MAX || this.chunk.length > TEXT_BYTES_MAX) return this.chunk.latin1Slice(from, to);
    if (this.text === "") this.text = this.chunk.latin1Slice();
    return this.text.slice(from, to);
  }

  /** Reads `$<bytes>`; -1 when the line is incomplete. */
  private readLength(): number {
    const { chunk, limits } = this;
    if (this.at >= chunk.length) return -1;
    if (this.lineType < 0) this.lineType = chunk[this.at]!;
    let length: number | bigint | undefined = this.lineType === DOLLAR ? this.plainNumber() : -1;
    if (length < 0) {
      const line = this.endOfLine(CR);
      if (line === undefined) return -1;
      if (line[0] !== "$") throw protocolError(`expected '$', got '${line[0] ?? " "}'`);
      length = parseInt64(line.slice(1));
    } else this.lineType = -1;
    if (length === undefined || length < 0 || length > limits.stringBytesMax) {
      throw protocolError("invalid bulk length");
    }
    if (length > UNAUTHENTICATED_BULK_BYTES_MAX && !this.isTrusted())
      throw protocolError("unauthenticated bulk length");
    this.bytes += Number(length);
    const heldBytes = this.bytes + (this.words.length + 1) * WORD_BYTES;
    if (heldBytes > limits.queryBytesMax) throw protocolError("too big request");
    return Number(length);
  }

  /** Copies into the bulk string that has begun. When it is complete, adds it to the words and answers true. */
  private fillBulk(bulk: Buffer): boolean {
    let room = bulk;
    const wanted = Math.min(this.bulkBytes, this.filled + this.chunk.length - this.at);
    if (wanted > room.length) {
      this.bulk = room = Buffer.allocUnsafeSlow(Math.min(this.bulkBytes, BULK_GROWTH * wanted));
      bulk.copy(room, 0, 0, this.filled);
    }
    const copied = this.chunk.copy(room, this.filled, this.at, this.at + wanted - this.filled);
    this.at += copied;
    this.filled += copied;
    if (this.filled < this.bulkBytes) return false;
    this.words.push(room.latin1Slice(0, this.bulkBytes - 2));
    this.bulk = undefined;
    return true;
  }

  /**
   * Reads the number of a header in its common form: complete in the chunk, digits only. Answers -1 for any other, in
   * which case nothing has changed.
   */
  private plainNumber(): number {
    if (this.line !== "") return -1;
    const { chunk } = this;
    const first = this.at + 1;
    const end = Math.min(chunk.length - 1, first + PLAIN_DIGITS);
    let value = 0;
    let i = first;
    for (; i < end; i++) {
      const code = chunk[i]!;
      if (code < ZERO || code > NINE) break;
      value = value * 10 + (code - ZERO);
    }
    if (i >= chunk.length - 1 || chunk[i] !== CR || i === first) return -1;
    if (chunk[first] === ZERO && i > first + 1) return -1;
    this.at = i + 2;
    return value;
  }

  /**
   * Reads the line that has begun, without its end: LF, or, as in Redis, CR and any one byte. Undefined when it is
   * incomplete. Throws when it is too long.
   */
  private endOfLine(terminator: typeof CR | typeof LF): string | undefined {
    const { chunk } = this;
    const from = this.at;
    const found = this.lineHasReturn ? from - 1 : chunk.indexOf(terminator, from);
    const end = found < 0 && !this.lineHasReturn ? -1 : found + (terminator === CR ? 2 : 1);
    if (end < 0 || end > chunk.length) {
      this.lineHasReturn = end > chunk.length;
      this.line += chunk.latin1Slice(from, this.lineHasReturn ? found : chunk.length);
      this.at = chunk.length;
      if (this.line.length > this.limits.lineBytesMax && !this.lineHasReturn) throw this.tooLong();
      return undefined;
    }
    const line = this.line + (this.lineHasReturn ? "" : chunk.latin1Slice(from, found));
    this.at = end;
    this.line = "";
    this.lineType = -1;
    this.lineHasReturn = false;
    return line;
  }

  private tooLong(): CommandError {
    if (this.wordsLeft > 0) return protocolError("too big bulk count string");
    return protocolError(this.lineType === ASTERISK ? "too big mbulk count string" : "too big inline request");
  }
}

/** An array allocated with its exact length; the first push to an empty array would reserve much more. */
function listOf(length: number, first: string): string[] {
  switch (length) {
    case 1:
      return [first];
    case 2:
      return [first, ""];
    case 3:
      return [first, "", ""];
    case 4:
      return [first, "", "", ""];
    default:
      return [first, "", "", "", ...Array<string>(length - 4).fill("")];
  }
}
