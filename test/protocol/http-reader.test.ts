/** Bytes to requests: the conformance cases, cut in every way. */
import assert from "node:assert/strict";
import { METHODS } from "node:http";
import { describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { HEADERS } from "../../src/protocol/http-headers.ts";
import type { HeaderName } from "../../src/protocol/http-headers.ts";
import { HEAD_READ, HttpReader, NEEDS_BYTES, REQUEST_READ } from "../../src/protocol/http-reader.ts";
import { MESSAGE_CASES, readMessages } from "../support/http-messages.ts";
import type { MessageCase } from "../support/http-messages.ts";

/** Longer messages are cut in fewer places. */
const CUTS_MAX = 700;

function holds({ requests, status, partial }: MessageCase, chunks: readonly string[]): void {
  const reading = readMessages(chunks);
  assert.deepEqual(
    { requests: reading.requests, status: reading.status },
    { requests, status },
    `in ${chunks.length} chunks`,
  );
  // Whether a byte more is needed to see a line break as a whole is all that cuts may change.
  if (status === undefined && !reading.closed && requests.length > 0) assert.equal(reading.partial, partial);
}

describe("conformance cases", () => {
  for (const message of MESSAGE_CASES) {
    const { bytes, name } = message;
    test(name, () => {
      holds(message, [bytes]);
      const step = Math.ceil(bytes.length / CUTS_MAX);
      for (let at = 1; at < bytes.length; at += step) holds(message, [bytes.slice(0, at), bytes.slice(at)]);
      if (step === 1) holds(message, [...bytes]);
    });
  }
});

function readerOf(bytes: string): HttpReader {
  const reader = new HttpReader(DEFAULT_LIMITS);
  reader.push(Buffer.from(bytes, "latin1"));
  return reader;
}

/** The headers of the current request that the reader has kept. */
function headersOf(reader: HttpReader): Partial<Record<HeaderName, string>> {
  const names = Object.keys(HEADERS) as HeaderName[];
  return Object.fromEntries(
    names.map((name) => [name, reader.header(name)]).filter(([, value]) => value !== undefined),
  );
}

describe("the reader", () => {
  test("keeps the headers that matter, trimmed, and joins those that come twice", () => {
    const reader = readerOf(
      "POST /a HTTP/1.1\r\nauthorization:  Bearer t \r\nUPSTASH-ENCODING: base64\r\nUpstash-Response-Format: resp2\r\n" +
        "Upstash-Reponse-Format: json\r\nOrigin: https://a.example\r\nUpstash-Encoding: b\r\n" +
        "Access-Control-Request-Headers: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    );
    assert.equal(reader.next(), HEAD_READ);
    assert.deepEqual(headersOf(reader), {
      authorization: "Bearer t",
      origin: "https://a.example",
      "access-control-request-headers": "x",
      "upstash-encoding": "base64, b",
      "upstash-response-format": "resp2",
      "upstash-reponse-format": "json",
    });
    assert.deepEqual([reader.contentLength, reader.expectsContinue, reader.keepsAlive], [5, true, true]);
  });

  test("keeps each header of the table in any case, joins it with its repetition or refuses that", () => {
    for (const [name, repetition] of Object.entries(HEADERS)) {
      const reader = readerOf(`GET / HTTP/1.1\r\n${name.toUpperCase()}: a\r\n\r\n`);
      assert.equal(reader.next(), HEAD_READ);
      assert.deepEqual(headersOf(reader), { [name]: "a" });
      const twice = readerOf(`GET / HTTP/1.1\r\n${name}: a\r\nAccept: */*\r\n${name}:\tb\r\n\r\n`);
      if (repetition === "refused") {
        assert.throws(() => twice.next(), { status: 400 });
      } else {
        twice.next();
        assert.deepEqual(headersOf(twice), { [name]: "a, b" });
      }
    }
  });

  test("forgets them with the request", () => {
    const head = "Authorization: t\r\nOrigin: o\r\nUpstash-Encoding: base64\r\nExpect: 100-continue\r\n";
    const reader = readerOf(`GET / HTTP/1.1\r\n${head}Content-Length: 1\r\n\r\naGET / HTTP/1.1\r\n\r\n`);
    reader.next();
    reader.bodyBytesMax = 1;
    assert.equal(reader.next(), REQUEST_READ);
    assert.equal(reader.body, "a");
    assert.equal(reader.next(), HEAD_READ);
    const { body, contentLength, expectsContinue } = reader;
    assert.deepEqual(headersOf(reader), {});
    assert.deepEqual([body, contentLength, expectsContinue], ["", 0, false]);
  });

  test("drops a body that is of no use", () => {
    for (const body of ["Content-Length: 3\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"]) {
      const reader = readerOf(`POST / HTTP/1.1\r\n${body}GET /next HTTP/1.1\r\n\r\n`);
      reader.next();
      reader.skipBody();
      reader.bodyBytesMax = 3;
      assert.equal(reader.next(), REQUEST_READ);
      assert.deepEqual([reader.body, reader.bodyBytes], ["", 3]);
      assert.equal(reader.next(), HEAD_READ);
      assert.equal(reader.target, "/next");
    }
  });

  test("gathers a long body from short chunks", () => {
    const body = Array.from({ length: 100_000 }, (_, i) => String.fromCharCode(i % 256)).join("");
    for (const length of [1, 1000, 99_999]) {
      const reader = readerOf(`POST / HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n`);
      assert.equal(reader.next(), HEAD_READ);
      reader.bodyBytesMax = body.length;
      for (let at = 0; at < body.length; at += length) {
        assert.equal(reader.next(), NEEDS_BYTES);
        reader.push(Buffer.from(body.slice(at, at + length), "latin1"));
      }
      assert.equal(reader.next(), REQUEST_READ);
      assert.ok(reader.body === body);
      assert.ok(reader.isIdle);
    }
  });

  test("sets nothing aside for a body that is only announced", () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 100 }, () => {
      const reader = readerOf("POST / HTTP/1.1\r\nContent-Length: 60000000\r\n\r\nab");
      reader.next();
      reader.bodyBytesMax = DEFAULT_LIMITS.requestBytesMax;
      reader.next();
      return reader;
    });
    assert.ok(process.memoryUsage().arrayBuffers - before < readers.length * 8192);
  });

  test("knows the methods that Node does", () => {
    const unknown = METHODS.filter((method) => {
      const { status } = readMessages([`${method} ${method === "CONNECT" ? "x:1" : "/"} HTTP/1.1\r\n\r\n`]);
      return status !== undefined;
    });
    // These two come and go with Node's versions.
    assert.deepEqual(
      unknown,
      METHODS.filter((method) => method === "SOURCE" || method === "QUERY"),
    );
  });
});
