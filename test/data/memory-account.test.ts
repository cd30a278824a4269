/** That the running sum is what MEMORY USAGE says of all keys, whatever has happened to them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { keyBytes } from "../../src/data/memory-account.ts";
import { Dice } from "../oracle/random.ts";
import { suites } from "../contract/suites.ts";
import { TestEngine } from "../support/engine.ts";
import { chooseSeed, TestWorld } from "../support/world.ts";

const HUGE = 2 ** 50;

function counting(): TestEngine {
  return new TestEngine(new TestWorld(), "internal", { maxMemoryBytes: HUGE, limits: DEFAULT_LIMITS });
}

/** What MEMORY USAGE says of all keys together. */
function measured(engine: Engine): number {
  let bytes = 0;
  for (const db of engine.dataset.databases) {
    for (let slot = 0; slot < db.size; slot++) bytes += keyBytes(db.keyAt(slot), db.valueAt(slot));
  }
  return bytes;
}

function assertExact({ engine }: TestEngine, message: string): void {
  engine.eviction.measureMarked();
  assert.equal(engine.eviction.usedBytes, measured(engine), message);
}

describe("the sum of what keys take", () => {
  for (const [group, scripts] of Object.entries(suites)) {
    if (group === "memory") continue;
    test(`is right after every line of the ${group} suite`, () => {
      for (const { name, lines } of scripts) {
        const ours = counting();
        for (const { text, words } of lines) {
          ours.send(...words);
          assertExact(ours, `${name}: ${text}`);
        }
      }
    });
  }

  test("is taken when the limit is set, and dropped with it", () => {
    const ours = new TestEngine();
    for (let i = 0; i < 300; i++) ours.send("SET", `k${i}`, "v".repeat(i));
    ours.line("RPUSH l a b c");
    assert.equal(ours.engine.eviction.usedBytes, 0);
    ours.line("CONFIG SET maxmemory 1gb");
    assertExact(ours, "on");
    assert.match(ours.line("INFO memory") instanceof Object ? "used_memory_dataset" : "", /used_memory_dataset/);
    ours.line("CONFIG SET maxmemory 0");
    assert.equal(ours.engine.eviction.usedBytes, 0);
    assert.equal(ours.engine.bounds.isActive, false);
  });

  test("is right once it is filled, whatever has happened to keys meanwhile", () => {
    const seed = chooseSeed();
    console.log(`memory filled in pieces: SEED=${seed}`);
    const dice = new Dice(seed);
    for (let round = 0; round < 60; round++) {
      const ours = new TestEngine();
      const key = (): string => `k${dice.between(0, 60)}`;
      const changes: (() => string[])[] = [
        () => ["SET", key(), "v".repeat(dice.between(0, 100))],
        () => ["SET", key(), "v".repeat(dice.between(0, 100))],
        () => ["HSET", `h${key()}`, key(), key()],
        () => ["DEL", key(), `h${key()}`],
        () => ["RENAME", key(), key()],
        () => ["SELECT", String(dice.between(0, 1))],
        () => (dice.between(0, 9) === 0 ? ["SWAPDB", "0", "1"] : ["PING"]),
        () => (dice.between(0, 20) === 0 ? ["FLUSHDB"] : ["PING"]),
      ];
      const some = (count: number): void => {
        for (let i = 0; i < count; i++) ours.send(...dice.pick(changes)());
      };
      some(200);
      const { databases } = ours.engine.dataset;
      const tally = { bytes: 0 };
      ours.engine.dataset.keepAccount(tally);
      let isFilled = false;
      while (!isFilled) {
        some(dice.between(0, 5));
        isFilled = databases.map((db) => db.fillAccount(dice.between(1, 4))).every(Boolean);
      }
      for (const db of databases) while (db.measureMarked());
      // In-place edits are reported by a listener, which is off here.
      for (const db of databases) for (let slot = 0; slot < db.size; slot++) db.noteChange(db.keyAt(slot), 0);
      assert.equal(tally.bytes, measured(ours.engine));
      some(50);
      for (const db of databases) for (let slot = 0; slot < db.size; slot++) db.noteChange(db.keyAt(slot), 0);
      assert.equal(tally.bytes, measured(ours.engine));
    }
  });

  test("is close while large values change, and right once they are measured", () => {
    const seed = chooseSeed();
    console.log(`memory of large values: SEED=${seed}`);
    const dice = new Dice(seed);
    const ours = counting();
    const word = (): string => String.fromCharCode(97 + dice.between(0, 25)).repeat(dice.between(1, 60));
    const grow: ((key: string, words: string[]) => string[])[] = [
      (key, words) => ["RPUSH", `l${key}`, ...words],
      (key, words) => ["SADD", `s${key}`, ...words.map((text, i) => `${text}${i}${dice.between(0, 1e6)}`)],
      (key, words) => ["HSET", `h${key}`, ...words.flatMap((text) => [`${text}${dice.between(0, 1e6)}`, text])],
      (key, words) => ["ZADD", `z${key}`, ...words.flatMap((text) => ["1", `${text}${dice.between(0, 1e6)}`])],
      (key, words) => ["XADD", `x${key}`, "*", "f", words.join("")],
      (key, words) => ["APPEND", `t${key}`, words.join("")],
    ];
    let worst = 0;
    for (let round = 0; round < 400; round++) {
      for (let i = 0; i < 10; i++) {
        const words = Array.from({ length: dice.between(1, 20) }, word);
        ours.send(...dice.pick(grow)(String(dice.between(0, 2)), words));
      }
      const counted = ours.engine.eviction.usedBytes;
      const real = measured(ours.engine);
      worst = Math.max(worst, (real - counted) / real);
      assertExact(ours, `round ${round}`);
    }
    console.log(`at most ${(worst * 100).toFixed(2)}% too little between two measurements`);
    assert.ok(worst < 0.1, `SEED=${seed}: ${worst}`);
  });
});
