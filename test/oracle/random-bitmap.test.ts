/** Random bitmap commands against redis-server. */
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { runRandom } from "./random.ts";
import type { Dice, Draw } from "./random.ts";

const KEYS = ["a", "b", "c", "d"];
const VALUES = ["", "12", "hello world", "\x00\x00", "\xff\xff\xff", "\xff\xff\xf0\x00", "z".repeat(1500)];
const OFFSETS = ["0", "1", "7", "8", "9", "31", "32", "77", "8000", "12345", "-1", "x", "4294967296"];
const INDEXES = ["0", "1", "2", "3", "9", "70", "1100", "-1", "-2", "-9", "-5000", "9223372036854775807"];
const TYPES = ["u1", "u2", "u4", "u7", "u8", "u13", "u16", "u32", "u33", "u63", "i1", "i2", "i5", "i8", "i31", "i64"];
const BAD_TYPES = ["u64", "i65", "u0", "x8", "u"];
const NUMBERS = ["0", "1", "-1", "3", "-3", "127", "-128", "255", "65536", "-4294967296", "x"];
const LIMITS = ["9223372036854775807", "-9223372036854775808", "4611686018427387904", "-4611686018427387905"];

function fieldOperation(dice: Dice): string[] {
  const type = dice.pick(dice.chance(0.02) ? BAD_TYPES : TYPES);
  const offset = dice.chance(0.3)
    ? `#${dice.between(0, 40)}`
    : dice.pick(dice.chance(0.05) ? OFFSETS : ["0", "3", "50"]);
  const operand = dice.pick(dice.chance(0.2) ? LIMITS : NUMBERS);
  return dice.pick([
    ["GET", type, offset],
    ["SET", type, offset, operand],
    ["INCRBY", type, offset, operand],
    ["INCRBY", type, offset, operand],
    ["OVERFLOW", dice.pick(["WRAP", "SAT", "FAIL", "sat", "FAIL"]), "INCRBY", type, offset, operand],
    ["OVERFLOW", dice.pick(["WRAP", "SAT", "FAIL"]), "SET", type, offset, operand],
  ]);
}

/** Of BITCOUNT's and BITPOS's words only good ones, as Redis 7.0 does not look at them when there is no key. */
function range(dice: Dice): string[] {
  return [dice.pick(INDEXES), dice.pick(INDEXES), ...dice.pick([[], ["BYTE"], ["BIT"], ["bit"]])];
}

function draw(dice: Dice): Draw {
  const key = dice.pick(KEYS);
  const forms: (() => string[])[] = [
    () => ["SETBIT", key, dice.pick(OFFSETS), dice.pick(["0", "1", "1", "1"])],
    () => ["SETBIT", key, String(dice.between(0, 200)), dice.pick(["0", "1"])],
    () => ["SETBIT", key, "1", dice.pick(["2", "-1", "x"])],
    () => ["GETBIT", key, dice.pick(OFFSETS)],
    () => ["GETBIT", key, String(dice.between(0, 200))],
    () => ["BITCOUNT", key],
    () => ["BITCOUNT", key, ...range(dice)],
    () => ["BITPOS", key, dice.pick(["0", "1"])],
    () => ["BITPOS", key, dice.pick(["0", "1"]), dice.pick(INDEXES)],
    () => ["BITPOS", key, dice.pick(["0", "1"]), ...range(dice)],
    () => ["BITOP", dice.pick(["AND", "OR", "XOR", "NOT", "xor"]), key, ...dice.picks(KEYS, dice.between(1, 4))],
    () => ["BITOP", "NOT", key, dice.pick(KEYS)],
    () => ["BITFIELD", key, ...fieldOperation(dice), ...fieldOperation(dice), ...fieldOperation(dice)],
    () => ["BITFIELD", key, ...fieldOperation(dice)],
    () => ["BITFIELD_RO", key, "GET", dice.pick(TYPES), dice.pick(OFFSETS)],
    () => ["SET", key, dice.pick(VALUES)],
    () => ["GET", key],
    () => ["STRLEN", key],
    () => ["GETRANGE", key, dice.pick(INDEXES), dice.pick(INDEXES)],
    () => ["SETRANGE", key, dice.pick(["0", "3", "1020", "1030", "2000"]), dice.pick(VALUES)],
    () => ["APPEND", key, dice.pick(VALUES)],
    () => ["MGET", ...KEYS],
    () => ["GETDEL", key],
    () => ["SINTERSTORE", key, "none"],
    () => ["SADD", key, "member"],
  ];
  return { words: dice.pick(forms)() };
}

describe("random bitmap commands", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());
  test("agree with redis-server", () => runRandom(redis, "bitmap", draw));
});
