/** Random swaps and flushes of databases, event flags and key look-ups against redis-server. */
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { runRandom } from "./random.ts";
import type { Dice, Draw } from "./random.ts";

const KEYS = ["a", "b", "c", "d"];
const DATABASES = ["0", "0", "1", "2", "3", "15", "16", "-1", "x"];
const FLUSH_OPTIONS = ["ASYNC", "sync", "now"];
const EVENT_FLAGS = [..."g$lshzxetdmnKEA", "?"];
const GETKEYS = ["GET", "set", "mset", "MGET", "lcs", "strlen", "memory", "config", "usage", "nope", "a", "b", "1"];

function draw(dice: Dice): Draw {
  const key = dice.pick(KEYS);
  const forms: (() => Draw)[] = [
    () => ({ words: ["SET", key, String(dice.between(0, 9))] }),
    () => ({ words: ["SET", key, "x", "EX", "1000"] }),
    () => ({ words: ["GET", key] }),
    () => ({ words: ["MGET", ...KEYS] }),
    () => ({ words: ["DBSIZE"] }),
    () => ({ words: ["INFO", "keyspace"], mode: "shape" }),
    () => ({ words: ["SWAPDB", dice.pick(DATABASES), dice.pick(DATABASES)] }),
    () => ({ words: ["MEMORY", "USAGE", key], mode: "shape" }),
    () => ({
      words: ["CONFIG", "SET", "notify-keyspace-events", dice.picks(EVENT_FLAGS, dice.between(0, 16)).join("")],
    }),
    () => ({ words: ["CONFIG", "GET", "notify-keyspace-events"] }),
    () => ({ words: ["COMMAND", "GETKEYS", ...dice.picks(GETKEYS, dice.between(2, 6))] }),
    () => ({ words: ["COMMAND", "LIST", "FILTERBY", "PATTERN", `${dice.pick(["getr", "SUBSTR", "MEMORY"])}*`] }),
  ];
  if (dice.chance(0.01)) return { words: [dice.pick(["FLUSHDB", "FLUSHALL"]), ...dice.picks(FLUSH_OPTIONS, 1)] };
  const drawn = dice.pick(forms)();
  return drawn.words[0] === "COMMAND" ? { ...drawn, mode: "unordered" } : drawn;
}

describe("random server commands", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());
  test("agree with redis-server", () => runRandom(redis, "server", draw));
});
