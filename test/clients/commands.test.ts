/** The published client's methods, type by type, in every configuration that changes what goes over the wire. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Redis } from "@upstash/redis";
import { CONFIGURATIONS, UpstashServer } from "../support/upstash.ts";

async function is(pending: Promise<unknown>, expected: unknown): Promise<void> {
  assert.deepEqual(await pending, expected);
}

const scripts: Readonly<Record<string, (redis: Redis) => Promise<void>>> = {
  async strings(redis) {
    await is(redis.set("k", "v"), "OK");
    await is(redis.get("k"), "v");
    await is(redis.get("missing"), null);
    await is(redis.set("k", "w", { get: true }), "v");
    await is(redis.set("k", "x", { nx: true }), null);
    await is(redis.set("new", "x", { nx: true, ex: 100 }), "OK");
    await is(redis.set("new", "y", { keepTtl: true }), "OK");
    assert.ok((await redis.ttl("new")) > 90);
    await is(redis.setnx("k", "x"), 0);
    await is(redis.setex("k", 100, "v"), "OK");
    await is(redis.psetex("k", 100_000, "v"), "OK");
    await is(redis.getset("k", "w"), "v");
    await is(redis.getex("k", { persist: true }), "w");
    await is(redis.append("k", "ww"), 3);
    await is(redis.strlen("k"), 3);
    await is(redis.getrange("k", 1, -1), "ww");
    await is(redis.setrange("k", 1, "xyz"), 4);
    await is(redis.getdel("k"), "wxyz");
    await is(redis.mset({ a: 1, b: "two", c: { three: 3 } }), "OK");
    await is(redis.mget("a", "b", "c", "d"), [1, "two", { three: 3 }, null]);
    await is(redis.msetnx({ a: 1, e: 2 }), 0);
    await is(redis.msetnx({ e: 1, f: 2 }), 1);
    await is(redis.incr("a"), 2);
    await is(redis.incrby("a", 10), 12);
    await is(redis.incrbyfloat("a", 0.5), 12.5);
    await is(redis.decr("e"), 0);
    await is(redis.decrby("e", 3), -3);
  },

  async hashes(redis) {
    await is(redis.hset("h", { a: 1, b: "two", c: { three: [3] } }), 3);
    await is(redis.hget("h", "a"), 1);
    await is(redis.hget("h", "missing"), null);
    await is(redis.hgetall("h"), { a: 1, b: "two", c: { three: [3] } });
    await is(redis.hgetall("missing"), null);
    await is(redis.hmget("h", "a", "missing", "c"), { a: 1, missing: null, c: { three: [3] } });
    await is(redis.hmget("h", "missing", "other"), null);
    await is(redis.hmset("h", { d: 4 }), "OK");
    await is(redis.hsetnx("h", "d", 5), 0);
    await is(redis.hkeys("h"), ["a", "b", "c", "d"]);
    await is(redis.hvals("h"), [1, "two", { three: [3] }, 4]);
    await is(redis.hlen("h"), 4);
    await is(redis.hexists("h", "a"), 1);
    await is(redis.hstrlen("h", "b"), 3);
    await is(redis.hincrby("h", "a", 2), 3);
    await is(redis.hincrbyfloat("h", "a", 0.25), 3.25);
    await is(redis.hdel("h", "b", "c", "missing"), 2);
    await is(redis.hrandfield("h", 5, true), { a: 3.25, d: 4 });
    await is(redis.hrandfield("missing"), null);
    await is(redis.hscan("h", 0), ["0", ["a", 3.25, "d", 4]]);
  },

  async lists(redis) {
    await is(redis.rpush<unknown>("l", "a", 1, { b: 2 }), 3);
    await is(redis.lpush("l", "first"), 4);
    await is(redis.lrange("l", 0, -1), ["first", "a", 1, { b: 2 }]);
    await is(redis.lindex("l", -1), { b: 2 });
    await is(redis.lindex("l", 9), null);
    await is(redis.linsert("l", "before", "a", "z"), 5);
    await is(redis.lset("l", 0, "0th"), "OK");
    await is(redis.lpos("l", "a"), 2);
    await is(redis.lpos("l", "a", { count: 0 }), [2]);
    await is(redis.lpos("l", "none"), null);
    await is(redis.llen("l"), 5);
    await is(redis.lrem("l", 0, "z"), 1);
    await is(redis.ltrim("l", 0, 2), "OK");
    await is(redis.lmove("l", "m", "left", "right"), "0th");
    await is(redis.lpop("l"), "a");
    await is(redis.rpop("l", 5), [1]);
    await is(redis.lpop("l"), null);
    await is(redis.lpushx("l", 1), 0);
    await is(redis.rpushx("m", 1), 2);
    await is(redis.lmpop(2, ["l", "m"], "LEFT", 2), ["m", ["0th", 1]]);
    await is(redis.lmpop(1, ["l"], "RIGHT"), null);
  },

  async sets(redis) {
    await is(redis.sadd<unknown>("s", 1, "two", { three: 3 }), 3);
    await is(redis.sadd<unknown>("t", 1, "four"), 2);
    await is(redis.scard("s"), 3);
    await is(redis.sismember("s", "two"), 1);
    await is(redis.smismember("s", ["two", "none"]), [1, 0]);
    await is(redis.sinter("s", "t"), [1]);
    await is(redis.sintercard(["s", "t"]), 1);
    await is(redis.sdiff("t", "s"), ["four"]);
    assert.equal((await redis.sunion("s", "t")).length, 4);
    await is(redis.sinterstore("u", "s", "t"), 1);
    await is(redis.sdiffstore("u", "t", "s"), 1);
    await is(redis.sunionstore("u", "s", "t"), 4);
    await is(redis.smove("t", "s", "four"), 1);
    await is(redis.smembers("t"), [1]);
    await is(redis.srem<unknown>("s", { three: 3 }, "none"), 1);
    await is(redis.srandmember("t"), 1);
    await is(redis.srandmember("t", 3), [1]);
    await is(redis.sscan("t", 0), ["0", [1]]);
    await is(redis.spop("t"), 1);
    await is(redis.spop("t"), null);
    await is(redis.smembers("t"), []);
  },

  async "sorted sets"(redis) {
    await is(redis.zadd<unknown>("z", { score: 1, member: "a" }, { score: 2.5, member: { b: 1 } }), 2);
    await is(redis.zadd("z", { nx: true, ch: true }, { score: 9, member: "a" }), 0);
    await is(redis.zadd("z", { incr: true }, { score: 2, member: "a" }), 3);
    await is(redis.zadd("z", { xx: true, incr: true }, { score: 2, member: "none" }), null);
    await is(redis.zincrby("z", 0.5, "a"), 3.5);
    await is(redis.zscore("z", "a"), 3.5);
    await is(redis.zscore("z", "none"), null);
    await is(redis.zmscore("z", ["a", "none"]), [3.5, null]);
    await is(redis.zrange("z", 0, -1), [{ b: 1 }, "a"]);
    await is(redis.zrange("z", 0, -1, { withScores: true, rev: true }), ["a", 3.5, { b: 1 }, 2.5]);
    await is(redis.zrange("z", "(2.5", "+inf", { byScore: true, offset: 0, count: 5 }), ["a"]);
    await is(redis.zrank("z", "a"), 1);
    await is(redis.zrevrank("z", "a"), 0);
    await is(redis.zcard("z"), 2);
    await is(redis.zcount("z", "-inf", "(3"), 1);
    await is(redis.zadd("y", { score: 0, member: "a" }, { score: 0, member: "c" }), 2);
    await is(redis.zlexcount("y", "[a", "+"), 2);
    await is(redis.zrange("y", "[a", "(c", { byLex: true }), ["a"]);
    await is(redis.zunion(2, ["z", "y"], { withScores: true, weights: [2, 1] }), ["c", 0, { b: 1 }, 5, "a", 7]);
    await is(redis.zinterstore("w", 2, ["z", "y"], { aggregate: "max" }), 1);
    await is(redis.zunionstore("w", 2, ["z", "y"]), 3);
    await is(redis.zdiffstore("w", 2, "z", "y"), 1);
    await is(redis.zscan("y", 0, { match: "c*" }), ["0", ["c", 0]]);
    await is(redis.zadd("y", { score: "+inf" as never, member: "big" }), 1);
    await is(redis.zscore("y", "big"), "inf");
    await is(redis.zrem("y", "none", "c"), 1);
    await is(redis.zremrangebylex("y", "[a", "[a"), 1);
    await is(redis.zremrangebyrank("z", 0, 0), 1);
    await is(redis.zremrangebyscore("z", 0, 3), 0);
    await is(redis.zpopmax("z"), ["a", 3.5]);
    await is(redis.zpopmin("z", 2), []);
  },

  async streams(redis) {
    await is(redis.xadd("x", "1-1", { f: "v", n: 1 }), "1-1");
    await is(redis.xadd("x", "2-*", { f: { deep: true } }), "2-0");
    await is(redis.xadd("none", "*", { f: 1 }, { nomkStream: true }), null);
    await is(redis.xlen("x"), 2);
    await is(redis.xrange("x", "-", "+"), { "1-1": { f: "v", n: 1 }, "2-0": { f: { deep: true } } });
    assert.deepEqual(Object.keys(await redis.xrevrange("x", "+", "-", 1)), ["2-0"]);
    await is(redis.xread("x", "1-1"), [["x", [["2-0", ["f", { deep: true }]]]]]);
    await is(redis.xread("x", "9"), null);
    await is(redis.xgroup("x", { type: "CREATE", group: "g", id: "0" }), "OK");
    const read = await redis.xreadgroup("g", "alice", "x", ">", { count: 1 });
    assert.deepEqual(read, [["x", [["1-1", ["f", "v", "n", 1]]]]]);
    await is(
      redis.xpending("x", "g", "-", "+", 10).then((rows) => (rows[0] as unknown[]).toSpliced(2, 1)),
      ["1-1", "alice", 1],
    );
    const consumers = (await redis.xinfo("x", { type: "CONSUMERS", group: "g" })) as unknown[][];
    assert.deepEqual(consumers[0]!.slice(0, 4), ["name", "alice", "pending", 1]);
    const groups = (await redis.xinfo("x", { type: "GROUPS" })) as unknown[][];
    assert.deepEqual(groups[0]!.slice(0, 6), ["name", "g", "consumers", 1, "pending", 1]);
    await is(redis.xclaim("x", "g", "bob", 0, "1-1"), [["1-1", ["f", "v", "n", 1]]]);
    await is(redis.xautoclaim("x", "g", "carol", 0, "0-0"), ["0-0", [["1-1", ["f", "v", "n", 1]]], []]);
    await is(redis.xack("x", "g", "1-1"), 1);
    await is(redis.xdel("x", "1-1"), 1);
    await is(redis.xtrim("x", { strategy: "MAXLEN", exactness: "=", threshold: 0 }), 1);
  },

  async "keys of any type"(redis) {
    await redis.mset({ a: 1, b: 2 });
    await is(redis.exists("a", "b", "c"), 2);
    await is(redis.touch("a", "c"), 1);
    await is(redis.type("a"), "string");
    await is(redis.type("c"), "none");
    await is(redis.expire("a", 100), 1);
    await is(redis.expire("a", 50, "GT"), 0);
    await is(redis.pexpire("a", 200_000), 1);
    await is(redis.expireat("a", 4_000_000_000), 1);
    await is(redis.pexpireat("a", 4_000_000_000_000), 1);
    assert.ok((await redis.pttl("a")) > 1e9);
    await is(redis.persist("a"), 1);
    await is(redis.ttl("a"), -1);
    await is(redis.rename("a", "c"), "OK");
    await is(redis.renamenx("b", "c"), 0);
    await is(redis.copy("c", "d"), "COPIED");
    await is(redis.copy("c", "d"), "NOT_COPIED");
    if (!IN_FRONT_OF_REDIS) await is(redis.copy("c", "c"), "NOT_COPIED");
    await is(redis.keys("c*"), ["c"]);
    await is(redis.dbsize(), 3);
    assert.ok(["b", "c", "d"].includes((await redis.randomkey())!));
    await is(redis.del("b", "missing"), 1);
    await is(redis.unlink("c", "d"), 2);
    await is(redis.echo("hello"), "hello");
    await is(redis.ping(), "PONG");
    await is(redis.ping(["hello"]), "hello");
    assert.equal((await redis.time()).length, 2);
    await is(redis.flushdb(), "OK");
    await is(redis.randomkey(), null);
  },

  async "bits and sketches"(redis) {
    await is(redis.setbit("b", 7, 1), 0);
    await is(redis.getbit("b", 7), 1);
    await is(redis.bitcount("b", 0, -1), 1);
    await is(redis.bitpos("b", 1), 7);
    await is(redis.bitop("not", "c", "b"), 1);
    const fields = redis.pipeline().bitfield("b").incrby("u8", 0, 1).overflow("FAIL").set("u4", "#1", 16).get("u8", 0);
    await is(fields.exec().exec(), [[2, null, 2]]);
    await is(redis.pfadd("p", "a", "b", 3), 1);
    await is(redis.pfadd("q", "b", "c"), 1);
    await is(redis.pfcount("p", "q"), 4);
    await is(redis.pfmerge("r", "p", "q"), "OK");
  },

  async "JSON documents"(redis) {
    await is(redis.json.set("j", "$", { a: 1, list: [1, "x", null], deep: { a: 2.5 }, text: "8" }), "OK");
    await is(redis.json.get("j", "$..a"), [2.5, 1]);
    await is(redis.json.get("j"), { a: 1, list: [1, "x", null], deep: { a: 2.5 }, text: "8" });
    await is(redis.json.get("none"), null);
    await is(redis.json.numincrby("j", "$..a", 1), [3.5, 2]);
    await is(redis.json.arrappend("j", "$.list", true, { y: 1 }), [5]);
    await is(redis.json.arrlen("j", "$.list"), [5]);
    await is(redis.json.arrpop("j", "$.list"), [{ y: 1 }]);
    await is(redis.json.arrindex("j", "$.list", '"x"'), [1]);
    await is(redis.json.objkeys("j", "$.deep"), [["a"]]);
    await is(redis.json.objlen("j", "$"), [4]);
    await is(redis.json.strlen("j", "$.text"), [1]);
    await is(redis.json.type("j", "$.*"), ["integer", "array", "object", "string"]);
    await is(redis.json.toggle("j", "$.list[3]"), [0]);
    await is(redis.json.merge("j", "$.deep", { b: 1, a: null }), "OK");
    await is(redis.json.mset({ key: "i", path: "$", value: 1 }), "OK");
    await is(redis.json.mget(["i", "j", "none"], "$.deep"), [[], [{ b: 1 }], null]);
    await is(redis.json.clear("j", "$.list"), 1);
    await is(redis.json.del("j", "$.deep"), 1);
    await is(redis.json.forget("j"), 1);
    await is(redis.type("i"), "json");
  },
};

let upstash: UpstashServer;
before(async () => {
  upstash = await UpstashServer.start();
});
after(() => upstash.stop());

/** Redis 7.0 has no JSON, and an error for a copy to the key itself. */
const IN_FRONT_OF_REDIS = process.env["TEST_BACKEND"] === "redis";
const served = Object.entries(scripts).filter(([type]) => !IN_FRONT_OF_REDIS || type !== "JSON documents");

for (const [name, config] of CONFIGURATIONS) {
  describe(`the client ${name}`, () => {
    let redis: Redis;
    before(() => {
      redis = upstash.client(config);
    });
    beforeEach(() => redis.flushall());
    for (const [type, run] of served) test(type, () => run(redis));
  });
}
