/** Random commands on keys of any type, with their times to live, against redis-server. */
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { runRandom } from "./random.ts";
import type { Dice, Draw } from "./random.ts";

const KEYS = ["a", "b", "c", "ab", "user:1", "user:2"];
const PATTERNS = ["*", "a*", "?", "user:[12]", "user:*", "[^a]*", "x", "a"];
/**
 * In seconds or in milliseconds. They are far apart and far off, so that the few milliseconds between the two servers
 * make no difference.
 */
const TIMES = ["10000000", "50000000", "200000000", "0", "-1", "x", "9223372036854775807"];
/** Absolute times may be compared with each other (GT, LT): they are the same on both sides. */
const UNIX_SECONDS = ["9223372036854775", "4000000000", "4000000001", "5000000000", "1", "-7"];
const UNIX_MILLISECONDS = [
  "4000000000000",
  "4000000000499",
  "4000000000500",
  "5000000000000",
  "1000",
  "9007199254740993",
  "9223372036854775307",
];
const CONDITIONS = ["NX", "XX", "GT", "LT"];

function draw(dice: Dice): Draw {
  const key = dice.pick(KEYS);
  const other = dice.pick(KEYS);
  // A copy of a key to itself is an error in Redis, and none here.
  const another = dice.pick(KEYS.filter((name) => name !== key));
  const few = dice.picks(KEYS, dice.between(1, 3));
  const conditions = dice.picks(CONDITIONS, dice.between(0, 2));
  const presence = dice.picks(["NX", "XX"], dice.between(0, 1));
  const forms: (() => Draw)[] = [
    () => ({ words: ["SET", key, String(dice.between(0, 9))] }),
    () => ({ words: ["SET", key, "v", "EX", "30000"] }),
    () => ({ words: ["GET", key] }),
    () => ({ words: ["RPUSH", key, String(dice.between(0, 9))] }),
    () => ({ words: ["ZADD", key, String(dice.between(0, 9)), String(dice.between(0, 9))] }),
    () => ({ words: ["LRANGE", key, "0", "-1"] }),
    () => ({ words: ["ZRANGE", key, "0", "-1", "WITHSCORES"] }),
    () => ({ words: ["SADD", key, String(dice.between(0, 9))] }),
    () => ({ words: ["HSET", key, String(dice.between(0, 9)), "v"] }),
    () => ({ words: [dice.pick(["SMEMBERS", "HKEYS"]), key], mode: "unordered" }),
    () => ({ words: [dice.pick(["DEL", "UNLINK"]), ...(dice.chance(0.2) ? few : [key])] }),
    () => ({ words: [dice.pick(["EXISTS", "TOUCH"]), ...few] }),
    () => ({ words: ["TYPE", key] }),
    () => ({ words: [dice.pick(["RENAME", "RENAMENX"]), key, other] }),
    () => ({ words: ["COPY", key, another, ...dice.picks(["REPLACE", "DB", "1", "0"], dice.between(0, 3))] }),
    () => ({ words: ["COPY", key, another, "DB", dice.pick(["0", "1", "2"]), ...dice.picks(["REPLACE"], 1)] }),
    () => ({ words: ["MOVE", key, dice.pick(["0", "1", "2"])] }),
    () => ({ words: ["SELECT", dice.pick(["0", "0", "1"])] }),
    () => ({ words: ["RANDOMKEY"], mode: "shape" }),
    () => ({ words: ["KEYS", dice.pick(PATTERNS)], mode: "unordered" }),
    () => ({ words: ["SCAN", "0", "COUNT", "100", ...scanOptions(dice)], mode: "unordered" }),
    () => ({ words: [dice.pick(["EXPIRE", "PEXPIRE"]), key, dice.pick(TIMES), ...presence] }),
    () => ({ words: ["EXPIREAT", key, dice.pick(UNIX_SECONDS), ...conditions] }),
    () => ({ words: ["PEXPIREAT", key, dice.pick(UNIX_MILLISECONDS), ...conditions] }),
    () => ({ words: [dice.pick(["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"]), key], mode: "near" }),
    () => ({ words: ["SET", key, "v", "PXAT", dice.pick(["9007199254740993", "9223372036854775307"])] }),
    () => ({ words: ["PERSIST", key] }),
  ];
  return dice.pick(forms)();
}

function scanOptions(dice: Dice): string[] {
  const type = dice.chance(0.3) ? ["TYPE", dice.pick(["string", "list", "set", "hash", "zset", "nosuch"])] : [];
  return dice.chance(0.5) ? ["MATCH", dice.pick(PATTERNS), ...type] : type;
}

describe("random commands on any key", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());
  test("agree with redis-server", () => runRandom(redis, "generic", draw));
});
