import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as packed from "../../../src/data/types/packed-pairs.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

describe("packed pairs", () => {
  test("hold strings of every length, and any bytes", () => {
    const texts = [
      "",
      "a",
      "\0",
      "\xff",
      "x".repeat(254),
      "y".repeat(255),
      "z".repeat(256),
      "w".repeat(1500),
      "\xff\xff\xff",
    ];
    let pairs = "";
    let bytes = 0;
    for (const text of texts) {
      pairs = packed.appendPair(pairs, text, `${text}!`);
      bytes += packed.pairBytes(text, `${text}!`);
    }
    assert.equal(pairs.length, bytes);
    for (const [i, text] of texts.entries()) {
      const at = packed.findPair(pairs, text);
      assert.equal(at, packed.pairAt(pairs, i));
      assert.equal(packed.firstOf(pairs, at), text);
      assert.equal(packed.secondOf(pairs, at), `${text}!`);
    }
    assert.equal(packed.findPair(pairs, "missing"), -1);
    assert.deepEqual(
      packed.unpackPairs(pairs),
      texts.flatMap((text) => [text, `${text}!`]),
    );
  });

  test("agree with a Map under random edits", () => {
    const seed = chooseSeed();
    const random = seededRandom(seed);
    const model = new Map<string, string>();
    let pairs = "";
    for (let step = 0; step < 5000; step++) {
      const key = `k${Math.floor(random() * 30)}`;
      const at = packed.findPair(pairs, key);
      assert.equal(at >= 0, model.has(key), `SEED=${seed}`);
      if (random() < 0.3) {
        if (at >= 0) pairs = packed.removePair(pairs, at);
        model.delete(key);
      } else {
        const value = "v".repeat(Math.floor(random() * 300));
        pairs = at < 0 ? packed.appendPair(pairs, key, value) : packed.replaceSecond(pairs, at, value);
        model.set(key, value);
      }
      assert.deepEqual(packed.unpackPairs(pairs), [...model].flat(), `SEED=${seed}`);
    }
  });
});
