/** The least of a RESP2 client: enough to compare raw replies. It shares no code with the server. */

/** A reply as a tree. `raw` is the exact frame. */
export type Frame =
  | { kind: "status" | "error"; text: string }
  | { kind: "integer"; text: string }
  | { kind: "bulk"; text: string | null }
  | { kind: "array"; items: Frame[] | null };

/** Reads one frame of a byte string; undefined when it is not complete. */
export function readFrame(bytes: string, at: number): { frame: Frame; end: number } | undefined {
  const eol = bytes.indexOf("\r\n", at);
  if (eol < 0) return undefined;
  const head = bytes.slice(at + 1, eol);
  const next = eol + 2;
  switch (bytes[at]) {
    case "+":
      return { frame: { kind: "status", text: head }, end: next };
    case "-":
      return { frame: { kind: "error", text: head }, end: next };
    case ":":
      return { frame: { kind: "integer", text: head }, end: next };
    case "$": {
      const length = Number(head);
      if (length < 0) return { frame: { kind: "bulk", text: null }, end: next };
      if (bytes.length < next + length + 2) return undefined;
      return { frame: { kind: "bulk", text: bytes.slice(next, next + length) }, end: next + length + 2 };
    }
    case "*":
      return readArray(bytes, next, Number(head));
    default:
      throw new Error(`not RESP2: ${JSON.stringify(bytes.slice(at, at + 40))}`);
  }
}

function readArray(bytes: string, at: number, length: number): { frame: Frame; end: number } | undefined {
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
