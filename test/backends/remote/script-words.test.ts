/** The flag that only the hosted service knows is taken out of scripts, and clients do not notice. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../../support/redis.ts";
import { TestServer } from "../../support/server.ts";

const skip = oracleSkipReason();
const sha1 = (text: string): string => createHash("sha1").update(text).digest("hex");

describe("scripts with allow-key-locking in front of redis-server", { skip }, () => {
  let redis: RedisServer;
  let server: TestServer;
  before(async () => {
    redis = await RedisServer.start();
    server = await TestServer.start({ redis: `unix:${redis.path}` });
  });
  after(async () => {
    await server.stop();
    await redis.stop();
  });

  const run = async (...words: readonly unknown[]): Promise<unknown> => (await server.command(words)).json;

  const HEADS = [
    "#!lua flags=allow-key-locking",
    "#!lua flags=allow-key-locking,no-writes",
    "#!lua flags=no-writes,allow-key-locking",
    '#!lua "flags=allow-key-locking"',
    "\n\n#!lua flags=allow-key-locking",
  ];
  for (const head of HEADS) {
    const text = `${head}\nreturn {KEYS[1], ARGV[1]}`;
    test(JSON.stringify(head), async () => {
      const noScript = { error: "NOSCRIPT No matching script. Please use EVAL." };
      assert.deepEqual(await run("EVALSHA", sha1(text), 1, "k", "a"), noScript);
      assert.deepEqual(await run("SCRIPT", "EXISTS", sha1(text)), { result: [0] });
      assert.deepEqual(await run("EVAL", text, 1, "k", "a"), { result: ["k", "a"] });
      assert.deepEqual(await run("EVALSHA", sha1(text).toUpperCase(), 1, "k", "a"), { result: ["k", "a"] });
      assert.deepEqual(await run("EVALSHA_RO", sha1(text), 1, "k", "a"), await run("EVAL_RO", text, 1, "k", "a"));
      assert.deepEqual(await run("SCRIPT", "EXISTS", sha1(text), "0".repeat(40)), { result: [1, 0] });
      const pipeline = await server.call("POST", "/multi-exec", {
        body: JSON.stringify([["EVALSHA", sha1(text), 1, "k", "b"]]),
      });
      assert.deepEqual(pipeline.json, [{ result: ["k", "b"] }]);
    });
  }

  test("SCRIPT LOAD answers the SHA1 of what the client has sent", async () => {
    const text = "#!lua flags=allow-key-locking\nreturn 5";
    assert.deepEqual(await run("SCRIPT", "LOAD", text), { result: sha1(text) });
    assert.deepEqual(await run("EVALSHA", sha1(text), 0), { result: 5 });
    const plain = "return 6";
    assert.deepEqual(await run("SCRIPT", "LOAD", plain), { result: sha1(plain) });
  });

  test("a backend that has lost its scripts with its connections gets them again, without an error", async () => {
    const text = "#!lua flags=allow-key-locking\nreturn redis.call('incr', KEYS[1])";
    assert.deepEqual(await run("EVAL", text, 1, "counter"), { result: 1 });
    await redis.send(["SCRIPT", "FLUSH"]);
    await redis.send(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    assert.deepEqual(await run("EVALSHA", sha1(text), 1, "counter"), { result: 2 });
  });

  test("functions may register with the flag", async () => {
    const code =
      "#!lua name=mine\nredis.register_function{function_name='f', callback=function() return 1 end, " +
      "flags={'allow-key-locking', 'no-writes'}}";
    assert.deepEqual(await run("FUNCTION", "LOAD", code), { result: "mine" });
    assert.deepEqual(await run("FCALL_RO", "f", 0), { result: 1 });
  });

  test("SCAN tells types, and scores are in their shortest form", async () => {
    await run("FLUSHALL");
    await run("SET", "s", "1");
    assert.deepEqual(await run("ZADD", "z", 0.1, "a"), { result: 1 });
    const { result } = (await run("SCAN", 0, "COUNT", 100, "WITHTYPE")) as { result: [string, string[]] };
    assert.equal(result[0], "0");
    const pairs = result[1].flatMap((key, i) => (i % 2 === 0 ? [`${key} ${result[1][i + 1]}`] : []));
    assert.deepEqual(pairs.toSorted(), ["s string", "z zset"]);
    assert.deepEqual(await run("SCAN", 0, "MATCH", "WITHTYPE"), { result: ["0", []] });
    assert.deepEqual(await run("ZSCORE", "z", "a"), { result: "0.1" });
    assert.deepEqual(await run("ZRANGE", "z", 0, -1, "WITHSCORES"), { result: ["a", "0.1"] });
    assert.deepEqual(await run("ZADD", "z", "INCR", 0.2, "a"), { result: "0.30000000000000004" });
  });
});
