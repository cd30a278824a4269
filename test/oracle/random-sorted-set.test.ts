/** Random sorted set commands against redis-server. */
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { runRandom } from "./random.ts";
import type { Dice, Draw } from "./random.ts";

const KEYS = ["a", "b", "c", "d"];
/** Its members all have the score 0, as a range of members needs. */
const LEX_KEY = "lex";
const SET_KEY = "set";
const MEMBERS = ["", "0", "1", "-5", "x", "y", "z", "hello world", "\x00\xff", "m1", "m100"];
const SCORES = ["0", "1", "2", "-3", "2.5", "0.1", "1e20", "inf", "-inf", "-7", "3", "4", "10", "x"];
/**
 * None that makes a negative zero. Redis turns it into zero or keeps it depending on how it built the set, down to the
 * order in which it meets long members; what we agree on is in the suite.
 */
const WEIGHTS = ["1", "2", "2.5", "0.1", "1e20", "inf", "x"];
const BOUNDS = ["-inf", "+inf", "0", "(0", "1", "(1", "2", "2.5", "(2.5", "60", "(150", "", "x"];
const LEX_BOUNDS = ["-", "+", "[m1", "(m1", "[m15", "(m3", "[x", "(x", "[", "m"];
const RANKS = ["0", "1", "2", "5", "-1", "-2", "-100", "100", "130", "x"];
const LIMITS = [[], [], ["LIMIT", "0", "5"], ["LIMIT", "2", "-1"], ["LIMIT", "-1", "2"], ["LIMIT", "1", "0"]];

/** A long stretch of members, now and then, takes a set beyond its small form. */
function stretch(dice: Dice): string[] {
  const from = dice.between(0, 300);
  return Array.from({ length: dice.between(50, 200) }, (_, i) => `m${from + i}`);
}

function pairs(dice: Dice): string[] {
  const members = dice.chance(0.04) ? stretch(dice) : dice.picks(MEMBERS, dice.between(1, 4));
  return members.flatMap((member) => [
    dice.chance(0.5) ? dice.pick(SCORES.slice(0, -1)) : String(dice.between(0, 200)),
    member,
  ]);
}

function algebra(dice: Dice): string[][] {
  const keys = dice.picks([...KEYS, SET_KEY], dice.between(1, 3));
  const counted = [dice.chance(0.95) ? String(keys.length) : dice.pick(["0", "x", "4", "-1"]), ...keys];
  const options = dice.pick([
    [],
    ["WEIGHTS", ...dice.picks(WEIGHTS, keys.length)],
    ["AGGREGATE", dice.pick(["MIN", "MAX", "SUM", "AVG"])],
    ["WEIGHTS", ...dice.picks(WEIGHTS, keys.length), "AGGREGATE", dice.pick(["MIN", "max", "SUM"])],
  ]);
  const scores = dice.pick([[], ["WITHSCORES"]]);
  const destination = dice.pick(KEYS);
  return [
    ["ZUNION", ...counted, ...options, ...scores],
    ["ZINTER", ...counted, ...options, ...scores],
    ["ZDIFF", ...counted, ...scores],
    ["ZUNIONSTORE", destination, ...counted, ...options],
    ["ZINTERSTORE", destination, ...counted, ...options],
    ["ZDIFFSTORE", destination, ...counted],
    ["ZINTERCARD", ...counted, ...dice.pick([[], ["LIMIT", dice.pick(["0", "1", "10", "-1"])]])],
  ];
}

function ranges(dice: Dice, key: string): string[][] {
  const [start, stop] = dice.picks(RANKS, 2) as [string, string];
  const [min, max] = dice.picks(BOUNDS, 2) as [string, string];
  const scores = dice.pick([[], ["WITHSCORES"]]);
  const limit = dice.pick(LIMITS);
  const rev = dice.pick([[], ["REV"]]);
  return [
    ["ZRANGE", key, start, stop, ...scores, ...rev],
    ["ZRANGE", key, min, max, "BYSCORE", ...rev, ...limit, ...scores],
    ["ZREVRANGE", key, start, stop, ...scores],
    ["ZRANGEBYSCORE", key, min, max, ...scores, ...limit],
    ["ZREVRANGEBYSCORE", key, max, min, ...limit, ...scores],
    ["ZCOUNT", key, min, max],
    ["ZRANGESTORE", dice.pick(KEYS), key, start, stop, ...rev],
    ["ZRANGESTORE", dice.pick(KEYS), key, min, max, "BYSCORE", ...rev, ...limit],
  ];
}

function memberRanges(dice: Dice): string[][] {
  const [min, max] = dice.picks(LEX_BOUNDS, 2) as [string, string];
  const limit = dice.pick(LIMITS);
  const members = dice.chance(0.1) ? stretch(dice) : dice.picks(MEMBERS, dice.between(1, 4));
  return [
    ["ZADD", LEX_KEY, ...members.flatMap((member) => ["0", member])],
    ["ZRANGEBYLEX", LEX_KEY, min, max, ...limit],
    ["ZREVRANGEBYLEX", LEX_KEY, max, min, ...limit],
    ["ZRANGE", LEX_KEY, min, max, "BYLEX", ...dice.pick([[], ["REV"], ["WITHSCORES"]]), ...limit],
    ["ZLEXCOUNT", LEX_KEY, min, max],
    ["ZRANGESTORE", dice.pick(KEYS), LEX_KEY, min, max, "BYLEX", ...limit],
    ...(dice.chance(0.2) ? [["ZREMRANGEBYLEX", LEX_KEY, min, max]] : []),
  ];
}

function removals(dice: Dice, key: string): string[][] {
  const count = dice.pick([[], ["2"], ["0"], ["-1"], ["40"], ["x"]]);
  return [
    ["ZREM", key, ...dice.picks([...MEMBERS, "m2", "m150", "m200"], dice.between(1, 5))],
    ["ZREMRANGEBYRANK", key, dice.pick(RANKS), dice.pick(["0", "3", "20", "-50", "x"])],
    ["ZREMRANGEBYSCORE", key, dice.pick(BOUNDS), dice.pick(BOUNDS)],
    ["ZPOPMIN", key, ...count],
    ["ZPOPMAX", key, ...count],
    ["ZMPOP", "2", key, dice.pick(KEYS), dice.pick(["MIN", "MAX", "x"]), ...dice.pick([[], ["COUNT", "3"]])],
    ["ZDIFFSTORE", key, "1", "none"],
  ];
}

function others(dice: Dice, key: string): string[][] {
  return [
    ["SET", key, "x"],
    ["SADD", SET_KEY, ...dice.picks(MEMBERS, 3)],
    ["SREM", SET_KEY, ...dice.picks(MEMBERS, 3)],
    ["SADD", key, "x"],
    ["ZRANDMEMBER", key, dice.pick(["0", "1000", "x", "-9223372036854775808"]), ...dice.pick([[], ["WITHSCORES"]])],
    ["ZSCAN", key, "0", "COUNT", "1000", ...dice.pick([[], ["MATCH", "*1*"]])],
    ["ZADD", key, "1", "m".repeat(65)],
  ];
}

function draw(dice: Dice): Draw {
  const key = dice.pick(KEYS);
  const member = dice.pick(MEMBERS);
  const flags = dice.picks(["NX", "XX", "GT", "LT", "CH", "INCR"], dice.between(1, 2));
  const forms: (() => string[])[] = [
    () => ["ZADD", key, ...pairs(dice)],
    () => ["ZADD", key, ...pairs(dice)],
    () => ["ZADD", key, ...flags, ...pairs(dice)],
    () => ["ZADD", key, ...flags, dice.pick(SCORES), member],
    () => ["ZINCRBY", key, dice.pick(SCORES), member],
    () => ["ZCARD", key],
    () => ["ZSCORE", key, member],
    () => ["ZMSCORE", key, ...dice.picks(MEMBERS, 3)],
    () => ["ZRANK", key, member],
    () => ["ZREVRANK", key, member],
    () => dice.pick(ranges(dice, key)),
    () => dice.pick(ranges(dice, key)),
    () => dice.pick(ranges(dice, key)),
    () => dice.pick(memberRanges(dice)),
    () => dice.pick(algebra(dice)),
    () => dice.pick(removals(dice, key)),
    () => dice.pick(others(dice, key)),
  ];
  const words = dice.pick(forms)();
  return { words, mode: words[0] === "ZSCAN" || words[0] === "ZRANDMEMBER" ? "unordered" : "exact" };
}

describe("random sorted set commands", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());
  test("agree with redis-server", () => runRandom(redis, "sorted-set", draw));
});
