/** Replies as redis-cli prints them on a terminal, as its `--raw` does, and as JSON: whole, or as far as a bound. */
import { asText, fromBytes, toText } from "../client/bytes.ts";
import type { Reply } from "../client/reply.ts";

export const FORMATS = ["cli", "raw", "json"] as const;

export type Format = (typeof FORMATS)[number];

interface Formatted {
  readonly text: string;
  /** Whether the reply goes on. */
  readonly isCut: boolean;
}

/** Formats a reply. Stops soon after `charsMax` chars, so a large reply costs what is shown of it. */
export function formatReply(reply: Reply, format: Format, charsMax = Number.POSITIVE_INFINITY): Formatted {
  const out = new Output(charsMax);
  if (format === "cli") writeTty(out, reply, "");
  else if (format === "raw") writeRaw(out, reply);
  else writeJson(out, reply, "");
  return { text: out.text, isCut: out.isFull };
}

class Output {
  text = "";
  isFull = false;
  private readonly charsMax: number;

  constructor(charsMax: number) {
    this.charsMax = charsMax;
  }

  add(text: string): void {
    if (this.isFull) return;
    const room = this.charsMax - this.text.length;
    this.isFull = text.length > room;
    this.text += this.isFull ? text.slice(0, Math.max(0, room)) : text;
  }

  /** Adds a string of which no more is converted than can be shown. A char has a byte at least. */
  addBytes(bytes: Uint8Array, show: (text: string | undefined) => string): void {
    if (this.isFull) return;
    const room = Math.max(0, this.charsMax - this.text.length) + 1;
    if (bytes.length <= room) return this.add(show(asText(bytes)));
    // In a stream the decoder keeps back a char that is cut off.
    this.add(show(new TextDecoder().decode(bytes.subarray(0, room), { stream: true })));
    this.isFull = true;
  }
}

/** As redis-cli on a terminal: `1) "a"`. `prefix` is what stands before each further line. */
function writeTty(out: Output, reply: Reply, prefix: string): void {
  switch (reply.kind) {
    case "status":
      return out.add(`${reply.text}\n`);
    case "error":
      return out.add(`(error) ${reply.text}\n`);
    case "integer":
      return out.add(`(integer) ${reply.digits}\n`);
    case "null":
      return out.add("(nil)\n");
    case "bulk":
      writeQuoted(out, reply.bytes);
      return out.add("\n");
    case "array":
      break;
  }
  const { items } = reply;
  if (items.length === 0) return out.add("(empty array)\n");
  const digits = String(items.length).length;
  const deeper = prefix + " ".repeat(digits + 2);
  for (let i = 0; i < items.length && !out.isFull; i++) {
    out.add(`${i === 0 ? "" : prefix}${String(i + 1).padStart(digits)}) `);
    writeTty(out, items[i]!, deeper);
  }
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [7, "\\a"],
  [8, "\\b"],
  [9, "\\t"],
  [10, "\\n"],
  [13, "\\r"],
  [34, '\\"'],
  [92, "\\\\"],
]);

/** Bytes that are joined before they are added. */
const PART_BYTES = 4096;

function writeQuoted(out: Output, bytes: Uint8Array): void {
  out.add('"');
  for (let at = 0; at < bytes.length && !out.isFull; at += PART_BYTES) {
    let part = "";
    for (const byte of bytes.subarray(at, at + PART_BYTES)) {
      if (byte >= 32 && byte < 127 && byte !== 34 && byte !== 92) part += String.fromCharCode(byte);
      else part += ESCAPES.get(byte) ?? `\\x${byte.toString(16).padStart(2, "0")}`;
    }
    out.add(part);
  }
  out.add('"');
}

/** As redis-cli into a file: strings as they are, each item on a line. */
function writeRaw(out: Output, reply: Reply): void {
  if (reply.kind === "bulk") {
    out.addBytes(reply.bytes, (text) => text ?? toText(reply.bytes));
    return out.add("\n");
  }
  if (reply.kind !== "array") return out.add(`${rawOf(reply)}\n`);
  if (reply.items.length === 0) return out.add("\n");
  for (const item of reply.items) {
    if (out.isFull) return;
    writeRaw(out, item);
  }
}

function rawOf(reply: Exclude<Reply, { kind: "array" | "bulk" }>): string {
  if (reply.kind === "integer") return reply.digits;
  return reply.kind === "null" ? "" : reply.text;
}

function writeJson(out: Output, reply: Reply, indent: string): void {
  if (reply.kind === "bulk") {
    out.addBytes(reply.bytes, (text) =>
      text === undefined ? JSON.stringify({ base64: btoa(fromBytes(reply.bytes)) }) : JSON.stringify(text),
    );
    return indent === "" ? out.add("\n") : undefined;
  }
  if (reply.kind !== "array") return out.add(`${jsonOf(reply)}${indent === "" ? "\n" : ""}`);
  const deeper = `${indent}  `;
  if (reply.items.length === 0) out.add("[]");
  else {
    out.add("[\n");
    for (let i = 0; i < reply.items.length && !out.isFull; i++) {
      out.add(deeper);
      writeJson(out, reply.items[i]!, deeper);
      out.add(i + 1 < reply.items.length ? ",\n" : "\n");
    }
    out.add(`${indent}]`);
  }
  if (indent === "") out.add("\n");
}

/** An error is an object, and so is a string that is not text, since JSON has no bytes. */
function jsonOf(reply: Exclude<Reply, { kind: "array" | "bulk" }>): string {
  switch (reply.kind) {
    case "null":
      return "null";
    case "integer":
      return reply.digits;
    case "status":
      return JSON.stringify(reply.text);
    case "error":
      return JSON.stringify({ error: reply.text });
  }
}

/** How many bytes and items a reply has, to say what is not shown. */
export function sizeOf(reply: Reply): { readonly bytes: number; readonly items: number } {
  if (reply.kind === "bulk") return { bytes: reply.bytes.length, items: 1 };
  if (reply.kind !== "array") return { bytes: 0, items: 1 };
  let bytes = 0;
  let items = 0;
  for (const item of reply.items) {
    const size = sizeOf(item);
    bytes += size.bytes;
    items += size.items;
  }
  return { bytes, items };
}
