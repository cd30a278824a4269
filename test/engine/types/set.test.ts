import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { difference, intersection, union } from "../../../src/engine/types/set-algebra.ts";
import { SetValue } from "../../../src/engine/types/set.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `member-${from + i}`);

describe("SetValue", () => {
  for (const range of [4, 40, 400]) {
    test(`does what a Set does, with ${range} possible members`, () => {
      const seed = chooseSeed();
      console.log(`SEED=${seed}`);
      const random = seededRandom(seed);
      const set = new SetValue();
      const model = new Set<string>();
      for (let step = 0; step < 5000; step++) {
        const member = `m${Math.floor(random() * range)}`;
        const chance = random();
        if (chance < 0.55) {
          assert.equal(set.add(member), !model.has(member));
          model.add(member);
        } else if (chance < 0.95 || model.size === 0) {
          assert.equal(set.delete(member), model.delete(member));
        } else {
          const slot = Math.floor(random() * set.size);
          assert.ok(model.delete(set.memberAt(slot)));
          set.removeAt(slot);
        }
        assert.equal(set.size, model.size);
        assert.equal(set.has(member), model.has(member));
        if (step % 100 === 0) assert.deepEqual([...set.values()].sort(), [...model].sort());
      }
      assert.deepEqual(set.toArray(), [...set.values()]);
    });
  }

  test("keeps the order of insertion while it is small", () => {
    const set = SetValue.from(["c", "a", "b", "a"]);
    set.delete("a");
    set.add("a");
    assert.deepEqual(set.toArray(), ["c", "b", "a"]);
  });

  for (const size of [3, 100, 1000]) {
    test(`a copy of ${size} members shares nothing`, () => {
      const set = SetValue.from(numbered(0, size));
      const copy = set.copy();
      copy.delete("member-0");
      copy.add("other");
      assert.deepEqual(set.toArray(), numbered(0, size));
      assert.equal(copy.size, size);
      assert.ok(!copy.has("member-0") && copy.has("other"));
    });

    test(`an array of ${size} members is the caller's own`, () => {
      const set = SetValue.from(numbered(0, size));
      set.toArray().pop();
      assert.equal(set.toArray().length, size);
    });
  }

  test("a scan returns every member that stays, whatever else comes and goes", () => {
    const set = SetValue.from(numbered(0, 1000));
    const seen = new Set<string>();
    let cursor = 0;
    let step = 0;
    do {
      const { start, end } = set.scanStep(cursor, 10);
      for (let slot = end; slot < start; slot++) seen.add(set.memberAt(slot));
      cursor = end;
      set.delete(`member-${step * 7}`);
      set.add(`new-${step}`);
      step++;
    } while (cursor !== 0);
    for (const member of set.values()) assert.ok(seen.has(member) || member.startsWith("new-"), member);
  });

  test("a small set is scanned in one step", () => {
    assert.deepEqual(SetValue.from(numbered(0, 128)).scanStep(0, 10), { start: 128, end: 0 });
    assert.deepEqual(SetValue.from(numbered(0, 129)).scanStep(0, 10), { start: 129, end: 119 });
  });

  test("its memory grows with its members", () => {
    const [few, some, many] = [3, 100, 10_000].map((size) => SetValue.from(numbered(0, size)).memoryBytes());
    assert.ok(few! < some! && some! < many!);
    assert.ok(many! > 10_000 * 50 && many! < 10_000 * 150, String(many));
  });
});

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
