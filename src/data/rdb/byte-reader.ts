/** Reads bytes in order, integers and strings among them. A read beyond the end throws an EndOfBytes. */
import { int64 } from "../../core/numbers.ts";
import type { Int64 } from "../../core/numbers.ts";
import { uint64 } from "../types/stream-id.ts";
import type { Uint64 } from "../types/stream-id.ts";
import { EndOfBytes } from "./rdb-error.ts";

/** Reads a buffer from front to back. Each read throws at the end of the bytes. */
export class ByteReader {
  protected buffer: Buffer;
  protected end: number;
  /** Index of the next byte to read. */
  at: number;

  /** Reads the bytes from `start` to `end - 1`. */
  constructor(buffer: Buffer, start = 0, end = buffer.length) {
    this.buffer = buffer;
    this.at = start;
    this.end = end;
  }

  /** The number of unread bytes. */
  get left(): number {
    return this.end - this.at;
  }

  byte(): number {
    return this.buffer[this.take(1)]!;
  }

  /** The next byte, which is not consumed. */
  peek(): number {
    if (this.at >= this.end) throw new EndOfBytes(1);
    return this.buffer[this.at]!;
  }

  /** A byte string of this length, which owns its bytes. */
  bytes(length: number): string {
    const at = this.take(length);
    return this.buffer.latin1Slice(at, at + length);
  }

  /** The next bytes as a view, which is valid as long as the buffer. */
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

  /** A signed integer of 1 to 6 bytes, little-endian. */
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

  /** Consumes bytes; answers the index of the first. */
  private take(bytes: number): number {
    const { at } = this;
    if (!(bytes <= this.end - at)) throw new EndOfBytes(bytes - (this.end - at));
    this.at = at + bytes;
    return at;
  }
}
