/** Values that clients have stumbled over, there and back, wherever in a reply they stand. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Redis } from "@upstash/redis";
import { CONFIGURATIONS, UpstashServer } from "../support/upstash.ts";

/** What is stored, the text that the server then holds, and what the client makes of it if not that text. */
const VALUES: readonly (readonly [value: unknown, text: string, parsed?: unknown])[] = [
  ["v", "v"],
  ["", ""],
  ["OK", "OK"],
  ["8", "8", 8],
  ["%%12", "%%12"],
  ["😀 é \u2028 \u00ff", "😀 é \u2028 \u00ff"],
  ["\u0000\u0001\b\t\n\r\u001f\u007f", "\u0000\u0001\b\t\n\r\u001f\u007f"],
  ['"\\/ \\u0041', '"\\/ \\u0041'],
  ["<script>&amp;</script>", "<script>&amp;</script>"],
  // Base64 as it stands.
  ["T0s=", "T0s="],
  ["aGVsbG8=", "aGVsbG8="],
  ["AAAA", "AAAA"],
  ["null", "null", null],
  ["undefined", "undefined"],
  ["NaN", "NaN"],
  ["inf", "inf"],
  // What JSON reads as a number and prints otherwise stays text.
  ["9007199254740993", "9007199254740993"],
  ["-9223372036854775808", "-9223372036854775808"],
  ["30.0", "30.0"],
  ["030", "030"],
  ["1e3", "1e3"],
  ['{"broken":', '{"broken":'],
  ['"quoted"', '"quoted"', "quoted"],
  ["\ud800 alone", "\ufffd alone"],
  ["x".repeat(100_000), "x".repeat(100_000)],
  ["é".repeat(50_000), "é".repeat(50_000)],
  [0, "0", 0],
  [-1.5, "-1.5", -1.5],
  [0.1, "0.1", 0.1],
  [2 ** 53 - 1, "9007199254740991", 2 ** 53 - 1],
  [2 ** 53, "9007199254740992", 2 ** 53],
  [-(2 ** 53) - 2, "-9007199254740994", -(2 ** 53) - 2],
  [2 ** 63, "9223372036854776000", 2 ** 63],
  [1e21, "1000000000000000000000"],
  [true, "true", true],
  [false, "false", false],
  [null, "null", null],
  [[], "[]", []],
  [{}, "{}", {}],
  [[1, "2", [null, true]], '[1,"2",[null,true]]', [1, "2", [null, true]]],
  [{ a: { b: ["é"] }, "": 0 }, '{"a":{"b":["é"]},"":0}', { a: { b: ["é"] }, "": 0 }],
];

let upstash: UpstashServer;
before(async () => {
  upstash = await UpstashServer.start();
});
after(() => upstash.stop());

for (const [name, config] of CONFIGURATIONS) {
  for (const automaticDeserialization of [true, false]) {
    describe(`values, ${name}, ${automaticDeserialization ? "parsed" : "as text"}`, () => {
      let redis: Redis;
      const expected = VALUES.map(([, text, parsed = text]) => (automaticDeserialization ? parsed : text));
      before(() => {
        redis = upstash.client({ ...config, automaticDeserialization });
      });
      beforeEach(() => redis.flushall());

      test("alone", async () => {
        for (const [i, [value]] of VALUES.entries()) {
          assert.equal(await redis.set("k", value), "OK");
          assert.deepEqual(await redis.get("k"), expected[i]);
        }
      });

      test("in an array", async () => {
        assert.equal(await redis.rpush("l", ...VALUES.map(([value]) => value)), VALUES.length);
        assert.deepEqual(await redis.lrange("l", 0, -1), expected);
      });

      test("in an array within an array", async () => {
        for (const [i, [value]] of VALUES.entries()) {
          await redis.del("s");
          await redis.sadd("s", value);
          assert.deepEqual(await redis.sscan("s", 0), ["0", [expected[i]]]);
        }
      });

      test("in a pipeline and in a transaction", async () => {
        for (const list of [redis.pipeline(), redis.multi()]) {
          for (const [value] of VALUES) list.set("k", value).get("k").mget("k", "none");
          const answers = expected.flatMap((value) => ["OK", value, [value, null]]);
          assert.deepEqual(await list.exec(), answers);
        }
      });
    });
  }
}

test("keys and fields may be any text", async () => {
  const redis = upstash.client();
  const names = ["", " ", "a/b", "%2F", "?x=1#y", "ключ", "😀", "\u0000", "__proto__", "constructor", "a b\nc"];
  for (const name of names) {
    await redis.set(name, "v");
    assert.equal(await redis.get(name), "v", name);
    await redis.hset(`h${name}`, Object.fromEntries([[name, "f"]]));
    assert.equal(await redis.hget(`h${name}`, name), "f", name);
  }
  assert.equal(await redis.exists(...names), names.length);
});
