/** Reads files that a user names, which may have no end. */
import { closeSync, openSync, readSync } from "node:fs";

const CHUNK_BYTES = 64 * 1024;

/**
 * The bytes of a file. A pipe is read to its end; a device such as `/dev/zero` has none. Throws the system's error, or
 * an error for more than `bytesMax`.
 */
export function readBounded(path: string, bytesMax: number): Buffer {
  const file = openSync(path, "r");
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const read = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (read === 0) return Buffer.concat(chunks, length);
      length += read;
      if (length > bytesMax) throw new Error(`${path} is larger than ${bytesMax} bytes`);
      chunks.push(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}
