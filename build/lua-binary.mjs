/**
 * Takes the Lua binary in: copies it from the development dependency that ships it to where the compiled server looks
 * for it, and so into the published package. Lua 5.1 is finished, so one binary is right and every other is refused.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SHA256 = "cba969b97e8a319eba8996b5df488aed5cdd22a56f2de53b42598e474014e610";
const SOURCE = new URL("../node_modules/wasmoon-lua5.1/dist/liblua5.1.wasm", import.meta.url);
const TARGET = new URL("../dist/src/server/lua51.wasm", import.meta.url);

const binary = readFileSync(SOURCE);
const digest = createHash("sha256").update(binary).digest("hex");
if (digest !== SHA256) throw new Error(`${fileURLToPath(SOURCE)} has SHA-256 ${digest}, not ${SHA256}`);
mkdirSync(new URL(".", TARGET), { recursive: true });
writeFileSync(TARGET, binary);
