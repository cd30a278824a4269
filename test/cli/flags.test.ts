/** From the command line and the environment to options. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseFlags } from "../../src/cli/flags.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { resolveOptions } from "../../src/server/options.ts";
import type { Settings } from "../../src/server/options.ts";
import type { ServerOptions } from "../../src/server/server-options.ts";

function options(args: readonly string[], environment: Record<string, string> = {}): ServerOptions {
  const parsed = parseFlags(args, environment, "0.0.0");
  assert.ok(!("text" in parsed));
  return parsed;
}

const settings = (args: readonly string[], environment?: Record<string, string>): Settings =>
  resolveOptions(options(args, environment));

describe("limits and memory", () => {
  test("are off unless asked for", () => {
    const { limits, maxMemoryBytes, maxMemoryPolicy } = settings([]);
    assert.deepEqual([limits.commandBytesMax, limits.replyBytesMax, limits.dailyCommandsMax], [0, 0, 0]);
    assert.deepEqual([maxMemoryBytes, maxMemoryPolicy], [0, "noeviction"]);
  });

  test("come one by one, or as the hosted service's together", () => {
    const one = settings(["--limits", "keyBytesMax=1024, dailyCommandsMax=5"]);
    assert.deepEqual([one.limits.keyBytesMax, one.limits.dailyCommandsMax], [1024, 5]);
    const hosted = settings(["--hosted-limits"], { STASHD_LIMITS: "keyBytesMax=7" });
    assert.deepEqual([hosted.limits.keyBytesMax, hosted.limits.monthlyCommandsMax], [7, 500_000]);
    assert.equal(settings([], { STASHD_HOSTED_LIMITS: "on" }).limits.keyBytesMax, 32_768);
    assert.equal(settings([], { STASHD_HOSTED_LIMITS: "off" }).limits.keyBytesMax, 0);
  });

  test("memory has units and a policy", () => {
    const { maxMemoryBytes, maxMemoryPolicy } = settings([
      "--max-memory",
      "100MB",
      "--max-memory-policy",
      "allkeys-lru",
    ]);
    assert.deepEqual([maxMemoryBytes, maxMemoryPolicy], [104_857_600, "allkeys-lru"]);
    assert.equal(settings([], { STASHD_MAX_MEMORY: "5000" }).maxMemoryBytes, 5000);
  });
});

describe("origins and hosts", () => {
  test("web pages of this machine on a loopback address, any elsewhere, unless it is said", () => {
    assert.equal(settings([]).cors, "local");
    assert.equal(settings(["--host", "0.0.0.0"]).cors, "*");
    assert.equal(settings(["--cors", "*"]).cors, "*");
    assert.equal(settings([], { STASHD_CORS: "local" }).cors, "local");
    assert.deepEqual(settings(["--cors", "https://a.example, null"]).cors, ["https://a.example", "null"]);
  });

  test("names, tokens in the query and a proxy", () => {
    const plain = settings([]);
    assert.deepEqual([plain.queryToken, plain.trustProxy, plain.allowedHosts], [true, false, []]);
    const set = settings(["--no-query-token", "--trust-proxy", "--allow-host", "a.example,b"]);
    assert.deepEqual([set.queryToken, set.trustProxy, set.allowedHosts], [false, true, ["a.example", "b"]]);
    assert.equal(settings([], { STASHD_QUERY_TOKEN: "off" }).queryToken, false);
    assert.equal(settings([], { STASHD_TRUST_PROXY: "1" }).trustProxy, true);
  });
});

test("the Redis port asks for a password unless it is told not to", () => {
  assert.equal(settings([]).redisAuth, true);
  assert.equal(settings(["--no-redis-auth"]).redisAuth, false);
  assert.equal(settings([], { STASHD_REDIS_AUTH: "off" }).redisAuth, false);
});

test("clients may flush unless that is forbidden", () => {
  assert.equal(settings([]).flush, true);
  assert.equal(settings(["--no-flush"]).flush, false);
  assert.equal(settings([], { STASHD_FLUSH: "off" }).flush, false);
});

test("whether it ends with its parent is the environment's choice unless it is said", () => {
  const exitWithParent = (args: string[], environment = {}): unknown => {
    const parsed = parseFlags(args, environment, "0.0.0");
    return "exitWithParent" in parsed ? parsed.exitWithParent : undefined;
  };
  assert.equal(exitWithParent([]), undefined);
  assert.equal(exitWithParent(["--exit-with-parent"]), true);
  assert.equal(exitWithParent(["--no-exit-with-parent"]), false);
  assert.equal(exitWithParent([], { STASHD_EXIT_WITH_PARENT: "off" }), false);
  assert.equal(exitWithParent([], { STASHD_EXIT_WITH_PARENT: "on" }), true);
});

describe("mistakes", () => {
  const cases: [args: string[], environment: Record<string, string>, message: RegExp][] = [
    [["--max-memory", "lots"], {}, /It must be a number of bytes, or as 100mb/],
    [["--limits", "keyBytesMax"], {}, /It must be names and numbers/],
    [[], { STASHD_TRUST_PROXY: "maybe" }, /^STASHD_TRUST_PROXY is 'maybe'. It must be on or off\.$/],
    [["--limits", "nosuch=1"], {}, /^limits\.nosuch /],
    [["--max-memory-policy", "lru"], {}, /^maxMemoryPolicy must be one of volatile-lru, /],
    [["--allow-host", "a.example:80"], {}, /^allowedHosts\.0 must be names without port$/],
    [["--cors", "a.example"], {}, /^cors must be /],
  ];
  for (const [args, environment, message] of cases) {
    test([...args, ...Object.keys(environment)].join(" "), () => {
      assert.throws(() => settings(args, environment), { message });
    });
  }

  test("of the command line are told from others", () => {
    assert.throws(() => options(["--max-memory", "x"]), UsageError);
  });
});
