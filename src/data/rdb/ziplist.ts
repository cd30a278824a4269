/**
 * Reads what listpacks have replaced: ziplists, which Redis wrote before 7.0, and zipmaps, which it wrote before 2.6.
 *
 * A ziplist has a header of its length in bytes (4), the offset of its last element (4) and its number of elements (2),
 * and ends with 0xff. An element is the length of the one before, its own encoding, and its bytes.
 */
import { ByteReader } from "./byte-reader.ts";
import { RdbError } from "./rdb-error.ts";

const HEADER_BYTES = 10;
const COUNT_UNKNOWN = 0xffff;
const END = 0xff;
/** Marks a length of four bytes for the element before. */
const LONG_LENGTH = 0xfe;

/** Encodings that start with two set bits. */
const INT16 = 0xc0;
const INT32 = 0xd0;
const INT64 = 0xe0;
const INT24 = 0xf0;
const INT8 = 0xfe;
/** From here to `SMALL_LAST`, the byte contains an integer from 0 to 12. */
const SMALL_FIRST = 0xf1;
const SMALL_LAST = 0xfd;

/** The elements. Throws an RdbError for malformed bytes. */
export function readZiplist(bytes: Buffer): string[] {
  const reader = new ByteReader(bytes);
  if (reader.uint32le() !== bytes.length) throw new RdbError("a ziplist has another length");
  const tail = reader.uint32le();
  const count = reader.uint16le();
  const elements: string[] = [];
  let last = HEADER_BYTES;
  while (reader.peek() !== END) {
    const start = reader.at;
    const before = reader.byte();
    const stated = before === LONG_LENGTH ? reader.uint32le() : before;
    if (stated !== start - last) throw new RdbError("a ziplist has an element of another length");
    elements.push(readElement(reader));
    last = start;
  }
  if (reader.left !== 1 || tail !== last) throw new RdbError("a ziplist ends elsewhere");
  if (count !== COUNT_UNKNOWN && count !== elements.length) throw new RdbError("a ziplist has another count");
  return elements;
}

function readElement(reader: ByteReader): string {
  const first = reader.byte();
  if (first < 0x40) return reader.bytes(first);
  if (first < 0x80) return reader.bytes(((first & 0x3f) << 8) | reader.byte());
  if (first === 0x80) return reader.bytes(reader.uint32be());
  if (first === INT16) return String(reader.intle(2));
  if (first === INT32) return String(reader.intle(4));
  if (first === INT64) return String(reader.int64le());
  if (first === INT24) return String(reader.intle(3));
  if (first === INT8) return String(reader.intle(1));
  if (first >= SMALL_FIRST && first <= SMALL_LAST) return String(first - SMALL_FIRST);
  throw new RdbError("a ziplist has an element of an unknown kind");
}

/**
 * The fields and values of a zipmap, alternating. A zipmap is a byte with their number (254 if it does not fit); for
 * each, the length and bytes of the field, the length of the value, the number of free bytes after it, and its bytes;
 * and 0xff.
 */
export function readZipmap(bytes: Buffer): string[] {
  const reader = new ByteReader(bytes);
  const count = reader.byte();
  const items: string[] = [];
  while (reader.peek() !== END) {
    items.push(reader.bytes(zipmapLength(reader)));
    const length = zipmapLength(reader);
    const free = reader.byte();
    items.push(reader.bytes(length));
    reader.view(free);
  }
  if (reader.left !== 1) throw new RdbError("a zipmap ends too early");
  if (count < LONG_LENGTH && count * 2 !== items.length) throw new RdbError("a zipmap has another count");
  return items;
}

function zipmapLength(reader: ByteReader): number {
  const first = reader.byte();
  if (first === END) throw new RdbError("a zipmap has a field without a value");
  return first === LONG_LENGTH ? reader.uint32le() : first;
}
