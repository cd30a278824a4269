/** Random string commands against redis-server. */
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { runRandom } from "./random.ts";
import type { Dice, Draw } from "./random.ts";

const KEYS = ["a", "b", "c", "d"];
const VALUES = ["", "0", "1", "-5", "10", "9223372036854775807", "3.5", "x", "hello world", "\x00\xff", "1e3", " 1"];
const INDEXES = ["0", "1", "2", "5", "-1", "-2", "-100", "100", "x"];

function draw(dice: Dice): Draw {
  const key = dice.pick(KEYS);
  const value = dice.pick(VALUES);
  const forms: (() => string[])[] = [
    () => ["GET", key],
    () => ["SET", key, value],
    () => ["SET", key, value, ...dice.picks(["NX", "XX", "GET", "KEEPTTL"], dice.between(0, 2))],
    () => ["SETNX", key, value],
    () => ["GETSET", key, value],
    () => ["GETDEL", key],
    () => ["APPEND", key, value],
    () => ["STRLEN", key],
    () => ["INCR", key],
    () => ["DECR", key],
    () => ["INCRBY", key, value],
    () => ["DECRBY", key, value],
    () => ["INCRBYFLOAT", key, value],
    () => ["GETRANGE", key, dice.pick(INDEXES), dice.pick(INDEXES)],
    () => ["SUBSTR", key, dice.pick(INDEXES), dice.pick(INDEXES)],
    () => ["SETRANGE", key, dice.pick(INDEXES), value],
    () => ["MGET", ...dice.picks(KEYS, dice.between(1, 4))],
    () => ["MSET", key, value, dice.pick(KEYS), dice.pick(VALUES)],
    () => ["MSETNX", key, value, dice.pick(KEYS), dice.pick(VALUES)],
    () => ["LCS", key, dice.pick(KEYS), ...dice.picks(["LEN", "IDX", "WITHMATCHLEN"], dice.between(0, 2))],
    () => ["GETEX", key, ...dice.picks(["PERSIST", "EX", "100"], dice.between(0, 2))],
  ];
  return { words: dice.pick(forms)() };
}

describe("random string commands", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());
  test("agree with redis-server", () => runRandom(redis, "string", draw));
});
