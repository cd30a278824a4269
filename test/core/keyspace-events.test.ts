import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { EventClass, formatEventFlags, parseEventFlags } from "../../src/core/keyspace-events.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import type { Frame } from "../support/resp.ts";
import { chooseSeed, seededRandom } from "../support/world.ts";

test("flags become a mask of classes", () => {
  assert.equal(parseEventFlags(""), 0);
  assert.equal(parseEventFlags("K$"), EventClass.KEYSPACE | EventClass.STRING);
  assert.equal(parseEventFlags("Q"), undefined);
  assert.equal(parseEventFlags("KEx "), undefined);
});

test("A stands for every class but miss and new", () => {
  assert.equal(formatEventFlags(parseEventFlags("g$lshzxetd")!), "A");
  assert.equal(parseEventFlags("A")! & (EventClass.MISS | EventClass.NEW | EventClass.KEYEVENT), 0);
});

describe("CONFIG SET notify-keyspace-events of redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  test("reads back the same canonical flags", async () => {
    const seed = chooseSeed();
    const random = seededRandom(seed);
    for (let i = 0; i < 300; i++) {
      const flags = [..."KEg$lshzxetdmAn"]
        .filter(() => random() < 0.4)
        .sort(() => random() - 0.5)
        .join("");
      await redis.send(["CONFIG", "SET", "notify-keyspace-events", flags]);
      const reply = await redis.send(["CONFIG", "GET", "notify-keyspace-events"]);
      const theirs = ((reply as { items: Frame[] }).items[1] as { text: string }).text;
      assert.equal(formatEventFlags(parseEventFlags(flags)!), theirs, `SEED=${seed} ${flags}`);
    }
  });
});
