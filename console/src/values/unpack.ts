/** Decompresses by the browser's own streams, up to a bound: a few bytes can hold gigabytes. */
import { TEXTS } from "../texts.ts";
import { concatenate } from "./byte-source.ts";
import type { Packing } from "./formats.ts";

/** Bytes that are decompressed. */
const UNPACKED_BYTES_MAX = 16 * 1024 * 1024;

/** Rejects with an Error where the bytes are broken or hold more than fits. */
export async function unpack(bytes: Uint8Array, packing: Packing): Promise<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const reader = source.pipeThrough(new DecompressionStream(packing)).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concatenate(parts.length === 0 ? [new Uint8Array()] : parts);
    length += value.length;
    parts.push(value);
    if (length <= UNPACKED_BYTES_MAX) continue;
    void reader.cancel().catch(() => {});
    throw new Error(TEXTS.values.unpackedTooLarge(UNPACKED_BYTES_MAX));
  }
}
