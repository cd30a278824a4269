/**
 * The suites in RESP3: every reply must be of the types that redis-server's is, at every depth. What the values are is
 * held in RESP2; here it is whether a map is a map.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { systemEnvironment } from "../../src/core/environment.ts";
import { encodeResp3 } from "../../src/protocol/resp3.ts";
import type { Script } from "../contract/suite.ts";
import { suites } from "../contract/suites.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { frameEnd, RawConnection } from "../support/resp-client.ts";

/** A frame's types in one line: `%1 $ *2 , ,`. Members of sets and of unordered replies are not in the same order. */
function typesOf(frame: string, isOrdered: boolean): string {
  const types: string[] = [];
  let at = 0;
  while (at < frame.length) {
    const eol = frame.indexOf("\r\n", at);
    const isAggregate = "*%~>".includes(frame[at]!);
    types.push(isAggregate ? frame.slice(at, eol) : frame[at]!);
    at = isAggregate ? eol + 2 : frameEnd(frame, at)!;
  }
  return (isOrdered ? types : [types[0]!, ...types.slice(1).sort()]).join(" ");
}

describe("the contract suites have redis-server's types in RESP3", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  async function compare(script: Script): Promise<void> {
    const ours = new TestEngine(systemEnvironment);
    const connection = await RawConnection.open({ path: redis.path });
    await connection.send("HELLO", "3");
    await connection.send("FLUSHALL");
    for (const { words, text, mode, expected } of script.lines) {
      ours.session.protocol = 3;
      const mine = encodeResp3(ours.send(...words));
      // What the reference does not know, what depends on the process, and what chooses another protocol.
      if (expected !== undefined) continue;
      const theirs = await connection.send(...words);
      if (/^(?:HELLO|RESET)$/i.test(words[0]!)) await connection.send("HELLO", "3");
      else if (mode === "shape") assert.equal(mine[0], theirs[0], text);
      else assert.equal(typesOf(mine, mode !== "unordered"), typesOf(theirs, mode !== "unordered"), text);
    }
    connection.close();
  }

  for (const [group, scripts] of Object.entries(suites)) {
    for (const script of scripts) test(`${group}: ${script.name}`, () => compare(script));
  }
});
