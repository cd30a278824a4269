import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Glob } from "../../src/core/glob.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import type { Frame } from "../support/resp.ts";
import { chooseSeed, seededRandom } from "../support/world.ts";

const CASES: readonly (readonly [pattern: string, matching: readonly string[], others: readonly string[]])[] = [
  ["*", ["", "a", "abc"], []],
  ["", [""], ["a"]],
  ["h?llo", ["hello", "hxllo"], ["hllo", "heello"]],
  ["h*llo", ["hllo", "heeeello"], ["hell"]],
  ["h[ae]llo", ["hello", "hallo"], ["hillo", "hllo"]],
  ["h[^e]llo", ["hallo"], ["hello"]],
  ["h[a-c]llo", ["hallo", "hbllo", "hcllo"], ["hdllo"]],
  ["h[c-a]llo", ["hallo", "hbllo"], ["hdllo"]],
  ["h\\*llo", ["h*llo"], ["hello"]],
  ["[\\]]", ["]"], ["\\"]],
  ["[a\\-z]", ["a", "-", "z"], ["b"]],
  ["[a-]", [], ["b", "-]"]],
  ["[abc", ["a", "b", "c"], ["d", "[abc"]],
  ["[", [], ["[", ""]],
  ["[^", ["a", "["], ["", "ab"]],
  ["[]", [], ["]", "[]"]],
  ["\\", ["\\"], ["", "a"]],
  ["a\\", ["a\\"], ["a"]],
  ["**a**", ["a", "xay"], ["xy", ""]],
  ["*?", ["a", "ab"], [""]],
  ["a*b*c", ["abc", "aXbYc", "abcbc"], ["acb", "ab"]],
  ["\xff*\x00", ["\xff\x00", "\xffabc\x00"], ["\xff"]],
];

test("patterns with known outcomes", () => {
  for (const [pattern, matching, others] of CASES) {
    const glob = new Glob(pattern);
    for (const text of matching) assert.ok(glob.matches(text), `${pattern} matches ${JSON.stringify(text)}`);
    for (const text of others) assert.ok(!glob.matches(text), `${pattern} does not match ${JSON.stringify(text)}`);
  }
});

test("a hundred stars end at all, where trying every split would not", () => {
  const glob = new Glob("a*".repeat(100) + "b");
  assert.ok(!glob.matches("a".repeat(20_000)));
});

/** Star by trying every split; no sets and no escapes. */
function naive(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern[0] === "*") return naive(pattern.slice(1), text) || (text !== "" && naive(pattern, text.slice(1)));
  return text !== "" && (pattern[0] === "?" || pattern[0] === text[0]) && naive(pattern.slice(1), text.slice(1));
}

function words(random: () => number, alphabet: string, lengthMax: number): string {
  const length = Math.floor(random() * (lengthMax + 1));
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
}

test("random patterns of stars and question marks agree with trying every split", () => {
  const seed = chooseSeed();
  const random = seededRandom(seed);
  for (let i = 0; i < 20_000; i++) {
    const pattern = words(random, "ab*?*", 8);
    const text = words(random, "ab", 9);
    // The empty text is matched by `*` alone, and by no longer pattern of stars.
    if (text === "") continue;
    assert.equal(new Glob(pattern).matches(text), naive(pattern, text), `SEED=${seed} ${pattern} ${text}`);
  }
});

describe("KEYS of redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  test("random patterns with sets, ranges and escapes select the same keys", async () => {
    const seed = chooseSeed();
    console.log(`glob: SEED=${seed}`);
    const random = seededRandom(seed);
    const keys = new Set(["", "\x00", "\x7f"]);
    for (let i = 0; i < 400; i++) keys.add(words(random, "abc-]^\\[*", 5));
    await redis.send(["MSET", ...[...keys].flatMap((key) => [key, ""])]);
    const patterns = [...new Set(Array.from({ length: 4000 }, () => words(random, "abcb-][^\\*?", 9)))];
    patterns.push(...CASES.map(([pattern]) => pattern));
    const frames = await redis.sendAll(patterns.map((pattern) => ["KEYS", pattern]));
    patterns.forEach((pattern, i) => {
      const glob = new Glob(pattern);
      const ours = [...keys].filter((key) => glob.matches(key)).sort();
      const theirs = (frames[i] as { items: Frame[] }).items.map((frame) => (frame as { text: string }).text).sort();
      assert.deepEqual(ours, theirs, `SEED=${seed}, pattern ${JSON.stringify(pattern)}`);
    });
  });
});
