/** Reads RESP2 replies out of bytes that are complete. */
import { fromBytes } from "./bytes.ts";
import type { Reply } from "./reply.ts";

const CR = 13;
const MINUS = 45;
const ZERO = 48;
const NULL: Reply = { kind: "null" };

/** The replies in `bytes`, one after another. Throws an Error where they are no RESP2. */
export function parseReplies(bytes: Uint8Array): Reply[] {
  const reader = new Reader(bytes);
  const replies: Reply[] = [];
  while (!reader.isDone) replies.push(reader.read());
  return replies;
}

class Reader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isDone(): boolean {
    return this.at >= this.bytes.length;
  }

  /** Reads a reply. Nested arrays are read by recursion: the server bounds how deep they are. */
  read(): Reply {
    if (this.isDone) throw new Error("the answer is cut off");
    const mark = String.fromCharCode(this.bytes[this.at++]!);
    switch (mark) {
      case "+":
        return { kind: "status", text: decode(this.line()) };
      case "-":
        return { kind: "error", text: decode(this.line()) };
      case ":":
        return { kind: "integer", digits: fromBytes(this.line()) };
      case "$":
        return this.bulk(this.length());
      case "*":
        return this.array(this.length());
      default:
        throw new Error("the answer is not RESP2");
    }
  }

  private bulk(size: number): Reply {
    if (size < 0) return NULL;
    const bytes = this.bytes.subarray(this.at, this.at + size);
    if (bytes.length < size) throw new Error("the answer is cut off");
    this.at += size + 2;
    return { kind: "bulk", bytes };
  }

  private array(size: number): Reply {
    if (size < 0) return NULL;
    const items: Reply[] = [];
    for (let i = 0; i < size; i++) items.push(this.read());
    return { kind: "array", items };
  }

  /** A length, read digit by digit: large arrays have one for each item, and a text for each takes most of the time. */
  private length(): number {
    const { bytes } = this;
    const isNegative = bytes[this.at] === MINUS;
    const start = isNegative ? this.at + 1 : this.at;
    let at = start;
    let size = 0;
    for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO) size = size * 10 + digit;
    if (at === bytes.length) throw new Error("the answer is cut off");
    if (at === start || bytes[at] !== CR) throw new Error("the answer is not RESP2");
    this.at = at + 2;
    return isNegative ? -size : size;
  }

  private line(): Uint8Array {
    const end = this.bytes.indexOf(CR, this.at);
    if (end < 0) throw new Error("the answer is cut off");
    const line = this.bytes.subarray(this.at, end);
    this.at = end + 2;
    return line;
  }
}

const decoder = new TextDecoder();
const decode = (line: Uint8Array): string => decoder.decode(line);
