/** Reads RESP2 replies out of bytes that are complete. */
import { fromBytes } from "./bytes.ts";
import type { Reply } from "./reply.ts";

const CR = 13;
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
    const mark = String.fromCharCode(this.bytes[this.at++] ?? 0);
    const line = this.line();
    switch (mark) {
      case "+":
        return { kind: "status", text: decode(line) };
      case "-":
        return { kind: "error", text: decode(line) };
      case ":":
        return { kind: "integer", digits: fromBytes(line) };
      case "$":
        return this.bulk(length(line));
      case "*":
        return this.array(length(line));
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

function length(line: Uint8Array): number {
  const size = Number(decode(line));
  if (!Number.isInteger(size)) throw new Error("the answer is not RESP2");
  return size;
}
