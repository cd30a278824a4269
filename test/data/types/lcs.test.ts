import assert from "node:assert/strict";
import { test } from "node:test";
import { longestCommonSubsequence } from "../../../src/data/types/lcs.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

test("the example of Redis's documentation", () => {
  assert.deepEqual(longestCommonSubsequence("ohmytext", "mynewtext"), {
    text: "mytext",
    matches: [
      { a: 4, b: 5, length: 4 },
      { a: 2, b: 0, length: 2 },
    ],
  });
  assert.deepEqual(longestCommonSubsequence("", "abc"), { text: "", matches: [] });
});

/** The length by recursion with a memory. */
function naiveLength(a: string, b: string, known = new Map<string, number>()): number {
  if (a === "" || b === "") return 0;
  const at = `${a.length},${b.length}`;
  let length = known.get(at);
  if (length === undefined) {
    const [restA, restB] = [a.slice(1), b.slice(1)];
    length =
      a[0] === b[0]
        ? naiveLength(restA, restB, known) + 1
        : Math.max(naiveLength(restA, b, known), naiveLength(a, restB, known));
    known.set(at, length);
  }
  return length;
}

test("the subsequence is common, as long as possible, and what the matches spell", () => {
  const seed = chooseSeed();
  const random = seededRandom(seed);
  const draw = () => Array.from({ length: Math.floor(random() * 30) }, () => "abc"[Math.floor(random() * 3)]).join("");
  for (let i = 0; i < 500; i++) {
    const [a, b] = [draw(), draw()];
    const { text, matches } = longestCommonSubsequence(a, b);
    const note = `SEED=${seed} ${a} ${b}`;
    assert.equal(text.length, naiveLength(a, b), note);
    for (const [name, string] of [
      ["a", a],
      ["b", b],
    ] as const) {
      const spelled = matches.toReversed().map((match) => string.slice(match[name], match[name] + match.length));
      assert.equal(spelled.join(""), text, note);
    }
  }
});
