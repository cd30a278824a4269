/** Lua against a real redis-server: hundreds of small scripts, raw replies compared in both protocols. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { systemEnvironment } from "../../src/core/environment.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { encodeResp3 } from "../../src/protocol/resp3.ts";
import { LIBRARY_SNIPPETS } from "../fixtures/lua-library-snippets.ts";
import { LANGUAGE_SNIPPETS } from "../fixtures/lua-snippets.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { RawConnection } from "../support/resp-client.ts";

const OPERANDS = ["2", "k1", "k2", "a1", "22", "3.5", ""];

/** Scripts whose replies are meant to differ, and why. */
const DEPARTURES: Readonly<Record<string, string>> = {
  "return redis.call('incrbyfloat', KEYS[1], 0.1)": "numbers are passed in the shortest form, as from Redis 7.2",
  "local a = redis.call('time') for i = 1, 10000 do end local b = redis.call('time') return a[1] == b[1] and a[2] == b[2]":
    "the clock stands still during a script, as from Redis 7.2",
  "return redis.call('blpop', KEYS[1], 1)": "commands that wait run in scripts without waiting, as from Redis 7.2",
  "return tostring(cjson.null)": "the C libraries print a null pointer differently",
};

describe("Lua agrees with redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  const connections: Partial<Record<2 | 3, RawConnection>> = {};
  before(async () => {
    redis = await RedisServer.start();
    for (const protocol of [2, 3] as const) {
      connections[protocol] = await RawConnection.open({ path: redis.path });
      await connections[protocol].send("HELLO", String(protocol));
    }
  });
  after(async () => {
    for (const connection of Object.values(connections)) connection.close();
    await redis.stop();
  });

  for (const [subject, lines] of Object.entries({ ...LANGUAGE_SNIPPETS, ...LIBRARY_SNIPPETS })) {
    test(subject, async () => {
      const ours = new TestEngine(systemEnvironment);
      const wrong: string[] = [];
      for (const line of lines.trim().split("\n")) {
        const script = line.startsWith("#!") ? line.replaceAll("\\n", "\n") : line;
        const words = ["EVAL", Buffer.from(script, "utf8").latin1Slice(), ...OPERANDS];
        const differing: string[] = [];
        for (const [protocol, encode] of [[2, encodeResp2] as const, [3, encodeResp3] as const]) {
          await redis.send(["FLUSHALL"]);
          ours.send("FLUSHALL");
          ours.session.protocol = protocol;
          const theirs = shortDoubles(await connections[protocol]!.send(...words));
          const mine = encode(ours.send(...words));
          if (mine !== theirs) {
            differing.push(`RESP${protocol} ours:  ${JSON.stringify(mine)}\n  redis: ${JSON.stringify(theirs)}`);
          }
        }
        if (differing.length > 0 && DEPARTURES[line] === undefined) wrong.push(`${line}\n  ${differing.join("\n  ")}`);
        if (differing.length === 0 && DEPARTURES[line] !== undefined) wrong.push(`${line} agrees by now`);
      }
      assert.deepEqual(wrong, [], `\n${wrong.join("\n")}`);
    });
  }
});

/** Redis 7.0 prints doubles with 17 digits, later versions and we in the shortest form. */
function shortDoubles(frame: string): string {
  return frame.replace(/(?<=^|\n),(-?[0-9.e+-]+)(?=\r\n)/g, (_, digits: string) => `,${Number(digits)}`);
}
