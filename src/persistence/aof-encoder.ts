/**
 * Encodes effects as an append-only file has them: commands as RESP arrays, with SELECT where the database changes.
 *
 * They are written into chunks of memory, four bytes at a time, because a server spends much of the time of a write here:
 * as strings that are joined and encoded later, a SET took three times as long, and its garbage was collected beside. The
 * bytes that a client has sent are copied ({@link SentBytes}), which takes half the time.
 *
 * **Who may hold a reference.** The taker of a {@link Part} reads it until it calls {@link AofEncoder.recycle}, or forgets
 * it. Parts are recycled in the order in which they were taken. New chunks all the time would make V8 collect its whole
 * heap again and again, since it counts them.
 */
import { respCommand } from "../core/resp-command.ts";
import type { SentBytes } from "../core/sent-bytes.ts";

const CHUNK_BYTES = 256 * 1024;

/** Chunks that are kept for reuse: 32 MB, as many as wait for a sync at most unless an option allows more. */
const FREE_CHUNKS_MAX = 128;

/** Words beyond this are written by a call out of JavaScript, which takes as long as that many chars do here. */
const SHORT_CHARS = 32;

/** Beyond this a word is a part by itself. */
const LONG_BYTES = 16 * 1024;

/** Beyond this a command is encoded: bytes are copied four at a time, and long words by a call. */
const COPIED_BYTES_MAX = 512;

/** What stands around a word at most: a sign, digits and two ends of lines. */
const AROUND_BYTES = 24;

const CR_LF = 0x0d0a;
const ZERO = 0x30;
const ARRAY = 0x2a;
const BULK = 0x24;

const BEGIN = ["MULTI"];
const END = ["EXEC"];

/** SELECT as bytes. */
export function encodeSelect(database: number): Buffer {
  return Buffer.from(respCommand(["SELECT", String(database)]).join(""), "latin1");
}

/** Encoded bytes; those of several parts belong together. */
export interface Part {
  readonly bytes: Buffer;
  /** The chunk that it lies in, if it is the last part of that. */
  readonly chunk: Buffer | undefined;
}

/** Gathers encoded effects until {@link take}. */
export class AofEncoder {
  /** The database of the last command; -1 at the beginning of a file. */
  database = -1;
  /** Finished parts, and how many bytes they hold. */
  private parts: Part[] = [];
  private partBytes = 0;
  private readonly free: Buffer[] = [];
  /** The least that was free since the last {@link trim}. */
  private leastFree = 0;
  /** What is written to: the bytes from `start` to `end` were not taken yet. */
  private buffer: Buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  private view = new DataView(this.buffer.buffer);
  private start = 0;
  private end = 0;

  /** Bytes that were not taken yet. */
  get pendingBytes(): number {
    return this.partBytes + this.end - this.start;
  }

  /** Appends one effect, from the bytes that a client has sent if these are the words in them. */
  append(database: number, words: readonly string[], sent?: SentBytes): void {
    if (database !== this.database) {
      this.database = database;
      this.command(["SELECT", String(database)]);
    }
    if (sent?.words === words && sent.to - sent.from <= COPIED_BYTES_MAX) this.copy(sent);
    else this.command(words);
  }

  /** Begins a group, which ends with {@link end}. After a crash, all of its effects count or none. */
  beginGroup(): void {
    this.command(BEGIN);
  }

  endGroup(): void {
    this.command(END);
  }

  /** Appends an annotation with the time, in seconds since the epoch. */
  annotate(seconds: number): void {
    const text = `#TS:${seconds}\r\n`;
    this.reserve(text.length);
    this.end += this.buffer.latin1Write(text, this.end);
  }

  /** Lets the next effect select its database, since it begins another file. */
  beginFile(): void {
    this.database = -1;
  }

  /** The bytes encoded since the last call. */
  take(): Part[] {
    this.closePart(undefined);
    const { parts } = this;
    this.parts = [];
    this.partBytes = 0;
    return parts;
  }

  /** Takes a part back that has been read. */
  recycle({ chunk }: Part): void {
    if (chunk !== undefined && this.free.length < FREE_CHUNKS_MAX) this.free.push(chunk);
  }

  /** Gives half of the chunks up that were not needed since the last call. */
  trim(): void {
    this.free.length -= Math.ceil(this.leastFree / 2);
    this.leastFree = this.free.length;
  }

  /** Ends the part that is written to. What is left of its chunk is written to later, unless it is given away. */
  private closePart(chunk: Buffer | undefined): void {
    const { buffer, end, start } = this;
    if (end === start && chunk === undefined) return;
    this.parts.push({ bytes: buffer.subarray(start, end), chunk });
    this.partBytes += end - start;
    this.start = end;
  }

  /** Makes room for so many bytes, which a chunk has. */
  private reserve(bytes: number): void {
    if (this.end + bytes <= CHUNK_BYTES) return;
    this.closePart(this.buffer);
    this.buffer = this.free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
    this.view = new DataView(this.buffer.buffer);
    this.leastFree = Math.min(this.leastFree, this.free.length);
    this.start = this.end = 0;
  }

  /** Appends a command as its client sent it. */
  private copy({ from, to, view: source }: SentBytes): void {
    const length = to - from;
    this.reserve(length);
    const { end, view } = this;
    let i = 0;
    for (; i < length - 3; i += 4) view.setUint32(end + i, source.getUint32(from + i, true), true);
    for (; i < length; i++) view.setUint8(end + i, source.getUint8(from + i));
    this.end = end + length;
  }

  private command(words: readonly string[]): void {
    let bytes = AROUND_BYTES;
    for (let i = 0; i < words.length; i++) bytes += AROUND_BYTES + words[i]!.length;
    if (bytes > LONG_BYTES) return this.longCommand(words);
    this.reserve(bytes);
    this.line(ARRAY, words.length);
    for (let i = 0; i < words.length; i++) this.word(words[i]!);
  }

  /** A command of which a word may be a part by itself. */
  private longCommand(words: readonly string[]): void {
    this.reserve(AROUND_BYTES);
    this.line(ARRAY, words.length);
    for (const word of words) {
      this.reserve(AROUND_BYTES + (word.length > LONG_BYTES ? 0 : word.length));
      if (word.length > LONG_BYTES) this.longWord(word);
      else this.word(word);
    }
  }

  /** A word, for which there is room. */
  private word(word: string): void {
    const { length } = word;
    this.line(BULK, length);
    const { buffer, view } = this;
    let at = this.end;
    if (length > SHORT_CHARS) {
      at += buffer.latin1Write(word, at);
    } else {
      let i = 0;
      for (; i < length - 3; i += 4, at += 4) {
        const [a, b] = [word.charCodeAt(i), word.charCodeAt(i + 1)];
        const [c, d] = [word.charCodeAt(i + 2), word.charCodeAt(i + 3)];
        view.setUint32(at, (a << 24) | (b << 16) | (c << 8) | d);
      }
      for (; i < length; i++) buffer[at++] = word.charCodeAt(i);
    }
    view.setUint16(at, CR_LF);
    this.end = at + 2;
  }

  private longWord(word: string): void {
    this.line(BULK, word.length);
    this.closePart(undefined);
    this.parts.push({ bytes: Buffer.from(word, "latin1"), chunk: undefined });
    this.partBytes += word.length;
    this.reserve(AROUND_BYTES);
    this.view.setUint16(this.end, CR_LF);
    this.end += 2;
  }

  /** A sign, a number and the end of the line, for which there is room. */
  private line(sign: number, value: number): void {
    const { view } = this;
    let at = this.end;
    if (value < 10) {
      view.setUint32(at, (sign << 24) | ((ZERO + value) << 16) | CR_LF);
      this.end = at + 4;
      return;
    }
    view.setUint8(at++, sign);
    if (value < 100) {
      const tens = (value / 10) | 0;
      view.setUint16(at, ((ZERO + tens) << 8) | (ZERO + value - 10 * tens));
      at += 2;
    } else {
      at += this.buffer.latin1Write(String(value), at);
    }
    view.setUint16(at, CR_LF);
    this.end = at + 2;
  }
}
