import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ListEnd } from "../../../src/data/types/chunk-list.ts";
import { ListValue } from "../../../src/data/types/list.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `element-${from + i}`);

/** The naive list: one array, with the same verbs. */
class Model {
  elements: string[] = [];

  push(end: ListEnd, elements: readonly string[]): void {
    if (end === "tail") this.elements = [...this.elements, ...elements];
    else this.elements = [...elements.toReversed(), ...this.elements];
  }

  take(end: ListEnd, count: number): string[] {
    if (end === "head") return this.elements.splice(0, count);
    return this.elements.splice(Math.max(0, this.elements.length - count)).toReversed();
  }

  indexOf(element: string, start: number, end: number): number {
    return this.elements.findIndex((other, i) => other === element && i >= start && i < end);
  }

  lastIndexOf(element: string, start: number, end: number): number {
    return this.elements.findLastIndex((other, i) => other === element && i >= start && i < end);
  }

  remove(element: string, end: ListEnd, limit: number): number {
    let removed = 0;
    const keep = (other: string): boolean => other !== element || removed === limit || removed++ < 0;
    if (end === "head") this.elements = this.elements.filter(keep);
    else this.elements = this.elements.toReversed().filter(keep).toReversed();
    return removed;
  }
}

/** One random act on both, whose answers must agree. `most` is the size about which they stay. */
function act(list: ListValue, model: Model, random: () => number, most: number): void {
  const below = (limit: number): number => Math.floor(random() * limit);
  const element = `e${below(12)}`;
  const end: ListEnd = random() < 0.5 ? "head" : "tail";
  const size = model.elements.length;
  const from = below(size + 1);
  const to = from + below(size - from + 1);
  const kind = below(10);
  if (kind < 3 && size < most) {
    const elements = Array.from({ length: 1 + below(most / 4) }, () => `e${below(12)}`);
    list.push(end, elements);
    model.push(end, elements);
  } else if (kind === 3 && size > 0) {
    assert.equal(list.pop(end), model.take(end, 1)[0]);
  } else if (kind === 4 && random() < 0.2) {
    const count = below(size * 1.2);
    assert.deepEqual(list.take(end, count), model.take(end, count));
  } else if (kind === 5 && random() < 0.2) {
    const limit = random() < 0.3 ? Infinity : 1 + below(size / 12);
    assert.equal(list.remove(element, end, limit), model.remove(element, end, limit));
  } else if (kind === 6 && random() < 0.2) {
    list.drop(end, from);
    model.take(end, from);
  } else if (kind === 7 && size > 0) {
    const index = below(size);
    list.set(index, element);
    model.elements[index] = element;
  } else {
    list.insert(from, element);
    model.elements.splice(from, 0, element);
  }
  assert.equal(list.size, model.elements.length);
  assert.equal(list.at(from), model.elements[from]);
  if (random() < 0.2 && to <= list.size) {
    assert.deepEqual(list.slice(from, to), model.elements.slice(from, to));
    assert.equal(list.indexOf(element, from, to), model.indexOf(element, from, to));
    assert.equal(list.lastIndexOf(element, from, to), model.lastIndexOf(element, from, to));
  }
}

describe("ListValue", () => {
  for (const most of [20, 200, 3000]) {
    test(`does what an array does, with about ${most} elements`, () => {
      const seed = chooseSeed();
      console.log(`SEED=${seed}`);
      const random = seededRandom(seed);
      const list = new ListValue();
      const model = new Model();
      for (let step = 0; step < 20_000; step++) {
        act(list, model, random, most);
        if (step % 200 === 0) assert.deepEqual([...list.values()], model.elements);
        if (step % 200 === 0) assert.deepEqual([...list.valuesFromTail()], model.elements.toReversed());
      }
    });
  }

  for (const size of [0, 3, 128, 129, 1000]) {
    test(`${size} elements come back in order from either end`, () => {
      const list = ListValue.from(new Set(numbered(0, size)));
      assert.equal(list.size, size);
      assert.deepEqual([...list.values()], numbered(0, size));
      assert.deepEqual([...list.valuesFromTail()], numbered(0, size).reverse());
      assert.deepEqual(list.slice(0, size), numbered(0, size));
    });

    test(`a copy of ${size} elements shares nothing`, () => {
      const list = ListValue.from(numbered(0, size));
      const copy = list.copy();
      copy.push("head", ["other"]);
      copy.set(copy.size - 1, "changed");
      assert.deepEqual(list.slice(0, size), numbered(0, size));
      assert.equal(copy.size, size + 1);
      assert.equal(copy.at(size), "changed");
    });
  }

  test("an index outside of the list holds nothing", () => {
    for (const size of [3, 1000]) {
      const list = ListValue.from(numbered(0, size));
      for (const index of [-1, size, Infinity, -Infinity, 2 ** 60]) assert.equal(list.at(index), undefined);
    }
  });

  test("a list that has been emptied can be used again", () => {
    const list = ListValue.from(numbered(0, 1000));
    list.drop("tail", 1000);
    assert.equal(list.size, 0);
    list.push("head", ["a", "b"]);
    assert.deepEqual([...list.values()], ["b", "a"]);
    list.push("tail", numbered(0, 500));
    assert.equal(list.remove("element-7", "tail", Infinity), 1);
    for (let i = 0; i < 501; i++) list.pop("head");
    assert.equal(list.size, 0);
  });

  test("indexes hold while elements run through the list", () => {
    const list = ListValue.from(numbered(0, 2000));
    for (let i = 2000; i < 6000; i++) {
      list.push("tail", [`element-${i}`]);
      list.pop("head");
      assert.equal(list.at(1000), `element-${i - 999}`);
    }
    for (let i = 0; i < 4000; i++) {
      list.push("head", [list.pop("tail")]);
      assert.equal(list.at(1000), `element-${4000 + ((4999 - i) % 2000)}`);
    }
    assert.deepEqual([...list.values()], numbered(4000, 6000));
  });

  test("memory grows with the elements and what they hold", () => {
    const sizes = [0, 10, 1000, 100_000].map((size) => ListValue.from(numbered(0, size)).memoryBytes());
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => a - b),
    );
    assert.ok(ListValue.from(["x".repeat(10_000)]).memoryBytes() > 10_000);
  });
});
