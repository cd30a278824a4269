import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  CommandError,
  Double,
  FlatMap,
  NULL_ARRAY,
  OK,
  PairMap,
  Pairs,
  ReplySet,
  Verbatim,
} from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { anyReply, budget } from "../support/arbitraries.ts";
import { readFrame, restShapeOf } from "../support/resp.ts";
import { restShape } from "../support/rest-shape.ts";

test("every kind of reply", () => {
  const cases: [reply: Reply, bytes: string][] = [
    [OK, "+OK\r\n"],
    ["", "$0\r\n\r\n"],
    ["a\r\nb", "$4\r\na\r\nb\r\n"],
    ["\xff\x00", "$2\r\n\xff\x00\r\n"],
    [null, "$-1\r\n"],
    [NULL_ARRAY, "*-1\r\n"],
    [-1, ":-1\r\n"],
    [2n ** 63n - 1n, ":9223372036854775807\r\n"],
    [[], "*0\r\n"],
    [[1, ["a"], null], "*3\r\n:1\r\n*1\r\n$1\r\na\r\n$-1\r\n"],
    [new Double(1.5), "$3\r\n1.5\r\n"],
    [new Verbatim("text"), "$4\r\ntext\r\n"],
    [new FlatMap(["a", 1]), "*2\r\n$1\r\na\r\n:1\r\n"],
    [new Pairs(["a", new Double(1)]), "*2\r\n$1\r\na\r\n$1\r\n1\r\n"],
    [new PairMap(["a", 1]), "*1\r\n*2\r\n$1\r\na\r\n:1\r\n"],
    [new ReplySet(["a"]), "*1\r\n$1\r\na\r\n"],
    [new CommandError("ERR no"), "-ERR no\r\n"],
  ];
  for (const [reply, bytes] of cases) assert.equal(encodeResp2(reply), bytes);
});

test("an error is one line, whatever it quotes", () => {
  assert.equal(encodeResp2(new CommandError("ERR 'a\r\nb' \n\r\n")), "-ERR 'a  b' \r\n");
});

test("any reply is one whole frame that reads back", () => {
  const property = fc.property(anyReply, (reply) => {
    const bytes = encodeResp2(reply);
    const read = readFrame(bytes, 0);
    assert.equal(read?.end, bytes.length);
    assert.deepEqual(restShapeOf(read.frame), restShape(reply));
  });
  fc.assert(property, budget());
});
