/**
 * What counts as a use of a key, against a real redis-server: the contract suites once more under an LFU policy in which
 * every use is counted, and after each command the use count of every key. OBJECT IDLETIME is reset by the same uses.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { systemEnvironment } from "../../src/core/environment.ts";
import type { Script } from "../contract/suite.ts";
import { suites } from "../contract/suites.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame } from "../support/resp.ts";
import type { Frame } from "../support/resp.ts";

/**
 * Suites left out: `json`, which redis-server does not have; `blocking`, `connection` and `transactions`, which end
 * connections or would queue the commands that this test puts between theirs; `memory`, which chooses policies.
 */
const NOT_COMPARED = new Set(["blocking", "connection", "json", "memory", "transactions"]);

/** Every use counts one, and none is forgotten. With a limit on memory no two keys share an integer, and its count. */
const COUNT_ALL =
  "CONFIG SET maxmemory 4294967296 maxmemory-policy allkeys-lfu lfu-log-factor 0 lfu-decay-time 0".split(" ");

/** Lines whose uses are meant to differ, by script. */
const DEPARTURES: Readonly<Record<string, { readonly lines: readonly string[]; readonly reason: string }>> = {
  "string: DIGEST and DELEX": {
    lines: ["SET k hello"],
    reason: "DELEX, which redis-server does not have, has removed the key",
  },
};

/** Use counts by key. */
type Uses = ReadonlyMap<string, number>;

/** What one side makes of a line. */
interface Side {
  readonly failed: boolean;
  readonly before: Uses;
  readonly after: Uses;
}

type Send = (commands: readonly (readonly string[])[]) => Promise<Frame[]>;

describe("the uses of keys in the contract suites agree with redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  for (const [group, scripts] of Object.entries(suites)) {
    if (NOT_COMPARED.has(group)) continue;
    for (const script of scripts)
      test(`${group}: ${script.name}`, () => compare(redis, `${group}: ${script.name}`, script));
  }
});

async function compare(redis: RedisServer, name: string, script: Script): Promise<void> {
  const engine = new TestEngine(systemEnvironment);
  const ours: Send = async (commands) =>
    commands.map((words) => readFrame(encodeResp2(engine.send(...words)), 0)!.frame);
  const theirs: Send = (commands) => redis.sendAll(commands);
  // A script may leave a transaction open.
  await redis.sendAll([["DISCARD"], ["FLUSHALL"]]);
  const wrong: string[] = [];
  for (const line of script.lines) {
    if (line.expected !== undefined) {
      engine.send(...line.words);
      continue;
    }
    const sides = await Promise.all(
      [ours, theirs].map(async (send) => {
        await send([COUNT_ALL]);
        const before = await usesOf(send);
        const [reply] = await send([line.words]);
        await send([COUNT_ALL]);
        return { failed: reply!.kind === "error", before, after: await usesOf(send) };
      }),
    );
    // A command that fails has looked up fewer keys here than in Redis, or more.
    const [mine, wanted] = sides.map((side) => usedOf(side, sides));
    const departs = DEPARTURES[name]?.lines.includes(line.text) === true;
    if (mine !== wanted && !departs && !sides[0]!.failed) {
      wrong.push(`${line.text}\n  ours:  ${mine}\n  redis: ${wanted}`);
    }
  }
  assert.deepEqual(wrong, [], wrong.join("\n"));
}

/** The use count of every key. */
async function usesOf(send: Send): Promise<Uses> {
  const [keys] = await send([["KEYS", "*"]]);
  assert.ok(keys!.kind === "array");
  const names = keys!.items!.map((name) => ("text" in name ? name.text! : ""));
  const counts = await send(names.map((name) => ["OBJECT", "FREQ", name]));
  return new Map(names.map((name, i) => [name, Number("text" in counts[i]! ? counts[i]!.text : NaN)]));
}

/**
 * The keys that a command has used, of those that were there before and still are; how many times is Redis's own affair.
 * Keys whose counter is full on either side are left out.
 */
function usedOf({ before, after }: Side, sides: readonly Side[]): string {
  const isFull = (name: string) => sides.some((side) => side.before.get(name) === 255);
  const used = [...after.keys()].filter((name) => before.has(name) && before.get(name) !== after.get(name));
  return used
    .filter((name) => !isFull(name))
    .map((name) => JSON.stringify(name))
    .sort()
    .join(" ");
}
