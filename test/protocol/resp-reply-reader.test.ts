/** Replies come in pieces of any size, and are the same however they are cut. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommandError } from "../../src/core/reply.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { encodeResp3 } from "../../src/protocol/resp3.ts";
import { NotAReply, RespReplyReader } from "../../src/protocol/resp-reply-reader.ts";

const LONG = "x\xff\r\n".repeat(20_000);

const STREAM = [
  "+OK\r\n",
  "+PONG\r\n",
  "-ERR no\r\n",
  ":0\r\n",
  ":-42\r\n",
  ":9223372036854775807\r\n",
  ":-9223372036854775808\r\n",
  "$0\r\n\r\n",
  "$5\r\na\r\nb\xff\r\n",
  "$-1\r\n",
  "*-1\r\n",
  "*0\r\n",
  "*3\r\n:1\r\n*2\r\n$1\r\na\r\n*0\r\n$-1\r\n",
  `*2\r\n$${LONG.length}\r\n${LONG}\r\n:7\r\n`,
] as const;

const RESP3 = [
  "_\r\n",
  ",1.5\r\n",
  "#t\r\n",
  "(123456789012345678901234567890\r\n",
  "=7\r\ntxt:abc\r\n",
  "~2\r\n:1\r\n:2\r\n",
  "%2\r\n$1\r\na\r\n*1\r\n:1\r\n$1\r\nb\r\n_\r\n",
  ">2\r\n$7\r\nmessage\r\n:1\r\n",
] as const;

/** All replies of a stream that arrives in pieces of a size, encoded again. */
function reread(
  stream: string,
  size: number,
  encode: typeof encodeResp2,
  reader: RespReplyReader = new RespReplyReader(),
): string {
  let out = "";
  for (let at = 0; at < stream.length; at += size) {
    // A chunk is only lent: the reader must not keep it.
    const chunk = Buffer.from(stream.slice(at, at + size), "latin1");
    reader.push(chunk);
    chunk.fill(0);
    for (let reply = reader.next(); reply !== undefined; reply = reader.next()) out += encode(reply);
  }
  assert.equal(reader.pendingBytes, 0);
  return out;
}

describe("replies in pieces", () => {
  for (const size of [1, 2, 3, 7, 100, 4096, 65_536, 1_000_000]) {
    test(`of ${size} bytes`, () => {
      const resp2 = STREAM.join("");
      assert.ok(reread(resp2, size, encodeResp2) === resp2, "RESP2");
      const resp3 = RESP3.join("");
      assert.ok(reread(resp3, size, encodeResp3) === resp3, "RESP3");
    });
  }

  test("of more bytes than the bound are left out, and those after them are read", () => {
    const short = `*2\r\n$40\r\n${"s".repeat(40)}\r\n:1\r\n`;
    const long = `$${LONG.length}\r\n${LONG}\r\n`;
    const tooLong = [
      long,
      `*3\r\n:1\r\n${long}*1\r\n+x\r\n`,
      `*2\r\n*2\r\n${short}${short}${short}`,
      `*20\r\n${":1\r\n".repeat(20)}`,
      `%1\r\n+a\r\n${long}`,
    ];
    for (const size of [1, 7, 4096, 1_000_000]) {
      const reader = new RespReplyReader(200, new CommandError("ERR long"));
      const stream = tooLong.map((reply) => reply + short).join("");
      assert.equal(reread(stream, size, encodeResp3, reader), `-ERR long\r\n${short}`.repeat(tooLong.length));
    }
  });

  test("attributes are left out, in arrays too", () => {
    const stream = "|1\r\n+ttl\r\n:1\r\n:5\r\n*2\r\n:1\r\n|1\r\n+a\r\n+b\r\n:2\r\n";
    assert.equal(reread(stream, 3, encodeResp3), ":5\r\n*2\r\n:1\r\n:2\r\n");
  });

  for (const stream of [
    "HTTP/1.1 400 Bad Request\r\n",
    "\x15\x03\x01\x00\x02\x02",
    "$1x\r\n",
    "$600000000\r\n",
    "*1\r\n".repeat(1002),
  ]) {
    test(`${JSON.stringify(stream.slice(0, 20))} is no reply`, () => {
      const reader = new RespReplyReader();
      reader.push(Buffer.from(stream, "latin1"));
      assert.throws(() => reader.next(), NotAReply);
    });
  }
});
