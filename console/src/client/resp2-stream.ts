/** Replies of RESP2 out of a stream that goes on, such as that of a subscription. */
import type { Reply } from "./reply.ts";
import { parseReplies } from "./resp2-reader.ts";

/** Bytes of a reply that is not complete. */
const PENDING_BYTES_MAX = 256 * 1024 * 1024;

const CR = 13;
const DOLLAR = 36;
const STAR = 42;

/** Yields the replies that each part of the stream completes, until it ends. Throws where it is no RESP2. */
export async function* repliesOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<readonly Reply[], void, undefined> {
  const reader = stream.getReader();
  let pending: Uint8Array = new Uint8Array(0);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      pending = joined(pending, value);
      const end = endOfComplete(pending);
      if (end > 0) {
        yield parseReplies(pending.subarray(0, end));
        pending = pending.subarray(end);
      }
      if (pending.length > PENDING_BYTES_MAX) throw new Error("a message is too long");
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Where the last complete reply ends. */
function endOfComplete(bytes: Uint8Array): number {
  let complete = 0;
  for (;;) {
    const end = endOf(bytes, complete);
    if (end === undefined) return complete;
    complete = end;
  }
}

/** Where the reply at a place ends; undefined where it is not complete. */
function endOf(bytes: Uint8Array, from: number): number | undefined {
  let at = from;
  for (let left = 1; left > 0; left--) {
    const lineEnd = bytes.indexOf(CR, at);
    if (lineEnd < 0 || lineEnd + 2 > bytes.length) return undefined;
    const mark = bytes[at]!;
    const size = mark === DOLLAR || mark === STAR ? sizeIn(bytes, at + 1, lineEnd) : 0;
    at = lineEnd + 2;
    if (mark === STAR) left += Math.max(0, size);
    else if (mark === DOLLAR && size >= 0) at += size + 2;
    if (at > bytes.length) return undefined;
  }
  return at;
}

const sizeIn = (bytes: Uint8Array, from: number, to: number): number =>
  Number(String.fromCharCode(...bytes.subarray(from, to)));
