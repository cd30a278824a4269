/**
 * A string value that is edited in place. Byte strings cannot change, so setting one bit of one copies all of it; large
 * values that SETBIT, SETRANGE, BITFIELD and the HyperLogLog commands edit are kept in this form. It reads like a byte
 * string ({@link length}, {@link slice}, {@link charCodeAt}), so that commands which read a part take either form.
 *
 * Invariant: bytes from the length to the end of the buffer are zero, and the buffer is a whole number of 32-bit words,
 * since bitmaps are processed by words.
 *
 * Cost: O(1) to read or set a byte; growing by appending copies each byte a constant number of times.
 *
 * References: {@link view} and {@link words} refer to the buffer, which is replaced when it grows: use them at once.
 * All else is copied.
 */
import type { DataValue } from "../value.ts";
import { FrozenBytes } from "./frozen-bytes.ts";
import { withoutWatcher, withWatcher } from "./watchers.ts";

/**
 * A shorter string is kept as a byte string and made anew by each edit, which takes about as long as finding its key. A
 * buffer would cost {@link OVERHEAD_BYTES} more, and small bitmaps are common.
 */
export const BUFFER_BYTES_MIN = 1024;

/**
 * Bytes of a buffer beside its content: 265 for the objects on the heap, and up to a hundred that the allocator adds.
 */
const OVERHEAD_BYTES = 300;

/** A string of bytes with spare capacity. */
export class ByteBuffer implements DataValue {
  readonly type = "string";
  private bytes: Buffer;
  private used: number;
  /** Copies of the buffer as it was; undefined while there is none. */
  private frozen: readonly FrozenBytes[] | undefined;

  /** Makes a buffer of zero bytes. */
  constructor(length: number) {
    this.bytes = zeroBytes(length);
    this.used = length;
  }

  static from(text: string): ByteBuffer {
    const buffer = new ByteBuffer(text.length);
    buffer.bytes.latin1Write(text, 0);
    return buffer;
  }

  get length(): number {
    return this.used;
  }

  get size(): number {
    return this.used;
  }

  /** The byte at an index; 0 beyond the length. */
  byteAt(index: number): number {
    return index < this.used ? this.bytes[index]! : 0;
  }

  /** What `String.charCodeAt` answers: NaN beyond the length. */
  charCodeAt(index: number): number {
    return index < this.used ? this.bytes[index]! : Number.NaN;
  }

  /**
   * The content as it is now, to be read once from the beginning to the end, until {@link thaw}. It reads from this
   * buffer what has not been changed since, so freezing costs nothing.
   */
  freeze(): FrozenBytes {
    const frozen = new FrozenBytes(this);
    this.frozen = withWatcher(this.frozen, frozen);
    return frozen;
  }

  /** What {@link freeze} answered is not needed any more. */
  thaw(frozen: FrozenBytes): void {
    this.frozen = withoutWatcher(this.frozen, frozen);
  }

  /** Bytes from `start` to `end - 1` are about to change. */
  private beforeChange(start: number, end: number): void {
    for (const frozen of this.frozen!) frozen.beforeChange(start, end);
  }

  setByte(index: number, byte: number): void {
    if (this.frozen !== undefined) this.beforeChange(index, index + 1);
    this.bytes[index] = byte;
  }

  /** A part as a byte string, as `String.slice` with indexes from 0 on. */
  slice(start: number, end: number): string {
    const to = Math.min(end, this.used);
    return start < to ? this.bytes.latin1Slice(start, to) : "";
  }

  /** The content as a byte string. It is made anew each time; the copy costs little beside sending it. */
  toString(): string {
    return this.bytes.latin1Slice(0, this.used);
  }

  /** The value to store: this buffer, or a byte string when it is small. */
  toValue(): string | ByteBuffer {
    return this.used < BUFFER_BYTES_MIN ? this.toString() : this;
  }

  /** Extends it with zero bytes to at least this length; answers whether it was shorter. */
  grow(length: number): boolean {
    if (length <= this.used) return false;
    if (length > this.bytes.length) {
      // Half as much again, so that filling a bitmap from its start does not copy it at each step. The operating system
      // gives no memory for pages that are never written.
      const larger = zeroBytes(Math.max(length, Math.ceil(this.used * 1.5)));
      this.bytes.copy(larger, 0, 0, this.used);
      this.bytes = larger;
    }
    this.used = length;
    return true;
  }

  /** Writes bytes at an offset and extends the buffer as needed. */
  write(offset: number, text: string): void {
    if (this.frozen !== undefined) this.beforeChange(offset, offset + text.length);
    this.grow(offset + text.length);
    this.bytes.latin1Write(text, offset);
  }

  /** Overwrites the bytes at an offset, all within the length. */
  put(offset: number, bytes: Uint8Array): void {
    if (this.frozen !== undefined) this.beforeChange(offset, offset + bytes.length);
    this.bytes.set(bytes, offset);
  }

  /** Replaces up to `removed` bytes at an offset; the bytes after them move. */
  splice(offset: number, removed: number, inserted: readonly number[]): void {
    const end = this.used;
    if (this.frozen !== undefined) this.beforeChange(offset, end);
    const moved = inserted.length - Math.min(removed, end - offset);
    if (moved > 0) this.grow(end + moved);
    if (moved !== 0) this.bytes.copyWithin(offset + inserted.length, offset + inserted.length - moved, end);
    if (moved < 0) {
      this.used = end + moved;
      this.bytes.fill(0, this.used, end);
    }
    for (let i = 0; i < inserted.length; i++) this.bytes[offset + i] = inserted[i]!;
  }

  /** Takes over the bytes of another buffer, which must not be used after that. */
  become(other: ByteBuffer): void {
    if (this.frozen !== undefined) this.beforeChange(0, this.used);
    this.bytes = other.bytes;
    this.used = other.used;
  }

  /** The content in place. Use it at once: growing replaces the buffer. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.used);
  }

  /** The content as 32-bit words in the machine's byte order, the last one padded with zeros. Use it at once. */
  words(): Int32Array {
    return new Int32Array(this.bytes.buffer, this.bytes.byteOffset, wholeWords(this.used) >>> 2);
  }

  copy(): ByteBuffer {
    const copy = new ByteBuffer(this.used);
    this.bytes.copy(copy.bytes, 0, 0, this.used);
    return copy;
  }

  memoryBytes(): number {
    return OVERHEAD_BYTES + this.bytes.length;
  }
}

/** Zero bytes, at least this many, in whole words. */
function zeroBytes(length: number): Buffer {
  const capacity = wholeWords(length);
  // A small buffer is never stored, so it may come from Node's pool, which is faster and aligned to eight bytes.
  return capacity < BUFFER_BYTES_MIN ? Buffer.allocUnsafe(capacity).fill(0) : Buffer.alloc(capacity);
}

function wholeWords(length: number): number {
  return Math.ceil(length / 4) * 4;
}
