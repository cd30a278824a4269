import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { allKeys, arityFits, countedKeys, key, keyPositions, keyRange } from "../../src/core/command-spec.ts";
import { keywordKey, unknownKeys } from "../../src/core/command-spec.ts";
import type { CommandSpec, KeySpec } from "../../src/core/command-spec.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import type { Frame } from "../support/resp.ts";

function spec(arity: number, ...keys: KeySpec[]): CommandSpec {
  return {
    name: "TEST",
    group: "test",
    arity,
    flags: new Set(),
    tips: [],
    keys,
    categories: new Set(),
    since: "",
    summary: "",
    rest: "yes",
    hostedRest: "yes",
    isWrite: false,
    isContainer: false,
    findKeys: undefined,
    readsUnnamedKeys: undefined,
    channels: undefined,
    secrets: undefined,
    timeout: undefined,
    inMulti: "queued",
    runsWhileSubscribed: false,
    mayReplicate: false,
    isUncounted: false,
    overwrites: false,
  };
}

function keysOf(command: CommandSpec, line: string): string[] | undefined {
  const words = line.split(" ");
  return keyPositions(command, words)?.map(({ index }) => words[index]!);
}

test("arity: exact, or the least", () => {
  assert.ok(arityFits(spec(2), ["GET", "k"]));
  assert.ok(!arityFits(spec(2), ["GET"]));
  assert.ok(!arityFits(spec(2), ["GET", "k", "x"]));
  assert.ok(arityFits(spec(-2), ["DEL", "a", "b"]));
  assert.ok(!arityFits(spec(-2), ["DEL"]));
});

const STREAMS: KeySpec = { ...keywordKey("RO access", "STREAMS", 1), find: { last: -1, step: 1, limit: 2 } };

/** Specs as the rows of these commands have them. */
const COMMANDS: Readonly<Record<string, CommandSpec>> = {
  GET: spec(2, key("RO access")),
  OBJECT: spec(-2, key("RO", 2)),
  LCS: spec(-3, keyRange("RO access", 1, 2)),
  MGET: spec(-2, allKeys("RO access")),
  MSET: spec(-3, allKeys("OW update", 2)),
  BLPOP: spec(-3, keyRange("RW access delete", 1, -2)),
  BITOP: spec(-4, key("OW update", 2), keyRange("RO access", 3, -1)),
  EVAL: spec(-3, countedKeys("RW access update", 2)),
  LMPOP: spec(-4, countedKeys("RW access delete")),
  ZUNIONSTORE: spec(-4, key("OW update"), countedKeys("RO access", 2)),
  XREAD: spec(-4, STREAMS),
  MIGRATE: spec(-6, key("RW access delete", 3), keywordKey("RW access delete", "KEYS", -2, -1)),
};

/** Each line by the name of its spec; the keys are what a real server finds, where it finds any. */
const LINES: readonly (readonly [line: string, keys: readonly string[] | undefined])[] = [
  ["GET k", ["k"]],
  ["LCS a b LEN", ["a", "b"]],
  ["MGET a b c", ["a", "b", "c"]],
  ["MSET a 1 b 2", ["a", "b"]],
  ["BLPOP a b 0", ["a", "b"]],
  ["BITOP AND d a b", ["d", "a", "b"]],
  ["EVAL s 2 a b arg", ["a", "b"]],
  ["EVAL s 1 a", ["a"]],
  ["LMPOP 2 a b LEFT", ["a", "b"]],
  ["ZUNIONSTORE d 2 a b WEIGHTS 1 2", ["d", "a", "b"]],
  ["XREAD STREAMS a 0", ["a"]],
  ["XREAD COUNT 2 streams a b 0 0", ["a", "b"]],
];

test("keys of commands", () => {
  for (const [line, keys] of LINES) assert.deepEqual(keysOf(COMMANDS[line.split(" ")[0]!]!, line), keys, line);
  assert.deepEqual(keysOf(COMMANDS["MIGRATE"]!, "MIGRATE h 1 k 0 10"), ["k"]);
  assert.deepEqual(keysOf(COMMANDS["MIGRATE"]!, "MIGRATE h 1 k 0 10 KEYS a b"), ["k", "a", "b"]);
  assert.deepEqual(keysOf(COMMANDS["OBJECT"]!, "OBJECT HELP"), []);
});

test("words that do not say where their keys are", () => {
  for (const line of ["EVAL s 3 a b", "EVAL s x a", "EVAL s -1 a", "LMPOP 99999999999 a LEFT", "ZUNIONSTORE d 2 a"]) {
    assert.equal(keysOf(COMMANDS[line.split(" ")[0]!]!, line), undefined, line);
  }
});

test("a count of zero is no keys", () => {
  assert.deepEqual(keysOf(COMMANDS["EVAL"]!, "EVAL s 0 arg"), []);
});

test("keys that only the command can find are left out, and flags go with their keys", () => {
  const sort = spec(-2, key("RO access"), unknownKeys("RO access"), unknownKeys("OW update"));
  assert.deepEqual(keyPositions(sort, ["SORT", "k", "STORE", "d"]), [{ index: 1, flags: "RO access" }]);
  assert.deepEqual(keyPositions(COMMANDS["ZUNIONSTORE"]!, ["ZUNIONSTORE", "d", "1", "a"]), [
    { index: 1, flags: "OW update" },
    { index: 3, flags: "RO access" },
  ]);
});

describe("COMMAND GETKEYS of redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  test("finds the same keys", async () => {
    for (const [line, keys] of LINES) {
      const reply = (await redis.send(["COMMAND", "GETKEYS", ...line.split(" ")])) as { items: Frame[] };
      const theirs = reply.items.map((frame) => (frame as { text: string }).text);
      assert.deepEqual(theirs.sort(), keys?.toSorted(), line);
    }
  });
});
