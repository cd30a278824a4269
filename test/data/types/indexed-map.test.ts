import assert from "node:assert/strict";
import { test } from "node:test";
import { IndexedMap, scanStep, SlotIndex } from "../../../src/data/types/indexed-map.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

/** Every key at its slot, every slot with its key, nothing more. */
function checkWhole(map: IndexedMap<number>, model: ReadonlyMap<string, number>, note: string): void {
  assert.equal(map.size, model.size, note);
  const seen = new Set<string>();
  for (let slot = 0; slot < map.size; slot++) {
    const key = map.keyAt(slot);
    seen.add(key);
    assert.equal(map.valueAt(slot), model.get(key), note);
  }
  assert.equal(seen.size, model.size, note);
  for (const [key, value] of model) assert.equal(map.get(key), value, note);
}

test("random additions and removals agree with a Map", () => {
  const seed = chooseSeed();
  const random = seededRandom(seed);
  const map = new IndexedMap<number>();
  const model = new Map<string, number>();
  for (let i = 0; i < 50_000; i++) {
    const key = `key:${Math.floor(random() * 500)}`;
    if (random() < 0.5) {
      assert.equal(map.set(key, i), !model.has(key));
      model.set(key, i);
    } else {
      assert.equal(map.delete(key), model.delete(key));
    }
    assert.equal(map.has(key), model.has(key));
    assert.equal(map.size, model.size);
    if (i % 5000 === 0) checkWhole(map, model, `SEED=${seed}, step ${i}`);
  }
});

test("300,000 keys, over many splits, and down to none again", () => {
  const seed = chooseSeed();
  const random = seededRandom(seed);
  const map = new IndexedMap<number>();
  const model = new Map<string, number>();
  for (let i = 0; i < 300_000; i++) {
    // Keys of several families, so that splitting does not depend on one pattern.
    const key = [`key:${i}`, `${i}`, `user:${i % 977}:${i}`, String.fromCharCode(i & 255, i >> 8, i >> 16)][i & 3]!;
    map.set(key, i);
    model.set(key, i);
  }
  checkWhole(map, model, "full");
  while (map.size > 0) {
    const key = map.keyAt(Math.floor(random() * map.size));
    assert.ok(map.delete(key));
    assert.ok(model.delete(key));
    if (model.size === 100_000) checkWhole(map, model, `SEED=${seed}, a third left`);
  }
  checkWhole(map, model, "empty");
  map.set("again", 1);
  assert.equal(map.get("again"), 1);
});

test("a slot index answers slots in order and moves the last key into a hole", () => {
  const index = new SlotIndex();
  assert.deepEqual(
    ["a", "b", "c"].map((key) => index.add(key)),
    [0, 1, 2],
  );
  index.removeAt(0);
  assert.equal(index.keyAt(0), "c");
  assert.equal(index.find("c"), 0);
  assert.equal(index.find("a"), undefined);
  index.removeAt(1);
  assert.equal(index.size, 1);
});

test("a scan returns everything that stays, whatever comes and goes meanwhile", () => {
  const seed = chooseSeed();
  const random = seededRandom(seed);
  for (let round = 0; round < 200; round++) {
    const map = new IndexedMap<boolean>();
    const stays = new Set<string>();
    for (let i = 0; i < 300; i++) {
      const key = `${round}:${i}`;
      map.set(key, random() < 0.5);
      if (map.get(key)) stays.add(key);
    }
    const found = new Set<string>();
    let cursor = 0;
    do {
      const { start, end } = scanStep(map.size, cursor, 1 + Math.floor(random() * 20));
      for (let slot = start - 1; slot >= end; slot--) found.add(map.keyAt(slot));
      cursor = end;
      for (let i = 0; i < 10; i++) {
        const slot = Math.floor(random() * map.size);
        if (random() < 0.4) map.set(`new:${round}:${random()}`, false);
        else if (!map.valueAt(slot)) map.delete(map.keyAt(slot));
      }
    } while (cursor !== 0);
    for (const key of stays) assert.ok(found.has(key), `SEED=${seed}, round ${round}, ${key}`);
  }
});

test("a scan of what does not change returns each key once", () => {
  const visited: number[] = [];
  let cursor = 0;
  do {
    const { start, end } = scanStep(95, cursor, 10);
    for (let slot = start - 1; slot >= end; slot--) visited.push(slot);
    cursor = end;
  } while (cursor !== 0);
  assert.deepEqual(
    visited,
    Array.from({ length: 95 }, (_, i) => 94 - i),
  );
  assert.deepEqual(scanStep(0, 0, 10), { start: 0, end: 0 });
  assert.deepEqual(scanStep(5, 1000, 10), { start: 5, end: 0 });
});
