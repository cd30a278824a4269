import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fitted, readField, writeField } from "../../../src/data/types/bit-field.ts";
import { bitAt } from "../../../src/data/types/bits.ts";
import { ByteBuffer } from "../../../src/data/types/byte-buffer.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

describe("bit fields", () => {
  test("are written and read at any offset and width, and leave their neighbours alone", () => {
    const seed = chooseSeed();
    console.log(`SEED=${seed}`);
    const random = seededRandom(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    const buffer = new ByteBuffer(40);
    for (let step = 0; step < 2000; step++) {
      const signed = below(2) === 0;
      const bits = 1 + below(signed ? 64 : 63);
      const offset = below(320 - bits);
      const value = (BigInt(below(2 ** 32)) << 32n) | BigInt(below(2 ** 32));
      const fitting = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
      const model = Array.from({ length: 320 }, (_, i) => bitAt(buffer, i));
      for (let i = 0; i < bits; i++) model[offset + i] = Number((fitting >> BigInt(bits - 1 - i)) & 1n);
      writeField(buffer, { signed, bits }, offset, fitting);
      assert.equal(readField(buffer, { signed, bits }, offset), fitting);
      assert.deepEqual(
        Array.from({ length: 320 }, (_, i) => bitAt(buffer, i)),
        model,
      );
    }
  });

  test("are zero beyond the end", () => {
    assert.equal(readField(undefined, { signed: true, bits: 64 }, 0), 0n);
    assert.equal(readField(ByteBuffer.from("\xff"), { signed: false, bits: 16 }, 4), 0xf000n);
  });

  test("wrap around, end at the nearest that fits, or are refused", () => {
    const [u4, i4] = [
      { signed: false, bits: 4 },
      { signed: true, bits: 4 },
    ];
    assert.deepEqual([fitted(17n, u4, "WRAP"), fitted(17n, u4, "SAT"), fitted(17n, u4, "FAIL")], [1n, 15n, undefined]);
    assert.deepEqual([fitted(-1n, u4, "WRAP"), fitted(-1n, u4, "SAT"), fitted(-1n, u4, "FAIL")], [15n, 0n, undefined]);
    assert.deepEqual([fitted(8n, i4, "WRAP"), fitted(8n, i4, "SAT"), fitted(8n, i4, "FAIL")], [-8n, 7n, undefined]);
    assert.deepEqual([fitted(-9n, i4, "WRAP"), fitted(-9n, i4, "SAT"), fitted(-9n, i4, "FAIL")], [7n, -8n, undefined]);
    assert.deepEqual([fitted(-8n, i4, "FAIL"), fitted(7n, i4, "FAIL")], [-8n, 7n]);
  });
});
