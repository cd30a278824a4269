/** HELP of every container that redis-server has too: the form, and which subcommands it tells of; not the prose. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame } from "../support/resp.ts";
import type { Frame } from "../support/resp.ts";

/** Subcommands that only one side tells of, and why. */
const DEPARTURES: Readonly<Record<string, string>> = {
  "ACL GENTOKEN": "ours",
  "ACL RESTTOKEN": "the hosted service's",
  "CLIENT NO-TOUCH": "came with Redis 7.2",
  "CLIENT SETINFO": "came with Redis 7.2",
  "DEBUG JMAP": "a memory report of the machine that runs the code",
  "DEBUG SET-DISABLE-DENY-SCRIPTS": "Redis has it, too, and does not say so",
  "DEBUG STRINGMATCH-LEN": "Redis has it, too, and does not say so",
  "MODULE LOAD": "modules are not loaded here",
  "MODULE LOADEX": "modules are not loaded here",
  "MODULE UNLOAD": "modules are not loaded here",
  "SCRIPT DEBUG": "there is no debugger",
};

describe("HELP agrees with redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  const ours = new TestEngine(undefined, "internal", { enableDebug: true });
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  const containers = [...ours.engine.registry.entries()].map(({ command }) => command.name);
  for (const name of containers.filter((name) => name.endsWith(" HELP") || name === "DEBUG")) {
    const container = name.split(" ")[0]!;
    test(container, async (t) => {
      const theirs = await redis.send([container, "HELP"]);
      if (theirs.kind === "error") return t.skip(theirs.text);
      const mine = readFrame(encodeResp2(ours.send(container, "HELP")), 0)!.frame;
      const [[title, heads], [wantedTitle, wanted]] = [partsOf(mine), partsOf(theirs)];
      assert.equal(title, wantedTitle);
      assert.equal(heads.at(-1), "HELP");
      const departures = [...heads, ...wanted]
        .filter((head) => heads.includes(head) !== wanted.includes(head))
        // Most of what Redis has there is about its own insides.
        .filter((head) => container !== "DEBUG" || heads.includes(head))
        .map((head) => `${container} ${head}`);
      assert.deepEqual(
        [...new Set(departures)].filter((head) => !(head in DEPARTURES)),
        [],
      );
      for (const head of Object.keys(DEPARTURES).filter((head) => head.startsWith(`${container} `))) {
        assert.ok(departures.includes(head), `${head} agrees by now: strike it off the list of departures`);
      }
    });
  }
});

/** The title, and the subcommands that unindented lines begin with; each is followed by what it does. */
function partsOf(help: Frame): [string, string[]] {
  assert.ok(help.kind === "array" && help.items !== null);
  const [title = "", ...lines] = help.items.map((line) => {
    assert.equal(line.kind, "status");
    return "text" in line ? (line.text ?? "") : "";
  });
  const heads = lines.filter((line) => /^[A-Z]/.test(line));
  assert.ok(lines.length >= 2 * heads.length && !lines[0]!.startsWith(" "));
  return [title, [...new Set(heads.map((head) => head.split(" ")[0]!))]];
}
