/**
 * Intsets: a set of integers in one string. Bytes of an integer (4), number of integers (4), the integers in ascending
 * order.
 */
import type { Int64 } from "../../core/numbers.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { RdbError } from "./rdb-error.ts";

const HEADER_BYTES = 8;

/** Writes an intset. `members` are distinct, in any order. */
export function writeIntset(members: readonly Int64[]): Buffer {
  const sorted = members.toSorted((a, b) => (a < b ? -1 : 1));
  const bytes = Math.max(bytesOf(sorted[0]!), bytesOf(sorted.at(-1)!));
  const writer = new ByteWriter();
  writer.uint32le(bytes);
  writer.uint32le(sorted.length);
  for (const member of sorted) {
    if (bytes === 8) writer.int64le(member);
    else writer.intle(Number(member), bytes);
  }
  return writer.view();
}

function bytesOf(member: Int64): number {
  if (member >= -0x8000 && member <= 0x7fff) return 2;
  return member >= -0x80000000 && member <= 0x7fffffff ? 4 : 8;
}

/** The members in ascending order. Throws an RdbError for malformed bytes. */
export function readIntset(intset: Buffer): string[] {
  const reader = new ByteReader(intset);
  const bytes = reader.uint32le();
  const count = reader.uint32le();
  if (bytes !== 2 && bytes !== 4 && bytes !== 8) throw new RdbError("an intset has integers of an unknown size");
  if (HEADER_BYTES + count * bytes !== intset.length) throw new RdbError("an intset has another length");
  const members: string[] = [];
  let before: Int64 = -(2n ** 64n);
  for (let i = 0; i < count; i++) {
    const member = bytes === 8 ? reader.int64le() : reader.intle(bytes);
    if (member <= before) throw new RdbError("an intset is not in order");
    before = member;
    members.push(String(member));
  }
  return members;
}
