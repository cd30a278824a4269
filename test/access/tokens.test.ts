import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Tokens } from "../../src/access/tokens.ts";

test("every token that is added makes what was found before a thing of the past", () => {
  const tokens = new Tokens<{ name: string }>();
  const before = tokens.generation;
  tokens.add("t", { name: "u" });
  assert.notEqual(tokens.generation, before);
});

describe("Tokens", () => {
  const [first, second] = [{ name: "first" }, { name: "second" }];
  const tokens = new Tokens<{ name: string }>();
  tokens.add("one", first);
  tokens.add("two", second);
  tokens.add("", { name: "nobody" });

  test("finds whom a token stands for", () => {
    assert.equal(tokens.find("one"), first);
    assert.equal(tokens.find("two"), second);
  });

  test("knows no other token, and never the empty one", () => {
    for (const token of ["", "on", "one ", "One", "onetwo", "__proto__"]) assert.equal(tokens.find(token), undefined);
  });

  test("takes a token with its user's name, or with none, and no other", () => {
    assert.equal(tokens.authenticate("first", "one"), first);
    assert.equal(tokens.authenticate("", "two"), second);
    for (const [name, token] of [
      ["first", "two"],
      ["First", "one"],
      ["", ""],
      ["nobody", ""],
      ["", "three"],
    ] as const) {
      assert.equal(tokens.authenticate(name, token), undefined);
    }
    assert.deepEqual(
      [tokens.hasUser("first"), tokens.hasUser("third"), tokens.hasUser("nobody")],
      [true, false, false],
    );
  });

  test("keeps no token", () => {
    const kept = JSON.stringify([...(tokens as unknown as { byDigest: Map<string, unknown> }).byDigest]);
    assert.ok(!kept.includes("one") && !kept.includes("two"));
  });
});
