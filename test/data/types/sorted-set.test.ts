import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SortedSetValue } from "../../../src/data/types/sorted-set.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

type Entry = readonly [member: string, score: number];

const numbered = (count: number): Entry[] => Array.from({ length: count }, (_, i) => [`member-${i}`, i / 2]);

function sorted(model: ReadonlyMap<string, number>): Entry[] {
  return [...model].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
}

describe("SortedSetValue", () => {
  for (const range of [10, 200, 3000]) {
    test(`does what a Map and a sort do, with ${range} possible members`, () => {
      const seed = chooseSeed();
      console.log(`SEED=${seed}`);
      const random = seededRandom(seed);
      const set = new SortedSetValue();
      const model = new Map<string, number>();
      for (let step = 0; step < 8000; step++) {
        const member = `m${Math.floor(random() * range)}`;
        if (random() < 0.6) {
          const score = Math.floor(random() * 40) / 4;
          assert.equal(set.add(member, score), model.get(member));
          model.set(member, score);
        } else {
          assert.equal(set.delete(member), model.delete(member));
        }
        assert.equal(set.size, model.size);
        assert.equal(set.score(member), model.get(member));
        if (step % 200 !== 0) continue;
        const entries = sorted(model);
        assert.deepEqual([...set.entries()], entries);
        assert.deepEqual(
          [...set.members()],
          entries.map(([name]) => name),
        );
        const slots = Array.from({ length: set.size }, (_, slot) => set.at(slot));
        assert.deepEqual(new Map(slots), model);
        entries.forEach(([name], rank) => assert.equal(set.rank(name), rank));
        const { start, end } = set.scoreRange({ score: 2.5, after: true }, { score: 7, after: true });
        const within = entries.filter(([, score]) => score > 2.5 && score <= 7);
        assert.deepEqual(entries.slice(start, end), within);
        if (step % 1000 === 0) {
          set.deleteRange({ start, end });
          for (const [name] of within) model.delete(name);
          assert.deepEqual(set.score(within[0]?.[0] ?? ""), undefined);
        }
      }
    });
  }

  test("stays small up to 128 members of 64 bytes", () => {
    const set = SortedSetValue.from(numbered(128));
    assert.ok(set.isSmall);
    set.add("one more", 1);
    assert.ok(!set.isSmall);
    set.deleteRange({ start: 0, end: 100 });
    assert.ok(!set.isSmall && set.size === 29);
    const long = new SortedSetValue();
    long.add("m".repeat(64), 1);
    assert.ok(long.isSmall);
    long.add("m".repeat(65), 1);
    assert.ok(!long.isSmall);
    assert.deepEqual([...long.members()], ["m".repeat(64), "m".repeat(65)]);
    assert.ok(SortedSetValue.from([["x".repeat(64), 1]]).isSmall);
    assert.ok(!SortedSetValue.from([["x".repeat(65), 1]]).isSmall);
  });

  for (const size of [3, 128, 1000]) {
    test(`a copy of ${size} members shares nothing`, () => {
      const set = SortedSetValue.from(numbered(size));
      const copy = set.copy();
      copy.delete("member-0");
      copy.add("member-1", 1e6);
      copy.add("other", -1);
      assert.deepEqual([...set.entries()], numbered(size));
      assert.equal(copy.isSmall, set.isSmall);
      assert.equal(copy.size, size);
      assert.equal(copy.rank("member-1"), size - 1);
      assert.equal(copy.score("member-0"), undefined);
    });

    test(`a scan of ${size} members visits every member that stays`, () => {
      const set = SortedSetValue.from(numbered(size));
      const met = new Set<string>();
      let cursor = 0;
      do {
        let visited = 0;
        cursor = set.scan(cursor, 10, (slot) => {
          met.add(set.at(slot)[0]);
          return ++visited < 10;
        });
        if (set.size > 900) set.delete(`member-${set.size - 1}`);
      } while (cursor > 0);
      for (const member of set.members()) assert.ok(met.has(member), member);
    });
  }

  test("ranges of members", () => {
    const set = SortedSetValue.from([..."abcde"].map((member) => [member, 0]));
    const range = set.memberRange({ member: "b", after: false }, { member: "d", after: true });
    assert.deepEqual(range, { start: 1, end: 4 });
    assert.deepEqual(set.memberRange({ member: "b", after: true }, "end"), { start: 2, end: 5 });
    assert.deepEqual(set.memberRange("end", { member: "", after: false }), { start: 0, end: 0 });
  });

  test("a negative zero is kept in the large form only, as in Redis", () => {
    const small = SortedSetValue.from([["a", -0]]);
    assert.ok(Object.is(small.score("a"), 0));
    const large = SortedSetValue.from([...numbered(200), ["a", -0]]);
    assert.ok(Object.is(large.score("a"), -0));
    large.add("a", 0);
    assert.ok(Object.is(large.score("a"), -0));
  });

  test("memory grows with the members", () => {
    const bytes = (count: number): number => SortedSetValue.from(numbered(count)).memoryBytes();
    assert.ok(bytes(10) > 10 * 40 && bytes(10) < 10 * 100);
    assert.ok(bytes(10_000) > 10_000 * 80 && bytes(10_000) < 10_000 * 160);
  });
});
