/** The linear regular expressions against JavaScript's own, and against patterns that make those explode. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { LinearRegex } from "../../../src/data/types/linear-regex.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

const seed = chooseSeed();

function matches(pattern: string, text: string): boolean {
  return new LinearRegex(pattern).test(text, () => undefined);
}

describe(`linear regular expressions, SEED=${seed}`, () => {
  test("find what JavaScript's find", () => {
    const atom = fc.constantFrom(
      "a",
      "b",
      ".",
      "[ab]",
      "[^a]",
      "\\d",
      "\\w",
      "\\b",
      "^",
      "$",
      "(?:ab)",
      "[a-c1]",
      "\\.",
    );
    const quantifier = fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?");
    const repeatable = (piece: string): boolean => !["\\b", "^", "$"].includes(piece);
    const item = fc.tuple(atom, quantifier).map(([piece, times]) => (repeatable(piece) ? piece + times : piece));
    const sequence = fc.array(item, { maxLength: 5 }).map((items) => items.join(""));
    const nested = fc.tuple(sequence, sequence, quantifier).map(([a, b, times]) => `(${a}|${b})${times}`);
    const pattern = fc
      .array(fc.oneof(sequence, nested), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join("|"));
    const text = fc.array(fc.constantFrom("a", "b", "c", "1", " ", ".", "\n"), { maxLength: 8 }).map((c) => c.join(""));
    fc.assert(
      fc.property(pattern, text, (source, subject) => {
        assert.equal(matches(source, subject), new RegExp(source).test(subject), `/${source}/ on ${subject}`);
      }),
      { seed, numRuns: 3000 },
    );
  });

  test("flags, classes and escapes", () => {
    const yes: readonly (readonly [pattern: string, text: string])[] = [
      ["(?i)HELLO", "say hello"],
      ["a(?i)b", "aB"],
      ["(?i:A)b", "ab"],
      ["(?m)^b$", "a\nb\nc"],
      ["(?s)a.b", "a\nb"],
      ["[\\d-]+x", "1-2x"],
      ["[^\\W\\d]", "é_"],
      ["\\x41\\x{1F600}\\u0042", "A😀B"],
      ["^.$", "😀"],
      ["[]a]", "]"],
      ["(?P<name>x)(?<other>y)", "xy"],
      ["\\Aab\\z", "ab"],
      ["x{,2}", "x{,2}"],
      ["(?i)[a-c]", "B"],
      ["(?-i)a", "a"],
      ["", ""],
    ];
    for (const [pattern, text] of yes) assert.ok(matches(pattern, text), `/${pattern}/ on ${text}`);
    assert.ok(!matches("(?i:a)b", "AB"));
    assert.ok(!matches("a.b", "a\nb"));
    assert.ok(!matches("[^\\W\\d]", "1 é"));
  });

  test("refuse what they cannot do in linear time, and what is no pattern", () => {
    const bad = [
      "(",
      ")",
      "[",
      "a**",
      "*",
      "(?=a)",
      "(?<!a)",
      "\\1",
      "\\q",
      "[z-a]",
      "a{2000}",
      "a{3,1}",
      "\\",
      "(?x)a",
    ];
    for (const pattern of bad) assert.throws(() => new LinearRegex(pattern), RangeError, pattern);
    assert.throws(() => new LinearRegex("((a{100}){100}){100}"), RangeError);
    assert.throws(() => new LinearRegex("(".repeat(100_000)), RangeError);
    assert.ok(matches("(((){1000}){1000}){1000}", ""));
  });

  test("take linear time where backtracking takes exponential time", () => {
    const text = `${"a".repeat(2000)}!`;
    let steps = 0;
    assert.ok(!new LinearRegex("^(a+)+$").test(text, (n) => (steps += n)));
    assert.ok(!new LinearRegex("^(a|a)*$").test(text, (n) => (steps += n)));
    assert.ok(!new LinearRegex("^(.*)*(.*)*x$").test(text, (n) => (steps += n)));
    assert.ok(steps < 100_000, `${steps} steps`);
  });

  test("find the same in a text that needs more nodes than are kept, and afterwards", () => {
    const pattern = "a[ab]{12}c";
    const regex = new LinearRegex(pattern);
    const random = seededRandom(seed);
    for (let round = 0; round < 20; round++) {
      const text = Array.from({ length: 400 }, () => (random() < 0.49 ? "a" : random() < 0.99 ? "b" : "c")).join("");
      assert.equal(
        regex.test(text, () => undefined),
        new RegExp(pattern).test(text),
        `SEED=${seed} ${text}`,
      );
      assert.ok(regex.test(`a${"b".repeat(12)}c`, () => undefined));
    }
  });

  test("tell the steps before they are many, whatever the pattern, and stop when asked to", () => {
    const ranges = Array.from({ length: 4000 }, (_, i) => String.fromCodePoint(0x4e00 + 2 * i)).join("");
    const random = seededRandom(seed);
    const mixed = Array.from({ length: 100_000 }, () => (random() < 0.5 ? "a" : "b")).join("");
    const cases: readonly (readonly [pattern: string, text: string])[] = [
      ["(a|b)*a(a|b){15}c", mixed],
      ["[^b]{900}b", "é".repeat(100_000)],
      [`(?:[${ranges}]|a){500}x`, "a".repeat(100_000)],
    ];
    for (const [pattern, text] of cases) {
      let steps = 0;
      let most = 0;
      const charge = (more: number): void => {
        most = Math.max(most, more);
        steps += more;
        if (steps > 1_000_000) throw new Error("enough");
      };
      assert.throws(() => new LinearRegex(pattern).test(text, charge), /enough/);
      assert.ok(most < 20_000, `${most} steps at once`);
    }
    assert.throws(() => new LinearRegex("a?".repeat(50_000)), RangeError);
  });
});
