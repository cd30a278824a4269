/** What the slow log keeps of commands, against a real redis-server: the words, cut and without secrets. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { show } from "../support/compare.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame } from "../support/resp.ts";
import type { Frame } from "../support/resp.ts";

const LONG = "x".repeat(128);

const COMMANDS: readonly (readonly string[])[] = [
  ["SET", "k", "v"],
  ["get", "K"],
  ["SET", "k", LONG],
  ["SET", "k", `${LONG}y`],
  ["SET", "k", `${LONG}${LONG}${LONG}`],
  ["SADD", "s", ...Array.from({ length: 30 }, (_, i) => `m${i}`)],
  ["SADD", "s", ...Array.from({ length: 31 }, (_, i) => `m${i}`)],
  ["SADD", "s", ...Array.from({ length: 500 }, (_, i) => `m${i}`)],
  ["SET", "binary\x00\xff\r\n", "\x80"],
  ["GET"],
  ["NOSUCH", "x"],
  ["INCR", "k"],
  ["CLIENT", "SETNAME", "app"],
  ["AUTH", "secret"],
  ["AUTH", "user", "secret"],
  ["CONFIG", "SET", "maxmemory", "0"],
  ["CONFIG", "SET", "masterauth", "secret", "slowlog-max-len", "128"],
  ["MULTI"],
  ["SET", "k", "queued"],
  ["INCR", "k"],
  ["EXEC"],
  ["MULTI"],
  ["DISCARD"],
  [
    "EVAL",
    "redis.call('set', KEYS[1], ARGV[1]) redis.pcall('incr', KEYS[1]) return redis.call('get', KEYS[1])",
    "1",
    "k",
    "v",
  ],
  ["SLOWLOG", "LEN"],
];

describe("the slow log agrees with redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  test("in what it keeps of commands", async () => {
    const ours = new TestEngine();
    const send = (words: readonly string[]): Frame => readFrame(encodeResp2(ours.send(...words)), 0)!.frame;
    for (const words of [["CONFIG", "SET", "slowlog-log-slower-than", "0"], ["SLOWLOG", "RESET"], ...COMMANDS]) {
      send(words);
      await redis.send(words);
    }
    const mine = kept(send(["SLOWLOG", "GET", "-1"]));
    assert.deepEqual(mine, kept(await redis.send(["SLOWLOG", "GET", "-1"])));
    assert.ok(mine.length > 20);
  });
});

/** The words of each command, and the name of its client. Ids, times and addresses differ. */
function kept(log: Frame): string[] {
  assert.ok(log.kind === "array");
  return log.items!.map((command) => {
    assert.ok(command.kind === "array");
    return `${show(command.items![3]!)} ${show(command.items![5]!)}`;
  });
}
