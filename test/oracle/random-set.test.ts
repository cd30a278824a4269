/** Random set commands against redis-server. */
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { runRandom } from "./random.ts";
import type { Dice, Draw } from "./random.ts";

const KEYS = ["a", "b", "c", "d"];
const COUNTS = ["0", "1", "2", "5", "-1", "x", "100"];
const MEMBERS = ["", "0", "1", "-5", "007", "9223372036854775807", "x", "hello world", "\x00\xff", "y"];

/** A long stretch of members, now and then, takes a set beyond the size of a flat one. */
function members(dice: Dice): string[] {
  if (!dice.chance(0.05)) return dice.picks(MEMBERS, dice.between(1, 4));
  const from = dice.between(0, 300);
  return Array.from({ length: dice.between(50, 200) }, (_, i) => `m${from + i}`);
}

/** Random elements: a set of one, or all of a set, so that both servers have the same choice. */
function randomForms(dice: Dice, key: string): string[][] {
  return [
    ["SDIFFSTORE", key, key, "none"],
    ["SADD", key, "only"],
    ["SPOP", key, dice.pick(["0", "1000", "-1", "x"])],
    ["SRANDMEMBER", key, dice.pick(["0", "1000", "x", "-9223372036854775808"])],
  ];
}

function draw(dice: Dice): Draw {
  const key = dice.pick(KEYS);
  const keys = dice.picks(KEYS, dice.between(1, 3));
  const forms: (() => string[])[] = [
    () => ["SADD", key, ...members(dice)],
    () => ["SADD", key, ...members(dice)],
    () => ["SADD", key, ...members(dice)],
    () => ["SREM", key, ...members(dice)],
    () => ["SMOVE", key, dice.pick(KEYS), dice.pick(MEMBERS)],
    () => ["SCARD", key],
    () => ["SMEMBERS", key],
    () => ["SISMEMBER", key, dice.pick(MEMBERS)],
    () => ["SMISMEMBER", key, ...members(dice)],
    () => ["SINTER", ...keys],
    () => ["SUNION", ...keys],
    () => ["SDIFF", ...keys],
    () => ["SINTERSTORE", key, ...keys],
    () => ["SUNIONSTORE", key, ...keys],
    () => ["SDIFFSTORE", key, ...keys],
    () => ["SINTERCARD", dice.pick(["1", "2", "3", "0", "x"]), ...keys, ...dice.picks(["LIMIT", "1", "2"], 2)],
    () => ["SINTERCARD", String(keys.length), ...keys, "LIMIT", dice.pick(COUNTS)],
    () => ["SSCAN", key, "0", "COUNT", "1000", ...dice.pick([[], ["MATCH", "*1*"]])],
    () => dice.pick(randomForms(dice, key)),
    () =>
      dice.pick([
        ["SET", key, "x"],
        ["SINTERSTORE", key, "none"],
        ["SCARD", key],
      ]),
  ];
  return { words: dice.pick(forms)(), mode: "unordered" };
}

describe("random set commands", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());
  test("agree with redis-server", () => runRandom(redis, "set", draw));
});
