/** The Lua binary. It is part of the code, so a bundle contains it. */
import { inflateRawSync } from "node:zlib";
import { DEFLATED_LUA } from "./lua51.generated.ts";

let binary: Uint8Array | undefined;

/** Inflates the binary for the first script, and keeps it. */
export function readLuaBinary(): Uint8Array {
  binary ??= inflateRawSync(Buffer.from(DEFLATED_LUA, "base64"));
  return binary;
}
