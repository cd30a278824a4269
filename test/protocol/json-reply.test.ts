import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  CommandError,
  Double,
  FlatMap,
  OK,
  PairMap,
  Pairs,
  PONG,
  Push,
  ReplySet,
  Verbatim,
} from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import { encodeJsonError, encodeJsonReply } from "../../src/protocol/json-reply.ts";
import { anyReply, budget, byteString } from "../support/arbitraries.ts";
import { restShape, utf8 } from "../support/rest-shape.ts";

/** The output is a byte string; as JSON it must be UTF-8. */
function read(output: string): unknown {
  const bytes = Buffer.from(output, "latin1");
  assert.equal(bytes.latin1Slice(), output, "a char that is no byte");
  assert.ok(isUtf8(bytes));
  return JSON.parse(bytes.toString("utf8"));
}

/** What the plain form shows, with its strings back in base64's place. */
function decodeAll(value: unknown): unknown {
  if (typeof value === "string") return utf8(Buffer.from(value, "base64").latin1Slice());
  return Array.isArray(value) ? value.map(decodeAll) : value;
}

/** Errors within an array are never base64, which decoding them would hide. */
function hasErrors(reply: Reply): boolean {
  if (reply instanceof CommandError) return true;
  if (reply instanceof FlatMap || reply instanceof Pairs || reply instanceof PairMap || reply instanceof ReplySet) {
    return reply.items.some(hasErrors);
  }
  if (reply instanceof Push) return reply.items.some(hasErrors);
  return Array.isArray(reply) && (reply as readonly Reply[]).some(hasErrors);
}

describe("a reply as JSON", () => {
  test("is what it looks like", () => {
    const cases: [reply: Reply, plain: string, base64: string][] = [
      [OK, '{"result":"OK"}', '{"result":"OK"}'],
      [PONG, '{"result":"PONG"}', '{"result":"UE9ORw=="}'],
      ["OK", '{"result":"OK"}', '{"result":"T0s="}'],
      ["", '{"result":""}', '{"result":""}'],
      [null, '{"result":null}', '{"result":null}'],
      [9223372036854775807n, '{"result":9223372036854775807}', '{"result":9223372036854775807}'],
      [[OK, [OK], 1, null], '{"result":["OK",["OK"],1,null]}', '{"result":["T0s=",["T0s="],1,null]}'],
      [new Double(30), '{"result":"30"}', '{"result":"MzA="}'],
      [new Double(Infinity), '{"result":"inf"}', '{"result":"aW5m"}'],
      [new Verbatim("# a"), '{"result":"# a"}', '{"result":"IyBh"}'],
      [new FlatMap(["a", 1]), '{"result":["a",1]}', '{"result":["YQ==",1]}'],
      [new PairMap(["a", 1]), '{"result":[["a",1]]}', '{"result":[["YQ==",1]]}'],
      ["\xff", '{"result":"\xef\xbf\xbd"}', '{"result":"/w=="}'],
      ["\xc3\xa9", '{"result":"\xc3\xa9"}', '{"result":"w6k="}'],
      [new CommandError("ERR no"), '{"error":"ERR no"}', '{"error":"ERR no"}'],
    ];
    for (const [reply, plain, base64] of cases) {
      assert.equal(encodeJsonReply(reply, "plain"), plain);
      assert.equal(encodeJsonReply(reply, "base64"), base64);
    }
  });

  test("is what the naive model says, for any reply", () => {
    const property = fc.property(anyReply, (reply) => {
      assert.deepEqual(read(encodeJsonReply(reply, "plain")), restShape(reply));
    });
    fc.assert(property, budget());
  });

  test("is the same behind base64", () => {
    const property = fc.property(
      anyReply.filter((reply) => !hasErrors(reply)),
      (reply) => {
        const { result } = read(encodeJsonReply(reply, "base64")) as { result: unknown };
        assert.deepEqual({ result: result === "OK" ? "OK" : decodeAll(result) }, restShape(reply));
      },
    );
    fc.assert(property, budget());
  });

  test("keeps every byte behind base64", () => {
    const property = fc.property(byteString, (bytes) => {
      const { result } = read(encodeJsonReply([bytes], "base64")) as { result: [string] };
      assert.equal(Buffer.from(result[0], "base64").latin1Slice(), bytes);
    });
    fc.assert(property, budget());
  });

  test("an error's text is quoted like any other", () => {
    const property = fc.property(byteString, (bytes) => {
      assert.deepEqual(read(encodeJsonError(bytes)), { error: utf8(bytes) });
    });
    fc.assert(property, budget());
  });
});
