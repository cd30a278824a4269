import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BUFFER_BYTES_MIN, ByteBuffer } from "../../../src/data/types/byte-buffer.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

/** Bytes beyond the length are zero: the last word says so. */
function assertSound(buffer: ByteBuffer): void {
  const words = buffer.words();
  assert.equal(words.length, Math.ceil(buffer.length / 4));
  const all = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
  assert.ok(all.subarray(buffer.length).every((byte) => byte === 0));
}

describe("ByteBuffer", () => {
  test("does what a byte string does that is made anew", () => {
    const seed = chooseSeed();
    console.log(`SEED=${seed}`);
    const random = seededRandom(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    const bytes = (count: number): string => String.fromCharCode(...Array.from({ length: count }, () => below(256)));
    for (let round = 0; round < 30; round++) {
      let model = bytes(below(round % 3 === 0 ? 2000 : 20));
      const buffer = ByteBuffer.from(model);
      for (let step = 0; step < 100; step++) {
        const at = below(model.length + 10);
        const kind = below(3);
        if (kind === 0) {
          const text = bytes(below(20));
          buffer.write(at, text);
          const end = at + text.length;
          model = model.slice(0, at).padEnd(at, "\0") + text + model.slice(end);
        } else if (kind === 1 && at < model.length) {
          const [removed, inserted] = [below(4), bytes(below(6))];
          buffer.splice(at, removed, [...Buffer.from(inserted, "latin1")]);
          model = model.slice(0, at) + inserted + model.slice(at + removed);
        } else {
          assert.equal(buffer.grow(at), at > model.length);
          model = model.padEnd(at, "\0");
        }
        const [start, end] = [below(model.length + 5), below(model.length + 5)];
        assert.equal(buffer.slice(start, end), model.slice(start, end));
        assert.equal(buffer.charCodeAt(start), model.charCodeAt(start));
        assert.equal(buffer.length, model.length);
        assertSound(buffer);
      }
      assert.equal(buffer.toString(), model);
      assert.equal(buffer.copy().toString(), model);
    }
  });

  test("is stored as a byte string while it is small", () => {
    assert.equal(new ByteBuffer(BUFFER_BYTES_MIN - 1).toValue(), "\0".repeat(BUFFER_BYTES_MIN - 1));
    const large = new ByteBuffer(BUFFER_BYTES_MIN);
    assert.equal(large.toValue(), large);
  });

  test("a copy shares nothing", () => {
    const buffer = ByteBuffer.from("x".repeat(2000));
    const copy = buffer.copy();
    copy.write(0, "abc");
    assert.equal(buffer.slice(0, 3), "xxx");
    assert.equal(copy.slice(0, 4), "abcx");
    assert.ok(copy.memoryBytes() >= 2000);
  });

  test("appending a byte at a time rarely copies", () => {
    const buffer = new ByteBuffer(2000);
    let moves = 0;
    for (let i = 0; i < 100_000; i++) {
      const before = buffer.words().buffer;
      buffer.write(buffer.length, "x");
      if (buffer.words().buffer !== before) moves++;
    }
    assert.ok(moves < 15, `${moves} copies`);
  });
});
