import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HashValue } from "../../../src/data/types/hash.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

function numbered(count: number): HashValue {
  const hash = new HashValue();
  for (let i = 0; i < count; i++) hash.set(`field-${i}`, `value-${i}`);
  return hash;
}

const sorted = (entries: Iterable<[string, string]>): [string, string][] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1));

describe("HashValue", () => {
  for (const range of [4, 40, 400]) {
    test(`does what a Map does, with ${range} possible fields`, () => {
      const seed = chooseSeed();
      console.log(`SEED=${seed}`);
      const random = seededRandom(seed);
      const hash = new HashValue();
      const model = new Map<string, string>();
      for (let step = 0; step < 5000; step++) {
        const field = `f${Math.floor(random() * range)}`;
        if (random() < 0.6) {
          assert.equal(hash.set(field, `v${step}`), !model.has(field));
          model.set(field, `v${step}`);
        } else {
          assert.equal(hash.delete(field), model.delete(field));
        }
        assert.equal(hash.size, model.size);
        assert.equal(hash.get(field), model.get(field));
        assert.equal(hash.has(field), model.has(field));
        if (step % 100 === 0) assert.deepEqual(sorted(hash.entries()), sorted(model));
      }
      assert.deepEqual(hash.toArray(), [...hash.entries()].flat());
    });
  }

  test("keeps the order of insertion while it is small, whatever the length of its values", () => {
    const hash = new HashValue();
    for (const field of ["c", "a", "b"]) hash.set(field, field.repeat(100));
    hash.set("c", "1");
    hash.delete("a");
    hash.set("a", "2");
    assert.deepEqual(hash.toArray(), ["c", "1", "b", "b".repeat(100), "a", "2"]);
  });

  for (const size of [3, 100, 1000]) {
    test(`a copy of ${size} fields shares nothing`, () => {
      const hash = numbered(size);
      const copy = hash.copy();
      copy.delete("field-0");
      copy.set("field-1", "other");
      copy.set("new", "1");
      assert.deepEqual(hash.toArray(), numbered(size).toArray());
      assert.equal(copy.get("field-1"), "other");
      assert.equal(copy.get("field-0"), undefined);
      assert.equal(copy.size, size);
    });

    test(`an array of ${size} fields and values is the caller's own`, () => {
      const hash = numbered(size);
      hash.toArray().pop();
      assert.equal(hash.toArray().length, size * 2);
    });
  }

  test("a scan returns every field that stays, whatever else comes and goes", () => {
    const hash = numbered(1000);
    const seen = new Set<string>();
    let cursor = 0;
    let step = 0;
    do {
      let visited = 0;
      cursor = hash.scan(cursor, 10, (slot) => {
        seen.add(hash.fieldAt(slot));
        return ++visited < 10;
      });
      hash.delete(`field-${step * 7}`);
      hash.set(`new-${step}`, "");
      step++;
    } while (cursor !== 0);
    for (const [field] of hash.entries()) assert.ok(seen.has(field) || field.startsWith("new-"), field);
  });

  test("a small hash is scanned in one step", () => {
    const visited: number[] = [];
    const visit = (slot: number): boolean => visited.push(slot) < 10;
    assert.equal(numbered(128).scan(0, 10, visit), 0);
    assert.deepEqual(
      visited.splice(0),
      Array.from({ length: 128 }, (_, slot) => slot),
    );
    assert.notEqual(numbered(129).scan(0, 10, visit), 0);
    assert.equal(visited.length, 10);
  });

  test("its memory grows with its fields", () => {
    const [few, some, many] = [3, 100, 10_000].map((size) => numbered(size).memoryBytes());
    assert.ok(few! < some! && some! < many!);
    assert.ok(many! > 10_000 * 80 && many! < 10_000 * 200, String(many));
  });

  for (const size of [3, 1000]) {
    test(`fields among ${size} expire in the order of their deadlines, the others stay`, () => {
      const hash = numbered(size);
      assert.equal(hash.earliestDeadline, undefined);
      hash.setDeadline("field-2", 300);
      hash.setDeadline("field-1", 100);
      hash.setDeadline("field-0", 200);
      assert.equal(hash.earliestDeadline, 100);
      assert.deepEqual(hash.removeExpired(99, 10), []);
      assert.deepEqual(hash.removeExpired(300, 2), ["field-1", "field-0"]);
      assert.equal(hash.deadline("field-2"), 300);
      assert.deepEqual(hash.removeExpired(300, 2), ["field-2"]);
      assert.equal(hash.size, size - 3);
      assert.equal(hash.earliestDeadline, undefined);
    });
  }

  test("set and delete end a deadline, replace keeps it", () => {
    const hash = numbered(3);
    for (const field of ["field-0", "field-1", "field-2"]) hash.setDeadline(field, 100);
    hash.set("field-0", "new");
    hash.replace("field-1", "new");
    hash.delete("field-2");
    hash.set("field-2", "new");
    assert.deepEqual(
      ["field-0", "field-1", "field-2"].map((field) => hash.deadline(field)),
      [undefined, 100, undefined],
    );
    assert.equal(hash.persist("field-1"), true);
    assert.equal(hash.persist("field-1"), false);
    assert.equal(hash.earliestDeadline, undefined);
  });

  test("a copy has the same deadlines, and its own", () => {
    const hash = numbered(3);
    hash.setDeadline("field-0", 100);
    const copy = hash.copy();
    copy.setDeadline("field-1", 50);
    hash.persist("field-0");
    assert.deepEqual(copy.removeExpired(100, 10), ["field-1", "field-0"]);
    assert.equal(hash.size, 3);
  });

  test("deadlines take memory, and none once they are gone", () => {
    const hash = numbered(3);
    const before = hash.memoryBytes();
    hash.setDeadline("field-0", 100);
    assert.ok(hash.memoryBytes() > before);
    hash.persist("field-0");
    assert.equal(hash.memoryBytes(), before);
  });
});
