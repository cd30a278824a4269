/** Messages for HTTP readers: the conformance cases, and the result of the server's reader for given bytes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { HEAD_READ, HttpReader, HttpRefusal, NEEDS_BYTES } from "../../src/protocol/http-reader.ts";

/** Method, target and body. */
export type Message = readonly [method: string, target: string, body: string];

/** A line of `fixtures/http/requests.json`. */
export interface MessageCase {
  readonly name: string;
  /** Chars are bytes. */
  readonly bytes: string;
  /** The requests that are served, before the refusal if there is one. */
  readonly requests: readonly Message[];
  /** The status of the refusal; undefined when nothing is refused. */
  readonly status: number | undefined;
  /** More bytes are needed. */
  readonly partial: boolean;
}

interface Line {
  readonly name: string;
  readonly bytes: string;
  readonly requests?: readonly Message[];
  readonly status?: number;
  readonly partial?: boolean;
  /** A text that follows the bytes so many times. */
  readonly repeat?: readonly [text: string, times: number];
}

// The compiler copies no data, so it is read where it was written.
const file = join(import.meta.dirname, "../../../test/fixtures/http/requests.json");

/** The conformance cases. */
export const MESSAGE_CASES: readonly MessageCase[] = (JSON.parse(readFileSync(file, "utf8")) as Line[]).map(
  ({ name, bytes, requests = [], status, partial = false, repeat: [text, times] = ["", 0] }) => {
    return { name, bytes: bytes + text.repeat(times), requests, status, partial };
  },
);

/** The result of reading bytes. */
export interface Reading {
  readonly requests: Message[];
  readonly status: number | undefined;
  /** It needs more bytes to continue. */
  readonly partial: boolean;
  /** Whether the reader reads no more, since the last request asked to close the connection. */
  readonly closed: boolean;
}

/** Reads chunks like a connection that answers each request at once. */
export function readMessages(chunks: readonly string[]): Reading {
  const reader = new HttpReader(DEFAULT_LIMITS);
  const requests: Message[] = [];
  try {
    for (const chunk of chunks) {
      reader.push(Buffer.from(chunk, "latin1"));
      for (let progress = reader.next(); progress !== NEEDS_BYTES; progress = reader.next()) {
        const { method, target, body } = reader;
        if (progress === HEAD_READ) reader.bodyBytesMax = DEFAULT_LIMITS.requestBytesMax;
        else requests.push([method, target, body]);
        const isLast = progress === HEAD_READ ? method === "CONNECT" : !reader.keepsAlive;
        if (progress === HEAD_READ && isLast) requests.push([method, target, ""]);
        if (isLast) return { requests, status: undefined, partial: false, closed: true };
      }
    }
  } catch (error) {
    if (!(error instanceof HttpRefusal)) throw error;
    return { requests, status: error.status, partial: false, closed: false };
  }
  return { requests, status: undefined, partial: !reader.isIdle, closed: false };
}
