/**
 * Lengths and strings as RDB writes them. A length takes 1, 2, 5 or 9 bytes, which its first two bits tell; the fourth
 * combination marks a string that is written as an integer or compressed.
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

/** Strings up to this length are not worth compressing. */
const PLAIN_BYTES_MAX = 20;

/** Longest text of a 32-bit integer. */
const INT32_CHARS_MAX = 11;

/**
 * Bytes that the compressed strings of one value may take together when they hold elements packed into one string: a
 * small payload must not become more elements than there is memory for. Redis packs at most a few kilobytes.
 */
const PACKED_BYTES_MAX = 64 * 1024 * 1024;

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

/** A byte string in the shortest of its forms. */
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

/** Bytes as a string, compressed where that is shorter and never as an integer: for elements packed into one string. */
export function writeBlob(writer: ByteWriter, bytes: Uint8Array): void {
  const compressed = bytes.length > PLAIN_BYTES_MAX ? compress(bytes) : undefined;
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
 * Reads lengths and strings. It inflates compressed strings to at most `inflatedBytesMax` bytes in all, or between two
 * calls of {@link renew}.
 */
export class RdbReader extends ByteReader {
  /** Where the part begins that is being read: what was read before it is done with. */
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

  /** Bytes that follow those at hand: none, unless a file is read in pieces. */
  protected get beyond(): number {
    return 0;
  }

  /** A part has been read: reading goes on from here if the bytes end in the middle of the next. */
  markPart(): void {
    this.mark = this.at;
  }

  /** Compressed strings may take as much as at first. */
  renew(): void {
    this.inflatableBytes = this.inflatedBytesMax;
    this.packedBytes = PACKED_BYTES_MAX;
  }

  /** An unsigned integer written as a length. */
  length(): Uint64 {
    const first = this.byte();
    if (first <= LENGTH_6_BITS_MAX) return first;
    if (first < LENGTH_32_BITS) return ((first & LENGTH_6_BITS_MAX) << 8) | this.byte();
    if (first === LENGTH_32_BITS) return this.uint32be();
    if (first === LENGTH_64_BITS) return this.uint64be();
    throw new RdbError("there is no length where one is due");
  }

  /** How many things follow, each of which takes at least so many bytes. */
  count(bytesEach: number): number {
    const count = this.length();
    if (count > (this.left + this.beyond) / bytesEach)
      throw new RdbError("there cannot be as many elements as are announced");
    return Number(count);
  }

  /**
   * When a plain string follows that takes more than `bytesMax` bytes: goes past its length and answers it. Otherwise
   * undefined, and nothing is read.
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

  /**
   * A byte string, plain or compressed, as a view or a buffer: for elements packed into one string. An integer form is
   * an error.
   */
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
