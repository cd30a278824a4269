/**
 * Lengths and strings in RDB. A length takes 1, 2, 5 or 9 bytes, by its first two bits; their fourth combination marks
 * a string that is written as an integer or compressed.
 */
import { parseInt64 } from "../../core/numbers.ts";
import type { Uint64 } from "../types/stream-id.ts";
import { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { compress, decompress } from "./lzf.ts";
import { RdbError } from "./rdb-error.ts";

const LENGTH_6_BITS_MAX = 0x3f;
const LENGTH_14_BITS_MAX = 0x3fff;
const LENGTH_32_BITS_MAX = 0xffffffff;
const LENGTH_14_BITS = 0x40;
const LENGTH_32_BITS = 0x80;
const LENGTH_64_BITS = 0x81;

const SPECIAL = 0xc0;
const INT8 = SPECIAL;
const INT16 = SPECIAL + 1;
const INT32 = SPECIAL + 2;
const COMPRESSED = SPECIAL + 3;

/** Strings up to this length are not compressed. */
const PLAIN_BYTES_MAX = 20;

/** Longest text of a 32-bit integer. */
const INT32_CHARS_MAX = 11;

/**
 * Limit on the decompressed bytes of packed elements in one value, together: otherwise a small payload could expand to
 * more elements than memory holds. Redis packs a few kilobytes at most.
 */
const PACKED_BYTES_MAX = 64 * 1024 * 1024;

/** Writes a length in one, two, five or nine bytes. */
export function writeLength(writer: ByteWriter, length: Uint64): void {
  if (length <= LENGTH_6_BITS_MAX) {
    writer.byte(Number(length));
  } else if (length <= LENGTH_14_BITS_MAX) {
    writer.byte(LENGTH_14_BITS | (Number(length) >> 8));
    writer.byte(Number(length) & 0xff);
  } else if (length <= LENGTH_32_BITS_MAX) {
    writer.byte(LENGTH_32_BITS);
    writer.uint32be(Number(length));
  } else {
    writer.byte(LENGTH_64_BITS);
    writer.uint64be(length);
  }
}

/** Writes a byte string in its shortest form. */
export function writeString(writer: ByteWriter, text: string): void {
  if (text.length <= INT32_CHARS_MAX) {
    const value = parseInt64(text);
    if (typeof value === "number" && writeInteger(writer, value)) return;
  }
  if (text.length > PLAIN_BYTES_MAX) {
    writeBlob(writer, Buffer.from(text, "latin1"));
    return;
  }
  writeLength(writer, text.length);
  writer.bytes(text);
}

/**
 * Writes a string that is never an integer, such as packed elements: compressed where that is shorter and the writer
 * compresses.
 */
export function writeBlob(writer: ByteWriter, bytes: Uint8Array): void {
  const compressed = writer.compresses && bytes.length > PLAIN_BYTES_MAX ? compress(bytes) : undefined;
  if (compressed !== undefined) {
    writer.byte(COMPRESSED);
    writeLength(writer, compressed.length);
  }
  writeLength(writer, bytes.length);
  writer.buffered(compressed ?? bytes);
}

function writeInteger(writer: ByteWriter, value: number): boolean {
  if (value !== value >> 0) return false;
  const bytes = value === (value << 24) >> 24 ? 1 : value === (value << 16) >> 16 ? 2 : 4;
  writer.byte(bytes === 1 ? INT8 : bytes === 2 ? INT16 : INT32);
  writer.intle(value, bytes);
  return true;
}

/**
 * Reads lengths and strings. Compressed strings may inflate to `inflatedBytesMax` bytes in all, counted anew from each
 * call of {@link renew}.
 */
export class RdbReader extends ByteReader {
  /** Start of the current part; the bytes before it have been processed. */
  mark = 0;
  protected readonly inflatedBytesMax: number;
  private inflatableBytes: number;
  private packedBytes = PACKED_BYTES_MAX;

  constructor(buffer: Buffer, start: number, end: number, inflatedBytesMax: number) {
    super(buffer, start, end);
    this.mark = start;
    this.inflatedBytesMax = inflatedBytesMax;
    this.inflatableBytes = inflatedBytesMax;
  }

  /** The number of bytes after those in the buffer: 0, unless a file is read in pieces. */
  protected get beyond(): number {
    return 0;
  }

  /** Marks the end of a part. If the bytes end in the middle of the next one, reading continues from here. */
  markPart(): void {
    this.mark = this.at;
  }

  /** Counts inflated bytes from 0 again. */
  renew(): void {
    this.inflatableBytes = this.inflatedBytesMax;
    this.packedBytes = PACKED_BYTES_MAX;
  }

  /** An unsigned integer in the form of a length. */
  length(): Uint64 {
    const first = this.byte();
    if (first <= LENGTH_6_BITS_MAX) return first;
    if (first < LENGTH_32_BITS) return ((first & LENGTH_6_BITS_MAX) << 8) | this.byte();
    if (first === LENGTH_32_BITS) return this.uint32be();
    if (first === LENGTH_64_BITS) return this.uint64be();
    throw new RdbError("there is no length where one is due");
  }

  /** A number of elements, checked against the bytes left, of which each takes at least `bytesEach`. */
  count(bytesEach: number): number {
    const count = this.length();
    if (count > (this.left + this.beyond) / bytesEach)
      throw new RdbError("there cannot be as many elements as are announced");
    return Number(count);
  }

  /**
   * The length of the next string if that is plain and longer than `bytesMax`; the string follows. Otherwise undefined,
   * and nothing is consumed.
   */
  lengthOfLong(bytesMax: number): number | undefined {
    const start = this.at;
    if (this.peek() >= SPECIAL) return undefined;
    const length = this.count(1);
    if (length > this.inflatedBytesMax) throw new RdbError("a string is longer than a string may be");
    if (length > bytesMax) return length;
    this.at = start;
    return undefined;
  }

  /** A byte string in any of its forms. */
  string(): string {
    const first = this.peek();
    if (first < SPECIAL) return this.bytes(this.count(1));
    this.byte();
    if (first === INT8) return String(this.intle(1));
    if (first === INT16) return String(this.intle(2));
    if (first === INT32) return String(this.intle(4));
    return this.inflated(first).latin1Slice();
  }

  /** A string of packed elements, plain or compressed, as a view or a new buffer. Throws for the integer form. */
  blob(): Buffer {
    const first = this.peek();
    if (first < SPECIAL) return this.view(this.count(1));
    this.byte();
    const bytes = this.inflated(first);
    this.packedBytes -= bytes.length;
    if (this.packedBytes < 0) throw new RdbError("the packed elements take too many bytes");
    return bytes;
  }

  private inflated(form: number): Buffer {
    if (form !== COMPRESSED) throw new RdbError("a string is written in an unknown form");
    const compressedBytes = this.length();
    const bytes = this.length();
    if (bytes > this.inflatableBytes) throw new RdbError("the compressed strings are too long");
    this.inflatableBytes -= Number(bytes);
    return decompress(this.view(Number(compressedBytes)), Number(bytes));
  }
}
