/** The binary that runs Lua, which the build puts beside this file. Read once, when the first script comes. */
import { readFileSync } from "node:fs";

let binary: Uint8Array | undefined;

export function readLuaBinary(): Uint8Array {
  binary ??= readFileSync(new URL("lua51.wasm", import.meta.url));
  return binary;
}
