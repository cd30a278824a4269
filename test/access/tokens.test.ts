import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Tokens } from "../../src/access/tokens.ts";

describe("Tokens", () => {
  const tokens = new Tokens<string>();
  tokens.add("one", "first");
  tokens.add("two", "second");
  tokens.add("", "nobody");

  test("finds whom a token stands for", () => {
    assert.equal(tokens.find("one"), "first");
    assert.equal(tokens.find("two"), "second");
  });

  test("knows no other token, and never the empty one", () => {
    for (const token of ["", "on", "one ", "One", "onetwo", "__proto__"]) assert.equal(tokens.find(token), undefined);
  });

  test("keeps no token", () => {
    const kept = JSON.stringify([...(tokens as unknown as { byDigest: Map<string, unknown> }).byDigest]);
    assert.ok(!kept.includes("one") && !kept.includes("two"));
  });
});
