/** The published @upstash/ratelimit against a server: all algorithms, and what it builds on scripts around them. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { Analytics, IpDenyList, MultiRegionRatelimit, Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";
import { TestServer, TOKEN } from "../support/server.ts";

// The clients' types name the same class by two files, hence `as never` where they meet.

/** Calls until the limiter refuses; answers how many it let through and what it answered last. */
async function untilRefused(limiter: Ratelimit | MultiRegionRatelimit, identifier: string, most = 20) {
  for (let allowed = 0; allowed < most; allowed++) {
    const answer = await limiter.limit(identifier);
    await answer.pending;
    if (!answer.success) return { allowed, answer };
  }
  throw new Error(`${identifier} was never refused`);
}

describe("@upstash/ratelimit", () => {
  let server: TestServer;
  let second: TestServer;
  const connect = ({ server: { url } }: TestServer) => new Redis({ url, token: TOKEN, enableTelemetry: false });
  let redis: Redis;
  let other: Redis;
  before(async () => {
    server = await TestServer.start();
    second = await TestServer.start();
    [redis, other] = [connect(server), connect(second)];
  });
  after(async () => {
    await server.stop();
    await second.stop();
  });
  beforeEach(async () => {
    await redis.flushall();
    await other.flushall();
    await redis.scriptFlush();
  });

  const ALGORITHMS = {
    "fixed window": Ratelimit.fixedWindow(5, "1 h"),
    "sliding window": Ratelimit.slidingWindow(5, "1 h"),
    "token bucket": Ratelimit.tokenBucket(5, "1 h", 5),
  };
  for (const [name, limiter] of Object.entries(ALGORITHMS)) {
    test(`${name}: allows its limit, tells what remains, and starts anew after a reset`, async () => {
      const ratelimit = new Ratelimit({ redis, limiter, ephemeralCache: false });
      const first = await ratelimit.limit("user");
      assert.equal(first.success, true);
      assert.equal(first.limit, 5);
      assert.equal(first.remaining, 4);
      assert.ok(first.reset > Date.now());
      assert.equal((await ratelimit.getRemaining("user")).remaining, 4);
      assert.equal((await untilRefused(ratelimit, "user")).allowed, 4);
      assert.equal((await ratelimit.limit("someone else")).success, true);
      await ratelimit.resetUsedTokens("user");
      assert.equal((await ratelimit.getRemaining("user")).remaining, 5);
      assert.equal((await ratelimit.limit("user", { rate: 3 })).remaining, 2);
      assert.equal((await ratelimit.limit("user", { rate: 3 })).success, false);
    });

    test(`${name}: takes a dynamic limit and lets it go`, async () => {
      const ratelimit = new Ratelimit({ redis, limiter, dynamicLimits: true, ephemeralCache: false });
      await ratelimit.setDynamicLimit({ limit: 2 });
      assert.deepEqual(await ratelimit.getDynamicLimit(), { dynamicLimit: 2 });
      const { allowed, answer } = await untilRefused(ratelimit, "user");
      assert.equal(allowed, 2);
      assert.equal(answer.limit, 2);
      await ratelimit.setDynamicLimit({ limit: false });
      assert.deepEqual(await ratelimit.getDynamicLimit(), { dynamicLimit: null });
      assert.equal((await ratelimit.getRemaining("user")).limit, 5);
    });
  }

  test("cached fixed window: counts in the client and in the database", async () => {
    const limiter = Ratelimit.cachedFixedWindow(3, "1 h");
    const ratelimit = new Ratelimit({ redis, limiter, ephemeralCache: new Map() });
    assert.equal((await untilRefused(ratelimit, "user")).allowed, 3);
    assert.equal((await ratelimit.getRemaining("user")).remaining, 0);
    await ratelimit.resetUsedTokens("user");
    assert.equal((await ratelimit.getRemaining("user")).remaining, 3);
  });

  test("requests that come at once are counted each", async () => {
    const limiter = Ratelimit.slidingWindow(10, "1 h");
    const ratelimit = new Ratelimit({ redis, limiter, ephemeralCache: false });
    const answers = await Promise.all(Array.from({ length: 30 }, () => ratelimit.limit("crowd")));
    assert.equal(answers.filter(({ success }) => success).length, 10);
  });

  test("waits until it may continue", async () => {
    const ratelimit = new Ratelimit({ redis, limiter: Ratelimit.fixedWindow(1, "50 ms"), ephemeralCache: false });
    await ratelimit.limit("user");
    assert.equal((await ratelimit.blockUntilReady("user", 2000)).success, true);
  });

  for (const [name, limiter] of Object.entries({
    "fixed window": MultiRegionRatelimit.fixedWindow(5, "1 h"),
    "sliding window": MultiRegionRatelimit.slidingWindow(5, "1 h"),
  })) {
    test(`${name} over two regions: both end up with all that was counted`, async () => {
      const ratelimit = new MultiRegionRatelimit({ redis: [redis, other] as never, limiter, ephemeralCache: false });
      const { allowed } = await untilRefused(ratelimit, "user");
      assert.equal(allowed, 5);
      const [here, there] = await Promise.all([redis.keys("*"), other.keys("*")]);
      assert.deepEqual(here.sort(), there.sort());
      assert.equal((await ratelimit.getRemaining("user")).remaining, 0);
      await ratelimit.resetUsedTokens("user");
      // The client does not wait for its own resets.
      let remaining = 0;
      for (let i = 0; i < 100 && remaining < 5; i++) ({ remaining } = await ratelimit.getRemaining("user"));
      assert.equal(remaining, 5);
    });
  }

  test("a deny list refuses whatever is on it", async () => {
    const limiter = Ratelimit.slidingWindow(5, "1 h");
    const ratelimit = new Ratelimit({ redis, limiter, enableProtection: true, prefix: "deny", analytics: true });
    await redis.sadd("deny:denyList:all", "1.2.3.4", "bad bot");
    await redis.set("deny:ipDenyListStatus", "valid");
    const refused = await ratelimit.limit("user", { ip: "1.2.3.4" });
    await refused.pending;
    assert.equal(refused.success, false);
    assert.equal(refused.reason, "denyList");
    assert.equal(refused.deniedValue, "1.2.3.4");
    assert.equal((await ratelimit.limit("user", { userAgent: "bad bot" })).success, false);
    assert.equal((await ratelimit.limit("user", { ip: "5.6.7.8" })).success, true);
  });

  test("the list of addresses is replaced in one transaction", async () => {
    const { fetch } = globalThis;
    globalThis.fetch = (input, init) =>
      String(input).includes("ipsum") ? Promise.resolve(new Response("9.9.9.9\n8.8.8.8")) : fetch(input, init);
    try {
      await redis.sadd("deny:denyList:all", "mine");
      await IpDenyList.updateIpDenyList(redis as never, "deny", 6);
      assert.deepEqual((await redis.smembers("deny:denyList:all")).sort(), ["8.8.8.8", "9.9.9.9", "mine"]);
      await IpDenyList.disableIpDenyList(redis as never, "deny");
      assert.deepEqual(await redis.smembers("deny:denyList:all"), ["mine"]);
    } finally {
      globalThis.fetch = fetch;
    }
  });

  test("analytics are recorded and added up by scripts", async () => {
    const limiter = Ratelimit.fixedWindow(2, "1 h");
    const ratelimit = new Ratelimit({ redis, limiter, analytics: true, prefix: "app", ephemeralCache: false });
    for (const identifier of ["a", "a", "a", "a", "b"]) await (await ratelimit.limit(identifier)).pending;
    const analytics = new Analytics({ redis: redis as never, prefix: "app" });
    const usage = await analytics.getUsage(Date.now() - 3_600_000);
    assert.deepEqual(usage["a"], { success: 2, blocked: 2 });
    assert.deepEqual(usage["b"], { success: 1, blocked: 0 });
    const { allowed, ratelimited } = await analytics.getMostAllowedBlocked(1, 5);
    assert.deepEqual(allowed, [
      { identifier: "a", count: 2 },
      { identifier: "b", count: 1 },
    ]);
    assert.deepEqual(ratelimited, [{ identifier: "a", count: 2 }]);
    const overTime = await analytics.getUsageOverTime(24, "identifier");
    assert.equal(overTime.length, 24);
  });
});
