import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { test } from "node:test";
import { compareBytes, fromText, isAscii, owned, toText, wellFormed } from "../../src/core/bytes.ts";
import { chooseSeed, seededRandom } from "../support/world.ts";

test("text becomes the bytes of its UTF-8 form and comes back", () => {
  for (const text of ["", "plain", "é", "日本", "🙂", "\x00\x7f\x80"]) {
    const bytes = fromText(text);
    assert.equal(Buffer.from(bytes, "latin1").toString("utf8"), text);
    assert.equal(toText(bytes), text);
  }
  assert.equal(fromText("é"), "\xc3\xa9");
});

test("each byte that belongs to no character of UTF-8 becomes one U+FFFD", () => {
  const R = "\xef\xbf\xbd";
  const cases = [
    ["plain", "plain"],
    ["\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"],
    ["\xff", R],
    ["a\xe2\x82", `a${R}${R}`],
    ["\xe2\x82b", `${R}${R}b`],
    ["\xf0\x9f\x98", R.repeat(3)],
    ["\xf0\x9f\x98\xe2\x82\xac", `${R.repeat(3)}\xe2\x82\xac`],
    // An overlong form, a surrogate, and what lies beyond Unicode.
    ["\xc0\x80", R.repeat(2)],
    ["\xe0\x9f\xbf", R.repeat(3)],
    ["\xed\xa0\x80", R.repeat(3)],
    ["\xf4\x90\x80\x80", R.repeat(4)],
    ["\xf4\x8f\xbf\xbf\xed\x9f\xbf", "\xf4\x8f\xbf\xbf\xed\x9f\xbf"],
    ["\xc3\xc3\xa9", `${R}\xc3\xa9`],
  ] as const;
  for (const [bytes, expected] of cases)
    assert.equal(wellFormed(bytes), expected, Buffer.from(bytes, "latin1").toString("hex"));
});

test("what wellFormed answers is UTF-8, and the same for what was", () => {
  const seed = chooseSeed();
  const random = seededRandom(seed);
  // Bytes that begin and go on with characters, so that many are whole and many are cut off.
  const BYTES = "a\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc2\xdf\xe0\xe1\xed\xef\xf0\xf1\xf4\xf5\xff";
  for (let round = 0; round < 20_000; round++) {
    const bytes = Array.from(
      { length: 1 + Math.floor(random() * 6) },
      () => BYTES[Math.floor(random() * BYTES.length)],
    ).join("");
    const answer = Buffer.from(wellFormed(bytes), "latin1");
    assert.ok(isUtf8(answer), `SEED=${seed}`);
    if (isUtf8(Buffer.from(bytes, "latin1"))) assert.equal(answer.latin1Slice(), bytes);
  }
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
