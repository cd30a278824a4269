/** Every suite against a real redis-server: the same commands to both, raw replies compared. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import type { Script } from "../contract/suite.ts";
import { suites } from "../contract/suites.ts";
import { agrees, show } from "../support/compare.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame } from "../support/resp.ts";
import { restShape } from "../support/rest-shape.ts";
import { systemEnvironment } from "../../src/core/environment.ts";

const skip = oracleSkipReason();

describe("the contract suites agree with redis-server", { skip }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  for (const [group, scripts] of Object.entries(suites)) {
    for (const script of scripts) test(`${group}: ${script.name}`, () => compare(redis, script));
  }
});

async function compare(redis: RedisServer, script: Script): Promise<void> {
  const ours = new TestEngine(systemEnvironment);
  await redis.send(["FLUSHALL"]);
  for (const line of script.lines) {
    const reply = ours.send(...line.words);
    if (line.expected !== undefined) {
      const expected = "error" in line.expected ? { error: line.expected.error } : { result: line.expected.json };
      assert.deepEqual(restShape(reply), expected, line.text);
      continue;
    }
    const frame = readFrame(encodeResp2(reply), 0)!.frame;
    const theirs = await redis.send(line.words);
    assert.ok(agrees(frame, theirs, line.mode), `${line.text}\n  ours:  ${show(frame)}\n  redis: ${show(theirs)}`);
  }
}
