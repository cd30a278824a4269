import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UseFrequency } from "../../src/data/use-frequency.ts";
import { seededRandom } from "../support/world.ts";

describe("how often a key is used", () => {
  const frequency = new UseFrequency(seededRandom(1));
  const NOW = 1_800_000_000;

  test("grows as the logarithm of its uses does", () => {
    // The table in the article "Using Redis as an LRU cache", for a factor of 10: 10 hits, 18 hits of 1000, 142 of 10^5.
    for (const [uses, from, to] of [
      [100, 8, 13],
      [1000, 14, 24],
      [100_000, 110, 175],
      [2_000_000, 255, 255],
    ] as const) {
      let use = frequency.first(NOW);
      for (let i = 0; i < uses; i++) use = frequency.next(use, NOW);
      const count = frequency.count(use, NOW);
      assert.ok(count >= from && count <= to, `${uses} uses: ${count}`);
    }
  });

  test("falls by one a minute without a use, and not below 0", () => {
    const use = frequency.of(10, NOW);
    const counts = [0, 60, 300, 6000].map((seconds) => frequency.count(use, NOW + seconds));
    assert.deepEqual(counts, [10, 9, 5, 0]);
  });

  test("survives the turn of its clock of 24 bits", () => {
    const turn = 2 ** 24 * 60;
    const use = frequency.of(10, turn - 60);
    assert.deepEqual([frequency.count(use, turn + 60), frequency.idleSeconds(use, turn + 60)], [8, 120]);
  });
});
