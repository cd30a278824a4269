import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DeadlineQueue } from "../../../src/data/types/deadline-queue.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

function numbered(count: number): DeadlineQueue {
  const queue = new DeadlineQueue();
  for (let i = 0; i < count; i++) queue.set(`name-${i}`, 5000 + ((i * 7919) % count));
  return queue;
}

/** Takes everything out, the earliest first. */
function drain(queue: DeadlineQueue): number[] {
  const deadlines: number[] = [];
  for (let first = queue.first; first !== undefined; first = queue.first) {
    deadlines.push(queue.earliest);
    assert.equal(queue.get(first), queue.earliest);
    queue.delete(first);
  }
  return deadlines;
}

describe("DeadlineQueue", () => {
  for (const range of [4, 40, 4000]) {
    test(`does what a Map does, with ${range} possible names`, () => {
      const seed = chooseSeed();
      console.log(`SEED=${seed}`);
      const random = seededRandom(seed);
      const queue = new DeadlineQueue();
      const model = new Map<string, number>();
      for (let step = 0; step < 10_000; step++) {
        const name = `n${Math.floor(random() * range)}`;
        if (random() < 0.7) {
          const deadline = Math.floor(random() * 1000);
          queue.set(name, deadline);
          model.set(name, deadline);
        } else {
          assert.equal(queue.delete(name), model.delete(name));
        }
        assert.equal(queue.size, model.size);
        assert.equal(queue.get(name), model.get(name));
        if (range < 100 || step % 100 === 0) {
          assert.equal(queue.earliest, Math.min(...model.values()));
          assert.equal(queue.first === undefined ? Infinity : model.get(queue.first), queue.earliest);
        }
      }
      for (const [name, deadline] of model) assert.equal(queue.get(name), deadline);
      assert.deepEqual(
        drain(queue),
        [...model.values()].sort((a, b) => a - b),
      );
    });
  }

  test("an empty one has no first and nothing due", () => {
    const queue = new DeadlineQueue();
    assert.equal(queue.first, undefined);
    assert.equal(queue.earliest, Infinity);
    assert.equal(queue.get("x"), undefined);
    assert.equal(queue.delete("x"), false);
  });

  for (const size of [3, 1000]) {
    test(`a copy of ${size} names shares nothing`, () => {
      const queue = numbered(size);
      const copy = queue.copy();
      copy.delete("name-0");
      copy.set("name-1", 1);
      assert.deepEqual(drain(queue), drain(numbered(size)));
      assert.equal(copy.earliest, 1);
      assert.equal(copy.size, size - 1);
    });
  }

  test("its memory grows with its names", () => {
    assert.ok(numbered(3).memoryBytes() < numbered(30).memoryBytes());
    assert.ok(numbered(10_000).memoryBytes() > 10_000 * 40);
  });
});
