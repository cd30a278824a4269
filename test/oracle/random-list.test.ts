/** Random list commands against redis-server. */
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { runRandom } from "./random.ts";
import type { Dice, Draw } from "./random.ts";

const KEYS = ["a", "b", "c"];
const ELEMENTS = ["", "0", "1", "-5", "9223372036854775807", "x", "y", "hello world", "\x00\xff"];
const INDEXES = ["0", "1", "2", "5", "-1", "-2", "-100", "100", "9223372036854775807", "x"];
const COUNTS = ["0", "1", "2", "5", "-1", "-2", "x", "30"];
const ENDS = ["LEFT", "RIGHT", "left", "right"];

/** A long stretch now and then takes a list beyond the size of a flat one, and beyond several chunks. */
function elements(dice: Dice): string[] {
  if (!dice.chance(0.1)) return dice.picks(ELEMENTS, dice.between(1, 4));
  return Array.from({ length: dice.between(50, 300) }, () => dice.pick(ELEMENTS));
}

/** Mostly an index that a list of some hundred elements has. */
function index(dice: Dice): string {
  return dice.chance(0.3) ? dice.pick(INDEXES) : String(dice.between(-400, 400));
}

function positionOptions(dice: Dice): string[] {
  const options: string[] = [];
  if (dice.chance(0.5)) options.push("RANK", dice.pick(["1", "2", "-1", "-2", "7", "-30", "0", "x"]));
  if (dice.chance(0.5)) options.push("COUNT", dice.pick(["0", "1", "2", "30", "-1", "x"]));
  if (dice.chance(0.5)) options.push("MAXLEN", dice.pick(["0", "1", "10", "150", "300", "-1", "x"]));
  if (dice.chance(0.02)) options.push("NOPE");
  return options;
}

/** Lists shrink to nothing at times, and keys hold something else. */
function rareForms(key: string): string[][] {
  return [
    ["LTRIM", key, "1", "0"],
    ["LPOP", key, "100"],
    ["RPOP", key, "200"],
    ["GET", key],
    ["SET", key, "x"],
    ["SET", key, "x"],
    ["GETDEL", key],
  ];
}

function draw(dice: Dice): Draw {
  const key = dice.pick(KEYS);
  const other = dice.pick(KEYS);
  const element = dice.pick(ELEMENTS);
  const forms: (() => string[])[] = [
    () => ["RPUSH", key, ...elements(dice)],
    () => ["RPUSH", key, ...elements(dice)],
    () => ["LPUSH", key, ...elements(dice)],
    () => ["LPUSH", key, ...elements(dice)],
    () => [dice.pick(["LPUSHX", "RPUSHX"]), key, ...elements(dice)],
    () => [dice.pick(["LPOP", "RPOP"]), key],
    () => [dice.pick(["LPOP", "RPOP"]), key, dice.pick(COUNTS)],
    () => ["LLEN", key],
    () => ["LINDEX", key, index(dice)],
    () => ["LINDEX", key, index(dice)],
    () => ["LSET", key, index(dice), element],
    () => ["LINSERT", key, dice.pick(["BEFORE", "after", "BEFORE", "AFTER", "NEAR"]), dice.pick(ELEMENTS), element],
    () => ["LINSERT", key, dice.pick(["BEFORE", "after"]), dice.pick(ELEMENTS), element],
    () => ["LRANGE", key, index(dice), index(dice)],
    () => ["LRANGE", key, "0", "-1"],
    () => ["LTRIM", key, dice.pick(["0", "1", "2", "50", "x"]), dice.pick(["-1", "-2", "300", "250", "x"])],
    () => ["LREM", key, dice.pick(COUNTS), element],
    () => ["LPOS", key, element, ...positionOptions(dice)],
    () => ["LPOS", key, element, ...positionOptions(dice)],
    () => ["LMOVE", key, other, dice.pick(ENDS), dice.pick(ENDS)],
    () => ["RPOPLPUSH", key, other],
    () => ["LMPOP", dice.pick(["1", "2", "2", "2", "0", "x"]), key, other, dice.pick(ENDS)],
    () => ["LMPOP", "2", key, other, dice.pick(ENDS), "COUNT", dice.pick(COUNTS)],
    () => dice.pick(rareForms(key)),
  ];
  return { words: dice.pick(forms)() };
}

describe("random list commands", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());
  test("agree with redis-server", () => runRandom(redis, "list", draw));
});
