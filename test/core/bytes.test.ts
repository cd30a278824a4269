import assert from "node:assert/strict";
import { test } from "node:test";
import { compareBytes, fromText, isAscii, owned, toText } from "../../src/core/bytes.ts";

test("text becomes the bytes of its UTF-8 form and comes back", () => {
  for (const text of ["", "plain", "é", "日本", "🙂", "\x00\x7f\x80"]) {
    const bytes = fromText(text);
    assert.equal(Buffer.from(bytes, "latin1").toString("utf8"), text);
    assert.equal(toText(bytes), text);
  }
  assert.equal(fromText("é"), "\xc3\xa9");
});

test("what is not UTF-8 becomes U+FFFD", () => {
  assert.equal(fromText("\ud800"), "\xef\xbf\xbd");
  assert.equal(toText("\xff"), "\ufffd");
  assert.equal(toText("a\xc3"), "a\ufffd");
});

test("isAscii tells bytes above 127", () => {
  assert.ok(isAscii(""));
  assert.ok(isAscii("\x00~\x7f"));
  assert.ok(!isAscii("a\x80"));
});

test("compareBytes orders as memcmp does", () => {
  const ordered = ["", "\x00", "\x00\x00", "A", "a", "aa", "b", "\x7f", "\x80", "\xff", "\xff\x00"];
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries()) {
      assert.equal(compareBytes(a, b), Math.sign(i - j));
      assert.equal(Math.sign(Buffer.compare(Buffer.from(a, "latin1"), Buffer.from(b, "latin1"))), Math.sign(i - j));
    }
  }
});

test("owned keeps every byte", () => {
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join("");
  assert.equal(owned(all), all);
  assert.equal(owned(all.slice(200, 230)), all.slice(200, 230));
  assert.equal(owned("short"), "short");
});
