import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hashBytes } from "../../src/core/string-hash.ts";

describe("hashBytes", () => {
  test("is the same for equal bytes, however the string came about", () => {
    const whole = "user:1000:profile";
    assert.equal(hashBytes(whole), hashBytes(["user", "1000", "profile"].join(":")));
    assert.equal(hashBytes(`xx${whole}`.slice(2)), hashBytes(whole));
  });

  test("sees every byte, and the length", () => {
    const texts = [
      "",
      "\0",
      "\0\0",
      "\0\0\0",
      "\0\0\0\0",
      "a",
      "b",
      "ab",
      "ba",
      "abc",
      "abcd",
      "abcde",
      "\xff",
      "\xfe",
    ];
    assert.equal(new Set(texts.map(hashBytes)).size, texts.length);
  });

  test("spreads numbered keys over all its bits", () => {
    const ones = Array.from({ length: 32 }, () => 0);
    const count = 20_000;
    for (let i = 0; i < count; i++) {
      const hash = hashBytes(`key:${i}`);
      for (let bit = 0; bit < 32; bit++) ones[bit]! += (hash >>> bit) & 1;
    }
    // Six standard deviations of a fair coin.
    const tolerance = 6 * Math.sqrt(count / 4);
    assert.deepEqual(
      ones.filter((n) => Math.abs(n - count / 2) > tolerance),
      [],
    );
  });
});
