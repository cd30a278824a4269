import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SetValue } from "../../../src/data/types/set.ts";
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
      let visited = 0;
      cursor = set.scan(cursor, 10, (slot) => {
        seen.add(set.memberAt(slot));
        return ++visited < 10;
      });
      set.delete(`member-${step * 7}`);
      set.add(`new-${step}`);
      step++;
    } while (cursor !== 0);
    for (const member of set.values()) assert.ok(seen.has(member) || member.startsWith("new-"), member);
  });

  test("a small set is scanned in one step", () => {
    const visited: number[] = [];
    const visit = (slot: number): boolean => visited.push(slot) < 10;
    assert.equal(SetValue.from(numbered(0, 128)).scan(0, 10, visit), 0);
    assert.deepEqual(
      visited.splice(0),
      Array.from({ length: 128 }, (_, slot) => slot),
    );
    assert.notEqual(SetValue.from(numbered(0, 129)).scan(0, 10, visit), 0);
    assert.equal(visited.length, 10);
  });

  test("its memory grows with its members", () => {
    const [few, some, many] = [3, 100, 10_000].map((size) => SetValue.from(numbered(0, size)).memoryBytes());
    assert.ok(few! < some! && some! < many!);
    assert.ok(many! > 10_000 * 50 && many! < 10_000 * 150, String(many));
  });
});
