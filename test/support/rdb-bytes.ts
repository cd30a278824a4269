/**
 * RDB put together by hand, in forms of servers that are too old to run here. It shares only the checksum with the
 * server.
 */
import { crc64 } from "../../src/data/rdb/crc64.ts";

/** An integer in little-endian order. */
export function le(value: number | bigint, bytes: number): string {
  let rest = BigInt.asUintN(bytes * 8, BigInt(value));
  let text = "";
  for (let i = 0; i < bytes; i++) {
    text += String.fromCharCode(Number(rest & 0xffn));
    rest >>= 8n;
  }
  return text;
}

/** An integer in big-endian order. */
export function be(value: number | bigint, bytes: number): string {
  return [...le(value, bytes)].reverse().join("");
}

/** A length in RDB, in one byte, two, or five. */
export function length(value: number): string {
  if (value < 64) return String.fromCharCode(value);
  if (value < 16_384) return be(0x4000 | value, 2);
  return `\x80${be(value, 4)}`;
}

/** A string in RDB as it is. */
export function string(text: string): string {
  return length(text.length) + text;
}

/** A type and a value, with the version and the checksum that follow. */
export function payload(type: number, body: string, version = 6): string {
  return sealed(String.fromCharCode(type) + body + le(version, 2));
}

/** Bytes with their checksum. */
export function sealed(bytes: string): string {
  return bytes + le(crc64(Buffer.from(bytes, "latin1")), 8);
}

/** The encodings of a ziplist's elements; integers by their size. */
export const ZiplistElement = {
  small: (value: number): string => String.fromCharCode(0xf1 + value),
  int8: (value: number): string => `\xfe${le(value, 1)}`,
  int16: (value: number): string => `\xc0${le(value, 2)}`,
  int24: (value: number): string => `\xf0${le(value, 3)}`,
  int32: (value: number): string => `\xd0${le(value, 4)}`,
  int64: (value: bigint): string => `\xe0${le(value, 8)}`,
  string6: (text: string): string => String.fromCharCode(text.length) + text,
  string14: (text: string): string => be(0x4000 | text.length, 2) + text,
  string32: (text: string): string => `\x80${be(text.length, 4)}${text}`,
} as const;

/** A ziplist of elements that are encoded already. */
export function ziplist(elements: readonly string[]): string {
  let body = "";
  let last = 0;
  let before = 0;
  for (const element of elements) {
    last = body.length;
    const entry = (before < 254 ? le(before, 1) : `\xfe${le(before, 4)}`) + element;
    body += entry;
    before = entry.length;
  }
  return le(11 + body.length, 4) + le(10 + last, 4) + le(elements.length, 2) + body + "\xff";
}

/** A zipmap, with some free bytes after each value. */
export function zipmap(items: Readonly<Record<string, string>>, free = 0): string {
  const size = (text: string): string => (text.length < 254 ? le(text.length, 1) : `\xfe${le(text.length, 4)}`);
  let body = "";
  for (const [field, value] of Object.entries(items)) {
    body += size(field) + field + size(value) + le(free, 1) + value + "\0".repeat(free);
  }
  return le(Object.keys(items).length, 1) + body + "\xff";
}

/** A listpack of short strings and of integers from 0 to 127. */
export function listpack(elements: readonly (string | number)[]): string {
  const body = elements
    .map((element) => (typeof element === "number" ? le(element, 1) : le(0x80 | element.length, 1) + element))
    .map((element) => element + le(element.length, 1))
    .join("");
  return le(7 + body.length, 4) + le(elements.length, 2) + body + "\xff";
}

/** An intset whose members have this many bytes each. */
export function intset(bytes: number, members: readonly (number | bigint)[]): string {
  return le(bytes, 4) + le(members.length, 4) + members.map((member) => le(member, bytes)).join("");
}
