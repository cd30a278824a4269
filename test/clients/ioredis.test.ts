/** The everyday features of ioredis against our Redis port. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import { READ_ONLY_TOKEN, TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

describe("ioredis", () => {
  let server: TestServer;
  let redis: Redis;
  before(async () => {
    server = await TestServer.start({ redisPort: 0 });
    redis = new Redis(server.server.redisUrl!);
  });
  after(async () => {
    await redis.quit();
    await server.stop();
  });

  test("strings, hashes, lists, sets and sorted sets", async () => {
    assert.equal(await redis.set("s", "héllo", "EX", 100), "OK");
    assert.equal(await redis.get("s"), "héllo");
    assert.equal(await redis.ttl("s"), 100);
    assert.equal(await redis.incrby("n", 5), 5);
    assert.equal(await redis.hset("h", { a: 1, b: "two" }), 2);
    assert.deepEqual(await redis.hgetall("h"), { a: "1", b: "two" });
    assert.equal(await redis.rpush("l", "x", "y", "z"), 3);
    assert.deepEqual(await redis.lrange("l", 0, -1), ["x", "y", "z"]);
    assert.equal(await redis.sadd("set", "m", "n"), 2);
    assert.deepEqual((await redis.smembers("set")).sort(), ["m", "n"]);
    assert.equal(await redis.zadd("z", "1.5", "a", "2", "b"), 2);
    assert.deepEqual(await redis.zrange("z", "0", "-1", "WITHSCORES"), ["a", "1.5", "b", "2"]);
    assert.equal(await redis.get("none"), null);
  });

  test("binary keys and values", async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await redis.set(bytes, bytes);
    assert.deepEqual(await redis.getBuffer(bytes), bytes);
    const large = Buffer.alloc(3_000_000, bytes);
    await redis.set("large", large);
    assert.ok((await redis.getBuffer("large"))!.equals(large));
  });

  test("errors come as errors", async () => {
    await redis.set("s", "x");
    await assert.rejects(redis.incr("s"), { message: "ERR value is not an integer or out of range" });
    await assert.rejects(redis.lpush("s", "x"), /^ReplyError: WRONGTYPE /);
  });

  test("pipelines", async () => {
    const pipeline = redis.pipeline();
    for (let i = 0; i < 1000; i++) pipeline.set(`p:${i}`, i).get(`p:${i}`);
    const results = (await pipeline.exec())!;
    assert.equal(results.length, 2000);
    assert.deepEqual(results[1999], [null, "999"]);
  });

  test("transactions", async () => {
    const results = await redis.multi().set("t", "1").incr("t").get("t").exec();
    assert.deepEqual(results, [
      [null, "OK"],
      [null, 2],
      [null, "2"],
    ]);
    const other = redis.duplicate();
    await redis.watch("t");
    await other.set("t", "changed");
    assert.equal(await redis.multi().set("t", "lost").exec(), null);
    assert.equal(await redis.get("t"), "changed");
    await other.quit();
    await assert.rejects(redis.multi({ pipeline: true }).set("t", "1").call("nosuch").exec(), /EXECABORT/);
  });

  test("subscriptions", async () => {
    const listener = redis.duplicate();
    assert.equal(await listener.subscribe("news", "sport"), 2);
    assert.equal(await listener.psubscribe("n*"), 3);
    const heard = Promise.all([
      new Promise((resolve) => listener.once("message", (...args) => resolve(args))),
      new Promise((resolve) => listener.once("pmessage", (...args) => resolve(args))),
    ]);
    assert.equal(await redis.publish("news", "héllo"), 2);
    assert.deepEqual(await heard, [
      ["news", "héllo"],
      ["n*", "news", "héllo"],
    ]);
    assert.equal(await listener.unsubscribe("news", "sport"), 1);
    assert.equal(await listener.punsubscribe("n*"), 0);
    assert.equal(await listener.get("none"), null);
    await listener.quit();
  });

  test("monitor", async () => {
    const monitor = await redis.monitor();
    const told = new Promise<unknown[]>((resolve) => monitor.once("monitor", (...args) => resolve(args)));
    await redis.echo("hello");
    const [time, words, , database] = await told;
    assert.match(String(time), /^\d+\.\d{6}$/);
    assert.deepEqual([words, database], [["echo", "hello"], "0"]);
    monitor.disconnect();
  });

  test("blocking pops", async () => {
    const waiting = redis.duplicate();
    try {
      const popped = waiting.blpop("jobs", "more", 0);
      await until(async () => (await server.blockedClients()) === 1);
      await redis.rpush("more", "first");
      assert.deepEqual(await popped, ["more", "first"]);
      assert.equal(await waiting.brpop("jobs", 0.01), null);
      const moved = waiting.blmove("jobs", "done", "LEFT", "RIGHT", 0);
      await until(async () => (await server.blockedClients()) === 1);
      await redis.multi().rpush("jobs", "second").exec();
      assert.equal(await moved, "second");
      await redis.zadd("scores", 1, "a", 2, "b");
      assert.deepEqual(await waiting.bzpopmax("scores", 0), ["scores", "b", "2"]);
      assert.deepEqual(await waiting.bzmpop(0, 1, "scores", "MIN"), ["scores", [["a", "1"]]]);
    } finally {
      waiting.disconnect();
    }
  });

  test("consumers of a stream that wait", async () => {
    await redis.xgroup("CREATE", "stream", "group", "$", "MKSTREAM");
    const consumers = ["one", "two"].map((name) => ({ name, client: redis.duplicate() }));
    try {
      const reads = consumers.map(({ name, client }) =>
        client.xreadgroup("GROUP", "group", name, "COUNT", 1, "BLOCK", 0, "STREAMS", "stream", ">"),
      );
      await until(async () => (await server.blockedClients()) === 2);
      const ids = await Promise.all(["1-1", "2-1"].map((id) => redis.xadd("stream", id, "f", "v")));
      const read = (await Promise.all(reads)) as [[key: string, entries: [[id: string, fields: string[]]]]][];
      assert.deepEqual(read.map(([[, [[id]]]]) => id).sort(), ids);
    } finally {
      for (const { client } of consumers) client.disconnect();
    }
  });

  test("scan streams", async () => {
    const found = new Set<string>();
    for await (const keys of redis.scanStream({ match: "p:*", count: 100 })) {
      for (const key of keys as string[]) found.add(key);
    }
    assert.equal(found.size, 1000);
    const fields: string[] = [];
    for await (const part of redis.hscanStream("h")) fields.push(...(part as string[]));
    assert.equal(fields.length, 4);
  });

  test("databases, and a read-only connection", async () => {
    const other = new Redis(server.server.redisUrl!, { db: 3 });
    await other.set("s", "three");
    assert.notEqual(await redis.get("s"), "three");
    await other.quit();
    const { redisPort: port } = server.server;
    const reader = new Redis({
      port: port!,
      username: "default_ro",
      password: READ_ONLY_TOKEN,
      enableReadyCheck: false,
    });
    assert.equal(await reader.get("t"), "changed");
    await assert.rejects(reader.set("t", "x"), /NOPERM/);
    await reader.quit();
  });
});
