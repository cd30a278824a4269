/** A snapshot equals the dataset at its start, whatever happens while it is written. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Snapshot } from "../../src/persistence/snapshot.ts";
import { suites } from "../contract/suites.ts";
import { Dice } from "../oracle/random.ts";
import { ChunkSource, load } from "../support/datasets.ts";
import { TestEngine } from "../support/engine.ts";
import { contents } from "../support/replay.ts";
import { chooseSeed, TestWorld } from "../support/world.ts";

const NOW = 1_700_000_000_000;

/** Commands that hold up the process, or speak of others than data. */
const LEFT_OUT =
  /^(?:DEBUG|SHUTDOWN|CLIENT|MONITOR|QUIT|RESET|SUBSCRIBE|PSUBSCRIBE|SSUBSCRIBE|AUTH|HELLO|CONFIG|MULTI)$/;

const LINES = Object.values(suites)
  .flatMap((scripts) => scripts.flatMap(({ lines }) => lines.map(({ words }) => words)))
  .filter(([name]) => !LEFT_OUT.test(name!.toUpperCase()));

/** Commands that move many keys at once. */
const UPHEAVALS = [
  (dice: Dice) => ["SWAPDB", String(below(dice, 4)), String(below(dice, 4))],
  (dice: Dice) => ["MOVE", dice.pick(KEYS), String(below(dice, 4))],
  (dice: Dice) => ["RENAME", dice.pick(KEYS), dice.pick(KEYS)],
  (dice: Dice) => ["COPY", dice.pick(KEYS), dice.pick(KEYS), "REPLACE"],
  (dice: Dice) => ["DEL", dice.pick(KEYS), dice.pick(KEYS), dice.pick(KEYS)],
  (dice: Dice) => ["PEXPIREAT", dice.pick(KEYS), String(NOW + below(dice, 3000))],
  (dice: Dice) => ["SET", `new:${below(dice, 500)}`, "x"],
  (dice: Dice) => ["HSET", "large", `f${below(dice, 3000)}`, "changed"],
  () => ["RPUSH", "long", "more"],
  (dice: Dice) => ["SETRANGE", "wide", String(below(dice, 600_000)), "changed"],
  (dice: Dice) => ["RENAME", "large", dice.pick(["large2", "large"])],
];

/** A whole number from 0 to `limit - 1`. */
function below(dice: Dice, limit: number): number {
  return dice.between(0, limit - 1);
}

const KEYS = Array.from({ length: 400 }, (_, i) => `k${i}`);

class Storm {
  readonly world: TestWorld;
  readonly ours: TestEngine;
  private readonly dice: Dice;

  constructor(seed: number) {
    this.dice = new Dice(seed);
    this.world = new TestWorld(seed, NOW);
    this.ours = new TestEngine(this.world);
    for (let database = 0; database < 3; database++) {
      this.ours.line(`SELECT ${database}`);
      for (const key of KEYS) if (below(this.dice, 3) > 0) this.ours.send("SET", key, `value of ${key} in ${database}`);
      for (let i = 0; i < 3000; i++) this.ours.send("HSET", "large", `f${i}`, `a value of some length ${i}`);
      this.ours.send("RPUSH", "long", ...Array.from({ length: 3000 }, (_, i) => `element ${i}`));
      this.ours.send("SETRANGE", "wide", "600000", "end");
    }
    this.blow(3000);
  }

  /** Runs so many commands. */
  blow(commands: number): void {
    const { dice, ours, world } = this;
    for (let i = 0; i < commands; i++) {
      if (below(dice, 20) === 0) ours.line(`SELECT ${below(dice, 4)}`);
      const chance = below(dice, 1000);
      if (chance === 0) ours.line(below(dice, 5) === 0 ? "FLUSHALL" : "FLUSHDB");
      else if (chance === 1) ours.engine.eviction.maxBytes = ours.engine.eviction.maxBytes > 0 ? 0 : 1;
      else if (chance < 20) world.advance(below(dice, 100));
      else if (chance < 30) ours.engine.tick();
      else if (chance < 500) ours.send(...dice.pick(UPHEAVALS)(dice));
      else ours.send(...dice.pick(LINES));
    }
    ours.engine.eviction.maxBytes = 0;
  }

  /** Takes a snapshot, with so many commands at each pause, and compares. */
  async compare(commandsAtPause: number): Promise<void> {
    const model = contents(this.ours.engine);
    const startMs = this.world.nowMs;
    const pieces: Buffer[] = [];
    const blow = (): void => this.blow(commandsAtPause);
    const snapshot = new Snapshot({
      engine: this.ours.engine,
      pace: { isOver: true, rest: async () => blow() },
      isAofBase: false,
      write: async (bytes) => {
        pieces.push(bytes);
        blow();
      },
    });
    blow();
    await snapshot.run();
    assert.equal(this.ours.engine.instant.barrier, undefined);
    const again = new TestEngine(new TestWorld(1, startMs));
    await load(again, new ChunkSource(Buffer.concat(pieces)));
    const held = contents(again.engine);
    for (const [key, value] of model) assert.deepEqual(held.get(key), value, key);
    assert.deepEqual(
      [...held.keys()].filter((key) => !model.has(key)),
      [],
    );
  }
}

describe("a snapshot", () => {
  const seed = chooseSeed();
  const rounds = Number(process.env["SNAPSHOTS"] ?? 6);

  test(`equals the dataset at its start, under a storm of all commands: SEED=${seed}`, async () => {
    for (let round = 0; round < rounds; round++) {
      const storm = new Storm(seed + round);
      await storm.compare([0, 1, 7, 40][round % 4]!);
      await storm.compare(3);
    }
  });

  test("that fails lets go of the data", async () => {
    const ours = new TestEngine();
    ours.line("SET a 1");
    const options = { engine: ours.engine, pace: { isOver: false, rest: async () => {} }, isAofBase: true };
    const broken = new Snapshot({ ...options, write: () => Promise.reject(new Error("full")) });
    assert.throws(() => new Snapshot({ ...options, write: async () => {} }), /under way already/);
    await assert.rejects(broken.run(), /full/);
    assert.equal(ours.engine.instant.barrier, undefined);
  });
});
