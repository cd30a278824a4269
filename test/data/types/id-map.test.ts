import assert from "node:assert/strict";
import { test } from "node:test";
import { IdMap } from "../../../src/data/types/id-map.ts";
import { compareIds, formatId, MAX_ID, MIN_ID } from "../../../src/data/types/stream-id.ts";
import type { StreamId } from "../../../src/data/types/stream-id.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

test("agrees with a sorted array under random changes", () => {
  const seed = chooseSeed();
  console.log(`id-map: SEED=${seed}`);
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const randomId = (): StreamId => ({ ms: below(40), seq: below(40) });
  const map = new IdMap<number>();
  let model: { id: StreamId; value: number }[] = [];

  for (let step = 0; step < 20_000; step++) {
    // The size swings, so that nodes are split and emptied.
    const growing = step % 4000 < 2500;
    const id = randomId();
    const at = model.findIndex((entry) => compareIds(entry.id, id) >= 0);
    const found = at >= 0 && compareIds(model[at]!.id, id) === 0;
    if (random() < (growing ? 0.7 : 0.2)) {
      map.set(id, step);
      if (found) model[at]!.value = step;
      else model.splice(at < 0 ? model.length : at, 0, { id, value: step });
    } else if (random() < 0.9) {
      assert.equal(map.delete(id), found);
      if (found) model.splice(at, 1);
    } else if (model.length > 0) {
      const size = map.nodeSize(0);
      assert.deepEqual(
        map.nodeIds(0),
        model.slice(0, size).map((entry) => entry.id),
      );
      const count = random() < 0.5 ? size : below(size);
      if (count === size) map.removeFirstNode();
      else map.removeWithinFirstNode(count);
      model = model.slice(count);
    }
    assert.equal(map.size, model.length);
    check(map, model, randomId(), randomId(), below(300));
  }
  assert.deepEqual(map.range(MIN_ID, MAX_ID, Infinity), model);
  assert.deepEqual([...map.from(MIN_ID)], model);
  assert.deepEqual(map.copy().range(MIN_ID, MAX_ID, Infinity, true), model.toReversed());
});

function check(
  map: IdMap<number>,
  model: readonly { id: StreamId; value: number }[],
  start: StreamId,
  end: StreamId,
  count: number,
): void {
  const message = `${formatId(start)} ${formatId(end)}`;
  const inRange = model.filter(({ id }) => compareIds(id, start) >= 0 && compareIds(id, end) <= 0);
  assert.deepEqual(map.range(start, end, count), inRange.slice(0, count), message);
  assert.deepEqual(map.range(start, end, count, true), inRange.toReversed().slice(0, count), message);
  const ceiling = model.find(({ id }) => compareIds(id, start) >= 0);
  assert.deepEqual(map.ceiling(start), ceiling);
  const exact = model.find(({ id }) => compareIds(id, start) === 0);
  assert.equal(map.get(start), exact?.value);
  assert.equal(map.has(start), exact !== undefined);
  assert.deepEqual(map.first(), model[0]);
  assert.deepEqual(map.last(), model.at(-1));
}

test("what is iterated may be deleted on the way", () => {
  const map = new IdMap<number>();
  for (let seq = 0; seq < 500; seq++) map.set({ ms: 1, seq }, seq);
  const seen: number[] = [];
  for (const { id, value } of map.from({ ms: 1, seq: 100 })) {
    seen.push(value);
    map.delete(id);
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 400 }, (_, i) => i + 100),
  );
  assert.equal(map.size, 100);
});

test("a long queue keeps no places for what has left it", () => {
  const map = new IdMap<number>();
  for (let ms = 0; ms < 100_000; ms++) {
    map.append({ ms, seq: 0 }, ms, ms % 100 === 0);
    if (map.size > 1000) map.removeFirstNode();
  }
  assert.ok(map.nodeCount <= 11);
  assert.equal(map.last()!.value, 99_999);
  assert.equal(map.get({ ms: 99_500, seq: 0 }), 99_500);
});
