/** Lua against a real redis-server: hundreds of small scripts, raw replies compared. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { systemEnvironment } from "../../src/core/environment.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { LIBRARY_SNIPPETS } from "../fixtures/lua-library-snippets.ts";
import { LANGUAGE_SNIPPETS } from "../fixtures/lua-snippets.ts";
import { show } from "../support/compare.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame } from "../support/resp.ts";

const OPERANDS = ["2", "k1", "k2", "a1", "22", "3.5", ""];

/** Scripts whose replies are meant to differ, and why. */
const DEPARTURES: Readonly<Record<string, string>> = {
  "return redis.call('incrbyfloat', KEYS[1], 0.1)": "numbers are passed in the shortest form, as from Redis 7.2",
  "local a = redis.call('time') for i = 1, 10000 do end local b = redis.call('time') return a[1] == b[1] and a[2] == b[2]":
    "the clock stands still during a script, as from Redis 7.2",
  "return tostring(cjson.null)": "the C libraries print a null pointer differently",
};

describe("Lua agrees with redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  for (const [subject, lines] of Object.entries({ ...LANGUAGE_SNIPPETS, ...LIBRARY_SNIPPETS })) {
    test(subject, async () => {
      const ours = new TestEngine(systemEnvironment);
      const wrong: string[] = [];
      for (const line of lines.trim().split("\n")) {
        const script = line.startsWith("#!") ? line.replaceAll("\\n", "\n") : line;
        const words = ["EVAL", Buffer.from(script, "utf8").latin1Slice(), ...OPERANDS];
        await redis.send(["FLUSHALL"]);
        ours.send("FLUSHALL");
        const theirs = show(await redis.send(words));
        const mine = show(readFrame(encodeResp2(ours.send(...words)), 0)!.frame);
        if (mine !== theirs && DEPARTURES[line] === undefined) {
          wrong.push(`${line}\n  ours:  ${mine}\n  redis: ${theirs}`);
        }
        if (mine === theirs && DEPARTURES[line] !== undefined) wrong.push(`${line} agrees by now`);
      }
      assert.deepEqual(wrong, [], `\n${wrong.join("\n")}`);
    });
  }
});
