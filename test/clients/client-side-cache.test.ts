/** Client-side caching as published clients do it: node-redis in RESP3, and a RESP2 client by a redirection. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { TestServer } from "../support/server.ts";

describe("client-side caching", () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start({ redisPort: 0 });
  });
  after(() => server.stop());

  test("node-redis answers from its cache until another client changes the key", async () => {
    const url = server.server.redisUrl!;
    const reader = createClient({ url, RESP: 3, clientSideCache: { ttl: 0, maxEntries: 100, evictPolicy: "LRU" } });
    const invalidated: string[] = [];
    let wake = (): void => {};
    try {
      await reader.connect();
      const cache = reader.clientSideCache!;
      cache.on("invalidate", (key: Buffer | string | null) => {
        invalidated.push(String(key));
        wake();
      });
      const heard = async (count: number): Promise<void> => {
        while (invalidated.length < count) await new Promise<void>((resolve) => (wake = resolve));
      };
      await server.command(["SET", "k", "one"]);
      assert.equal(await reader.get("k"), "one");
      assert.equal(await reader.get("k"), "one");
      assert.equal(cache.stats().hitCount, 1);
      // The other door.
      await server.command(["SET", "k", "two"]);
      await heard(1);
      assert.equal(await reader.get("k"), "two");
      assert.deepEqual({ ...(await reader.hGetAll("h")) }, {});
      await server.command(["HSET", "h", "f", "v"]);
      await heard(2);
      assert.deepEqual({ ...(await reader.hGetAll("h")) }, { f: "v" });
      await server.command(["FLUSHALL"]);
      await heard(3);
      assert.equal(await reader.get("k"), null);
      assert.deepEqual(invalidated, ["k", "h", "null"]);
    } finally {
      reader.destroy();
    }
  });

  test("ioredis hears on a second connection", async () => {
    const listener = new Redis(server.server.redisUrl!, { protocol: 2 });
    const reader = new Redis(server.server.redisUrl!, { protocol: 2 });
    try {
      const id = await listener.client("ID");
      const message = new Promise<unknown[]>((resolve) => {
        listener.on("message", (...words: unknown[]) => resolve(words));
      });
      await listener.subscribe("__redis__:invalidate");
      assert.equal(await reader.call("CLIENT", "TRACKING", "on", "REDIRECT", String(id)), "OK");
      assert.equal(await reader.get("key"), null);
      await server.command(["SET", "key", "v"]);
      assert.deepEqual(await message, ["__redis__:invalidate", "key"]);
    } finally {
      listener.disconnect();
      reader.disconnect();
    }
  });
});
