/** Every kind of reply in RESP3, and what RESP2 makes of the kinds that only connections see. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  Attributed,
  BigNumber,
  CommandError,
  Double,
  DoubleText,
  FlatMap,
  InResp2,
  NO_REPLY,
  NULL_ARRAY,
  OK,
  PairMap,
  Pairs,
  Push,
  ReplyBoolean,
  ReplySet,
  Verbatim,
} from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { encodeResp3 } from "../../src/protocol/resp3.ts";

const CASES: [reply: Reply, bytes: string][] = [
  ["a\r\n\xff", "$4\r\na\r\n\xff\r\n"],
  ["", "$0\r\n\r\n"],
  [-7, ":-7\r\n"],
  [9223372036854775807n, ":9223372036854775807\r\n"],
  [null, "_\r\n"],
  [NULL_ARRAY, "_\r\n"],
  [OK, "+OK\r\n"],
  [new CommandError("ERR no 'a\r\nb'"), "-ERR no 'a  b'\r\n"],
  [new Double(1.5), ",1.5\r\n"],
  [new Double(Number.POSITIVE_INFINITY), ",inf\r\n"],
  [new Double(Number.NEGATIVE_INFINITY), ",-inf\r\n"],
  [new Double(1e21), ",1e+21\r\n"],
  [new DoubleText("15.087269"), ",15.087269\r\n"],
  [[], "*0\r\n"],
  [["a", [1, null]], "*2\r\n$1\r\na\r\n*2\r\n:1\r\n_\r\n"],
  [new FlatMap(["a", 1, "b", new Double(2)]), "%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n,2\r\n"],
  [new PairMap(["a", 1]), "%1\r\n$1\r\na\r\n:1\r\n"],
  [new Pairs(["a", new Double(1), "b", new Double(2)]), "*2\r\n*2\r\n$1\r\na\r\n,1\r\n*2\r\n$1\r\nb\r\n,2\r\n"],
  [new ReplySet(["a", "b"]), "~2\r\n$1\r\na\r\n$1\r\nb\r\n"],
  [new Verbatim("x\n"), "=6\r\ntxt:x\n\r\n"],
  [new Verbatim("# x", "mkd"), "=7\r\nmkd:# x\r\n"],
  [new BigNumber("-12345678901234567890123"), "(-12345678901234567890123\r\n"],
  [new Attributed(["a", [1]], "b"), "|1\r\n$1\r\na\r\n*1\r\n:1\r\n$1\r\nb\r\n"],
  [new ReplyBoolean(true), "#t\r\n"],
  [new ReplyBoolean(false), "#f\r\n"],
  [new Push(["message", "c", "m"]), ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n"],
  [NO_REPLY, ""],
  [[new InResp2(new FlatMap(["a", null])), null], "*2\r\n*2\r\n$1\r\na\r\n$-1\r\n_\r\n"],
];

describe("RESP3", () => {
  for (const [reply, bytes] of CASES) test(JSON.stringify(bytes), () => assert.equal(encodeResp3(reply), bytes));

  test("a push is an array in RESP2, and the absence of a reply is nothing", () => {
    assert.equal(encodeResp2(new Push(["a"])), "*1\r\n$1\r\na\r\n");
    assert.equal(encodeResp2(NO_REPLY), "");
    assert.equal(encodeResp2(new BigNumber("-12")), "$3\r\n-12\r\n");
    assert.equal(encodeResp2([new ReplyBoolean(true), new ReplyBoolean(false)]), "*2\r\n:1\r\n:0\r\n");
    assert.equal(encodeResp2(new CommandError("ERR no 'a\r\nb'")), "-ERR no 'a  b'\r\n");
  });
});
