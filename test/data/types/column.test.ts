import assert from "node:assert/strict";
import { test } from "node:test";
import { Column, SparseNumberColumn, Uint32Column } from "../../../src/data/types/column.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

test("a column is an array whose holes the last value fills", () => compareWithArray(new Column<number>()));

test("so is a column of 32-bit integers", () => compareWithArray(new Uint32Column()));

function compareWithArray(column: Column<number> | Uint32Column): void {
  const seed = chooseSeed();
  const random = seededRandom(seed);
  const model: number[] = [];
  // Grows over several pieces of 8192, then shrinks to nothing, with sets in between.
  for (const [steps, growth] of [
    [60_000, 0.8],
    [200_000, 0.3],
  ] as const) {
    for (let i = 0; i < steps; i++) {
      const slot = Math.floor(random() * model.length);
      if (model.length === 0 || random() < growth) {
        column.push(i);
        model.push(i);
      } else if (random() < 0.9) {
        column.removeAt(slot);
        const last = model.pop()!;
        if (slot < model.length) model[slot] = last;
      } else {
        const value = 2 ** 32 - 1 - i;
        column.set(slot, value);
        model[slot] = value;
      }
      assert.equal(column.length, model.length);
    }
    for (const [slot, value] of model.entries()) assert.equal(column.get(slot), value, `SEED=${seed} slot ${slot}`);
  }
}

test("a sparse column is zero where nothing was set, at any distance", () => {
  const column = new SparseNumberColumn();
  assert.equal(column.get(0), 0);
  column.set(1_000_000, 5.5);
  assert.equal(column.get(1_000_000), 5.5);
  assert.equal(column.get(999_999), 0);
  column.move(1_000_000, 3);
  assert.equal(column.get(3), 5.5);
  assert.equal(column.get(1_000_000), 0);
  column.move(3, 3);
  assert.equal(column.get(3), 0);
});
