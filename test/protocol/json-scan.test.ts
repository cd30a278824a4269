import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { endOfString, countValues } from "../../src/protocol/json-scan.ts";
import { budget, jsonStringOf } from "../support/arbitraries.ts";

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function valuesOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, one) => sum + valuesOf(one), 1);
}

test("depth is that of arrays and objects together", () => {
  const property = fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat({ max: 6 }), (value, depthMax) => {
    const count = countValues(JSON.stringify(value), depthMax);
    assert.equal(count === undefined, depthOf(value) > depthMax);
    // An empty array or object counts as one value too many.
    if (count !== undefined) assert.ok(count >= valuesOf(value) && count <= 2 * valuesOf(value), `${count}`);
  });
  fc.assert(property, budget());
});

test("brackets within strings do not count", () => {
  for (const text of ['"[[["', '"\\"[["', '["\\\\","[","{"]', '"[[[', '"\\']) {
    assert.notEqual(countValues(text, 1), undefined, text);
  }
  assert.equal(countValues('["\\\\",["["]]', 1), undefined);
});

test("text that is no JSON is scanned to its end all the same", () => {
  for (const [text, deep] of [
    ["", false],
    ["]]]]", false],
    ["]]]][[", false],
    ["[[[", true],
    ["{[", true],
    ["x[ [", true],
  ] as const) {
    assert.equal(countValues(text, 1) === undefined, deep, text);
  }
});

test("a string ends at the first quote that is not escaped", () => {
  assert.equal(endOfString('"a"', 0), 2);
  assert.equal(endOfString('""', 0), 1);
  assert.equal(endOfString('["a\\"b"]', 1), 6);
  assert.equal(endOfString('"a\\\\" "', 0), 4);
  assert.equal(endOfString('"never', 0), 6);
  assert.equal(endOfString('"', 0), 1);
  const texts = fc.string({ unit: fc.constantFrom('"', "\\", "a", "\n") }).chain(jsonStringOf);
  fc.assert(
    fc.property(texts, (quoted) => assert.equal(endOfString(`[${quoted},"x"]`, 1), quoted.length)),
    budget(),
  );
});
