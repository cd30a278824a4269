/** The Lua binary. It is part of the code, so a bundle contains it. */
import { brotliDecompressSync } from "node:zlib";
import { COMPRESSED_LUA } from "./lua51.generated.ts";

let binary: Uint8Array | undefined;

/** Decompresses the binary for the first script, and keeps it. */
export function readLuaBinary(): Uint8Array {
  binary ??= brotliDecompressSync(Buffer.from(COMPRESSED_LUA, "base64"));
  return binary;
}
