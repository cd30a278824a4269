import assert from "node:assert/strict";
import { test } from "node:test";
import { xxhash3 } from "hash-wasm";
import { xxh3Hex } from "../../../src/data/types/xxh3.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

test("known digests", () => {
  assert.equal(xxh3Hex(""), "2d06800538d394c2");
  assert.equal(xxh3Hex("hello"), "9555e8555c62dcfd");
  assert.equal(xxh3Hex("a".repeat(300)), "c1d17581d8eb7e21");
});

/** Lengths around every change of algorithm: the length classes, a stripe of 64 bytes, a block of 1024. */
const EDGES = [0, 3, 8, 16, 32, 64, 96, 128, 144, 240, 256, 320, 1024, 1088, 2048, 3072, 64 * 1024, 1024 * 1024];

test("agrees with a WebAssembly build of xxHash at every length", async () => {
  const seed = chooseSeed();
  const random = seededRandom(seed);
  const lengths = new Set(Array.from({ length: 300 }, (_, length) => length));
  for (const edge of EDGES) for (let length = Math.max(0, edge - 2); length <= edge + 2; length++) lengths.add(length);
  for (let i = 0; i < 60; i++) lengths.add(Math.floor(random() * 10_000));
  lengths.add(1024 * 1024 + Math.floor(random() * 1024 * 1024));
  for (const length of lengths) {
    const bytes = Buffer.alloc(length);
    for (let i = 0; i < length; i++) bytes[i] = random() * 256;
    assert.equal(xxh3Hex(bytes.latin1Slice()), await xxhash3(bytes), `SEED=${seed}, ${length} bytes`);
  }
});

test("bytes that make every carry", async () => {
  for (const length of [5, 12, 100, 200, 5000]) {
    const bytes = Buffer.alloc(length, 0xff);
    assert.equal(xxh3Hex(bytes.latin1Slice()), await xxhash3(bytes), `${length} bytes`);
  }
});
