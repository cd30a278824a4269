import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LEAF_ELEMENTS_MAX, RankedTree } from "../../../src/data/types/ranked-tree.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

type Entry = readonly [member: string, score: number];

function compare([a, scoreA]: Entry, [b, scoreB]: Entry): number {
  return scoreA - scoreB || (a < b ? -1 : a > b ? 1 : 0);
}

function elements(tree: RankedTree, start = 0, end = tree.size, reverse = false): Entry[] {
  const found: Entry[] = [];
  tree.forEach(start, end, reverse, (member, score) => found.push([member, score]));
  return found;
}

function built(entries: readonly Entry[]): RankedTree {
  return RankedTree.build(
    entries.map(([member]) => member),
    entries.map(([, score]) => score),
  );
}

/** Compares a tree with a sorted array: all of it, and random ranks and ranges. */
function check(tree: RankedTree, model: readonly Entry[], random: () => number): void {
  assert.equal(tree.size, model.length);
  assert.deepEqual([...tree.entries()], model);
  for (let i = 0; i < 20; i++) {
    const [a, b] = [random(), random()].map((x) => Math.floor(x * (model.length + 1)));
    const [start, end] = [Math.min(a!, b!), Math.max(a!, b!)];
    assert.deepEqual(elements(tree, start, end), model.slice(start, end));
    assert.deepEqual(elements(tree, start, end, true), model.slice(start, end).reverse());
    const bound = Math.floor(random() * 100);
    assert.equal(
      tree.countWhile((score) => score < bound),
      model.filter(([, score]) => score < bound).length,
    );
    const entry = model[start];
    if (entry !== undefined) assert.equal(tree.rank(entry[1], entry[0]), start);
  }
}

describe("RankedTree", () => {
  for (const [size, scores] of [
    [20, 5],
    [1000, 10],
    [20_000, 1_000_000],
  ] as const) {
    test(`does what a sorted array does, around ${size} elements`, () => {
      const seed = chooseSeed();
      console.log(`SEED=${seed}`);
      const random = seededRandom(seed);
      const drawn = (count: number): Entry[] =>
        Array.from({ length: count }, () => [`m${Math.floor(random() * 1e9)}`, Math.floor(random() * scores)] as const);
      let model = drawn(size).sort(compare);
      const tree = built(model);
      for (let round = 0; round < 12; round++) {
        const fresh = drawn(Math.floor((random() * size) / 2));
        for (const [member, score] of fresh) tree.insert(score, member);
        model = [...model, ...fresh].sort(compare);
        check(tree, model, random);
        const share = random() * 0.6;
        const leaving = model.filter(() => random() < share);
        for (const [member, score] of leaving) tree.delete(score, member);
        const gone = new Set(leaving);
        model = model.filter((entry) => !gone.has(entry));
        check(tree, model, random);
        const start = Math.floor(random() * (model.length + 1));
        const end = start + Math.floor(random() * random() * (model.length + 1 - start));
        tree.deleteRange(start, end);
        model.splice(start, end - start);
        check(tree, model, random);
      }
      tree.deleteRange(0, tree.size);
      check(tree, [], random);
      tree.insert(1, "again");
      check(tree, [["again", 1]], random);
    });
  }

  test("fills up in order and empties from either end", () => {
    const count = 30_000;
    const tree = new RankedTree();
    for (let i = 0; i < count; i++) tree.insert(i, `m${i}`);
    for (let i = 0; i < count / 2; i++) {
      assert.deepEqual(elements(tree, 0, 1), [[`m${i}`, i]]);
      tree.delete(i, `m${i}`);
      const last = count - 1 - i;
      assert.deepEqual(elements(tree, tree.size - 1, tree.size), [[`m${last}`, last]]);
      tree.deleteRange(tree.size - 1, tree.size);
    }
    assert.equal(tree.size, 0);
    assert.deepEqual(elements(tree), []);
  });

  test("orders infinite scores, and members of one score as bytes", () => {
    const tree = new RankedTree();
    const entries: Entry[] = [
      ["x", -Infinity],
      ["", 0],
      ["\0", 0],
      ["B", 0],
      ["a", 0],
      ["\xff", 0],
      ["x", Infinity],
    ];
    for (const [member, score] of [...entries].reverse()) tree.insert(score, member);
    assert.deepEqual(elements(tree), entries);
    assert.equal(tree.rank(0, "a"), 4);
    assert.equal(tree.rank(0, "b"), 5);
    assert.equal(
      tree.countWhile((score, member) => score < 0 || (score === 0 && member <= "B")),
      4,
    );
  });

  test("finds a member by scanning while it is one leaf", () => {
    const tree = new RankedTree();
    for (let i = 0; i < LEAF_ELEMENTS_MAX; i++) tree.insert(i / 2, `m${i}`);
    assert.equal(tree.findByScan("m7"), 3.5);
    assert.equal(tree.findByScan("x"), undefined);
    tree.insert(0, "more");
    assert.throws(() => tree.findByScan("m7"), /more than one leaf/);
  });
});
