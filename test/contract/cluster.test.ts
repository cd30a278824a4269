/**
 * The contract in front of a Redis Cluster of three primaries, compared with a cluster of one: the keys of each script get
 * one hash tag, so that its lines are about one slot, and another one from script to script.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { keyPositions } from "../../src/core/command-spec.ts";
import { RedisCluster } from "../support/cluster.ts";
import { oracleSkipReason } from "../support/redis.ts";
import { RawConnection } from "../support/resp-client.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { check, isLeftOut, isOwn, OWN_GROUPS, registry } from "./backend-lines.ts";
import type { Line, Script } from "./suite.ts";
import { suites } from "./suites.ts";

const skip = oracleSkipReason();

/** The cursor of SCAN says which node goes on, and nodes measure their own commands. */
const OTHER_HERE: ReadonlySet<string> = new Set(["SCAN", "SLOWLOG", "LATENCY"]);

/** Whether a line is about one slot. Scripts name keys that are not among the words. */
function isComparable(line: Line): boolean {
  const entry = registry.find(line.words);
  if (entry === undefined || !("command" in entry)) return true;
  const { group, name } = entry.command;
  return group !== "scripting" && !OTHER_HERE.has(name.split(" ")[0]!);
}

/** A line whose keys begin with a hash tag. */
function tagged(line: Line, tag: string): Line {
  const entry = registry.find(line.words);
  if (entry === undefined || !("command" in entry)) return line;
  const keys = new Set((keyPositions(entry.command, line.words) ?? []).map(({ index }) => index));
  return { ...line, words: line.words.map((word, i) => (keys.has(i) ? `{${tag}}${word}` : word)) };
}

describe("the contract in front of a Redis Cluster", { skip }, () => {
  let behind: RedisCluster;
  let reference: RedisCluster;
  let server: TestServer;
  before(async () => {
    [behind, reference] = await Promise.all([RedisCluster.start(), RedisCluster.start({ primaries: 1 })]);
    server = await TestServer.start({ redis: behind.url, redisPort: 0 });
  });
  after(async () => {
    await server.stop();
    await Promise.all([behind.stop(), reference.stop()]);
  });

  async function compare(script: Script): Promise<void> {
    const open = { host: "127.0.0.1", port: reference.nodes[0]!.port };
    const [ours, theirs] = await Promise.all([server.connect(), RawConnection.open(open)]);
    await ours.send("AUTH", TOKEN);
    for (const one of [ours, theirs]) await one.send("FLUSHALL");
    for (const line of script.lines.filter((one) => !isLeftOut(one) && isComparable(one))) {
      const { words } = tagged(line, script.name);
      const [received, expected] = await Promise.all([ours.send(...words), theirs.send(...words)]);
      if (line.words[0] === "RESET") await ours.send("AUTH", TOKEN);
      // This server says more about keys of several slots.
      if (expected.startsWith("-CROSSSLOT")) assert.match(received, /^-CROSSSLOT/, line.text);
      else if (!isOwn(line)) check(line, received, expected, 2);
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
