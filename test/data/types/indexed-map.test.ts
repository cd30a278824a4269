import assert from "node:assert/strict";
import { test } from "node:test";
import { IndexedMap, SlotIndex } from "../../../src/data/types/indexed-map.ts";
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

/** The keys of one call of `scan` that stops after `count`, and the next cursor. */
function page(map: IndexedMap<unknown>, cursor: number, count: number): { keys: string[]; next: number } {
  const keys: string[] = [];
  const next = map.scan(cursor, count, (slot) => {
    keys.push(map.keyAt(slot));
    return keys.length < count;
  });
  return { keys, next };
}

/** Whole scans while keys come and go in between, by sizes that split no table, some, and every one several times. */
const CHANGES: readonly (readonly [size: number, count: number, added: number, removed: number])[] = [
  [300, 10, 5, 5],
  [300, 3, 0, 2],
  [3000, 40, 700, 10],
  [30_000, 500, 100, 100],
  [30_000, 2000, 40_000, 0],
];

for (const [size, count, added, removed] of CHANGES) {
  test(`a scan of ${size} keys visits what stays once, and nothing twice, while ${added} come and ${removed} go at each page`, () => {
    const seed = chooseSeed();
    const random = seededRandom(seed);
    const map = new IndexedMap<boolean>();
    for (let i = 0; i < size; i++) map.set(`${i}`, random() < 0.5);
    const stays = Array.from({ length: size }, (_, i) => `${i}`).filter((key) => map.get(key));
    const met: string[] = [];
    let cursor = 0;
    let pages = 0;
    do {
      const { keys, next } = page(map, cursor, Math.max(1, Math.floor(random() * 2 * count)));
      met.push(...keys);
      cursor = next;
      assert.ok(Number.isSafeInteger(cursor) && cursor >= 0);
      // Fewer with each page, so that the scan ends.
      for (let i = 0; i < added / (1 + pages); i++) map.set(`new:${pages}:${i}`, false);
      for (let i = 0; i < removed && map.size > 0; i++) {
        const slot = Math.floor(random() * map.size);
        if (map.valueAt(slot) === false) map.delete(map.keyAt(slot));
      }
      pages++;
    } while (cursor !== 0);
    const once = new Set(met);
    assert.equal(once.size, met.length, `SEED=${seed}: a key came twice`);
    assert.deepEqual(
      stays.filter((key) => !once.has(key)),
      [],
      `SEED=${seed}: keys are missing`,
    );
  });
}

test("a scan of what does not change has full pages, and says at the last one that it is the last", () => {
  const map = new IndexedMap<number>();
  assert.deepEqual(page(map, 0, 10), { keys: [], next: 0 });
  for (let i = 0; i < 50_000; i++) map.set(`${i}`, i);
  const sizes: number[] = [];
  let cursor = 0;
  do {
    const { keys, next } = page(map, cursor, 100);
    sizes.push(keys.length);
    cursor = next;
  } while (cursor !== 0);
  // Two keys whose hashes are the same, which one pair in four thousand million is, come together.
  assert.ok(sizes.length >= 499 && sizes.length <= 500 && sizes.every((size) => size >= 99 && size <= 101));
});

test("a scan ends from any cursor", () => {
  const map = new IndexedMap<number>();
  for (let i = 0; i < 20_000; i++) map.set(`${i}`, i);
  const { next } = page(map, 0, 15_000);
  for (let i = 0; i < 19_990; i++) map.delete(`${i}`);
  for (const cursor of [1, 2 ** 32 - 1, 2 ** 32, 2 ** 52, 2 ** 53 - 1, 2 ** 64, next, next + 1, next * 2]) {
    assert.equal(page(map, cursor, 100_000).next, 0);
  }
  const empty = new IndexedMap<number>();
  for (const cursor of [2 ** 33, next]) assert.deepEqual(page(empty, cursor, 10), { keys: [], next: 0 });
});
