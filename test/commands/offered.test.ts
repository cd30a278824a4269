/** Commands that a server does not offer: what wipes, with `flush: false`, and what its target lacks, on every way. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { COMPATIBILITIES } from "../../src/core/compatibility.ts";
import type { Compatibility } from "../../src/core/compatibility.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { splitWords } from "../support/words.ts";

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

/** Runs a test with a server that is held to another. */
async function withServer(compatibility: Compatibility, run: (server: TestServer) => Promise<void>): Promise<void> {
  const server = await TestServer.start({ compatibility, redisPort: 0 });
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}

const SYNTAX = "ERR syntax error";
const BAD_ID = "ERR Invalid stream ID specified as stream command argument";

/** Words that some servers know, the error of those that lack them, and the servers that have them. */
const OPTIONS: readonly (readonly [line: string, error: string, servers: string])[] = [
  ["SET k v IFEQ w", SYNTAX, "upstash redis-8.4"],
  ["BITOP DIFF d a b", SYNTAX, "upstash redis-8.2 redis-8.4"],
  ["XADD s KEEPREF * f v", BAD_ID, "upstash redis-8.2 redis-8.4"],
  ["XTRIM s MAXLEN 5 DELREF", SYNTAX, "upstash redis-8.2 redis-8.4"],
  ["HSCAN h 0 NOVALUES", SYNTAX, "upstash redis-7.4 redis-8 redis-8.2 redis-8.4 valkey-8"],
  ["SCAN 0 WITHTYPE", SYNTAX, "upstash"],
  [
    "ZRANK z a WITHSCORE",
    "ERR wrong number of arguments for 'zrank' command",
    "upstash redis-7.2 redis-7.4 redis-8 redis-8.2 redis-8.4 valkey-8",
  ],
  [
    "ZRANGE z 0 1 LIMIT 0 1",
    "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
    "upstash",
  ],
  ["COPY k k", "ERR source and destination objects are the same", "upstash"],
  ["XREAD STREAMS s +", BAD_ID, "upstash redis-7.4 redis-8 redis-8.2 redis-8.4"],
  [
    "EVAL '#!lua flags=allow-key-locking\nreturn 1' 0",
    "ERR Unexpected flag in script shebang: allow-key-locking",
    "upstash",
  ],
];

describe("with a compatibility", () => {
  for (const compatibility of COMPATIBILITIES) {
    test(`${compatibility}: options are there as in production`, async () => {
      await withServer(compatibility, async (server) => {
        await server.command(["SET", "k", "v"]);
        for (const [line, error, servers] of OPTIONS) {
          const { json } = await server.command(splitWords(line));
          if (servers.split(" ").includes(compatibility))
            assert.ok("result" in (json as object), JSON.stringify([line, json]));
          else assert.deepEqual(json, { error }, line);
        }
      });
    });
  }

  test("a command that is lacking is unknown: on both doors, in transactions, scripts and COMMAND", async () => {
    await withServer("valkey-8", async (server) => {
      const words = ["HEXPIRE", "h", "10", "FIELDS", "1", "f"];
      const unknown = {
        error:
          "ERR Command is not available: 'HEXPIRE'. See https://upstash.com/docs/redis/overall/rediscompatibility for details",
      };
      assert.deepEqual((await server.command(words)).json, unknown);
      const body = JSON.stringify([["SET", "k", "v"], words]);
      assert.deepEqual((await server.call("POST", "/multi-exec", { body })).json, unknown);
      assert.deepEqual((await server.command(["GET", "k"])).json, { result: null });
      const script = "return redis.pcall('HTTL', KEYS[1], 'FIELDS', 1, 'f').err .. server.REDIS_VERSION";
      assert.deepEqual((await server.command(["EVAL", script, 1, "h"])).json, {
        result: "ERR Unknown Redis command called from script7.2.4",
      });
      const connection = await server.connect();
      await connection.send("AUTH", TOKEN);
      assert.match(await connection.send(...words), /^-ERR unknown command 'HEXPIRE'/);
      await connection.send("MULTI");
      assert.match(await connection.send("JSON.GET", "k"), /^-ERR unknown command/);
      assert.match(await connection.send("EXEC"), /^-EXECABORT/);
      await connection.send("MULTI");
      assert.equal(await connection.send("SET", "k", "v", "IFEQ", "w"), "+QUEUED\r\n");
      assert.equal(await connection.send("EXEC"), "*1\r\n-ERR syntax error\r\n");
      assert.equal(await connection.send("COMMAND", "INFO", "hexpire"), "*1\r\n$-1\r\n");
      assert.doesNotMatch(await connection.send("COMMAND", "LIST"), /hexpire|json\.get/);
      assert.doesNotMatch(await connection.send("COMMAND", "DOCS", "set"), /ifeq|8\.4\.0/);
      assert.match(await connection.send("CLIENT", "NOPE"), /^-ERR unknown subcommand 'NOPE'/);
      assert.match(await connection.send("HELLO"), /server\r\n\$6\r\nvalkey\r\n\$7\r\nversion\r\n\$5\r\n8\.0\.0/);
      connection.close();
      assert.match(
        (await server.command(["INFO", "server"])).body,
        /redis_version:7\.2\.4\\r\\nserver_name:valkey\\r\\nvalkey_version:8\.0\.0/,
      );
    });
  });

  test("upstash has one database, the rules of users that it takes, and its own words", async () => {
    await withServer("upstash", async (server) => {
      const connection = await server.connect();
      await connection.send("AUTH", TOKEN);
      assert.equal(await connection.send("SELECT", "1"), "-ERR DB index is out of range\r\n");
      assert.match(await connection.send("OBJECT", "ENCODING", "k"), /^-ERR unknown command 'OBJECT'/);
      assert.match(await connection.send("CLIENT", "KILL", "ID", "1"), /^-ERR unknown subcommand 'KILL'/);
      assert.match(await connection.send("CLIENT", "ID"), /^:/);
      assert.deepEqual((await server.command(["CLIENT", "ID"])).json, {
        error: 'ERR Command "CLIENT ID" is not allowed in REST or it has a special context path',
      });
      assert.match(await connection.send("ACL", "SETUSER", "ada", "nopass"), /^-ERR/);
      assert.match(await connection.send("CONFIG", "SET", "maxmemory", "1"), /^-ERR Unknown option/);
      assert.equal(await connection.send("CONFIG", "SET", "notify-keyspace-events", "KEA"), "+OK\r\n");
      connection.close();
    });
  });

  test("a data directory keeps what a server without it has written", async () => {
    const data = mkdtempSync(join(tmpdir(), "stashd-target-"));
    const first = await TestServer.start({ data });
    for (const words of [
      ["HSET", "h", "f", "v"],
      ["HEXPIRE", "h", 1000, "FIELDS", 1, "f"],
      ["JSON.SET", "j", "$", "1"],
    ])
      await first.command(words);
    await first.stop();
    const second = await TestServer.start({ data, compatibility: "redis-7.0" });
    assert.deepEqual((await second.command(["DBSIZE"])).json, { result: 2 });
    assert.match((await second.command(["HTTL", "h", "FIELDS", 1, "f"])).body, /not available/);
    await second.stop();
    rmSync(data, { recursive: true });
  });

  test("is for data of the process, and one of those that are known", async () => {
    await assert.rejects(
      TestServer.start({ compatibility: "redis-6" as Compatibility }),
      /must be one of upstash, redis-7.0/,
    );
    const redis = "redis://127.0.0.1:1";
    await assert.rejects(
      TestServer.start({ compatibility: "redis-8", redis }),
      /compatibility is about data in this process/,
    );
  });
});
