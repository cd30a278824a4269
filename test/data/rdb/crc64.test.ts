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
