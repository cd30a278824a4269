/** A server in front of a Sentinel group: it finds the primary, and finds it again after a failover. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { describeTarget, parseTarget } from "../../../src/backends/remote/target.ts";
import type { ServerOptions } from "../../../src/index.ts";
import { EventStream } from "../../support/event-stream.ts";
import { freePorts, oracleSkipReason } from "../../support/redis.ts";
import { GROUP, SentinelTrio } from "../../support/sentinel.ts";
import { TestServer } from "../../support/server.ts";
import { until } from "../../support/until.ts";

const skip = oracleSkipReason();

const LIMITS = { backendWaitMsMax: 200, backendBackoffMsMax: 50, backendReplyMsMax: 400 };

describe("URLs of Sentinel groups", () => {
  test("name the Sentinels, the group, a database and credentials of both", () => {
    const url = "redis+sentinel://user:p%40ss@one:1,[::1]:2,three/main/5?sentinel_user=s&sentinel_password=x%26y";
    const { address, ...rest } = parseTarget(url);
    assert.ok("sentinels" in address);
    assert.deepEqual(
      address.sentinels.map((one) => describeTarget({ address: one })),
      ["one:1", "[::1]:2", "three:26379"],
    );
    const { name, password, username } = address;
    assert.deepEqual([name, username, password], ["main", "s", "x&y"]);
    assert.deepEqual(rest, { isTls: false, username: "user", password: "p@ss", database: 5 });
    assert.equal(parseTarget("rediss+sentinel://h/m").isTls, true);
  });

  for (const [url, message] of [
    ["redis+sentinel://h", /^redis\+sentinel:\/\/h does not say where the Sentinels are; write redis\+sentinel:/],
    ["redis+sentinel://:secret@h:1:2/main", /^redis\+sentinel:\/\/\*\*\*@h:1:2\/main names a Sentinel h:1:2, which/],
    ["redis+sentinel://h:99999/main", /names a Sentinel h:99999, which is no host and port/],
    ["redis+sentinel://h/main/x", /ends in x, which is no number of a database$/],
    [
      "redis+sentinel://h/main?sentinel_password=pw&a=1",
      /\?sentinel_password=\*\*\*&a=1 has a in its query; there are/,
    ],
  ] as const) {
    test(`${url} is refused in one line`, () => assert.throws(() => parseTarget(url), { message }));
  }
});

/** What is to be ended after a test, the last first. */
const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function startServer(options: ServerOptions): Promise<TestServer> {
  const server = await TestServer.start({ limits: LIMITS, ...options });
  ends.push(() => server.stop());
  return server;
}

describe("a server in front of a Sentinel group", { skip }, () => {
  let trio: SentinelTrio;
  before(async () => {
    trio = await SentinelTrio.start();
  });
  after(() => trio.stop());

  const result = async (server: TestServer, ...words: unknown[]): Promise<unknown> =>
    ((await server.command(words)).json as { result?: unknown }).result;

  test("finds the primary, also when a Sentinel is away or does not answer", async () => {
    const [nobody] = await freePorts(1);
    trio.signalSentinel(0, "SIGSTOP");
    ends.push(() => trio.signalSentinel(0, "SIGCONT"));
    const url = trio.url.replace("://", `://127.0.0.1:${nobody},`);
    const server = await startServer({ redis: url });
    assert.equal(await result(server, "SET", "found", "1"), "OK");
  });

  test("leaves a primary that was demoted behind its back, and says that the command has not run", async () => {
    const server = await startServer({ redis: trio.url });
    await result(server, "SET", "demoted", "1");
    const { primary, replica } = await trio.roles();
    await trio.send(primary, "REPLICAOF", "127.0.0.1", String(replica));
    const answers = await Promise.all([1, 2, 3].map(() => server.command(["SET", "demoted", "2"])));
    assert.ok(answers.every(({ body, status }) => status === 503 && body.includes("the command has not run")));
    assert.ok(answers.some(({ body }) => body.includes("has become a replica and its primary is looked for")));
    // Soon enough that the Sentinels see nothing of it.
    await trio.send(primary, "REPLICAOF", "NO", "ONE");
    await until(async () => (await server.command(["SET", "demoted", "3"])).status === 200);
  });

  for (const [what, url, message] of [
    [
      "a group that the Sentinels do not know",
      (): string => trio.url.replace(GROUP, "other"),
      /it knows no group other; check the name in the URL$/,
    ],
    [
      "a Redis in the place of a Sentinel",
      (): string => `redis+sentinel://127.0.0.1:${[...trio.servers.keys()][0]}/${GROUP}`,
      /it is no Sentinel; name one, or a Redis by redis:\/\/$/,
    ],
  ] as const) {
    test(`${what} ends the start with one line`, async () => {
      await assert.rejects(TestServer.start({ redis: url() }), (error: Error) => {
        assert.match(error.message, message);
        return !error.message.includes("\n");
      });
    });
  }

  test("follows the primary when it stands still, and subscriptions and streams with it", async () => {
    const server = await startServer({ redis: trio.url, redisPort: 0 });
    const stream = await EventStream.open(server, "/subscribe/news");
    await stream.next();
    assert.equal(await result(server, "INCR", "counter"), 1);
    const { primary: old, replica } = await trio.roles();
    trio.servers.get(old)!.signal("SIGSTOP");
    await until(async () => (await server.command(["INCR", "counter"])).status === 503);
    await until(async () => (await server.command(["SET", "after", "1"])).status === 200);
    trio.servers.get(old)!.signal("SIGCONT");
    assert.equal(await result(server, "SET", "after", "2"), "OK");
    assert.equal(await trio.send(replica, "GET", "after"), "$1\r\n2\r\n", "where the new primary is");
    await until(async () => (await result(server, "PUBLISH", "news", "again")) === 1);
    assert.deepEqual(await stream.next(), ["data: message,news,again"]);
    stream.drop();
  });
});

test("Sentinels and servers with passwords of their own", { skip }, async () => {
  const trio = await SentinelTrio.start([], "secret");
  ends.push(() => trio.stop());
  const right = trio.url.replace("://", "://:secret@");
  await assert.rejects(TestServer.start({ redis: right }), /the Sentinel 127\.0\.0\.1:\d+: .*NOAUTH/);
  const server = await startServer({ redis: `${right}?sentinel_password=secret` });
  assert.equal((await server.command(["SET", "k", "v"])).status, 200);
});
