/** The windows of @upstash/ratelimit, walked by the clock of a test database. The limiter takes the time from the process. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";
import { createTestDatabase } from "../../src/testing.ts";
import type { TestDatabase } from "../../src/testing.ts";

type Limiter = ConstructorParameters<typeof Ratelimit>[0]["limiter"];

/** A database and a limiter that go by one clock, which stands still at the beginning of an hour. */
async function limited(t: TestContext, limiter: Limiter, ephemeralCache: false | Map<string, number> = false) {
  const db = await createTestDatabase({ closeAfter: t, now: "2030-01-01T00:00:00Z" });
  t.mock.method(Date, "now", () => db.clock.now());
  // The clients' types name the same class by two files.
  const ratelimit = new Ratelimit({ redis: new Redis(db.requester) as never, limiter, ephemeralCache });
  /** How many requests in a row are let through, with those that are cached by the limiter among them. */
  const allowed = async (): Promise<number> => {
    for (let count = 0; ; count++) {
      const { pending, success } = await ratelimit.limit("user");
      await pending;
      if (!success) return count;
    }
  };
  return { db, ratelimit, allowed };
}

/** Commands that the limiter has sent. */
const sent = (db: TestDatabase): number => db.requests().length;

describe("@upstash/ratelimit by the clock of a test database", () => {
  test("a fixed window ends with its hour", async (t) => {
    const { allowed, db, ratelimit } = await limited(t, Ratelimit.fixedWindow(3, "1 h"));
    await db.clock.advance("10m");
    assert.equal(await allowed(), 3);
    const { reset } = await ratelimit.limit("user");
    assert.equal(new Date(reset).toISOString(), "2030-01-01T01:00:00.000Z");
    await db.clock.advance("49m59s999ms");
    assert.equal(await allowed(), 0);
    await db.clock.advance(1);
    assert.equal(await allowed(), 3);
    assert.equal(await new Redis(db.requester).dbsize(), 2);
    // The key of the first window lives for an hour from its first request.
    await db.clock.advance("10m");
    assert.equal(await new Redis(db.requester).dbsize(), 1);
  });

  test("a sliding window lets through what has left it", async (t) => {
    const { allowed, db } = await limited(t, Ratelimit.slidingWindow(4, "1 h"));
    assert.equal(await allowed(), 4);
    await db.clock.advance("59m");
    assert.equal(await allowed(), 0);
    const counts: number[] = [];
    for (const by of ["1m", "15m", "15m", "15m", "15m"]) {
      await db.clock.advance(by);
      counts.push(await allowed());
    }
    assert.deepEqual(counts, [0, 1, 1, 1, 1]);
    await db.clock.advance("2h");
    assert.equal(await allowed(), 4);
  });

  test("a token bucket is filled up with time", async (t) => {
    const { allowed, db } = await limited(t, Ratelimit.tokenBucket(2, "1 m", 5));
    assert.equal(await allowed(), 5);
    await db.clock.advance("59s");
    assert.equal(await allowed(), 0);
    await db.clock.advance("1s");
    assert.equal(await allowed(), 2);
    await db.clock.advance("1d");
    assert.equal(await allowed(), 5);
  });

  test("a cached fixed window refuses by itself until the hour is over", async (t) => {
    const { allowed, db } = await limited(t, Ratelimit.cachedFixedWindow(3, "1 h"), new Map());
    assert.equal(await allowed(), 3);
    const before = sent(db);
    await db.clock.advance("59m");
    assert.equal(await allowed(), 0);
    assert.equal(sent(db), before, "nothing more was sent");
    await db.clock.advance("1m1ms");
    assert.equal(await allowed(), 3);
    assert.ok(sent(db) > before);
  });
});
