import assert from "node:assert/strict";
import { test } from "node:test";
import { crc64 } from "../../../src/data/rdb/crc64.ts";

const CHECK = Buffer.from("123456789");

test("the check value of CRC-64/Jones", () => {
  assert.equal(crc64(CHECK), 0xe9c6d914c4b8d9can);
  assert.equal(crc64(Buffer.alloc(0)), 0n);
});

test("in pieces", () => {
  for (let cut = 0; cut <= CHECK.length; cut++) {
    assert.equal(crc64(CHECK.subarray(cut), crc64(CHECK.subarray(0, cut))), 0xe9c6d914c4b8d9can);
  }
});

test("of any length and at any place in memory is that of its bytes one by one", () => {
  const memory = Buffer.from(Array.from({ length: 100 }, (_, i) => (i * 151 + (i >> 3) * 89) & 0xff));
  for (let from = 0; from < 9; from++) {
    for (let length = 0; length < 40; length++) {
      const bytes = memory.subarray(from, from + length);
      const before = BigInt(from) << 60n;
      const expected = bytes.reduce((sum, _, i) => crc64(bytes.subarray(i, i + 1), sum), before);
      assert.equal(crc64(bytes, before), expected, `${length} bytes from ${from}`);
    }
  }
});
