/** Random string commands against redis-server. */
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { runRandom } from "./random.ts";
import type { Dice, Draw } from "./random.ts";

const KEYS = ["a", "b", "c", "d"];
const VALUES = ["", "0", "1", "-5", "10", "9223372036854775807", "3.5", "x", "hello world", "\x00\xff", "1e3", " 1"];
const INTEGERS = ["0", "1", "-1", "7", "9007199254740991", "9223372036854775807", "-9223372036854775808", "x", "1.0"];
const FLOATS = ["0.1", "-0.1", "1e15", "3", "1e-10", "0x1p4", "inf", "nan", "1e400", ".5", "", "1e4932"];
const INDEXES = ["0", "1", "2", "5", "-1", "-2", "-100", "100", "x"];

/** Times that are all far from now, so that both servers see the same side of the deadline. */
const EXPIRIES = [
  ["EX", "1000"],
  ["PX", "1000000"],
  ["EXAT", "33177117420"],
  ["PXAT", "33177117420000"],
  ["PXAT", "1"],
  ["EX", "0"],
  ["EX", "9223372036854775807"],
  ["PX", "x"],
  ["EX"],
  ["PERSIST"],
  ["KEEPTTL"],
];

function draw(dice: Dice): Draw {
  const key = dice.pick(KEYS);
  return { words: dice.pick(FORMS)(dice, key, dice.pick(VALUES)) };
}

function expiry(dice: Dice): string[] {
  return dice.picks(EXPIRIES, dice.between(0, 2)).flat();
}

function setOptions(dice: Dice): string[] {
  return [...dice.picks(["NX", "XX", "GET", "get", "KEEPTTL"], dice.between(0, 2)), ...expiry(dice)];
}

type Form = (dice: Dice, key: string, value: string) => string[];

const FORMS: Form[] = [
  (_, key) => ["GET", key],
  (_, key, value) => ["SET", key, value],
  (dice, key, value) => ["SET", key, value, ...setOptions(dice)],
  (dice, key, value) => ["SET", key, value, ...setOptions(dice)],
  (_, key, value) => ["SETNX", key, value],
  (dice, key, value) => ["SETEX", key, dice.pick(["1000", "0", "-1", "x"]), value],
  (dice, key, value) => ["PSETEX", key, dice.pick(["1000000", "0", "9223372036854775807"]), value],
  (_, key, value) => ["GETSET", key, value],
  (_, key) => ["GETDEL", key],
  (dice, key) => ["GETEX", key, ...expiry(dice)],
  (_, key, value) => ["APPEND", key, value],
  (_, key) => ["STRLEN", key],
  (_, key) => ["INCR", key],
  (_, key) => ["DECR", key],
  (dice, key) => ["INCRBY", key, dice.pick(INTEGERS)],
  (dice, key) => ["DECRBY", key, dice.pick(INTEGERS)],
  (dice, key) => ["INCRBYFLOAT", key, dice.pick(FLOATS)],
  (_, key, value) => ["INCRBYFLOAT", key, value],
  (dice, key) => ["SET", key, dice.pick(FLOATS)],
  (dice, key) => ["GETRANGE", key, dice.pick(INDEXES), dice.pick(INDEXES)],
  (dice, key) => ["SUBSTR", key, dice.pick(INDEXES), dice.pick(INDEXES)],
  (dice, key, value) => ["SETRANGE", key, dice.pick(INDEXES), value],
  (dice) => ["MGET", ...dice.picks(KEYS, dice.between(1, 4))],
  (dice, key, value) => ["MSET", key, value, dice.pick(KEYS), dice.pick(VALUES)],
  (dice, key, value) => ["MSETNX", key, value, dice.pick(KEYS), dice.pick(VALUES)],
  (dice, key, value) => [
    "MSETNX",
    key,
    value,
    `new${dice.between(0, 1)}`,
    value,
    ...dice.picks(["odd"], dice.between(0, 1)),
  ],
  (dice) => ["GETDEL", `new${dice.between(0, 1)}`],
  (dice, key) => [
    "LCS",
    key,
    dice.pick(KEYS),
    ...dice.picks(["LEN", "IDX", "WITHMATCHLEN"], dice.between(0, 2)),
    ...dice.pick([[], [], ["MINMATCHLEN", dice.pick(INDEXES)]]),
  ],
  // From other groups: a key of another type, what removes it again, and what tells of a deadline.
  (_, key, value) => ["RPUSH", key, value],
  (_, key) => ["DEL", key],
  (_, key) => ["DEL", key],
  (_, key) => ["PERSIST", key],
];

describe("random string commands", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());
  test("agree with redis-server", () => runRandom(redis, "string", draw));
});
