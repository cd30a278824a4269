/** Random hash commands against redis-server. */
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { runRandom } from "./random.ts";
import type { Dice, Draw } from "./random.ts";

const KEYS = ["a", "b", "c"];
const FIELDS = ["", "f", "g", "h", "1", "hello world", "\x00\xff", "y".repeat(70)];
const VALUES = ["", "0", "1", "-5", "9223372036854775807", "3.5", "1e3", " 1", "x", "inf", "\x00\xff", "z".repeat(70)];
const INCREMENTS = ["1", "-1", "0", "10", "9223372036854775807", "-9223372036854775808", "1.5", "x", "", "01"];
const COUNTS = ["0", "1000", "-9223372036854775808", "x"];

/** A long stretch of fields, now and then, takes a hash beyond the size of a flat one. */
function fields(dice: Dice): string[] {
  if (!dice.chance(0.05)) return dice.picks(FIELDS, dice.between(1, 4));
  const from = dice.between(0, 200);
  return Array.from({ length: dice.between(40, 150) }, (_, i) => `f${from + i}`);
}

function draw(dice: Dice): Draw {
  const key = dice.pick(KEYS);
  const field = dice.pick(FIELDS);
  const value = dice.pick(VALUES);
  const valued = (): string[] => fields(dice).flatMap((name) => [name, dice.pick(VALUES)]);
  const forms: (() => string[])[] = [
    () => ["HSET", key, ...valued()],
    () => ["HSET", key, ...valued()],
    () => ["HMSET", key, ...valued(), ...dice.pick([[], [], ["odd"]])],
    () => ["HSETNX", key, field, value],
    () => ["HGET", key, field],
    () => ["HMGET", key, ...fields(dice)],
    () => ["HDEL", key, ...fields(dice)],
    () => ["HLEN", key],
    () => ["HEXISTS", key, field],
    () => ["HSTRLEN", key, field],
    () => ["HGETALL", key],
    () => ["HKEYS", key],
    () => ["HVALS", key],
    () => ["HINCRBY", key, field, dice.pick(INCREMENTS)],
    () => ["HINCRBYFLOAT", key, field, dice.pick([...INCREMENTS, "0.1", "-2.25", "1e-5", "inf", "nan"])],
    () => ["HSCAN", key, "0", "COUNT", "1000", ...dice.pick([[], ["MATCH", "*1*"]])],
    // Of a random choice only what both servers must answer alike: all fields, none, or an error.
    () => ["HRANDFIELD", key, dice.pick(COUNTS), ...dice.pick([[], ["WITHVALUES"], ["NOPE"]])],
    () =>
      dice.pick([
        ["SET", key, "x"],
        ["SINTERSTORE", key, "none"],
        ["HLEN", key],
        ["HLEN", key],
      ]),
  ];
  return { words: dice.pick(forms)(), mode: "unordered" };
}

describe("random hash commands", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());
  test("agree with redis-server", () => runRandom(redis, "hash", draw));
});
