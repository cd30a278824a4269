/** Payloads of DUMP and RESTORE: a type, the value, the RDB version in two bytes, and a checksum of all these. */
import type { EncodingBounds } from "../encoding.ts";
import type { Value } from "../value.ts";
import { ByteWriter } from "./byte-writer.ts";
import { crc64 } from "./crc64.ts";
import { RdbError } from "./rdb-error.ts";
import { RdbReader } from "./rdb-string.ts";
import { RDB_VERSION_MAX, readValue } from "./value-reader.ts";
import { rdbVersionOf, writeValue } from "./value-writer.ts";

const VERSION_BYTES = 2;
const CHECKSUM_BYTES = 8;
const FOOTER_BYTES = VERSION_BYTES + CHECKSUM_BYTES;

/** The payload of a value, as a byte string. Throws an RdbError when the value is too large for one. */
export function dumpPayload(value: Value, bounds: Readonly<EncodingBounds>): string {
  const writer = new ByteWriter(bounds.compresses);
  writeValue(writer, value, bounds);
  return writeFooter(writer, rdbVersionOf(value));
}

/** Ends a payload with its version and checksum; answers all of it as a byte string. */
export function writeFooter(writer: ByteWriter, version: number): string {
  writer.uint16le(version);
  writer.uint64le(crc64(writer.view()));
  return writer.view().latin1Slice();
}

/** The length of a checked payload without its version and checksum, in bytes. */
export function footless(bytes: Buffer): number {
  return bytes.length - FOOTER_BYTES;
}

/** Bytes of a value in RDB, its type excluded. */
export function serializedLength(value: Value, bounds: Readonly<EncodingBounds>): number {
  const writer = new ByteWriter(bounds.compresses);
  writeValue(writer, value, bounds);
  return writer.length - 1;
}

/** The bytes of a payload, if its version is known and its checksum right; undefined otherwise. */
export function checkedPayload(payload: string): Buffer | undefined {
  if (payload.length < FOOTER_BYTES) return undefined;
  const bytes = Buffer.from(payload, "latin1");
  const checked = bytes.length - CHECKSUM_BYTES;
  if (bytes.readUInt16LE(checked - VERSION_BYTES) > RDB_VERSION_MAX) return undefined;
  return crc64(bytes.subarray(0, checked)) === bytes.readBigUInt64LE(checked) ? bytes : undefined;
}

/**
 * The value in a checked payload. Its compressed strings may inflate to `inflatedBytesMax` bytes in all. Throws an
 * RdbError unless the whole payload is one value.
 */
export function payloadValue(bytes: Buffer, inflatedBytesMax: number): Value {
  const reader = new RdbReader(bytes, 0, footless(bytes), inflatedBytesMax);
  const value = readValue(reader);
  if (reader.left > 0) throw new RdbError("there are bytes left after the value");
  return value;
}
