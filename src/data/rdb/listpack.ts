/**
 * Listpacks: elements packed into one string. Header: length in bytes (4), number of elements (2). End: 0xff. An
 * element is its encoding, its bytes, and the length of both, which is written to be read backwards.
 *
 * | first byte  | element |
 * | ----------- | ------- |
 * | `0vvvvvvv`  | the integer v |
 * | `10llllll`  | a string of l bytes |
 * | `110vvvvv`  | a signed integer of 13 bits, with one more byte |
 * | `1110llll`  | a string, l has 12 bits with one more byte |
 * | `0xf0`      | a string, its length in four bytes |
 * | `0xf1…0xf4` | an integer of 2, 3, 4, 8 bytes |
 */
import { parseInt64 } from "../../core/numbers.ts";
import type { Int64 } from "../../core/numbers.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { RdbError } from "./rdb-error.ts";

const HEADER_BYTES = 6;
const COUNT_UNKNOWN = 0xffff;
const END = 0xff;
const STRING_32_BITS = 0xf0;
const INT16 = 0xf1;
const INT24 = 0xf2;
const INT32 = 0xf3;
const INT64 = 0xf4;

/** Longest text of a 64-bit integer. */
const INT64_CHARS_MAX = 20;

/** Writes one listpack. */
export class ListpackWriter {
  private readonly writer = new ByteWriter();
  private count = 0;

  constructor() {
    this.writer.uint32le(0);
    this.writer.uint16le(0);
  }

  /** Bytes of the listpack so far. */
  get length(): number {
    return this.writer.length + 1;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** Adds an element. The text of an integer is packed as an integer. */
  append(text: string): void {
    const value = text.length <= INT64_CHARS_MAX ? parseInt64(text) : undefined;
    if (value !== undefined) {
      this.appendInteger(value);
      return;
    }
    const { writer } = this;
    const start = writer.length;
    const { length } = text;
    if (length < 64) {
      writer.byte(0x80 | length);
    } else if (length < 4096) {
      writer.byte(0xe0 | (length >> 8));
      writer.byte(length & 0xff);
    } else {
      writer.byte(STRING_32_BITS);
      writer.uint32le(length);
    }
    writer.bytes(text);
    this.endElement(start);
  }

  appendInteger(value: Int64): void {
    const { writer } = this;
    const start = writer.length;
    if (typeof value === "bigint" || value !== value >> 0) {
      writer.byte(INT64);
      writer.int64le(value);
    } else if (value >= 0 && value <= 127) {
      writer.byte(value);
    } else if (value >= -4096 && value <= 4095) {
      writer.byte(0xc0 | ((value >> 8) & 0x1f));
      writer.byte(value & 0xff);
    } else {
      const bytes = value === (value << 16) >> 16 ? 2 : value === (value << 8) >> 8 ? 3 : 4;
      writer.byte(bytes === 2 ? INT16 : bytes === 3 ? INT24 : INT32);
      writer.intle(value, bytes);
    }
    this.endElement(start);
  }

  private endElement(start: number): void {
    const length = this.writer.length - start;
    const bytes = backLengthBytes(length);
    for (let i = bytes - 1; i >= 0; i--) {
      const bits = Math.floor(length / 128 ** i) & 127;
      this.writer.byte(i === bytes - 1 ? bits : bits | 128);
    }
    this.count++;
  }

  /** Ends the listpack and answers it. */
  finish(): Buffer {
    const { writer } = this;
    writer.byte(END);
    writer.patchUint32le(0, writer.length);
    writer.patchUint16le(4, Math.min(this.count, COUNT_UNKNOWN));
    return writer.view();
  }
}

/** Bytes of an element's length after it. The bounds are Redis's: one less than would fit. */
function backLengthBytes(length: number): number {
  if (length <= 127) return 1;
  if (length < 16_383) return 2;
  if (length < 2_097_151) return 3;
  return length < 268_435_455 ? 4 : 5;
}

/** Bytes of an element in a listpack; an upper bound if it is the text of an integer. */
export function packedBytes(text: string): number {
  const { length } = text;
  const encoded = length + (length < 64 ? 1 : length < 4096 ? 2 : 5);
  return encoded + backLengthBytes(encoded);
}

/** Bytes of an element in a listpack, exactly as {@link ListpackWriter.append} adds them. */
export function elementBytes(text: string): number {
  const value = text.length <= INT64_CHARS_MAX ? parseInt64(text) : undefined;
  return value === undefined ? packedBytes(text) : integerBytes(value) + 1;
}

/** Bytes of an integer's encoding. Its length after it takes one more. */
function integerBytes(value: Int64): number {
  if (typeof value === "bigint" || value !== value >> 0) return 9;
  if (value >= 0 && value <= 127) return 1;
  if (value >= -4096 && value <= 4095) return 2;
  return value === (value << 16) >> 16 ? 3 : value === (value << 8) >> 8 ? 4 : 5;
}

/** The elements. Throws an RdbError for malformed bytes. */
export function readListpack(bytes: Buffer): string[] {
  const reader = new ByteReader(bytes);
  if (reader.uint32le() !== bytes.length) throw new RdbError("a listpack has another length");
  const count = reader.uint16le();
  const elements: string[] = [];
  while (reader.peek() !== END) {
    const start = reader.at;
    elements.push(readElement(reader));
    checkBackLength(reader, reader.at - start);
  }
  if (reader.left !== 1) throw new RdbError("a listpack ends too early");
  if (count !== COUNT_UNKNOWN && count !== elements.length) throw new RdbError("a listpack has another count");
  return elements;
}

function readElement(reader: ByteReader): string {
  const first = reader.byte();
  if (first < 0x80) return String(first);
  if (first < 0xc0) return reader.bytes(first & 0x3f);
  if (first < 0xe0) return String((((first & 0x1f) << 8) | reader.byte()) - (first & 0x10 ? 0x2000 : 0));
  if (first < STRING_32_BITS) return reader.bytes(((first & 0x0f) << 8) | reader.byte());
  if (first === STRING_32_BITS) return reader.bytes(reader.uint32le());
  if (first === INT16) return String(reader.intle(2));
  if (first === INT24) return String(reader.intle(3));
  if (first === INT32) return String(reader.intle(4));
  if (first === INT64) return String(reader.int64le());
  throw new RdbError("a listpack has an element of an unknown kind");
}

function checkBackLength(reader: ByteReader, length: number): void {
  let stated = 0;
  for (let i = backLengthBytes(length); i > 0; i--) stated = stated * 128 + (reader.byte() & 127);
  if (stated !== length) throw new RdbError("a listpack has an element of another length");
}

/** Bytes of an empty listpack: header and end. */
export const EMPTY_LISTPACK_BYTES = HEADER_BYTES + 1;
