import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { UsageError } from "../../src/cli/usage-error.ts";
import { checkHealth } from "../../src/cli/healthcheck.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

describe("stashd healthcheck", () => {
  let server: TestServer;
  before(async () => void (server = await TestServer.start()));
  after(() => server.stop());

  test("asks the given server, or the one that the environment describes", async () => {
    const { port, url } = server.server;
    for (const host of [undefined, "0.0.0.0", "::", "127.0.0.1"]) {
      const variables = { STASHD_PORT: String(port), STASHD_HOST: host };
      assert.deepEqual(await checkHealth([], variables), { isSound: true, text: "ok\n" }, host);
    }
    assert.deepEqual(await checkHealth([url], {}), { isSound: true, text: "ok\n" });
    const srh = { SRH_MODE: "env", SRH_TOKEN: "t", SRH_CONNECTION_STRING: "redis://nowhere", SRH_PORT: String(port) };
    assert.deepEqual(await checkHealth([], srh), { isSound: true, text: "ok\n" });
  });

  test("tells why a server does not serve", { skip: oracleSkipReason() }, async () => {
    const redis = await RedisServer.start();
    const gateway = await TestServer.start({ redis: `unix:${redis.path}` });
    const { url } = gateway.server;
    await redis.stop();
    await until(async () => !(await checkHealth([url], {})).isSound);
    const { text } = await checkHealth([url], {});
    assert.equal(text, `${url} answered 503: the Redis behind this server cannot be reached\n`);
    await gateway.stop();
    assert.match((await checkHealth([url], {})).text, /^http:.* does not answer: connect ECONNREFUSED .*\n$/);
  });

  test("tells of a port that speaks something else", async () => {
    const other = createServer((socket) => socket.end("+PONG\r\n"));
    await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { isSound, text } = await checkHealth([url], {});
    assert.equal(isSound, false);
    assert.match(text, /^http:.* does not answer: .+\n$/);
    other.close();
  });

  test("says what is wrong, and prints its help", async () => {
    for (const argv of [["localhost:8079"], ["ftp://x"], ["http://"], ["--nope"], ["http://a", "http://b"]]) {
      await assert.rejects(checkHealth(argv, {}), UsageError, argv.join(" "));
    }
    assert.match((await checkHealth(["--help"], {})).text, /^Usage: stashd healthcheck /);
  });
});
