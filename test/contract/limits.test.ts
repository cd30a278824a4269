/** The limits of the hosted service as its clients see them, over REST and over RESP. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestServer, TOKEN } from "../support/server.ts";

describe("limits on one command", () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start({ redisPort: 0, limits: { commandBytesMax: 1000, replyBytesMax: 500 } });
  });
  after(() => server.stop());

  const LARGE = "v".repeat(1000);
  const TOO_LARGE = "ERR max request size exceeded. Limit: 1000 bytes, Actual: 1004 bytes";

  test("a request that is too large is a 413 by itself, an item in a pipeline, and the end of a transaction", async () => {
    const single = await server.command(["SET", "k", LARGE]);
    assert.deepEqual([single.status, single.json], [413, { error: TOO_LARGE }]);
    const path = await server.call("POST", "/set/k", { body: LARGE });
    assert.equal(path.status, 413);
    const body = JSON.stringify([
      ["SET", "a", "1"],
      ["SET", "k", LARGE],
    ]);
    const pipeline = await server.call("POST", "/pipeline", { body });
    assert.deepEqual([pipeline.status, pipeline.json], [200, [{ result: "OK" }, { error: TOO_LARGE }]]);
    const transaction = await server.call("POST", "/multi-exec", { body });
    assert.deepEqual([transaction.status, transaction.json], [413, { error: TOO_LARGE }]);
  });

  test("the commands of a pipeline may be larger together", async () => {
    const body = JSON.stringify(Array.from({ length: 10 }, (_, i) => ["SET", `k${i}`, "v".repeat(400)]));
    const { status, json } = await server.call("POST", "/pipeline", { body });
    assert.deepEqual([status, json], [200, Array.from({ length: 10 }, () => ({ result: "OK" }))]);
  });

  test("a reply that is too large is an error with status 200", async () => {
    await server.command(["SET", "k", "v".repeat(600)]);
    const error = "ERR max request size exceeded. Limit: 500 bytes, Actual: 613 bytes";
    const single = await server.command(["GET", "k"]);
    assert.deepEqual([single.status, single.json], [200, { error }]);
    const body = JSON.stringify([["PING"], ["GET", "k"]]);
    for (const path of ["/pipeline", "/multi-exec"]) {
      const { status, json } = await server.call("POST", path, { body });
      assert.deepEqual([status, json], [200, [{ result: "PONG" }, { error }]], path);
    }
    const resp2 = await server.call("GET", "/get/k", { headers: { "Upstash-Response-Format": "resp2" } });
    assert.match(resp2.body, /^-ERR max request size exceeded\. Limit: 500 bytes, Actual: 608 bytes\r\n$/);
  });

  test("over RESP they are errors, and the connection stays open", async () => {
    const connection = await server.connect();
    try {
      await connection.send("AUTH", TOKEN);
      assert.equal(await connection.send("SET", "k", LARGE), `-${TOO_LARGE}\r\n`);
      assert.match(await connection.send("GET", "k"), /^-ERR max request size exceeded\. Limit: 500 bytes/);
      assert.equal(await connection.send("PING"), "+PONG\r\n");
    } finally {
      connection.close();
    }
  });
});

describe("a limit on connections over RESP", () => {
  test("turns the next one away in the words of the hosted service", async () => {
    const server = await TestServer.start({ redisPort: 0, limits: { respConnectionsMax: 1 } });
    const first = await server.connect();
    try {
      await first.send("AUTH", TOKEN);
      const second = await server.connect();
      assert.equal(await second.closed, "-ERR max concurrent connections exceeded\r\n");
      assert.equal(await first.send("PING"), "+PONG\r\n");
    } finally {
      first.close();
      await server.stop();
    }
  });
});

describe("the hosted service's limits together", () => {
  test("are set by one option, and can be changed one by one", async () => {
    const server = await TestServer.start({ hostedLimits: true, limits: { dailyCommandsMax: 2 } });
    try {
      const { limits } = server.server.engine;
      assert.deepEqual([limits.keyBytesMax, limits.commandBytesMax], [32_768, 10_485_760]);
      for (let i = 0; i < 2; i++) assert.equal((await server.command(["INCR", "n"])).status, 200);
      const { status, json } = await server.command(["INCR", "n"]);
      assert.deepEqual([status, json], [400, { error: "ERR max daily request limit exceeded. Limit: 2, Usage: 2." }]);
    } finally {
      await server.stop();
    }
  });
});
