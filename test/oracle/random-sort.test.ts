/** Random SORTs of lists, sets and sorted sets, with weights in strings and hashes, against redis-server. */
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { runRandom } from "./random.ts";
import type { Dice, Draw } from "./random.ts";

const ELEMENTS = ["1", "2", "3", "10", "-4", "2.5", "1e1", "01", "b", "ab", ""];
const NUMBERS = ELEMENTS.slice(0, 8);
const SOURCES = ["list", "list2", "set", "zset"];
const PATTERNS = ["w_*", "h_*->f", "h_*->g", "nosuch_*", "*", "h_*", "w_*->f"];

function draw(dice: Dice): Draw {
  const element = dice.pick(dice.chance(0.95) ? NUMBERS : ELEMENTS);
  const weight = dice.chance(0.95) ? String(dice.between(-3, 9)) : dice.pick(ELEMENTS);
  const forms: (() => Draw)[] = [
    () => ({ words: ["RPUSH", dice.pick(["list", "list2"]), element] }),
    () => ({ words: ["SADD", "set", element] }),
    () => ({ words: ["ZADD", "zset", String(dice.between(0, 5)), element] }),
    () => ({ words: ["SET", `w_${element}`, weight] }),
    () => ({ words: ["HSET", `h_${element}`, dice.pick(["f", "g"]), weight] }),
    () => ({ words: ["DEL", dice.pick([...SOURCES, `w_${element}`, `h_${element}`, "out"])] }),
    () => ({ words: ["LRANGE", "out", "0", "-1"] }),
    () => drawSort(dice),
    () => drawSort(dice),
    () => drawSort(dice),
  ];
  return dice.pick(forms)();
}

function drawSort(dice: Dice): Draw {
  const source = dice.pick([...SOURCES, "out", "w_1", "h_1", "missing"]);
  const options: string[][] = [];
  const by = dice.chance(0.5) ? dice.pick([...PATTERNS, "nosort", "#"]) : undefined;
  const native = by === "nosort" || by === "#";
  if (by !== undefined) options.push(["BY", by]);
  const alpha = dice.chance(0.4);
  if (alpha) options.push(["ALPHA"]);
  if (dice.chance(0.4)) options.push(["DESC"]);
  for (let i = dice.between(0, 2); i > 0; i--) options.push(["GET", dice.pick([...PATTERNS, "#", "nostar"])]);
  // Where equal weights leave the order open, or a set has none, there is no telling what a limit cuts or a list holds.
  const open = (alpha && by !== undefined) || (native && source === "set");
  if (!open && dice.chance(0.4)) options.push(["LIMIT", String(dice.between(-1, 4)), String(dice.between(-1, 4))]);
  const readOnly = dice.chance(0.2);
  if (!open && !readOnly && dice.chance(0.4)) options.push(["STORE", dice.pick(["out", "list2"])]);
  const shuffled = options.map((option) => ({ option, at: dice.random() })).sort((a, b) => a.at - b.at);
  const words = [readOnly ? "SORT_RO" : "SORT", source, ...shuffled.flatMap(({ option }) => option)];
  return { words, mode: open ? "unordered" : "exact" };
}

describe("random SORTs", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());
  test("agree with redis-server", () => runRandom(redis, "sort", draw));
});
