/**
 * Encodes effects as an append-only file has them: commands as RESP arrays, with SELECT where the database changes.
 *
 * They are written byte by byte into chunks of memory, because a server spends much of the time of a write here: as
 * strings that are joined and encoded later, a SET took three times as long, and its garbage was collected beside.
 *
 * **Who may hold a reference.** The taker of a {@link Part} reads it until it calls {@link AofEncoder.recycle}, or forgets
 * it. Parts are recycled in the order in which they were taken. New chunks all the time would make V8 collect its whole
 * heap again and again, since it counts them.
 */
import { respCommand } from "../core/resp-command.ts";

const CHUNK_BYTES = 64 * 1024;

/** Chunks that are kept for reuse: as many as a second of hard work leaves behind. */
const FREE_CHUNKS_MAX = 256;

/** Words beyond this are written by a call out of JavaScript, which takes as long as that many chars do here. */
const SHORT_CHARS = 32;

/** Beyond this a word is a chunk by itself. */
const LONG_CHARS = CHUNK_BYTES / 4;

/** What stands around a word at most: a sign, digits and two ends of lines. */
const AROUND_BYTES = 24;

const CR = 0x0d;
const LF = 0x0a;
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
  private start = 0;
  private end = 0;

  /** Bytes that were not taken yet. */
  get pendingBytes(): number {
    return this.partBytes + this.end - this.start;
  }

  /** Appends one effect. */
  append(database: number, words: readonly string[]): void {
    if (database !== this.database) {
      this.database = database;
      this.command(["SELECT", String(database)]);
    }
    this.command(words);
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
    this.leastFree = Math.min(this.leastFree, this.free.length);
    this.start = this.end = 0;
  }

  private command(words: readonly string[]): void {
    this.reserve(AROUND_BYTES);
    this.line(ARRAY, words.length);
    for (const word of words) this.word(word);
  }

  private word(word: string): void {
    const { length } = word;
    if (length > LONG_CHARS) return this.longWord(word);
    this.reserve(AROUND_BYTES + length);
    this.line(BULK, length);
    const { buffer } = this;
    let at = this.end;
    if (length > SHORT_CHARS) at += buffer.latin1Write(word, at);
    else for (let i = 0; i < length; i++) buffer[at++] = word.charCodeAt(i);
    buffer[at++] = CR;
    buffer[at++] = LF;
    this.end = at;
  }

  private longWord(word: string): void {
    this.reserve(AROUND_BYTES);
    this.line(BULK, word.length);
    this.closePart(undefined);
    this.parts.push({ bytes: Buffer.from(word, "latin1"), chunk: undefined });
    this.partBytes += word.length;
    this.reserve(AROUND_BYTES);
    this.buffer[this.end++] = CR;
    this.buffer[this.end++] = LF;
  }

  /** A sign, a number and the end of the line, for which there is room. */
  private line(sign: number, value: number): void {
    const { buffer } = this;
    let at = this.end;
    buffer[at++] = sign;
    if (value < 10) {
      buffer[at++] = ZERO + value;
    } else if (value < 100) {
      const tens = (value / 10) | 0;
      buffer[at++] = ZERO + tens;
      buffer[at++] = ZERO + value - 10 * tens;
    } else {
      at += buffer.latin1Write(String(value), at);
    }
    buffer[at++] = CR;
    buffer[at++] = LF;
    this.end = at;
  }
}
