/** Random geo commands against redis-server. */
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { runRandom } from "./random.ts";
import type { Dice, Draw } from "./random.ts";

const KEYS = ["a", "b", "c"];
/** What searches are stored in, for the most part: it would be a pity of the sets in the other keys. */
const STORED_KEY = "stored";
const STRING_KEY = "string";
/** What is stored with STOREDIST: the last digit of such a score depends on the platform's sine. */
const DISTANCES_KEY = "distances";
const MEMBERS = ["x", "y", "z", "", "\x00\xff", "m1", "m50", "m120", "zero", "ne", "sw", "east", "odd"];
/**
 * Special positions belong to a member each: Redis's choice among members at the same distance when COUNT leaves some out
 * is an accident of its way of sorting.
 */
const SPECIAL: Readonly<Record<string, readonly [string, string]>> = {
  zero: ["0", "0"],
  ne: ["180", "85.05112878"],
  sw: ["-180", "-85.05112878"],
  east: ["179.9999999", "12.5"],
};
const UNITS = ["m", "m", "km", "ft", "mi", "KM", "Mi"];
const RADII = ["0", "0.5", "1", "70", "100", "200", "5000", "30000", "50000", "100000", "1e6", "5e6", "2e7", "inf"];
const WRONG = ["200", "-91", "x", "", "nan", "1e400", "inf"];
/** What a search may consist of, and what it may not. */
const VOCABULARY = (
  "FROMMEMBER FROMLONLAT BYRADIUS BYBOX ASC DESC COUNT ANY STORE STOREDIST WITHCOORD WITHDIST WITHHASH NX XX CH " +
  "withdist byRadius m km ft mi yd 0 1 -1 10 1.5 200 1000000 x m1 y inf nan a "
).split(" ");

function longitude(dice: Dice): string {
  return dice.chance(0.02) ? dice.pick(WRONG) : (dice.random() * 360 - 180).toFixed(dice.pick([1, 6, 12]));
}

function latitude(dice: Dice): string {
  return dice.chance(0.02) ? dice.pick(WRONG) : (dice.random() * 170 - 85).toFixed(dice.pick([2, 6, 12]));
}

/** South-western corners of the regions where positions crowd; the last one lies across the line of 180 degrees. */
const REGIONS = [
  [13, 37],
  [10, 60],
  [-70, -62],
  [30, 82],
  [179, -17],
] as const;
const REGION_DEGREES = 2;

/** Most positions lie near each other, in one of the regions. */
function position(dice: Dice, [west, south] = dice.pick(REGIONS)): [string, string] {
  if (dice.chance(0.2)) return [longitude(dice), latitude(dice)];
  const east = west + dice.random() * REGION_DEGREES;
  return [(east > 180 ? east - 360 : east).toFixed(9), (south + dice.random() * REGION_DEGREES).toFixed(9)];
}

/** A long stretch of members, now and then, takes a set beyond its small form. */
function stretch(dice: Dice): string[] {
  const from = dice.between(0, 300);
  return Array.from({ length: dice.between(50, 200) }, (_, i) => `m${from + i}`);
}

function additions(dice: Dice): string[] {
  const members = dice.chance(0.12) ? stretch(dice) : dice.picks(MEMBERS, dice.between(1, 4));
  const region = dice.pick(REGIONS);
  return members.flatMap((member) => [...(SPECIAL[member] ?? position(dice, region)), member]);
}

function options(dice: Dice): string[] {
  const drawn: string[][] = [];
  if (dice.chance(0.3)) drawn.push([dice.pick(["ASC", "DESC", "asc"])]);
  if (dice.chance(0.25)) drawn.push(["COUNT", dice.pick(["1", "2", "5", "20", "100", "0", "x"])]);
  if (dice.chance(drawn.length > 0 ? 0.2 : 0.02)) drawn.push(["ANY"]);
  return shuffled(dice, drawn);
}

function withs(dice: Dice): string[] {
  return ["WITHDIST", "WITHCOORD", "WITHHASH"].filter(() => dice.chance(0.35));
}

function shuffled(dice: Dice, parts: string[][]): string[] {
  const drawn = parts.map((part) => ({ part, at: dice.random() })).sort((a, b) => a.at - b.at);
  return drawn.flatMap(({ part }) => part);
}

/** Half of them suit the regions. */
function radius(dice: Dice): [string, string] {
  if (dice.chance(0.5)) return [String(dice.between(10, 150)), "km"];
  return [dice.chance(0.06) ? dice.pick(["-1", "x"]) : dice.pick(RADII), dice.chance(0.04) ? "yd" : dice.pick(UNITS)];
}

function area(dice: Dice): string[][] {
  const center = dice.chance(0.5) ? ["FROMMEMBER", dice.pick(MEMBERS)] : ["FROMLONLAT", ...position(dice)];
  const extent = dice.chance(0.5)
    ? ["BYRADIUS", ...radius(dice)]
    : ["BYBOX", dice.chance(0.5) ? "100" : dice.pick(RADII), ...radius(dice)];
  return [center, extent, options(dice)];
}

/** Valid words with one of them lost or strange ones between them, or nothing but strange ones. */
function garbled(dice: Dice, key: string): string[] {
  const name = dice.pick(["GEOSEARCH", "GEOSEARCHSTORE", "GEOADD", "GEORADIUS", "GEORADIUSBYMEMBER_RO", "geosearch"]);
  const keys = name === "GEOSEARCHSTORE" ? [DISTANCES_KEY, key] : [key];
  if (dice.chance(0.3)) return [name, ...keys, ...dice.picks(VOCABULARY, dice.between(0, 10))];
  const words = shuffled(dice, [...area(dice), withs(dice), dice.picks(VOCABULARY, dice.between(0, 2))]);
  if (dice.chance(0.5)) words.splice(dice.between(0, words.length - 1), 1);
  if (dice.chance(0.5)) words.splice(dice.between(0, words.length), 0, dice.pick(VOCABULARY));
  return [name, ...keys, ...words];
}

function searches(dice: Dice, key: string): string[][] {
  const destination = dice.chance(0.1) ? dice.pick(KEYS) : STORED_KEY;
  const target = dice.chance(0.5) ? ["STORE", destination] : ["STOREDIST", DISTANCES_KEY];
  const distances = ["GEOSEARCHSTORE", DISTANCES_KEY, key];
  const from = dice.pick(MEMBERS);
  return [
    ["GEOSEARCH", key, ...shuffled(dice, [...area(dice), withs(dice)])],
    ["GEOSEARCH", key, ...shuffled(dice, [...area(dice), withs(dice)])],
    ["GEOSEARCHSTORE", destination, key, ...shuffled(dice, area(dice))],
    [...distances, ...shuffled(dice, [...area(dice), ["STOREDIST"], dice.chance(0.05) ? withs(dice) : []])],
    ["GEORADIUS", key, ...position(dice), ...radius(dice), ...options(dice), ...withs(dice)],
    ["GEORADIUS", key, ...position(dice), ...radius(dice), ...options(dice), ...target],
    ["GEORADIUS_RO", key, ...position(dice), ...radius(dice), ...options(dice), ...withs(dice)],
    ["GEORADIUSBYMEMBER", key, from, ...radius(dice), ...options(dice), ...withs(dice)],
    ["GEORADIUSBYMEMBER", key, from, ...radius(dice), ...options(dice), ...target],
    ["GEORADIUSBYMEMBER_RO", key, from, ...radius(dice), ...options(dice), ...withs(dice)],
  ];
}

function others(dice: Dice, key: string): string[][] {
  return [
    ["SET", STRING_KEY, "x"],
    ["SET", STORED_KEY, "x"],
    ["DEL", dice.pick([...KEYS, STORED_KEY, DISTANCES_KEY])],
    ["ZREM", key, ...dice.picks(MEMBERS, 3)],
    ["ZADD", key, dice.pick(["-1", "1.5", "4503599627370497.5", "inf", "-inf", "1e17", "3479099956230699"]), "odd"],
    ["ZADD", key, "3479447370796909", "m".repeat(65)],
    ["ZREMRANGEBYRANK", key, "0", String(dice.between(0, 40))],
  ];
}

function draw(dice: Dice): Draw {
  const key = dice.chance(0.04) ? STRING_KEY : dice.pick([...KEYS, ...KEYS, STORED_KEY]);
  const flags = dice.picks(["NX", "XX", "CH", "ch"], dice.between(1, 2));
  const forms: (() => string[])[] = [
    () => ["GEOADD", key, ...additions(dice)],
    () => ["GEOADD", key, ...additions(dice)],
    () => ["GEOADD", key, ...flags, ...additions(dice)],
    () => ["GEODIST", key, ...dice.picks(MEMBERS, 2), ...dice.pick([[], [dice.pick(UNITS)], ["yd"], ["m", "m"]])],
    () => ["GEOPOS", key, ...dice.picks(MEMBERS, dice.between(0, 4))],
    () => ["GEOHASH", key, ...dice.picks(MEMBERS, dice.between(0, 4))],
    () => dice.pick(searches(dice, key)),
    () => dice.pick(searches(dice, key)),
    () => dice.pick(searches(dice, key)),
    () => garbled(dice, key),
    () => ["ZRANGE", key, "0", "-1", "WITHSCORES"],
    () => ["ZRANGE", DISTANCES_KEY, "0", "-1"],
    () => ["ZCOUNT", DISTANCES_KEY, "0", dice.pick(["1", "150.5", "12345"])],
    () => dice.pick(others(dice, key)),
  ];
  return { words: dice.pick(forms)(), mode: "distance" };
}

describe("random geo commands", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());
  test("agree with redis-server", () => runRandom(redis, "geo", draw));
});
