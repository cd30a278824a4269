/**
 * A database that is held to Redis 7.0 against redis-server 7.0: wherever the target changes a reply of the contract
 * suites, the reply must be that of redis-server. So must be what COMMAND lists.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { offeredTables } from "../../src/commands/offered.ts";
import { targetOf } from "../../src/core/target.ts";
import { systemEnvironment } from "../../src/core/environment.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { CommandError } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import type { Script } from "../contract/suite.ts";
import { suites } from "../contract/suites.ts";
import { agrees, show } from "../support/compare.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame } from "../support/resp.ts";
import type { Frame } from "../support/resp.ts";

const skip = oracleSkipReason();

const target = targetOf("redis-7.0");
const offered = offeredTables({ flush: true, isGateway: false, target });

/** Lines that are answered otherwise, and why. */
const DEPARTURES: Readonly<Record<string, string>> = {
  'HSCAN none 0 NOVALUES => ["0", []]': "Redis 7.0 answers for a missing key before it looks at the words",
  'ZRANGE z 0 1 LIMIT 1 -1 => ["b"]': "a count of -1 makes Redis forget the LIMIT",
};

const frameOf = (reply: Reply): Frame => readFrame(encodeResp2(reply), 0)!.frame;

describe("a database that is held to Redis 7.0", { skip }, () => {
  let redis: RedisServer;
  let held = 0;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  for (const [group, scripts] of Object.entries(suites)) {
    for (const script of scripts) {
      test(`${group}: ${script.name}`, async () => {
        held += await compare(redis, script);
      });
    }
  }

  test("as many lines as there are options and commands that it lacks", () => assert.ok(held > 700, String(held)));

  test("COMMAND has no command and no arity that redis-server does not have", async () => {
    const ours = new TestEngine(systemEnvironment, "resp", { offered, target });
    const listed = (frame: Frame): Map<unknown, unknown> =>
      new Map((frame as FrameOfList).items.map(({ items: [name, arity] }) => [name!.text, arity!.text]));
    const theirs = listed(await redis.send(["COMMAND"]));
    for (const [name, arity] of listed(frameOf(ours.send("COMMAND"))))
      assert.equal(theirs.get(name), arity, String(name));
  });
});

interface FrameOfList {
  readonly items: readonly { readonly items: readonly { readonly text: string }[] }[];
}

/** Whether words change data without waiting for more. Redis is to have the same data, whatever it answers. */
function changesData({ engine }: TestEngine, words: readonly string[]): boolean {
  const entry = engine.registry.find(words);
  if (entry === undefined || entry instanceof CommandError) return false;
  return entry.command.isWrite && !entry.command.flags.has("blocking");
}

/** Answers how many lines the target has changed. */
async function compare(redis: RedisServer, script: Script): Promise<number> {
  const full = new TestEngine(systemEnvironment);
  const ours = new TestEngine(systemEnvironment, "internal", { offered, target });
  await redis.send(["FLUSHALL"]);
  let changed = 0;
  for (const line of script.lines) {
    const [before_, frame] = [frameOf(full.send(...line.words)), frameOf(ours.send(...line.words))];
    const isChanged = line.mode !== "shape" && !agrees(before_, frame, line.mode);
    if (line.expected !== undefined && !isChanged && !changesData(ours, line.words)) continue;
    const theirs = await redis.send(line.words);
    if (!isChanged || line.text in DEPARTURES) continue;
    changed++;
    const shown = `${line.text}\n  ours:  ${show(frame)}\n  redis: ${show(theirs)}`;
    assert.ok(agrees(frame, theirs, line.mode), shown);
  }
  return changed;
}
