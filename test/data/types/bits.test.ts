import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BIT_OPERATIONS, bitAt, combineBits, countBits, findBit, setBit } from "../../../src/data/types/bits.ts";
import type { BitOperation } from "../../../src/data/types/bits.ts";
import { ByteBuffer } from "../../../src/data/types/byte-buffer.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

/** A bitmap as an array of bits. */
function bitsOf(buffer: ByteBuffer): number[] {
  return Array.from({ length: buffer.length * 8 }, (_, i) => bitAt(buffer, i));
}

/** What an operation does to the bits at one place, the first source's first. */
const MODEL: Readonly<Record<BitOperation, (bits: readonly number[]) => boolean>> = {
  AND: (bits) => bits.every((bit) => bit === 1),
  OR: (bits) => bits.includes(1),
  XOR: (bits) => bits.filter((bit) => bit === 1).length % 2 === 1,
  NOT: ([first]) => first === 0,
  DIFF: ([first, ...others]) => first === 1 && !others.includes(1),
  DIFF1: ([first, ...others]) => first === 0 && others.includes(1),
  ANDOR: ([first, ...others]) => first === 1 && others.includes(1),
  ONE: (bits) => bits.filter((bit) => bit === 1).length === 1,
};

describe("bits", () => {
  const seed = chooseSeed();
  console.log(`SEED=${seed}`);
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);

  /** Long stretches of equal bytes among random ones. */
  function bitmap(bytesMax: number): ByteBuffer {
    const buffer = new ByteBuffer(below(bytesMax));
    const filler = [0, 0xff][below(2)]!;
    for (let i = 0; i < buffer.length; i++) buffer.setByte(i, below(20) === 0 ? below(256) : filler);
    return buffer;
  }

  test("are counted and found as one by one", () => {
    for (let round = 0; round < 300; round++) {
      const buffer = bitmap(round % 10 === 0 ? 1500 : 30);
      const bits = bitsOf(buffer);
      const from = below(bits.length + 1);
      const to = from + below(bits.length + 1 - from);
      const part = bits.slice(from, to);
      const message = `${from} to ${to} of ${JSON.stringify(buffer.toString())}`;
      assert.equal(countBits(buffer, from, to), part.filter((bit) => bit === 1).length, message);
      if (from === to) continue;
      for (const bit of [0, 1]) {
        const place = part.indexOf(bit);
        assert.equal(findBit(buffer, bit, from, to), place < 0 ? -1 : from + place, message);
      }
    }
  });

  test("are set and cleared without touching others", () => {
    const buffer = bitmap(50);
    buffer.grow(10);
    const model = bitsOf(buffer);
    for (let step = 0; step < 500; step++) {
      const [offset, bit] = [below(model.length), below(2)];
      setBit(buffer, offset, bit);
      model[offset] = bit;
    }
    assert.deepEqual(bitsOf(buffer), model);
    assert.equal(bitAt(buffer, 2 ** 32), 0);
    assert.equal(bitAt("\x80", 0), 1);
    assert.equal(bitAt("\x80", 8), 0);
  });

  for (const operation of BIT_OPERATIONS) {
    test(`are combined by ${operation} as one by one`, () => {
      for (let round = 0; round < 50; round++) {
        const count = operation === "NOT" ? 1 : 1 + below(4);
        const sources = Array.from({ length: count }, () => bitmap(40));
        const before = sources.map(String);
        const result = combineBits(operation, sources);
        const length = Math.max(...sources.map((source) => source.length));
        const expected = Array.from({ length: length * 8 }, (_, i) =>
          Number(MODEL[operation](sources.map((source) => bitAt(source, i)))),
        );
        assert.deepEqual(bitsOf(result), expected);
        assert.deepEqual(sources.map(String), before);
        assert.equal(countBits(result, 0, length * 8), expected.filter((bit) => bit === 1).length);
      }
    });
  }
});
