/** MessagePack as a text like JSON. Integers keep their digits; what JSON has no word for is named. */
import { decode, ExtData } from "@msgpack/msgpack";
import { hexOf } from "./hex.ts";

/** Levels that are shown. */
const DEPTH_MAX = 200;

/** Throws an Error where the bytes are no MessagePack. */
export function showMessagePack(bytes: Uint8Array): string {
  const value = decode(bytes, { useBigInt64: true, keyDecoder, mapKeyConverter: keyOf });
  return show(value, "");
}

const decoder = new TextDecoder();

/** Gives keys of text a prefix: without it the library refuses `__proto__`, and numbers would move to the front. */
const keyDecoder = {
  canBeCached: () => true,
  decode: (bytes: Uint8Array, at: number, length: number) => `s${decoder.decode(bytes.subarray(at, at + length))}`,
};

/** The name of a key in an object. Keys of other kinds have another prefix. */
function keyOf(key: unknown): string {
  return typeof key === "string" ? key : `k${show(key, "")}`;
}

function show(value: unknown, indent: string): string {
  if (indent.length > 2 * DEPTH_MAX) return "…";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value instanceof Uint8Array) return `bytes(${hexOf(value)})`;
  if (value instanceof Date) return `time(${value.toISOString()})`;
  if (value instanceof ExtData) return `ext(${value.type}, ${hexOf(value.data as Uint8Array)})`;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return lines(
      "[",
      "]",
      value.map((item) => show(item, inner)),
      indent,
    );
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(
      ([name, item]) => `${name.startsWith("s") ? JSON.stringify(name.slice(1)) : name.slice(1)}: ${show(item, inner)}`,
    );
    return lines("{", "}", members, indent);
  }
  return JSON.stringify(value) ?? "null";
}

function lines(open: string, close: string, items: readonly string[], indent: string): string {
  if (items.length === 0) return open + close;
  return `${open}\n${items.map((item) => `${indent}  ${item}`).join(",\n")}\n${indent}${close}`;
}
