import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { difference, intersection, union } from "../../../src/data/types/set-algebra.ts";
import { SetValue } from "../../../src/data/types/set.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `member-${from + i}`);

describe("set algebra", () => {
  test("does what it says on random sets", () => {
    const seed = chooseSeed();
    console.log(`SEED=${seed}`);
    const random = seededRandom(seed);
    for (let round = 0; round < 300; round++) {
      const range = 10 + Math.floor(random() * 300);
      const draw = (): string[] => numbered(0, range).filter(() => random() < 0.5);
      const lists = Array.from({ length: 1 + Math.floor(random() * 5) }, draw);
      const sets = lists.map((list) => SetValue.from(list));
      const [first = [], ...rest] = lists;
      const common = first.filter((member) => rest.every((list) => list.includes(member)));
      const only = first.filter((member) => !rest.some((list) => list.includes(member)));
      assert.deepEqual(intersection(sets).sort(), common.sort());
      assert.deepEqual(union(sets).toArray().sort(), [...new Set(lists.flat())].sort());
      assert.deepEqual(difference(sets[0]!, sets.slice(1)).sort(), only.sort());
      const limit = 1 + Math.floor(random() * 20);
      assert.equal(intersection(sets, limit).length, Math.min(limit, common.length));
      assert.equal(union(sets, limit).size, Math.min(limit, new Set(lists.flat()).size));
      assert.equal(difference(sets[0]!, sets.slice(1), limit).length, Math.min(limit, only.length));
    }
  });

  test("a difference with itself is empty, with nothing is the whole", () => {
    const set = SetValue.from(numbered(0, 10));
    assert.deepEqual(difference(set, [SetValue.from(["x"]), set]), []);
    assert.deepEqual(difference(set, []), numbered(0, 10));
  });

  test("many small sets are struck from a large one", () => {
    const large = SetValue.from(numbered(0, 1000));
    const small = numbered(0, 50).map((member) => SetValue.from([member]));
    assert.deepEqual(difference(large, small).sort(), numbered(50, 1000).sort());
    assert.equal(difference(large, small, 5).length, 5);
    assert.equal(large.size, 1000);
  });
});
