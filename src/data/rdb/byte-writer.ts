/** Bytes written one after another, into a buffer that grows. */
import type { Int64 } from "../../core/numbers.ts";
import type { Uint64 } from "../types/stream-id.ts";
import { RdbError } from "./rdb-error.ts";

const FIRST_BYTES = 512;

/** V8 ends a string at 2^29 - 24 chars, and what is written here becomes one. */
const BYTES_MAX = 2 ** 29 - 25;

export class ByteWriter {
  private buffer = Buffer.allocUnsafe(FIRST_BYTES);
  length = 0;
  /** What is written is taken out from time to time, so that a value never stands here as a whole. */
  readonly isDrained: boolean;

  constructor(isDrained = false) {
    this.isDrained = isDrained;
  }

  /** What was written so far. To be used before more is written. */
  view(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  /** Forgets what was written, whose bytes have been taken. */
  clear(): void {
    this.length = 0;
  }

  byte(value: number): void {
    const at = this.reserve(1);
    this.buffer[at] = value;
  }

  /** A byte string. */
  bytes(text: string): void {
    const at = this.reserve(text.length);
    this.buffer.latin1Write(text, at, text.length);
  }

  buffered(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.buffer.set(bytes, at);
  }

  uint16le(value: number): void {
    const at = this.reserve(2);
    this.buffer.writeUInt16LE(value, at);
  }

  uint32le(value: number): void {
    const at = this.reserve(4);
    this.buffer.writeUInt32LE(value, at);
  }

  uint32be(value: number): void {
    const at = this.reserve(4);
    this.buffer.writeUInt32BE(value, at);
  }

  /** A signed integer of 1 to 6 bytes, the lowest byte first. */
  intle(value: number, bytes: number): void {
    const at = this.reserve(bytes);
    this.buffer.writeIntLE(value, at, bytes);
  }

  int64le(value: Int64): void {
    const at = this.reserve(8);
    this.buffer.writeBigInt64LE(BigInt(value), at);
  }

  uint64le(value: Uint64): void {
    const at = this.reserve(8);
    this.buffer.writeBigUInt64LE(BigInt(value), at);
  }

  uint64be(value: Uint64): void {
    const at = this.reserve(8);
    this.buffer.writeBigUInt64BE(BigInt(value), at);
  }

  doublele(value: number): void {
    const at = this.reserve(8);
    this.buffer.writeDoubleLE(value, at);
  }

  /** Writes over four bytes that were written before. */
  patchUint32le(at: number, value: number): void {
    this.buffer.writeUInt32LE(value, at);
  }

  /** Overwrites two bytes written earlier with a 16-bit unsigned integer, little-endian. */
  patchUint16le(at: number, value: number): void {
    this.buffer.writeUInt16LE(value, at);
  }

  /** Makes room for that many bytes, which become part of what is written; answers where they begin. */
  private reserve(bytes: number): number {
    const at = this.length;
    const end = at + bytes;
    if (end > this.buffer.length) {
      if (end > BYTES_MAX) throw new RdbError("the value takes more bytes than a string can hold");
      const larger = Buffer.allocUnsafe(Math.min(BYTES_MAX, Math.max(end, this.buffer.length * 2)));
      this.buffer.copy(larger, 0, 0, at);
      this.buffer = larger;
    }
    this.length = end;
    return at;
  }
}
