/** The binary that runs Lua. It is part of the code, so it is there wherever the code is: in a bundle too. */
import { inflateRawSync } from "node:zlib";
import { DEFLATED_LUA } from "./lua51.generated.ts";

let binary: Uint8Array | undefined;

/** Inflated once, when the first script comes. */
export function readLuaBinary(): Uint8Array {
  binary ??= inflateRawSync(Buffer.from(DEFLATED_LUA, "base64"));
  return binary;
}
