/** What a client sends that is left to its defaults: commands of one tick in two pipelines, reads and writes. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Redis } from "@upstash/redis";
import { UpstashServer } from "../support/upstash.ts";

let upstash: UpstashServer;
let redis: Redis;
before(async () => {
  upstash = await UpstashServer.start();
  redis = upstash.client();
});
after(() => upstash.stop());
beforeEach(async () => {
  await redis.flushall();
  upstash.traffic.length = 0;
});

describe("auto-pipelining", () => {
  test("sends the commands of a tick together, reads apart from writes", async () => {
    await redis.set("k", 1);
    upstash.traffic.length = 0;
    const answers = await Promise.all([redis.incr("k"), redis.get("none"), redis.hset("h", { f: 1 }), redis.ping()]);
    assert.deepEqual(answers, [2, null, 1, "PONG"]);
    const sent = upstash.traffic.map(({ path, body }) => [path, body]);
    sent.sort();
    assert.deepEqual(sent, [
      ["/pipeline", [["get", "none"], ["ping"]]],
      [
        "/pipeline",
        [
          ["incr", "k"],
          ["hset", "h", "f", 1],
        ],
      ],
    ]);
  });

  test("sends a single command as a pipeline too", async () => {
    await redis.set("k", "v");
    assert.deepEqual(
      upstash.traffic.map(({ path, body }) => [path, body]),
      [["/pipeline", [["set", "k", "v"]]]],
    );
  });

  test("leaves some commands alone", async () => {
    await redis.rpush("l", 1);
    upstash.traffic.length = 0;
    await Promise.all([redis.dbsize(), redis.lrange("l", 0, -1), redis.keys("*"), redis.scan(0)]);
    assert.deepEqual(
      upstash.traffic.map(({ path }) => path),
      ["/", "/", "/", "/"],
    );
  });

  test("fails for the caller whose command failed, and for no other", async () => {
    await redis.set("text", "v");
    const outcomes = await Promise.allSettled([
      redis.set("a", 1),
      redis.incr("text"),
      redis.lpush("text", 1),
      redis.clientSetinfo("LIB-NAME", "x"),
      redis.set("b", 2),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : (outcome.reason as Error).message)),
      [
        "OK",
        "Command failed: ERR value is not an integer or out of range",
        "Command failed: WRONGTYPE Operation against a key holding the wrong kind of value",
        'Command failed: ERR Command "CLIENT SETINFO" is not allowed in REST or it has a special context path',
        "OK",
      ],
    );
    assert.deepEqual(await redis.mget("a", "b"), [1, 2]);
  });

  test("begins a new pipeline after a thousand commands", async () => {
    const names = Array.from({ length: 2500 }, (_, i) => `k${i}`);
    await Promise.all(names.map((name, i) => redis.set(name, i)));
    assert.deepEqual(
      upstash.traffic.map(({ body }) => (body as unknown[]).length).toSorted((a, b) => a - b),
      [500, 1000, 1000],
    );
    assert.deepEqual(
      await Promise.all(names.map((name) => redis.get(name))),
      names.map((_, i) => i),
    );
  });

  test("may be switched off", async () => {
    const plain = upstash.client({ enableAutoPipelining: false });
    await Promise.all([plain.set("a", 1), plain.get("a")]);
    assert.deepEqual(upstash.traffic.map(({ path, body }) => [path, body]).toSorted(), [
      ["/", ["get", "a"]],
      ["/", ["set", "a", 1]],
    ]);
  });
});
