import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionsFor, Descriptors } from "../../src/server/descriptors.ts";

test("connections leave descriptors for files and listeners, also where there are few", () => {
  assert.equal(connectionsFor(Infinity, 30), Infinity);
  assert.equal(connectionsFor(1024, 24), 872);
  assert.equal(connectionsFor(256, 40), 108);
  assert.equal(connectionsFor(64, 40), 12);
  assert.equal(connectionsFor(64, 64), 0);
});

test("a connection's descriptor is counted until it is released", () => {
  const descriptors = new Descriptors();
  assert.equal(descriptors.take(), true);
  descriptors.release();
  assert.equal(descriptors.take(), true);
});
