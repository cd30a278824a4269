import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemberScores } from "../../../src/data/types/member-scores.ts";
import { chooseSeed, seededRandom } from "../../support/world.ts";

describe("MemberScores", () => {
  test("does what a Map does", () => {
    const seed = chooseSeed();
    console.log(`SEED=${seed}`);
    const random = seededRandom(seed);
    const scores = new MemberScores();
    const model = new Map<string, number>();
    for (let step = 0; step < 60_000; step++) {
      const member = `m${Math.floor(random() * 20_000)}`;
      const slot = scores.find(member);
      assert.equal(slot === undefined ? undefined : scores.scoreAt(slot), model.get(member));
      if (random() < 0.3) {
        assert.equal(scores.delete(member), model.get(member));
        model.delete(member);
        continue;
      }
      const score = random() < 0.5 ? step : step / 7;
      if (slot === undefined) scores.add(member, score);
      else scores.setScoreAt(slot, score);
      model.set(member, score);
    }
    assert.equal(scores.size, model.size);
    assert.deepEqual([...scores.entries()].sort(), [...model].sort());
    for (const member of model.keys()) assert.equal(scores.delete(member), model.get(member));
    assert.equal(scores.size, 0);
  });
});
