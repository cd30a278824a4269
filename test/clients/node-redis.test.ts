/** The everyday features of node-redis against our Redis port, in RESP2 and RESP3. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createClient, RESP_TYPES, WatchError } from "redis";
import { TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

for (const RESP of [2, 3] as const) {
  describe(`node-redis with RESP${RESP}`, () => {
    let server: TestServer;
    before(async () => {
      server = await TestServer.start({ redisPort: 0 });
    });
    after(() => server.stop());

    const connect = () => createClient({ url: server.server.redisUrl!, RESP, name: "app" }).connect();

    test("strings, hashes, lists, sets and sorted sets", async () => {
      const redis = await connect();
      assert.equal(await redis.set("s", "héllo", { expiration: { type: "EX", value: 100 } }), "OK");
      assert.equal(await redis.get("s"), "héllo");
      assert.equal(await redis.ttl("s"), 100);
      assert.equal(await redis.incrBy("n", 5), 5);
      assert.equal(await redis.hSet("h", { a: 1, b: "two" }), 2);
      assert.deepEqual({ ...(await redis.hGetAll("h")) }, { a: "1", b: "two" });
      assert.equal(await redis.rPush("l", ["x", "y"]), 2);
      assert.deepEqual(await redis.lRange("l", 0, -1), ["x", "y"]);
      assert.equal(await redis.sAdd("set", ["m", "n"]), 2);
      assert.deepEqual([...(await redis.sMembers("set"))].sort(), ["m", "n"]);
      assert.equal(
        await redis.zAdd("z", [
          { score: 1.5, value: "a" },
          { score: 2, value: "b" },
        ]),
        2,
      );
      assert.deepEqual(await redis.zRangeWithScores("z", 0, -1), [
        { value: "a", score: 1.5 },
        { value: "b", score: 2 },
      ]);
      assert.equal(await redis.zScore("z", "a"), 1.5);
      assert.equal(await redis.get("none"), null);
      assert.equal(await redis.clientGetName(), "app");
      await redis.close();
    });

    test("streams and binary values", async () => {
      const redis = await connect();
      const id = await redis.xAdd("stream", "*", { field: "value" });
      assert.deepEqual(
        (await redis.xRange("stream", "-", "+"))!.map((entry) => entry.id),
        [id],
      );
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
      await redis.set("bytes", bytes);
      const binary = redis.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
      assert.deepEqual(await binary.get("bytes"), bytes);
      await redis.close();
    });

    test("pipelines, transactions and WATCH", async () => {
      const redis = await connect();
      const values = await Promise.all(Array.from({ length: 500 }, (_, i) => redis.incr(`c${i % 2}`)));
      assert.equal(values[499], 250);
      assert.deepEqual(await redis.multi().set("t", "1").incr("t").get("t").exec(), ["OK", 2, "2"]);
      const other = await connect();
      await redis.watch("t");
      await other.set("t", "changed");
      await assert.rejects(redis.multi().set("t", "lost").exec(), WatchError);
      assert.equal(await other.get("t"), "changed");
      await Promise.all([redis.close(), other.close()]);
    });

    test("subscriptions", async () => {
      const [redis, listener] = [await connect(), await connect()];
      const heard: string[] = [];
      let wake = (): void => {};
      const hear = (text: string) => {
        heard.push(text);
        wake();
      };
      await listener.subscribe("news", (message, channel) => hear(`${channel}: ${message}`));
      await listener.pSubscribe("n*", (message, channel) => hear(`n*, ${channel}: ${message}`));
      await listener.sSubscribe("shard", (message, channel) => hear(`${channel}: ${message}`));
      assert.equal(await redis.publish("news", "héllo"), 2);
      assert.equal(await redis.sPublish("shard", "x"), 1);
      while (heard.length < 3) await new Promise<void>((resolve) => (wake = resolve));
      assert.deepEqual(heard, ["news: héllo", "n*, news: héllo", "shard: x"]);
      await listener.unsubscribe();
      await listener.pUnsubscribe();
      await listener.sUnsubscribe();
      assert.equal(await redis.publish("news", "nobody"), 0);
      assert.equal(await listener.get("none"), null);
      await Promise.all([redis.close(), listener.close()]);
    });

    test("blocking pops and a consumer that waits", async () => {
      const [redis, waiting] = [await connect(), await connect()];
      try {
        const popped = waiting.blPop(["jobs", "more"], 0);
        await until(async () => (await server.blockedClients()) === 1);
        await redis.rPush("more", "first");
        assert.deepEqual({ ...(await popped) }, { key: "more", element: "first" });
        assert.equal(await waiting.brPop("jobs", 0.01), null);
        const scored = waiting.bzPopMin("scores", 0);
        await until(async () => (await server.blockedClients()) === 1);
        await redis.zAdd("scores", { score: 1.5, value: "a" });
        assert.deepEqual({ ...(await scored) }, { key: "scores", value: "a", score: 1.5 });
        await redis.xGroupCreate("stream", "group", "$", { MKSTREAM: true });
        const read = waiting.xReadGroup("group", "one", { key: "stream", id: ">" }, { BLOCK: 0 });
        await until(async () => (await server.blockedClients()) === 1);
        const id = await redis.xAdd("stream", "*", { field: "value" });
        assert.match(JSON.stringify(await read), new RegExp(`stream.*${id}.*field.*value`));
      } finally {
        redis.destroy();
        waiting.destroy();
      }
    });

    test("scan iterators", async () => {
      const redis = await connect();
      await Promise.all(Array.from({ length: 300 }, (_, i) => redis.set(`scan:${i}`, "x")));
      const found = new Set<string>();
      for await (const keys of redis.scanIterator({ MATCH: "scan:*", COUNT: 50 })) {
        for (const key of keys) found.add(key);
      }
      assert.equal(found.size, 300);
      await redis.close();
    });
  });
}
