/** Writes bytes in order, into a buffer that grows. */
import type { Int64 } from "../../core/numbers.ts";
import type { Uint64 } from "../types/stream-id.ts";
import { RdbError } from "./rdb-error.ts";

const FIRST_BYTES = 512;

/** The longest string in V8, in chars: what is written becomes one. */
const BYTES_MAX = 2 ** 29 - 25;

/** Writes to a buffer that grows. */
export class ByteWriter {
  private buffer = Buffer.allocUnsafe(FIRST_BYTES);
  length = 0;
  /** Whether the owner takes what was written from time to time, so that no value is in the buffer as a whole. */
  readonly isDrained: boolean;
  /** Whether long strings are compressed where that makes them shorter. */
  readonly compresses: boolean;

  constructor(compresses = true, isDrained = false) {
    this.compresses = compresses;
    this.isDrained = isDrained;
  }

  /** The bytes written so far. Use the view before writing more. */
  view(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  /** Discards the bytes written, which the owner has taken. */
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

  /** A signed integer of 1 to 6 bytes, little-endian. */
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

  /** Overwrites four bytes written earlier with a 32-bit unsigned integer, little-endian. */
  patchUint32le(at: number, value: number): void {
    this.buffer.writeUInt32LE(value, at);
  }

  /** Overwrites two bytes written earlier with a 16-bit unsigned integer, little-endian. */
  patchUint16le(at: number, value: number): void {
    this.buffer.writeUInt16LE(value, at);
  }

  /** Makes room for bytes to be written; answers the index of the first. */
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
