import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compress, decompress } from "../../../src/data/rdb/lzf.ts";
import { RdbError } from "../../../src/data/rdb/rdb-error.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

function bytes(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

describe("LZF", () => {
  test("is what the format says", () => {
    // Three bytes as they are; ten more from three back; five from two back; one as it is.
    const stream = bytes("\x02abc\xe0\x01\x02\x60\x01\x00x");
    assert.equal(decompress(stream, 3 + 10 + 5 + 1).latin1Slice(), "abcabcabcabcacacacx");
  });

  test("gives back what it compressed", () => {
    const seed = chooseSeed();
    console.log(`LZF: SEED=${seed}`);
    const random = seededRandom(seed);
    for (let round = 0; round < 300; round++) {
      const length = Math.floor(random() ** 3 * 20_000);
      const letters = 1 + Math.floor(random() * 40);
      let input = Buffer.from(Array.from({ length }, () => Math.floor(random() * letters)));
      if (random() < 0.3) input = Buffer.concat([input, input, input.subarray(5)]);
      const compressed = compress(input);
      if (compressed === undefined) continue;
      assert.ok(compressed.length <= input.length - 4);
      assert.ok(decompress(compressed, input.length).equals(input));
    }
  });

  test("compresses what repeats and leaves what does not", () => {
    assert.ok(compress(Buffer.alloc(100_000, 65))!.length < 1300);
    assert.equal(compress(bytes("abcdefghijklmnopqrstuvwxyz")), undefined);
    assert.equal(compress(Buffer.alloc(0)), undefined);
    assert.equal(compress(bytes("aaa")), undefined);
  });

  test("refuses what was not compressed", () => {
    const wrong: [string, number][] = [
      ["", 1],
      ["\x02ab", 3],
      ["\x02abc", 4],
      ["\x02abc", 2],
      ["\x20\x00", 3],
      ["\x00a\x20", 4],
      ["\x00a\x20\x01", 4],
      ["\x00a\xe0", 10],
      ["\x00a\xe0\xff", 10],
      ["\x00a\xe0\xff\x00", 264],
      ["\x00a", 1e9],
    ];
    for (const [stream, length] of wrong) {
      assert.throws(() => decompress(bytes(stream), length), RdbError, JSON.stringify([stream, length]));
    }
  });
});
