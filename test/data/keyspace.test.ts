/** The keyspace against a naive model: a Map of values and deadlines. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createInstant, Keyspace, NO_DEADLINE } from "../../src/data/keyspace.ts";
import type { KeyspaceListener } from "../../src/data/keyspace.ts";
import type { Int64 } from "../../src/core/numbers.ts";
import { chooseSeed, seededRandom } from "../support/world.ts";

interface Entry {
  value: string;
  deadline: Int64;
}

/** A keyspace and its model, which take the same steps. */
class Pair implements KeyspaceListener {
  readonly instant = createInstant(1000);
  readonly model = new Map<string, Entry>();
  readonly expired: string[] = [];
  /** What the keyspace has told of: `+key` for one that came, `?key` for a look-up that found none. */
  readonly told: string[] = [];
  readonly keyspace = new Keyspace(0, this.instant, this);

  keyExpired(keyspace: Keyspace, key: string): void {
    assert.equal(keyspace, this.keyspace);
    const entry = this.model.get(key);
    assert.ok(entry !== undefined && this.isExpired(entry), `${key} has not expired`);
    this.model.delete(key);
    this.expired.push(key);
    assert.equal(keyspace.has(key), false, "it is gone when its owner is told");
  }

  keyAdded(_keyspace: Keyspace, key: string): void {
    this.told.push(`+${key}`);
  }

  keyMissed(_keyspace: Keyspace, key: string): void {
    this.told.push(`?${key}`);
  }

  keyEvicted(): void {
    assert.fail("there is room enough");
  }

  fieldsExpired(): void {
    assert.fail("there are no hashes here");
  }

  isExpired(entry: Entry): boolean {
    return entry.deadline !== NO_DEADLINE && entry.deadline <= this.instant.nowMs;
  }

  live(key: string): Entry | undefined {
    const entry = this.model.get(key);
    return entry === undefined || this.isExpired(entry) ? undefined : entry;
  }

  /** Slot by slot, the keyspace holds what the model holds, expired keys that were not looked up included. */
  check(): void {
    const { keyspace, model } = this;
    assert.equal(keyspace.size, model.size);
    let withDeadline = 0;
    for (let slot = 0; slot < keyspace.size; slot++) {
      const key = keyspace.keyAt(slot);
      const entry = model.get(key);
      assert.ok(entry !== undefined, `${key} is not in the model`);
      assert.equal(keyspace.valueAt(slot), entry.value, key);
      assert.equal(keyspace.isExpiredAt(slot), this.isExpired(entry), key);
      if (!this.isExpired(entry)) assert.equal(keyspace.deadline(key), entry.deadline, key);
      if (entry.deadline !== NO_DEADLINE) withDeadline++;
    }
    assert.equal(keyspace.volatileSize, withDeadline);
  }
}

/** One that a double can hold, or one that it cannot. */
function deadlineAfter(nowMs: number, ttlMs: number, beyondDoubles: boolean): Int64 {
  return beyondDoubles ? 2n ** 62n + BigInt(ttlMs) : nowMs + ttlMs;
}

interface Walk {
  readonly keyCount: number;
  readonly steps: number;
  /** Deadlines are at most this far off; the clock moves by about a millisecond a step. */
  readonly ttlMsMax: number;
  readonly checkEvery: number;
}

function walk(random: () => number, { keyCount, steps, ttlMsMax, checkEvery }: Walk): Pair {
  const pair = new Pair();
  const { keyspace, model, instant } = pair;
  const below = (limit: number) => Math.floor(random() * limit);
  for (let step = 1; step <= steps; step++) {
    const key = `key:${below(keyCount)}`;
    const value = `value:${step}`;
    const live = pair.live(key);
    switch (below(9)) {
      case 0:
      case 1:
        keyspace.set(key, value);
        model.set(key, { value, deadline: NO_DEADLINE });
        break;
      case 2:
        keyspace.replace(key, value);
        model.set(key, { value, deadline: live?.deadline ?? NO_DEADLINE });
        break;
      case 3:
        assert.equal(keyspace.delete(key), live !== undefined);
        model.delete(key);
        break;
      case 4:
      case 5: {
        const deadline =
          below(5) === 0 ? NO_DEADLINE : deadlineAfter(instant.nowMs, 1 + below(ttlMsMax), below(5) === 0);
        keyspace.setDeadline(key, deadline);
        if (live !== undefined) live.deadline = deadline;
        break;
      }
      case 6:
        assert.equal(keyspace.readValue(key), live?.value);
        assert.equal(keyspace.has(key), live !== undefined);
        assert.equal(keyspace.deadline(key), live?.deadline);
        break;
      case 7:
        keyspace.expireSome(below(8));
        break;
      default:
        instant.nowMs += below(20);
    }
    if (step % checkEvery === 0) pair.check();
    if (below(steps / 2) === 0) {
      keyspace.clear();
      model.clear();
    }
  }
  pair.check();
  return pair;
}

describe("a keyspace under random steps agrees with a map", () => {
  const seed = chooseSeed();
  console.log(`keyspace: SEED=${seed}`);
  const walks: readonly Walk[] = [
    { keyCount: 3, steps: 5_000, ttlMsMax: 20, checkEvery: 1 },
    { keyCount: 40, steps: 20_000, ttlMsMax: 100, checkEvery: 7 },
    { keyCount: 70_000, steps: 300_000, ttlMsMax: 30_000, checkEvery: 30_011 },
  ];
  for (const settings of walks) {
    test(`${settings.keyCount} keys`, () => {
      const { expired } = walk(seededRandom(seed + settings.keyCount), settings);
      assert.ok(expired.length > settings.steps / 200, `only ${expired.length} keys expired`);
    });
  }
});

describe("deadlines", () => {
  const fill = (pair: Pair, count: number, deadline: (i: number) => number) => {
    for (let i = 0; i < count; i++) {
      const key = `k${i}`;
      pair.keyspace.set(key, "v");
      pair.keyspace.setDeadline(key, deadline(i));
      pair.model.set(key, { value: "v", deadline: deadline(i) });
    }
  };

  test("a key goes at the very millisecond of its deadline", () => {
    const pair = new Pair();
    fill(pair, 1, () => 1500);
    pair.instant.nowMs = 1499;
    assert.equal(pair.keyspace.readValue("k0"), "v");
    pair.instant.nowMs = 1500;
    assert.equal(pair.keyspace.size, 1, "it takes its place until it is looked up");
    assert.equal(pair.keyspace.readValue("k0"), undefined);
    assert.equal(pair.keyspace.size, 0);
    assert.deepEqual(pair.expired, ["k0"]);
  });

  test("set drops the deadline, replace keeps it", () => {
    const pair = new Pair();
    fill(pair, 1, () => 1500);
    pair.keyspace.replace("k0", "w");
    assert.equal(pair.keyspace.deadline("k0"), 1500);
    pair.keyspace.set("k0", "x");
    assert.equal(pair.keyspace.deadline("k0"), NO_DEADLINE);
    assert.equal(pair.keyspace.volatileSize, 0);
  });

  test("a deadline for a key that is not there is not kept", () => {
    const pair = new Pair();
    pair.keyspace.setDeadline("missing", 2000);
    pair.keyspace.set("missing", "v");
    assert.equal(pair.keyspace.deadline("missing"), NO_DEADLINE);
  });

  test("a round of active expiry visits every key, for any size of its steps", () => {
    for (const step of [1, 3, 64, 1000]) {
      const pair = new Pair();
      fill(pair, 500, (i) => (i % 3 === 0 ? 5000 : 1100));
      pair.instant.nowMs = 2000;
      let removed = 0;
      for (let visited = 0; visited < 500; visited += step) removed += pair.keyspace.expireSome(step);
      assert.equal(removed, 333, `steps of ${step}`);
      assert.equal(pair.keyspace.size, 167);
      pair.check();
    }
  });

  test("a round visits every key that stays, while others are added and removed", () => {
    const seed = chooseSeed();
    const random = seededRandom(seed);
    const pair = new Pair();
    fill(pair, 300, () => 1100);
    pair.instant.nowMs = 1050;
    const { keyspace } = pair;
    // Half a round, then changes, then the rest: what expires in between is visited in this round or the next.
    for (let i = 0; i < 400; i++) {
      keyspace.expireSome(1);
      const key = `k${Math.floor(random() * 300)}`;
      if (i % 3 === 0) keyspace.setDeadline(key, NO_DEADLINE);
      if (i % 5 === 0) keyspace.set(`new${i}`, "v");
      if (i % 5 === 0) keyspace.setDeadline(`new${i}`, 9000);
    }
    for (const entry of pair.model.values()) entry.deadline = 1100;
    pair.instant.nowMs = 1100;
    const due = keyspace.volatileSize - 80;
    let removed = 0;
    for (let visited = keyspace.volatileSize * 2; visited > 0; visited--) removed += keyspace.expireSome(1);
    assert.equal(removed, due, `SEED=${seed}`);
    assert.equal(keyspace.volatileSize, 80);
  });

  test("active expiry has nothing to do without deadlines, and stops when all have gone", () => {
    const pair = new Pair();
    assert.equal(pair.keyspace.expireSome(10), 0);
    fill(pair, 3, () => 1001);
    pair.instant.nowMs = 1001;
    assert.equal(pair.keyspace.expireSome(10), 3);
    assert.equal(pair.keyspace.expireSome(10), 0);
  });

  test("the mean time to live is that of the keys with a deadline", () => {
    const pair = new Pair();
    assert.equal(pair.keyspace.averageTtlMs(10), 0);
    fill(pair, 2, (i) => 1100 + i * 200);
    pair.keyspace.set("forever", "v");
    assert.equal(pair.keyspace.averageTtlMs(10), 200);
    assert.equal(pair.keyspace.averageTtlMs(1), 100);
    pair.instant.nowMs = 1200;
    assert.equal(pair.keyspace.averageTtlMs(10), 50, "a deadline that has passed counts as 0");
  });
});

describe("a random key", () => {
  test("is any of the live ones, each as likely", () => {
    const pair = new Pair();
    const random = seededRandom(7);
    for (let i = 0; i < 10; i++) pair.keyspace.set(`k${i}`, "v");
    const drawn = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) {
      const key = pair.keyspace.randomKey(random)!;
      drawn.set(key, (drawn.get(key) ?? 0) + 1);
    }
    assert.equal(drawn.size, 10);
    for (const [key, times] of drawn) assert.ok(times > 850 && times < 1150, `${key}: ${times}`);
  });

  test("is none when all have expired, and they are gone then", () => {
    const pair = new Pair();
    for (let i = 0; i < 100; i++) {
      pair.keyspace.set(`k${i}`, "v");
      pair.keyspace.setDeadline(`k${i}`, 1001);
      pair.model.set(`k${i}`, { value: "v", deadline: 1001 });
    }
    pair.instant.nowMs = 1001;
    assert.equal(pair.keyspace.randomKey(seededRandom(1)), undefined);
    assert.equal(pair.expired.length, 100);
    assert.equal(pair.keyspace.size, 0);
  });
});

describe("the listener", () => {
  test("is told of keys that come and of look-ups in vain, and of no others", () => {
    const { keyspace, told } = new Pair();
    keyspace.set("a", "1");
    keyspace.set("a", "2");
    keyspace.replace("a", "3");
    keyspace.replace("b", "1");
    assert.deepEqual(told.splice(0), ["+a", "+b"]);
    assert.equal(keyspace.readValue("a"), "3");
    assert.equal(keyspace.readValue("c"), undefined);
    assert.equal(keyspace.readUntouched("c"), undefined);
    assert.equal(keyspace.has("c"), false);
    assert.equal(keyspace.editValue("c"), undefined);
    assert.equal(keyspace.peek("c"), undefined);
    assert.equal(keyspace.peek("a"), "3");
    assert.equal(keyspace.deadline("c"), undefined);
    assert.equal(keyspace.delete("c"), false);
    assert.deepEqual(told, ["?c", "?c"]);
    assert.deepEqual(keyspace.delete("a"), true);
    keyspace.set("a", "4");
    assert.deepEqual(told.at(-1), "+a");
  });
});
