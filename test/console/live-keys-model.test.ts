/** Sums over keys, tiles, and the lines of CLIENT LIST, without a page. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { hasConnection, parseClients, sorted } from "../../console/src/live/client-list.ts";
import { KeySums, nodeAt, partsOf, prefixesOf, tilesOf } from "../../console/src/live/key-scan.ts";
import type { PrefixNode } from "../../console/src/live/key-scan.ts";
import { TestEngine } from "../support/engine.ts";

const keys = fc.array(
  fc.record({
    key: fc.string({ unit: fc.constantFrom("a", "b", ":", "_", "\0", "\xff"), maxLength: 8 }),
    type: fc.constantFrom("string", "list", "__proto__"),
    bytes: fc.nat({ max: 1000 }),
  }),
  { maxLength: 200 },
);

describe("sums over keys", () => {
  test("of prefixes are those of all keys that begin so", () => {
    fc.assert(
      fc.property(keys, (found) => {
        const sums = new KeySums(":");
        for (const facts of found) sums.add(facts);
        const check = (node: PrefixNode, prefix: string): void => {
          const below = found.filter(({ key }) => key.startsWith(prefix));
          assert.equal(node.count, below.length);
          assert.equal(
            node.bytes,
            below.reduce((sum, { bytes }) => sum + bytes, 0),
          );
          const { children, own } = partsOf(node);
          assert.equal(own.count, below.filter(({ key }) => !key.slice(prefix.length).includes(":")).length);
          for (const child of children) check(child, prefix + child.label);
        };
        check(sums.root, "");
      }),
    );
  });

  test("of types have the largest keys of each, in order", () => {
    fc.assert(
      fc.property(keys, (found) => {
        const sums = new KeySums("");
        for (const facts of found) sums.add(facts);
        for (const { bytes, count, largest, type } of sums.types.values()) {
          const of = found.filter((one) => one.type === type);
          assert.equal(count, of.length);
          assert.equal(
            bytes,
            of.reduce((sum, one) => sum + one.bytes, 0),
          );
          const sizes = of.map((one) => one.bytes).sort((a, b) => b - a);
          assert.deepEqual(
            largest.map((one) => one.bytes),
            sizes.slice(0, 20),
          );
        }
        assert.equal(sums.root.children.size, 0);
      }),
    );
  });

  test("stay bounded when every key has a prefix of its own", () => {
    const sums = new KeySums(":");
    for (let i = 0; i < 120_000; i++) sums.add({ key: `${i}:x`, type: "string", bytes: 1 });
    assert.equal(sums.root.children.size, 50_000);
    assert.equal(sums.root.bytes, 120_000);
    assert.equal(partsOf(sums.root).own.count, 70_000);
    assert.equal(nodeAt(sums.root, ["7:"])!.count, 1);
    assert.equal(nodeAt(sums.root, ["7:", "none"]), undefined);
    assert.deepEqual(prefixesOf("a::b", "::"), ["a::"]);
  });
});

test("tiles fill the rectangle, each by its weight, and none lies on another", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(weights, fc.double({ min: 0.3, max: 5, noNaN: true }), (list, aspect) => {
      const descending = list.sort((a, b) => b - a);
      const total = descending.reduce((sum, weight) => sum + weight, 0);
      const tiles = tilesOf(descending, aspect);
      assert.deepEqual(
        tiles.map(({ index }) => index),
        descending.map((_, i) => i),
      );
      for (const { height, index, width, x, y } of tiles) {
        assert.ok(Math.abs(width * height - descending[index]! / total) < 1e-6);
        assert.ok(x > -1e-6 && y > -1e-6 && x + width < 1 + 1e-6 && y + height < 1 + 1e-6);
      }
      for (const a of tiles) {
        for (const b of tiles.slice(a.index + 1)) {
          const [right, left] = [Math.min(a.x + a.width, b.x + b.width), Math.max(a.x, b.x)];
          const [bottom, top] = [Math.min(a.y + a.height, b.y + b.height), Math.max(a.y, b.y)];
          assert.ok(right - left < 1e-6 || bottom - top < 1e-6);
        }
      }
    }),
  );
});

test("the lines of CLIENT LIST are read, with fields that a server does not have", () => {
  const ours = new TestEngine();
  const { text } = ours.line("CLIENT LIST") as { text: string };
  const [first] = parseClients(text);
  assert.equal(first!.command, "CLIENT LIST");
  assert.equal(hasConnection(first!), false);
  const others = parseClients(
    "id=10 addr=1.2.3.4:5 name=a=b age=3 flags=P sub=1 psub=2\nid=9 addr=[::1]:5 lib-name=x lib-ver=1\n\ngarbage\n",
  );
  assert.deepEqual(
    others.map(({ addr, library, listens, name }) => [addr, name, listens, library]),
    [
      ["1.2.3.4:5", "a=b", 3, ""],
      ["[::1]:5", "", 0, "x 1"],
    ],
  );
  assert.deepEqual(
    sorted(others, "id", false).map(({ id }) => id),
    ["9", "10"],
  );
  assert.deepEqual(
    sorted(others, "listens", true).map(({ id }) => id),
    ["10", "9"],
  );
});
