/**
 * A string value that is edited in place. A byte string cannot be changed, so setting one bit of it copies all of it;
 * what SETBIT, SETRANGE, BITFIELD and the HyperLogLog commands change is held in this form once it is large.
 *
 * It reads as a byte string does ({@link length}, {@link slice}, {@link charCodeAt}), so a command that needs only a part
 * takes either form. Bytes beyond the length are always zero, and there is room for a whole number of 32-bit words:
 * bitmaps are worked on by the word.
 */
import type { DataValue } from "../value.ts";

/**
 * A string shorter than this is held as a byte string and made anew by each edit. That takes about as long as finding its
 * key, while a buffer costs {@link OVERHEAD_BYTES} more memory: many small bitmaps are common.
 */
export const BUFFER_BYTES_MIN = 1024;

/** Bytes of a buffer beside its content: the objects on the heap are 265, and the allocator adds up to a hundred. */
const OVERHEAD_BYTES = 300;

export class ByteBuffer implements DataValue {
  readonly type = "string";
  private bytes: Buffer;
  private used: number;

  /** Zero bytes. */
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

  /** The byte at an index below the length; zero beyond it. */
  byteAt(index: number): number {
    return index < this.used ? this.bytes[index]! : 0;
  }

  /** As String.charCodeAt: NaN beyond the length. */
  charCodeAt(index: number): number {
    return index < this.used ? this.bytes[index]! : Number.NaN;
  }

  setByte(index: number, byte: number): void {
    this.bytes[index] = byte;
  }

  /** A part as a byte string, as String.slice with indexes from 0 on. */
  slice(start: number, end: number): string {
    const to = Math.min(end, this.used);
    return start < to ? this.bytes.latin1Slice(start, to) : "";
  }

  /** All of it as a byte string. It is made anew each time: a copy costs little beside sending what was copied. */
  toString(): string {
    return this.bytes.latin1Slice(0, this.used);
  }

  /** What to store: itself, or a byte string while it is small. */
  toValue(): string | ByteBuffer {
    return this.used < BUFFER_BYTES_MIN ? this.toString() : this;
  }

  /** Lengthens it with zero bytes to at least this length; answers whether it was shorter. */
  grow(length: number): boolean {
    if (length <= this.used) return false;
    if (length > this.bytes.length) {
      // A half more than before, so that a bitmap filled from its beginning is not copied at every step. Room that is
      // never written to is never made resident by the operating system.
      const larger = zeroBytes(Math.max(length, Math.ceil(this.used * 1.5)));
      this.bytes.copy(larger, 0, 0, this.used);
      this.bytes = larger;
    }
    this.used = length;
    return true;
  }

  /** Writes bytes at an offset, lengthening it as needed. */
  write(offset: number, text: string): void {
    this.grow(offset + text.length);
    this.bytes.latin1Write(text, offset);
  }

  /** Puts bytes over those at an offset, within the length. */
  put(offset: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, offset);
  }

  /** Puts other bytes in the place of up to `removed` bytes at an offset; what follows moves. */
  splice(offset: number, removed: number, inserted: readonly number[]): void {
    const end = this.used;
    const moved = inserted.length - Math.min(removed, end - offset);
    if (moved > 0) this.grow(end + moved);
    if (moved !== 0) this.bytes.copyWithin(offset + inserted.length, offset + inserted.length - moved, end);
    if (moved < 0) {
      this.used = end + moved;
      this.bytes.fill(0, this.used, end);
    }
    for (let i = 0; i < inserted.length; i++) this.bytes[offset + i] = inserted[i]!;
  }

  /** Takes over the bytes of another buffer, which is not to be used any more. */
  become(other: ByteBuffer): void {
    this.bytes = other.bytes;
    this.used = other.used;
  }

  /** Its bytes as they are, without those beyond the length. To be used at once: they move when it grows. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.used);
  }

  /** Its bytes by 32-bit words in the machine's byte order, the last one filled up with zeros. To be used at once. */
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

/** Room for at least this many bytes, in whole words. */
function zeroBytes(length: number): Buffer {
  const capacity = wholeWords(length);
  // A small buffer is not stored, so it may lie in Node's pool, which is faster; its pieces begin at multiples of eight.
  return capacity < BUFFER_BYTES_MIN ? Buffer.allocUnsafe(capacity).fill(0) : Buffer.alloc(capacity);
}

function wholeWords(length: number): number {
  return Math.ceil(length / 4) * 4;
}
