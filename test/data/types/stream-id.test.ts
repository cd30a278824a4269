import assert from "node:assert/strict";
import { test } from "node:test";
import {
  compareIds,
  formatId,
  MAX_ID,
  MIN_ID,
  nextId,
  parseId,
  previousId,
} from "../../../src/data/types/stream-id.ts";

const IN_ORDER = [
  "0-0",
  "0-1",
  "0-9007199254740991",
  "0-9007199254740992",
  "0-18446744073709551615",
  "1-0",
  "9007199254740991-18446744073709551615",
  "9007199254740992-0",
  "18446744073709551615-0",
  "18446744073709551615-18446744073709551615",
];

test("IDs compare exactly over their whole range", () => {
  const ids = IN_ORDER.map((text) => parseId(text, 0)!);
  ids.forEach((a, i) => ids.forEach((b, j) => assert.equal(compareIds(a, b), Math.sign(i - j), `${i} ${j}`)));
});

test("IDs print as they were read", () => {
  for (const text of IN_ORDER) assert.equal(formatId(parseId(text, 0)!), text);
  assert.equal(formatId(parseId("+007", 3)!), "7-3");
  for (const text of ["", "-", "-1", "1-", "x", "1-x", "1-1-1", "18446744073709551616", "1 -1", " ", "+"]) {
    assert.equal(parseId(text, 0), undefined, text);
  }
});

test("the next ID and the one before are each other's reverse", () => {
  assert.equal(nextId(MAX_ID), undefined);
  assert.equal(previousId(MIN_ID), undefined);
  for (const text of IN_ORDER.slice(0, -1)) {
    const id = parseId(text, 0)!;
    const next = nextId(id)!;
    assert.equal(compareIds(id, next), -1);
    // Deep equality also tells whether each half is in its one canonical form.
    assert.deepEqual(previousId(next), id);
  }
  assert.equal(formatId(nextId(parseId("5-18446744073709551615", 0)!)!), "6-0");
  assert.equal(formatId(previousId(parseId("5-0", 0)!)!), "4-18446744073709551615");
});
