/**
 * From the bytes of a connection to the words of its commands: arrays of bulk strings, or lines of text. What the bytes
 * may be, and what is said about those that may not, follows Redis to the letter.
 *
 * Bytes come in chunks that end anywhere. Each byte is looked at once: what a chunk leaves unfinished is kept as state,
 * never scanned again, and a bulk string that spans chunks is gathered in one buffer of its announced size.
 */
import { protocolError } from "../core/errors.ts";
import type { CommandError } from "../core/errors.ts";
import type { Limits } from "../core/limits.ts";
import { parseInt64 } from "../core/numbers.ts";
import { splitLine } from "./inline.ts";

const CR = 13;
const LF = 10;
const ASTERISK = 42;
const DOLLAR = 36;
const ZERO = 48;
const NINE = 57;

/** What a client that has not said who it is may send: enough to say it. */
const STRANGER_WORDS_MAX = 10;
const STRANGER_BULK_BYTES_MAX = 16_384;

/** Digits that are read without looking for an overflow. */
const PLAIN_DIGITS = 9;

/** Words and bytes of each up to which a command takes the short way, where no limit can be met. */
const SHORT_WORDS_MAX = 9;
const SHORT_BYTES_MAX = 9999;
const SHORT_DIGITS = 4;

/** Longer names are not kept. */
const NAME_BYTES_MAX = 32;

/** V8 copies what it slices up to this length; beyond, the slice refers to the whole. */
const SLICE_COPIES_MAX = 12;

/** Chunks above this hold few commands, or long words, and are not worth a second copy. */
const TEXT_BYTES_MAX = 16 * 1024;

const NOTHING: Buffer = Buffer.alloc(0);

export class RespReader {
  /** Whether the last command came as a line of text. */
  isInline = false;
  private readonly limits: Readonly<Limits>;
  /** Whether the client has authenticated, or need not; until then it may not send much. Asked for long commands only. */
  private readonly isTrusted: () => boolean;
  private chunk = NOTHING;
  /** The chunk as text, once that is of use. */
  private text = "";
  private at = 0;
  private lastName = "";
  /** Words of the command under way, and how many are still to come. */
  private words: string[] = [];
  private wordsLeft = 0;
  /** Bytes announced by the bulk strings of the command under way. */
  private bytes = 0;
  /** A bulk string that has begun, and the CR LF after it; `filled` bytes of it have come in. */
  private bulk: Buffer | undefined;
  private filled = 0;
  /** A line that has begun: its first byte, -1 for none; what has come in of it; and whether that ends with the CR. */
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

  /** What is held of commands that have not been answered by {@link next} yet; a bulk string counts in full. */
  get pendingBytes(): number {
    return this.chunk.length - this.at + this.bytes + this.line.length;
  }

  /** Takes the next chunk. To be called when {@link next} has answered that there is no further command. */
  push(chunk: Buffer): void {
    this.chunk = chunk;
    this.text = "";
    this.at = 0;
  }

  /** The next command; undefined when the rest of it is still to come. Throws what to answer before hanging up. */
  next(): string[] | undefined {
    return this.wholeCommand() ?? this.anyCommand();
  }

  /**
   * The usual command: a few bulk strings that lie in the chunk in full, with nothing left over from the chunk before.
   * Undefined for any other, and then nothing has changed.
   */
  private wholeCommand(): string[] | undefined {
    const { chunk } = this;
    let { at } = this;
    if (chunk[at] !== ASTERISK || this.wordsLeft > 0 || this.lineType >= 0) return undefined;
    const count = chunk[at + 1]! - ZERO;
    if (!(count > 0 && count <= this.shortWordsMax) || chunk[at + 2] !== CR) return undefined;
    at += 4;
    let words: string[] | undefined;
    for (let i = 0; i < count; i++) {
      if (chunk[at] !== DOLLAR) return undefined;
      let length = chunk[++at]! - ZERO;
      // A leading zero, a sign, no digit at all or the end of the chunk.
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
      if (words === undefined) words = listOf(count, this.name(from, length));
      else words[i] = this.word(from, from + length);
    }
    this.at = at;
    this.isInline = false;
    return words;
  }

  /** The first word, which is often the one before: that string has its hash already, and need not be made again. */
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

  /** Copies what is left of the chunk, whose memory is about to hold something else. */
  own(): void {
    if (this.chunk.length === 0) return;
    this.chunk = Buffer.from(this.chunk.subarray(this.at));
    this.text = "";
    this.at = 0;
  }

  /** The chunk is used up; it is not to stay in memory for the sake of an idle connection. */
  private drop(): undefined {
    this.chunk = NOTHING;
    this.text = "";
    this.at = 0;
  }

  /** `*<words>`. Answers false when the line is not complete. */
  private readCount(): boolean {
    let count: number | bigint | undefined = this.plainNumber();
    if (count < 0) {
      const line = this.endOfLine(CR);
      if (line === undefined) return false;
      count = parseInt64(line.slice(1));
    } else this.lineType = -1;
    if (count === undefined || count > this.limits.commandWordsMax) throw protocolError("invalid multibulk length");
    if (count > STRANGER_WORDS_MAX && !this.isTrusted()) throw protocolError("unauthenticated multibulk length");
    // None, or fewer, is not a command at all.
    if (count > 0) this.wordsLeft = Number(count);
    return true;
  }

  /** The bulk strings that are still to come of the command under way. Answers false when they are not all there. */
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
          // As in Redis the two bytes after a bulk string are passed over, whatever they are.
          this.at = end + 2;
        } else {
          this.bulk = Buffer.allocUnsafe(length + 2);
          this.filled = 0;
          continue;
        }
      }
      this.wordsLeft--;
    }
    return true;
  }

  /**
   * A word of the chunk, which must own its bytes: it may be stored. Short words are copied by `slice`, which costs a
   * fraction of what a call out of JavaScript does; longer ones would keep the text alive that they were cut from.
   */
  private word(from: number, to: number): string {
    if (to - from > SLICE_COPIES_MAX || this.chunk.length > TEXT_BYTES_MAX) return this.chunk.latin1Slice(from, to);
    if (this.text === "") this.text = this.chunk.latin1Slice();
    return this.text.slice(from, to);
  }

  /** `$<bytes>`; -1 when the line is not complete. */
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
    if (length > STRANGER_BULK_BYTES_MAX && !this.isTrusted()) throw protocolError("unauthenticated bulk length");
    this.bytes += Number(length);
    if (this.bytes > limits.queryBytesMax) throw protocolError("too big request");
    return Number(length);
  }

  /** Answers whether the bulk string that had begun is complete, and then adds it to the words. */
  private fillBulk(bulk: Buffer): boolean {
    const copied = this.chunk.copy(bulk, this.filled, this.at);
    this.at += copied;
    this.filled += copied;
    if (this.filled < bulk.length) return false;
    this.words.push(bulk.latin1Slice(0, bulk.length - 2));
    this.bulk = undefined;
    return true;
  }

  /**
   * The number in a header that lies in the chunk in full and has no odd form, which is the usual case; the position
   * is then behind it. Else -1, and nothing has changed.
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
   * The line that has begun, without its end: LF, or CR and whatever byte follows it, as in Redis. Undefined when it is
   * not complete. Throws when it cannot become one.
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

/** An array of the exact length, which the first push to an empty one would make much larger. */
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
