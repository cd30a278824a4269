import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { Push, SimpleString } from "../../src/core/reply.ts";
import { encodeEvent } from "../../src/protocol/sse.ts";

const event = (...items: (string | number | null)[]) => encodeEvent(new Push(items));

describe("server-sent events", () => {
  test("are one line: the items with commas between", () => {
    assert.equal(event("subscribe", "chat", 1), "data: subscribe,chat,1\n\n");
    assert.equal(event("message", "chat", 'a,b "c" {}'), 'data: message,chat,a,b "c" {}\n\n');
    assert.equal(event("message", "", ""), "data: message,,\n\n");
    assert.equal(event("unsubscribe", null, 0), "data: unsubscribe,,0\n\n");
    assert.equal(
      encodeEvent(new SimpleString('1.000000 [0 0.0.0.0:0] "GET" "k"')),
      'data: 1.000000 [0 0.0.0.0:0] "GET" "k"\n\n',
    );
  });

  test("have a space for each line break", () => {
    assert.equal(event("message", "c", "a\nb\r\nc\rd\n\ne"), "data: message,c,a b c d  e\n\n");
  });

  test("keep UTF-8 as it is and have U+FFFD for what is none", () => {
    const utf8 = (text: string) => Buffer.from(text, "utf8").latin1Slice();
    assert.equal(event("message", "c", utf8("é😀")), `data: message,c,${utf8("é😀")}\n\n`);
    assert.equal(event("message", "c", "a\xffb"), `data: message,c,${utf8("a\ufffdb")}\n\n`);
    assert.equal(event("message", "c\xc3", "\xa9"), `data: message,${utf8("c\ufffd,\ufffd")}\n\n`);
  });

  test("are always one line of UTF-8", () => {
    const bytes = fc.uint8Array().map((array) => Buffer.from(array).latin1Slice());
    fc.assert(
      fc.property(bytes, bytes, (channel, message) => {
        const text = event("message", channel, message);
        assert.match(text, /^data: [^\r\n]*\n\n$/);
        const buffer = Buffer.from(text, "latin1");
        assert.equal(Buffer.from(buffer.toString("utf8"), "utf8").latin1Slice(), text);
      }),
    );
  });
});
