/**
 * Takes the Lua binary in: from the development dependency that ships it into a module of base64 text, compressed, so that
 * no file has to be found at run time and a bundler takes it along like any other code. Lua 5.1 is finished, so one
 * binary is right and every other is refused.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const SHA256 = "cba969b97e8a319eba8996b5df488aed5cdd22a56f2de53b42598e474014e610";
const SOURCE = new URL("../node_modules/wasmoon-lua5.1/dist/liblua5.1.wasm", import.meta.url);
const TARGET = new URL("../src/server/lua51.generated.ts", import.meta.url);

const binary = readFileSync(SOURCE);
const digest = createHash("sha256").update(binary).digest("hex");
if (digest !== SHA256) throw new Error(`${fileURLToPath(SOURCE)} has SHA-256 ${digest}, not ${SHA256}`);
const text = brotliCompressSync(binary).toString("base64");
const module = `/** Lua 5.1.5 compiled to WebAssembly, compressed by Brotli, in base64. Written by build/lua-binary.mjs. */
export const COMPRESSED_LUA: string =
  "${text}";
`;
// A file that has not changed keeps its time, and the compiler its work.
if (!existsSync(TARGET) || readFileSync(TARGET, "utf8") !== module) writeFileSync(TARGET, module);
