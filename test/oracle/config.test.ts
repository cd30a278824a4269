/** The parameters of CONFIG against redis-server's: which are there, their defaults, and what CONFIG SET makes of a text. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { CommandError, FlatMap } from "../../src/core/reply.ts";
import type { Session } from "../../src/engine/session.ts";
import { startServer } from "../../src/server/server.ts";
import { EVERYONE } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import type { RunningServer } from "../../src/server/server.ts";

/** Parameters of Redis 7.0 that are not there, as patterns, and why. */
const LEFT_OUT: readonly (readonly [names: RegExp, reason: string])[] = [
  [/^cluster-(?!enabled)/, "there is no cluster"],
  [/^tls-(?!port)/, "certificates and their like are options of the start"],
  [
    /^(?:syslog-.*|logfile|pidfile|supervised|crash-.*|always-show-logo|set-proc-title|proc-title-template|ignore-warnings)$/,
    "how the process runs and logs is set at its start",
  ],
  [
    /^(?:shutdown-.*|oom-score-adj.*|disable-thp|socket-mark-id|.*_cpulist|io-threads.*|tcp-backlog)$/,
    "it tells Redis how to use the machine",
  ],
  [/^(?:bind-source-addr|unixsocketperm|protected-mode)$/, "the listeners are options of the start"],
  [/^(?:replica|slave)-announce-(?:ip|port)$/, "there are no replicas to announce anything to"],
  [
    /^(?:masterauth|masteruser|repl-diskless-sync-max-replicas|replica-ignore-disk-write-errors)$/,
    "there are no replicas",
  ],
  [/^aof-disable-auto-gc$/, "files are removed as soon as nothing names them"],
  [/^aclfile$/, "whether rules are kept in a file is an option of the start"],
  [/^propagation-error-behavior$/, "effects are journalled after they have happened, and cannot fail"],
];

/** Parameters with another default, and why. */
const OTHER_DEFAULTS: Readonly<Record<string, string>> = {
  "aof-rewrite-incremental-fsync": "a file is synced once, when it is complete",
  appendonly: "the data directory has an append-only file from the start",
  bind: "a loopback address, unless told otherwise",
  "client-output-buffer-limit": "limits are those of the server",
  "client-query-buffer-limit": "limits are those of the server",
  dir: "each has its own",
  "enable-debug-command": "it is on for this test's redis-server",
  "maxmemory-samples": "so many that optimistic-volatile finds what it looks for",
  port: "each has its own",
  "rdb-save-incremental-fsync": "a file is synced once, when it is complete",
  "proto-max-bulk-len": "a string ends where V8's do",
  "maxmemory-clients": "a share of the heap",
  unixsocket: "each has its own",
};

/** Parameters of which CONFIG SET takes other texts, and why. */
const OTHER_TEXTS: Readonly<Record<string, string>> = {
  "acllog-max-len": "it has a limit",
  activedefrag: "Redis says that it was built without",
  "maxmemory-policy": "optimistic-volatile is one more policy",
  "tls-port": "Redis says that it has no certificate",
};

/** What is set: nothing, a number, a word, a size, a percentage, and each parameter's own value. */
const TEXTS = ["", "0", "1", "-1", "2", "99999999999", "yes", "no", "nope", "1mb", "10%", "1 2"];

describe("CONFIG agrees with redis-server", { skip: oracleSkipReason() }, () => {
  const folder = mkdtempSync(join(tmpdir(), "stashd-config-"));
  let redis: RedisServer;
  let server: RunningServer;
  let session: Session;
  before(async () => {
    redis = await RedisServer.start();
    server = await startServer({ port: 0, redisPort: 0, data: folder });
    session = server.engine.openSession("internal", EVERYONE);
  });
  after(async () => {
    await server.close();
    await redis.stop();
    rmSync(folder, { recursive: true });
  });

  function ours(): Map<string, string> {
    const reply = server.engine.execute(session, ["CONFIG", "GET", "*"]);
    assert.ok(reply instanceof FlatMap);
    return pairsOf(reply.items as string[]);
  }

  async function theirs(): Promise<Map<string, string>> {
    const frame = await redis.send(["CONFIG", "GET", "*"]);
    assert.ok(frame.kind === "array");
    return pairsOf(frame.items!.map((item) => ("text" in item ? item.text! : "")));
  }

  test("in the names", async () => {
    const [mine, wanted] = [[...ours().keys()], [...(await theirs()).keys()]];
    const isLeftOut = (name: string) => LEFT_OUT.some(([names]) => names.test(name));
    assert.deepEqual(
      wanted.filter((name) => mine.includes(name) === isLeftOut(name)),
      [],
    );
    for (const [names] of LEFT_OUT)
      assert.ok(
        wanted.some((name) => names.test(name)),
        `${names} is none`,
      );
  });

  test("in the defaults", async () => {
    const mine = ours();
    const wrong = [...(await theirs())].flatMap(([name, value]) => {
      const own = mine.get(name);
      if (own === undefined || (own === value) !== name in OTHER_DEFAULTS) return [];
      return [`${name}: ${own}, redis: ${value}`];
    });
    assert.deepEqual(wrong, []);
  });

  test("in what CONFIG SET says of a text", async () => {
    const defaults = await theirs();
    const wrong: string[] = [];
    for (const name of [...ours().keys()].filter((name) => defaults.has(name) && !(name in OTHER_TEXTS))) {
      for (const text of TEXTS) {
        const words = ["CONFIG", "SET", name, text];
        const own = ours().get(name)!;
        const reply = server.engine.execute(session, words);
        const mine = reply instanceof CommandError ? reply.text : "OK";
        server.engine.execute(session, ["CONFIG", "SET", name, own]);
        const frame = await redis.send(words);
        await redis.send(["CONFIG", "SET", name, defaults.get(name)!]);
        const wanted = "text" in frame ? frame.text! : "";
        const isHeld = wanted === "OK" && mine.endsWith("it cannot be changed on this server");
        if (mine !== wanted && !isHeld)
          wrong.push(`${name} ${JSON.stringify(text)}: ${brief(mine)}, redis: ${brief(wanted)}`);
      }
    }
    assert.deepEqual(wrong, [], wrong.join("\n"));
  });
});

/** What is wrong, without what every error of CONFIG SET says. */
function brief(reply: string): string {
  return reply.replace(/^ERR CONFIG SET failed \(.*?\) - /, "");
}

function pairsOf(items: readonly string[]): Map<string, string> {
  return new Map(items.flatMap((item, i) => (i % 2 === 0 ? [[item, items[i + 1]!] as const] : [])));
}
