/**
 * Payloads of FUNCTION DUMP and FUNCTION RESTORE: for each library a marker byte and its text as a string of RDB, then
 * the footer of a DUMP payload. Source: Redis's "RDB File Format".
 */
import { ByteWriter } from "./byte-writer.ts";
import { footless, writeFooter } from "./dump-payload.ts";
import { RdbError } from "./rdb-error.ts";
import { RdbReader, writeString } from "./rdb-string.ts";
import { RDB_VERSION } from "./value-writer.ts";

/** The marker before a library. */
const LIBRARY = 0xf5;

/** The payload of libraries, given as their texts, which are compressed or not. */
export function functionsPayload(texts: readonly string[], compresses = true): string {
  const writer = new ByteWriter(compresses);
  for (const text of texts) {
    writer.byte(LIBRARY);
    writeString(writer, text);
  }
  return writeFooter(writer, RDB_VERSION);
}

/**
 * The texts in a checked payload. Compressed ones may inflate to `inflatedBytesMax` bytes in all. Throws an
 * {@link UnknownMarker} for what is no library, and an RdbError for malformed bytes.
 */
export function payloadFunctions(bytes: Buffer, inflatedBytesMax: number): string[] {
  const reader = new RdbReader(bytes, 0, footless(bytes), inflatedBytesMax);
  const texts: string[] = [];
  while (reader.left > 0) {
    if (reader.byte() !== LIBRARY) throw new UnknownMarker("a part of the payload is no library of functions");
    texts.push(reader.string());
  }
  return texts;
}

/** A part of a payload that is not a library of functions. */
export class UnknownMarker extends RdbError {}
