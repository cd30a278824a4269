/**
 * The contract in front of a Redis: every suite goes through the doors of a server that stands in front of one redis-server,
 * and to another one directly, and the replies must be the same bytes. So a gateway that changes, loses or reorders anything
 * is found out, whatever the command.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { waitMs } from "../../src/backends/remote/blocking-words.ts";
import { commandTables } from "../../src/commands/registry.ts";
import { CommandRegistry } from "../../src/engine/command-registry.ts";
import { agrees, show } from "../support/compare.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame } from "../support/resp.ts";
import { RawConnection } from "../support/resp-client.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import type { Line, Script } from "./suite.ts";
import { suites } from "./suites.ts";

const skip = oracleSkipReason();

/** Groups about users, connections and the limits of this process: their replies are this server's own. */
const OWN_GROUPS: ReadonlySet<string> = new Set(["acl", "connection", "memory"]);

const registry = new CommandRegistry(commandTables);

/** Whether this server answers a line itself, in its own words. */
function isOwn({ words }: Line): boolean {
  const entry = registry.find(words);
  if (entry === undefined || !("command" in entry)) return true;
  const { flags, group, isServed } = entry.command;
  return !isServed || (flags.has("local") && group !== "transactions");
}

/**
 * Whether a line is left out: the reference is not asked for lines that state their reply, some of which would keep it for
 * hours; and where the suites expect what a client that cannot wait is answered, the real server would let it wait.
 */
function isLeftOut({ expected, words }: Line): boolean {
  if (expected !== undefined) return true;
  const entry = registry.find(words);
  return entry !== undefined && "command" in entry && (waitMs(entry.command, words) ?? 0) > 0;
}

for (const protocol of [2, 3] as const) {
  describe(`the contract in front of redis-server, RESP${protocol}`, { skip }, () => {
    let behind: RedisServer;
    let reference: RedisServer;
    let server: TestServer;
    before(async () => {
      [behind, reference] = await Promise.all([RedisServer.start(), RedisServer.start()]);
      server = await TestServer.start({ redis: `unix:${behind.path}`, redisPort: 0 });
    });
    after(async () => {
      await server.stop();
      await Promise.all([behind.stop(), reference.stop()]);
    });

    async function compare(script: Script): Promise<void> {
      const [ours, theirs] = await Promise.all([server.connect(), RawConnection.open({ path: reference.path })]);
      await ours.send("AUTH", TOKEN);
      await Promise.all([ours.send("HELLO", String(protocol)), theirs.send("HELLO", String(protocol))]);
      for (const one of [ours, theirs]) await one.send("FLUSHALL");
      for (const line of script.lines.filter((one) => !isLeftOut(one))) {
        const [received, expected] = await Promise.all([ours.send(...line.words), theirs.send(...line.words)]);
        if (line.words[0] === "RESET") await ours.send("AUTH", TOKEN);
        if (!isOwn(line)) check(line, received, expected, protocol);
        if (received === "" || expected === "") break;
      }
      ours.close();
      theirs.close();
    }

    for (const [group, scripts] of Object.entries(suites)) {
      if (OWN_GROUPS.has(group)) continue;
      for (const script of scripts) test(`${group}: ${script.name}`, () => compare(script));
    }
  });
}

function check({ mode, text }: Line, received: string, expected: string, protocol: 2 | 3): void {
  if (protocol === 3) {
    if (mode === "exact" && !expected.startsWith(",")) assert.equal(received, expected, text);
    else assert.equal(received[0], expected[0], text);
  } else {
    const [ours, theirs] = [received, expected].map((bytes) => readFrame(bytes, 0)!.frame) as [never, never];
    assert.ok(agrees(ours, theirs, mode), `${text}\n  gateway: ${show(ours)}\n  redis:   ${show(theirs)}`);
  }
}
