import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeAclToken, encodeAclToken, isStrongPassword } from "../../src/access/acl-token.ts";

describe("ACL tokens", () => {
  test("hold a name and a password, whatever their bytes", () => {
    for (const name of ["", "app", "a:b", "\x00\xff", "n".repeat(300)]) {
      for (const password of ["", "secret", "p w\x00\xff"]) {
        const token = encodeAclToken({ name, password })!;
        assert.match(token, /^acl-[A-Za-z0-9_-]+$/);
        assert.deepEqual(decodeAclToken(token), { name, password });
      }
    }
    assert.equal(encodeAclToken({ name: "n".repeat(65_536), password: "" }), undefined);
  });

  test("are told from anything else, and have one spelling each", () => {
    const token = encodeAclToken({ name: "app", password: "secret" })!;
    const others = [
      "",
      "acl-",
      "acl-AAAAAA",
      token.slice(0, -1),
      `${token}A`,
      `${token}=`,
      token.slice(4),
      `${token} `,
    ];
    for (const other of others) assert.equal(decodeAclToken(other), undefined, other);
    for (let i = 4; i < token.length; i++) {
      const changed = token.slice(0, i) + (token[i] === "A" ? "B" : "A") + token.slice(i + 1);
      assert.equal(decodeAclToken(changed), undefined, changed);
    }
  });

  test("a password that is short or has no variety is weak", () => {
    for (const weak of ["", "password", "aaaaaaaaaaaaaaaaaaaaaaaa", "121212121212121", "short1!"]) {
      assert.equal(isStrongPassword(weak), false, weak);
    }
    for (const strong of ["correct horse battery", "Tr0ub4dor&3xyz", "8f14e45fceea167a5a36dedd4bea2543"]) {
      assert.equal(isStrongPassword(strong), true, strong);
    }
  });
});
