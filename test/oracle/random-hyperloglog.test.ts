/** Random HyperLogLog commands against redis-server: the sketches must be the same to the byte. */
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { runRandom } from "./random.ts";
import type { Dice, Draw } from "./random.ts";

const KEYS = ["a", "b", "c", "d"];

/** Mostly a few, at times hundreds, so that some sketches become dense before their key is written over. */
function elements(dice: Dice): string[] {
  const count = dice.chance(0.1) ? dice.between(100, 400) : dice.between(0, 5);
  return Array.from({ length: count }, () => String(dice.between(0, 1e6)).repeat(dice.between(1, 3)));
}

function draw(dice: Dice): Draw {
  const key = dice.pick(KEYS);
  const forms: (() => string[])[] = [
    () => ["PFADD", key, ...elements(dice)],
    () => ["PFADD", key, ...elements(dice)],
    () => ["PFADD", key, ...elements(dice)],
    () => ["PFADD", key, ...elements(dice)],
    () => ["PFADD", key, "\x00\xff", "\x80".repeat(dice.between(0, 20))],
    () => ["PFCOUNT", key],
    () => ["PFCOUNT", ...dice.picks(KEYS, dice.between(1, 3))],
    () => ["PFMERGE", ...dice.picks(KEYS, dice.between(1, 3))],
    () => ["GET", key],
    () => ["GET", key],
    () => ["STRLEN", key],
    () => ["PFDEBUG", dice.pick(["ENCODING", "DECODE"]), key],
  ];
  const rare: (() => string[])[] = [
    () => ["PFDEBUG", dice.pick(["GETREG", "TODENSE"]), key],
    () => ["SET", key, dice.pick(["x", "HYLL", ""])],
    () => ["SINTERSTORE", key, "none"],
    () => ["SADD", key, "member"],
    () => ["GETDEL", key],
    () => ["GETDEL", key],
  ];
  return { words: dice.pick(dice.chance(0.04) ? rare : forms)() };
}

describe("random HyperLogLog commands", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());
  test("agree with redis-server", () => runRandom(redis, "hyperloglog", draw));
});
