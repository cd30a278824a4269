import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ByteBuffer } from "../../../src/data/types/byte-buffer.ts";
import {
  addElement,
  createSketch,
  estimate,
  isSketch,
  isSparse,
  keepEstimate,
  keptEstimate,
  makeDense,
  mergeInto,
  outdateEstimate,
  raise,
  raiseAll,
  registersOf,
} from "../../../src/data/types/hyperloglog.ts";
import { decodeRuns, REGISTERS } from "../../../src/data/types/hyperloglog-sparse.ts";
import { selfTest } from "../../../src/data/types/hyperloglog-self-test.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

const SPARSE_MAX = 3000;

describe("HyperLogLog", () => {
  const seed = chooseSeed();
  console.log(`SEED=${seed}`);
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);

  for (const indexes of [30, REGISTERS]) {
    test(`registers among ${indexes} are kept in both forms`, () => {
      const sparse = createSketch();
      const dense = createSketch();
      makeDense(dense);
      const model = new Uint8Array(REGISTERS);
      for (let step = 0; step < 4000; step++) {
        const index = below(indexes);
        const value = 1 + below(step > 3500 ? 51 : 6);
        const expected = value > model[index]! ? "raised" : "unchanged";
        model[index] = Math.max(value, model[index]!);
        assert.equal(raise(sparse, index, value, SPARSE_MAX), expected);
        assert.equal(raise(dense, index, value, SPARSE_MAX), expected);
        assert.ok(!isSparse(sparse) || sparse.length <= SPARSE_MAX);
        if (step % 200 === 0) assert.deepEqual(registersOf(sparse), model);
      }
      assert.ok(!isSparse(sparse));
      assert.deepEqual(registersOf(sparse), model);
      assert.deepEqual(registersOf(dense), model);
      assert.ok(isSketch(sparse) && isSketch(dense));
    });
  }

  test("runs are written as Redis writes them", () => {
    const sketch = createSketch();
    assert.equal(decodeRuns(sketch), "Z:16384");
    raise(sketch, 1000, 2, SPARSE_MAX);
    raise(sketch, 1020, 3, SPARSE_MAX);
    raise(sketch, 1021, 3, SPARSE_MAX);
    assert.equal(decodeRuns(sketch), "Z:1000 v:2,1 z:19 v:3,2 Z:15362");
  });

  test("estimates are close", () => {
    const sketch = createSketch();
    for (let i = 0; i < 50_000; i++) addElement(sketch, `${seed} ${i}`, SPARSE_MAX);
    const estimated = Number(estimate(registersOf(sketch)!));
    assert.ok(Math.abs(estimated - 50_000) < 50_000 * 0.05, String(estimated));
    assert.equal(estimate(new Uint8Array(REGISTERS)), 0);
    assert.equal(estimate(new Uint8Array(REGISTERS).fill(63)), -(2n ** 63n));
  });

  test("a kept estimate is read back until it is outdated", () => {
    const sketch = createSketch();
    for (const value of [0, 12345, 2 ** 50 + 1, 2n ** 63n - 1n]) {
      keepEstimate(sketch, value);
      assert.equal(keptEstimate(sketch), value);
    }
    outdateEstimate(sketch);
    assert.equal(keptEstimate(sketch), undefined);
  });

  test("the self-test finds nothing", () => {
    assert.equal(selfTest(random, SPARSE_MAX), undefined);
  });

  test("strings that only begin like a sketch are never an exception", () => {
    let sound = 0;
    for (let round = 0; round < 3000; round++) {
      const body = Buffer.from(Array.from({ length: below(round % 5 === 0 ? 400 : 8) }, () => below(256)));
      const sketch = ByteBuffer.from(`HYLL\x01${"\0".repeat(10)}\x80${body.latin1Slice()}`);
      assert.ok(isSketch(sketch));
      decodeRuns(sketch);
      const isSound = registersOf(sketch) !== undefined;
      if (isSound) sound++;
      assert.equal(mergeInto(new Uint8Array(REGISTERS), sketch.copy()), isSound);
      for (let i = 0; i < 20; i++) addElement(sketch, `e${i}`, SPARSE_MAX);
      raise(sketch, REGISTERS - 1, 33, SPARSE_MAX);
      if (isSound) raiseAll(sketch, new Uint8Array(REGISTERS).fill(1), SPARSE_MAX);
      assert.equal(sketch.slice(0, 4), "HYLL");
      assert.ok(isSketch(sketch));
    }
    const dense = new ByteBuffer(12304);
    for (let i = 0; i < dense.length; i++) dense.setByte(i, below(256));
    dense.write(0, "HYLL\0");
    assert.ok(isSketch(dense) && sound < 3000);
    estimate(registersOf(dense)!);
    addElement(dense, "x", SPARSE_MAX);
  });
});
