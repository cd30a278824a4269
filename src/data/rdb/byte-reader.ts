/** Bytes read one after another. Every read is held against what is left; a read beyond the end throws an EndOfBytes. */
import { int64 } from "../../core/numbers.ts";
import type { Int64 } from "../../core/numbers.ts";
import { uint64 } from "../types/stream-id.ts";
import type { Uint64 } from "../types/stream-id.ts";
import { EndOfBytes } from "./rdb-error.ts";

export class ByteReader {
  protected buffer: Buffer;
  protected end: number;
  /** The next byte to be read. */
  at: number;

  /** Reads the bytes from `start` to `end - 1`. */
  constructor(buffer: Buffer, start = 0, end = buffer.length) {
    this.buffer = buffer;
    this.at = start;
    this.end = end;
  }

  /** Bytes still to be read. */
  get left(): number {
    return this.end - this.at;
  }

  byte(): number {
    return this.buffer[this.take(1)]!;
  }

  /** The next byte, which stays to be read. */
  peek(): number {
    if (this.at >= this.end) throw new EndOfBytes(1);
    return this.buffer[this.at]!;
  }

  /** A byte string of this length, which owns its bytes. */
  bytes(length: number): string {
    const at = this.take(length);
    return this.buffer.latin1Slice(at, at + length);
  }

  /** That many bytes as a view, which holds only while the buffer does. */
  view(length: number): Buffer {
    const at = this.take(length);
    return this.buffer.subarray(at, at + length);
  }

  uint16le(): number {
    return this.buffer.readUInt16LE(this.take(2));
  }

  uint32le(): number {
    return this.buffer.readUInt32LE(this.take(4));
  }

  uint32be(): number {
    return this.buffer.readUInt32BE(this.take(4));
  }

  /** A signed integer of 1 to 6 bytes, the lowest byte first. */
  intle(bytes: number): number {
    return this.buffer.readIntLE(this.take(bytes), bytes);
  }

  int64le(): Int64 {
    return int64(this.buffer.readBigInt64LE(this.take(8)));
  }

  uint64le(): Uint64 {
    return uint64(this.buffer.readBigUInt64LE(this.take(8)));
  }

  uint64be(): Uint64 {
    return uint64(this.buffer.readBigUInt64BE(this.take(8)));
  }

  doublele(): number {
    return this.buffer.readDoubleLE(this.take(8));
  }

  /** Goes past that many bytes; answers where they begin. */
  private take(bytes: number): number {
    const { at } = this;
    if (!(bytes <= this.end - at)) throw new EndOfBytes(bytes - (this.end - at));
    this.at = at + bytes;
    return at;
  }
}
