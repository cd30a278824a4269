/** Commands that a server does not offer: what wipes, with `flush: false`, on every way to it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { TestServer, TOKEN } from "../support/server.ts";

const forbidden = (name: string): string =>
  `ERR ${name} is forbidden here by --no-flush (STASHD_FLUSH=off, flush: false), so that nothing empties this database ` +
  "by mistake; let tests have one of their own, or start the server without it";

const FLUSHALL = { error: forbidden("FLUSHALL") };

const LIBRARY = "#!lua name=l\nredis.register_function('wipe', function() return redis.call('FLUSHDB') end)";

/** What must hold wherever the data is. */
async function keepsData(server: TestServer): Promise<void> {
  await server.command(["SET", "k", "v"]);
  assert.deepEqual((await server.command(["flushall"])).json, FLUSHALL);
  assert.deepEqual((await server.call("GET", "/FlushDB/async")).json, { error: forbidden("FLUSHDB") });
  assert.deepEqual((await server.command(["FUNCTION", "FLUSH"])).json, { error: forbidden("FUNCTION FLUSH") });
  const body = JSON.stringify([["FLUSHALL"], ["GET", "k"]]);
  assert.deepEqual((await server.call("POST", "/pipeline", { body })).json, [FLUSHALL, { result: "v" }]);
  assert.deepEqual((await server.call("POST", "/multi-exec", { body })).json, FLUSHALL);
  const dump = await server.command(["FUNCTION", "RESTORE", "x", "FLUSH"]);
  assert.deepEqual(dump.json, { error: forbidden("FUNCTION RESTORE") });
  assert.deepEqual((await server.command(["SCRIPT", "FLUSH"])).json, { result: "OK" });
  const connection = await server.connect();
  await connection.send("AUTH", TOKEN);
  assert.equal(await connection.send("FLUSHALL"), `-${forbidden("FLUSHALL")}\r\n`);
  await connection.send("MULTI");
  assert.equal(await connection.send("FLUSHDB"), `-${forbidden("FLUSHDB")}\r\n`);
  assert.match(await connection.send("EXEC"), /^-EXECABORT/);
  for (const eval_ of [["EVAL", "return redis.call('flushall')", 0] as const, ["EVAL", "return 1", 0] as const]) {
    const { json } = await server.command(eval_);
    assert.match(JSON.stringify(json), eval_[1] === "return 1" ? /^\{"result":1\}$/ : /forbidden here by --no-flush/);
  }
  connection.close();
  assert.deepEqual((await server.command(["GET", "k"])).json, { result: "v" });
}

describe("with flush: false", () => {
  test("nothing wipes: neither door, no transaction, pipeline, script or function", async () => {
    const server = await TestServer.start({ flush: false, redisPort: 0 });
    await keepsData(server);
    await server.command(["FUNCTION", "LOAD", LIBRARY]);
    assert.match((await server.command(["FCALL", "wipe", 0])).body, /FLUSHDB is forbidden here by --no-flush/);
    const { result: digest } = (await server.command(["SCRIPT", "LOAD", "return redis.pcall(ARGV[1]).err"])).json as {
      result: string;
    };
    const said = await server.command(["EVALSHA", digest, 0, "FLUSHALL"]);
    assert.match(said.body, /FLUSHALL is forbidden here/);
    assert.deepEqual((await server.command(["DBSIZE"])).json, { result: 1 });
    await server.stop();
  });

  test("without it, all of it runs", async () => {
    const server = await TestServer.start();
    await server.command(["SET", "k", "v"]);
    assert.deepEqual((await server.command(["FUNCTION", "FLUSH"])).json, { result: "OK" });
    assert.deepEqual((await server.command(["FLUSHALL"])).json, { result: "OK" });
    assert.deepEqual((await server.command(["DBSIZE"])).json, { result: 0 });
    await server.stop();
  });
});

describe("a data directory that has a FLUSHALL", () => {
  const data = mkdtempSync(join(tmpdir(), "stashd-offered-"));
  after(() => rmSync(data, { recursive: true }));

  test("is read by a server that forbids it", async () => {
    const first = await TestServer.start({ data });
    for (const words of [["SET", "a", "1"], ["FLUSHALL"], ["SET", "b", "2"]]) await first.command(words);
    await first.stop();
    const second = await TestServer.start({ data, flush: false });
    assert.deepEqual((await second.command(["KEYS", "*"])).json, { result: ["b"] });
    assert.deepEqual((await second.command(["FLUSHALL"])).json, FLUSHALL);
    await second.stop();
  });
});

const skip = oracleSkipReason();

describe("with flush: false in front of a Redis", { skip }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis.stop());

  test("nothing wipes it: scripts and libraries are refused for their text", async () => {
    const server = await TestServer.start({ flush: false, redis: `unix:${redis.path}`, redisPort: 0 });
    await keepsData(server);
    for (const words of [
      ["SCRIPT", "LOAD", "return redis.call('FLUSHDB')"],
      ["FUNCTION", "LOAD", LIBRARY],
    ]) {
      assert.deepEqual((await server.command(words)).json, { error: forbidden(`${words[0]} LOAD`) });
    }
    await server.stop();
  });
});
