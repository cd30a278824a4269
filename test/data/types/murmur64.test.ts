import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { murmurHash64A } from "../../../src/data/types/murmur64.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

const M = 0xc6a4a7935bd1e995n;
const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** The published algorithm in bigints. */
function model(bytes: string, seed: number): bigint {
  let hash = u64(BigInt(seed) ^ u64(BigInt(bytes.length) * M));
  const word = (from: number, to: number): bigint =>
    Buffer.from(bytes.slice(from, to), "latin1").reduce((sum, byte, i) => sum | (BigInt(byte) << BigInt(8 * i)), 0n);
  const whole = bytes.length - (bytes.length % 8);
  for (let i = 0; i < whole; i += 8) {
    let block = u64(word(i, i + 8) * M);
    block = u64((block ^ (block >> 47n)) * M);
    hash = u64((hash ^ block) * M);
  }
  if (whole < bytes.length) hash = u64((hash ^ word(whole, bytes.length)) * M);
  hash = u64((hash ^ (hash >> 47n)) * M);
  return hash ^ (hash >> 47n);
}

describe("murmurHash64A", () => {
  test("is the published algorithm, for every length of the last block", () => {
    const seed = chooseSeed();
    console.log(`SEED=${seed}`);
    const random = seededRandom(seed);
    const out = new Int32Array(2);
    for (let round = 0; round < 1000; round++) {
      const length = round % 40;
      const bytes = Buffer.from(Array.from({ length }, () => Math.floor(random() * 256))).latin1Slice();
      murmurHash64A(bytes, 0xadc83b19, out);
      assert.equal((BigInt(out[1]! >>> 0) << 32n) | BigInt(out[0]! >>> 0), model(bytes, 0xadc83b19));
    }
  });
});
