/** SCAN's guarantee and its limits, which a reference with other cursors cannot supply. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TestEngine } from "../support/engine.ts";
import { chooseSeed, seededRandom, TestWorld } from "../support/world.ts";

/** One SCAN: the next cursor and the page. */
function page(ours: TestEngine, cursor: string, ...options: string[]): [string, string[]] {
  return ours.send("SCAN", cursor, ...options) as unknown as [string, string[]];
}

/** A whole iteration; `between` runs after each page. */
function scanAll(ours: TestEngine, options: string[], between: () => void = () => {}): string[] {
  const found: string[] = [];
  let cursor = "0";
  do {
    const [next, keys] = page(ours, cursor, ...options);
    found.push(...keys);
    cursor = next;
    between();
  } while (cursor !== "0");
  return found;
}

describe("SCAN", () => {
  test("returns every key once when nothing changes", () => {
    const ours = new TestEngine();
    const keys = Array.from({ length: 2500 }, (_, i) => `k${i}`).sort();
    for (const key of keys) ours.send("SET", key, "v");
    for (const count of ["1", "7", "10", "1000", "100000"]) {
      assert.deepEqual(scanAll(ours, ["COUNT", count]).sort(), keys, `COUNT ${count}`);
    }
    assert.deepEqual(scanAll(ours, []).sort(), keys);
  });

  test("returns every key that stays, whatever else comes, goes or expires", () => {
    const seed = chooseSeed();
    const random = seededRandom(seed);
    for (let round = 0; round < 50; round++) {
      const world = new TestWorld();
      const ours = new TestEngine(world);
      const stays = Array.from({ length: 60 }, (_, i) => `stays${i}`);
      for (const key of stays) {
        ours.send("SET", key, "v");
        if (random() < 0.5) ours.send("SET", `goes${key}`, "v", "PX", String(1 + Math.floor(random() * 50)));
      }
      const found = scanAll(ours, ["COUNT", String(1 + Math.floor(random() * 9))], () => {
        world.advance(1);
        ours.send("DEL", `goesstays${Math.floor(random() * 60)}`);
        if (random() < 0.5) ours.send("SET", `new${random()}`, "v");
        if (random() < 0.3) ours.engine.tick();
      });
      const missed = stays.filter((key) => !found.includes(key));
      assert.deepEqual(missed, [], `SEED=${seed}`);
      assert.equal(new Set(found).size, found.length, `SEED=${seed}`);
    }
  });

  test("examines at most a thousand keys a call", () => {
    const ours = new TestEngine();
    for (let i = 0; i < 1500; i++) ours.send("SET", `k${i}`, "v");
    const [cursor, keys] = page(ours, "0", "COUNT", "1000000");
    assert.equal(keys.length, 1000);
    assert.equal(page(ours, cursor, "COUNT", "1000000")[1].length, 500);
    assert.deepEqual(page(ours, "0", "COUNT", "100000", "MATCH", "nothing"), [cursor, []]);
  });

  test("returns no key twice when one that was still to come is deleted", () => {
    const ours = new TestEngine();
    const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
    for (const key of keys) ours.send("SET", key, "v");
    for (const key of keys) {
      const found = scanAll(ours, ["COUNT", "10"], () => ours.send("DEL", key));
      ours.send("SET", key, "v");
      assert.equal(new Set(found).size, found.length, key);
      assert.ok(found.length >= 29);
    }
  });

  test("continues from a cursor that it has not given, and ends", () => {
    const ours = new TestEngine();
    for (let i = 0; i < 20; i++) ours.send("SET", `k${i}`, "v");
    for (const cursor of ["1", "500", "9007199254740991", "18446744073709551615"]) {
      assert.equal(page(ours, cursor, "COUNT", "100")[0], "0");
    }
  });

  test("fills a page with what matches, over a thousand keys at most, as HSCAN, SSCAN and ZSCAN do", () => {
    const ours = new TestEngine();
    const containers: readonly (readonly [scan: string, add: (key: string) => string])[] = [
      ["SCAN", (key) => `SET ${key} v`],
      ["HSCAN h", (key) => `HSET h ${key} v`],
      ["SSCAN s", (key) => `SADD s ${key}`],
      ["ZSCAN z", (key) => `ZADD z 1 ${key}`],
    ];
    for (let i = 0; i < 900; i++) for (const [, add] of containers) ours.line(add(`k${i}`));
    assert.deepEqual(page(ours, "0", "TYPE", "hash"), ["0", ["h"]]);
    for (const [scan, add] of containers) {
      const [next, items] = ours.line(`${scan} 0 MATCH k7 COUNT 1`) as [string, string[]];
      assert.equal(items[0], "k7", scan);
      const [, others] = ours.line(`${scan} 0 MATCH k?? COUNT 20`) as [string, string[]];
      assert.equal(others.length, scan === "SCAN" || scan === "SSCAN s" ? 20 : 40, scan);
      assert.deepEqual(ours.line(`${scan} ${next} MATCH k7`), ["0", []], scan);
      for (let i = 900; i < 1200; i++) ours.line(add(`k${i}`));
      const [more, none] = ours.line(`${scan} 0 MATCH x`) as [string, string[]];
      assert.deepEqual(none, [], scan);
      assert.notEqual(more, "0", scan);
    }
  });

  test("pairs keys with their types on request", () => {
    const ours = new TestEngine();
    ours.line("MSET a 1 b 2");
    assert.deepEqual(scanAll(ours, ["WITHTYPE", "COUNT", "1"]).sort(), ["a", "b", "string", "string"]);
  });
});

describe("RANDOMKEY", () => {
  test("ends where a thousand keys have expired and one has not", () => {
    const world = new TestWorld();
    const ours = new TestEngine(world);
    for (let i = 0; i < 1000; i++) ours.send("SET", `k${i}`, "v", "PX", "10");
    ours.line("SET only v");
    world.advance(10);
    assert.equal(ours.line("RANDOMKEY"), "only");
  });
});
