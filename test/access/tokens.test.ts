import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodeAclToken } from "../../src/access/acl-token.ts";
import { Tokens } from "../../src/access/tokens.ts";
import { Users } from "../../src/access/users.ts";
import { commandTables } from "../../src/commands/registry.ts";

function make(): { users: Users; tokens: Tokens } {
  const users = new Users({ commands: commandTables.flat(), tokens: ["one", "uno"], readOnlyTokens: ["two"] });
  return { users, tokens: new Tokens(users) };
}

test("every change of a user makes what was found before a thing of the past", () => {
  const { tokens, users } = make();
  const before = tokens.generation;
  users.set("app", ["on"]);
  assert.notEqual(tokens.generation, before);
});

describe("Tokens", () => {
  test("finds the user of a token", () => {
    const { tokens, users } = make();
    assert.equal(tokens.find("one"), users.get("default"));
    assert.equal(tokens.find("uno"), users.get("default"));
    assert.equal(tokens.find("two"), users.get("default_ro"));
  });

  test("knows no other token, and never the empty one", () => {
    const { tokens } = make();
    for (const token of ["", "on", "one ", "One", "onetwo", "__proto__", "acl-", "acl-AAA"]) {
      assert.equal(tokens.find(token), undefined);
    }
  });

  test("follows every change of a user", () => {
    const { tokens, users } = make();
    users.set("app", ["on", ">secret"]);
    const token = encodeAclToken({ name: "app", password: "secret" })!;
    const identity = tokens.identify(token)!;
    assert.equal(identity.user, users.get("app"));
    assert.equal(tokens.find("secret"), undefined);
    const steps: readonly [rules: readonly string[], good: boolean][] = [
      [[">other"], true],
      [["<secret"], false],
      [[">secret"], true],
      [["off"], false],
      [["on"], true],
      [["nopass"], true],
      [["resetpass"], false],
      [["reset"], false],
      [["on", ">secret"], true],
    ];
    for (const [rules, good] of steps) {
      users.set("app", rules);
      assert.deepEqual([tokens.find(token) !== undefined, tokens.isGood(identity)], [good, good], rules.join(" "));
    }
    users.delete("app");
    assert.deepEqual([tokens.find(token), tokens.isGood(identity)], [undefined, false]);
    // The same name is not the same user.
    users.set("app", ["on", ">secret"]);
    assert.deepEqual([tokens.find(token)?.name, tokens.isGood(identity)], ["app", false]);
  });

  test("the passwords of default are tokens", () => {
    const { tokens, users } = make();
    users.set("default", [">new", "<one"]);
    assert.deepEqual([tokens.find("one"), tokens.find("new")?.name], [undefined, "default"]);
    users.set("default", ["nopass"]);
    assert.equal(tokens.find("anything"), undefined);
  });

  test("keeps no token", () => {
    const { tokens, users } = make();
    users.set("app", ["on", ">secret"]);
    const token = encodeAclToken({ name: "app", password: "secret" })!;
    tokens.find(token);
    tokens.find("one");
    const kept = JSON.stringify([...(tokens as unknown as { known: Map<string, unknown> }).known]);
    assert.ok(!kept.includes("one") && !kept.includes("secret") && !kept.includes(token));
  });
});
