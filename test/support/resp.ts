/** A minimal reader and writer of RESP2 and RESP3, to compare raw replies. It shares no code with the server. */
import { utf8 } from "./rest-shape.ts";

/** A reply as a tree. The kinds of RESP3 are those from `null` on; a map has keys and values in turn. */
export type Frame =
  | { kind: "status" | "error"; text: string }
  | { kind: "integer"; text: string }
  | { kind: "bulk"; text: string | null }
  | { kind: "array"; items: Frame[] | null }
  | { kind: "null" | "double" | "boolean" | "big number" | "verbatim"; text: string }
  | { kind: "map" | "set" | "push"; items: Frame[] };

/** The kinds whose frame is one line, by its first byte. */
const LINES = {
  "+": "status",
  "-": "error",
  ":": "integer",
  _: "null",
  ",": "double",
  "#": "boolean",
  "(": "big number",
} as const;

const AGGREGATES = { "%": "map", "~": "set", ">": "push" } as const;

/** Reads one frame of a byte string; undefined when it is not complete. */
export function readFrame(bytes: string, at: number): { frame: Frame; end: number } | undefined {
  const eol = bytes.indexOf("\r\n", at);
  if (eol < 0) return undefined;
  const head = bytes.slice(at + 1, eol);
  const next = eol + 2;
  const type = bytes[at]!;
  if (type in LINES) return { frame: { kind: LINES[type as keyof typeof LINES], text: head }, end: next };
  if (type === "$" || type === "=") {
    const length = Number(head);
    if (length < 0) return { frame: { kind: "bulk", text: null }, end: next };
    if (bytes.length < next + length + 2) return undefined;
    const kind = type === "$" ? "bulk" : "verbatim";
    return { frame: { kind, text: bytes.slice(next, next + length) }, end: next + length + 2 };
  }
  if (type === "*") return readArray(bytes, next, Number(head));
  if (!(type in AGGREGATES)) throw new Error(`not RESP: ${JSON.stringify(bytes.slice(at, at + 40))}`);
  const read = readArray(bytes, next, type === "%" ? Number(head) * 2 : Number(head));
  if (read === undefined) return undefined;
  return { frame: { kind: AGGREGATES[type as keyof typeof AGGREGATES], items: read.frame.items! }, end: read.end };
}

function readArray(
  bytes: string,
  at: number,
  length: number,
): { frame: Frame & { kind: "array" }; end: number } | undefined {
  if (length < 0) return { frame: { kind: "array", items: null }, end: at };
  const items: Frame[] = [];
  let end = at;
  for (let i = 0; i < length; i++) {
    const item = readFrame(bytes, end);
    if (item === undefined) return undefined;
    items.push(item.frame);
    end = item.end;
  }
  return { frame: { kind: "array", items }, end };
}

/** A command as RESP2. */
export function encodeCommand(words: readonly string[]): string {
  let out = `*${words.length}\r\n`;
  for (const word of words) out += `$${word.length}\r\n${word}\r\n`;
  return out;
}

/** Commands as RESP2, one after another; each line is words with a space between. */
export function commandLines(...lines: readonly string[]): string {
  return lines.map((line) => encodeCommand(line.split(" "))).join("");
}

/** A frame of RESP2 in the shape of the REST answer. */
export function restShapeOf(frame: Frame): { result: unknown } | { error: string } {
  return frame.kind === "error" ? { error: utf8(frame.text) } : { result: valueOf(frame) };
}

function valueOf(frame: Frame): unknown {
  if (frame.kind === "integer") return Number(frame.text);
  if ("items" in frame) return frame.items?.map(valueOf) ?? null;
  if (frame.kind === "bulk") return frame.text === null ? null : utf8(frame.text);
  return utf8(frame.text);
}
