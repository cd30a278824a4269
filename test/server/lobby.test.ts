/** Several databases behind one server, which tokens choose from. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { SILENT } from "../../src/core/log.ts";
import { EventStream } from "../support/event-stream.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { encodeCommand } from "../support/resp.ts";
import type { RawConnection } from "../support/resp-client.ts";
import { TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const skip = oracleSkipReason();

describe("several databases", { skip }, () => {
  let behind: RedisServer[];
  let server: TestServer;
  before(async () => {
    behind = [await RedisServer.start(), await RedisServer.start(), await RedisServer.start()];
    const [a, b, c] = behind.map(({ path }) => `unix:${path}`) as [string, string, string];
    server = await TestServer.start({
      redisPort: 0,
      limits: { backendWaitMsMax: 500 },
      databases: [
        { token: "token-a", readOnlyToken: "reads-a", redis: a, name: "first" },
        { token: "token-b", redis: b },
        { token: "also-a", redis: a },
        { token: "c", redis: c },
      ],
    });
  });
  after(async () => {
    await server.stop();
    for (const redis of behind) await redis.stop();
  });

  const json = async (token: string | null, ...words: readonly string[]): Promise<unknown> =>
    (await server.command(words, { token })).json;

  async function logIn(...credentials: readonly string[]): Promise<RawConnection> {
    const connection = await server.connect();
    assert.equal(await connection.send("AUTH", ...credentials), "+OK\r\n");
    return connection;
  }

  test("each token sees its own, over one connection too, and equal URLs are one database", async () => {
    assert.deepEqual(await json("token-a", "SET", "k", "of a"), { result: "OK" });
    assert.deepEqual(await json("token-b", "SET", "k", "of b"), { result: "OK" });
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(await json("token-a", "GET", "k"), { result: "of a" });
      assert.deepEqual(await json("token-b", "GET", "k"), { result: "of b" });
      assert.deepEqual(await json("also-a", "GET", "k"), { result: "of a" });
      assert.deepEqual((await server.call("GET", "/get/k?_token=token-b", { token: null })).json, { result: "of b" });
      assert.deepEqual((await server.call("GET", "/get/k?_token=token-b", { token: "token-a" })).json, {
        result: "of b",
      });
    }
    const counts = await Promise.all(behind.map((redis) => redis.send(["CLIENT", "LIST"])));
    assert.deepEqual(
      counts.map((list) => JSON.stringify(list).match(/name=stashd/g)?.length),
      [1, 1, 1],
    );
    assert.deepEqual(
      server.server.databases.map(({ name }) => name),
      ["first", behind[1]!.path, behind[2]!.path],
    );
  });

  test("a token in the query counts before one in the header, even one that ends with it", async () => {
    assert.deepEqual(await json("c", "SET", "k", "of c"), { result: "OK" });
    const request = (path: string): string =>
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer also-a\r\n`;
    const more = "Connection: close\r\n\r\n";
    const requests = [
      request("/get/k"),
      request("/get/k?_token=c"),
      request("/get/k?_token=token-a"),
      request("/get/k"),
    ];
    const answers = await server.raw(`${requests.join("\r\n")}${more}`);
    assert.deepEqual(answers.match(/of \w/g), ["of a", "of c", "of a", "of a"]);
  });

  test("a pipeline, a transaction and an event stream belong to the token's database", async () => {
    const body = JSON.stringify([
      ["SET", "many", "1"],
      ["INCR", "many"],
    ]);
    for (const path of ["/pipeline", "/multi-exec"]) {
      const { json: answers } = await server.call("POST", path, { body, token: "token-b" });
      assert.deepEqual(answers, [{ result: "OK" }, { result: 2 }]);
    }
    assert.deepEqual(await json("token-a", "EXISTS", "many"), { result: 0 });
    const stream = await EventStream.open(server, "/subscribe/news", { token: "token-b" });
    await stream.next();
    assert.deepEqual(await json("token-a", "PUBLISH", "news", "foreign"), { result: 0 });
    assert.deepEqual(await json("token-b", "PUBLISH", "news", "own"), { result: 1 });
    assert.deepEqual(await stream.next(), ["data: message,news,own"]);
    stream.drop();
  });

  test("a bad token is refused, and one that reads may not write", async () => {
    for (const token of ["token", "", null]) assert.equal((await server.command(["GET", "k"], { token })).status, 401);
    assert.deepEqual(await json("reads-a", "GET", "k"), { result: "of a" });
    assert.equal((await server.command(["SET", "k", "v"], { token: "reads-a" })).status, 400);
    assert.equal((await server.call("GET", "/", { token: null })).status, 200);
  });

  test("a user, and a token made of one, exist in their database only", async () => {
    await json("token-b", "ACL", "SETUSER", "ada", "on", ">pw", "~*", "+@all");
    const { result: token } = (await json("token-b", "ACL", "RESTTOKEN", "ada", "pw")) as { result: string };
    assert.deepEqual(await json(token, "GET", "k"), { result: "of b" });
    const connection = await logIn("ada", "pw");
    assert.equal(await connection.send("GET", "k"), "$4\r\nof b\r\n");
    connection.close();
    assert.doesNotMatch(JSON.stringify(await json("token-a", "ACL", "LIST")), /ada/);
    await json("token-b", "ACL", "DELUSER", "ada");
    assert.equal((await server.command(["GET", "k"], { token })).status, 401);
  });

  test("over the Redis protocol the password chooses, at AUTH and HELLO, and again after RESET", async () => {
    const connection = await server.connect();
    assert.equal(await connection.send("GET", "k"), "-NOAUTH Authentication required.\r\n");
    assert.match(await connection.send("AUTH", "wrong"), /^-WRONGPASS /);
    // All in one chunk: what follows the password runs in its database.
    connection.write(
      [
        ["AUTH", "token-b"],
        ["GET", "k"],
      ]
        .map(encodeCommand)
        .join(""),
    );
    assert.equal(await connection.next(), "+OK\r\n");
    assert.equal(await connection.next(), "$4\r\nof b\r\n");
    assert.match(await connection.send("AUTH", "token-a"), /^-WRONGPASS /);
    assert.equal(await connection.send("GET", "k"), "$4\r\nof b\r\n");
    assert.equal(await connection.send("RESET"), "+RESET\r\n");
    assert.match(await connection.send("HELLO", "3", "AUTH", "default", "token-a"), /^%7\r\n/);
    assert.equal(await connection.send("GET", "k"), "$4\r\nof a\r\n");
    connection.close();
  });

  test("failed logins of both doors are counted together", async () => {
    const guarded = await TestServer.start({
      redisPort: 0,
      limits: { localFailedLoginsMax: 3 },
      databases: [
        { token: "token-a", redis: `unix:${behind[0]!.path}` },
        { token: "token-b", redis: `unix:${behind[1]!.path}` },
      ],
    });
    const statusOf = async (token: string): Promise<number> => (await guarded.command(["PING"], { token })).status;
    assert.deepEqual([await statusOf("x"), await statusOf("y")], [401, 401]);
    const connection = await guarded.connect();
    assert.match(await connection.send("AUTH", "z"), /^-ERR .*too many/i);
    assert.deepEqual([await statusOf("token-a"), await statusOf("token-b")], [429, 429]);
    await guarded.stop();
  });

  test("one that is away does not disturb the others", async () => {
    const open = await Promise.all(["token-a", "token-b", "c"].map((token) => logIn(token)));
    await behind.pop()!.stop();
    await until(async () => (await server.command(["GET", "k"], { token: "c" })).status === 503);
    assert.deepEqual(await json("token-a", "GET", "k"), { result: "of a" });
    assert.deepEqual(await json("token-b", "GET", "k"), { result: "of b" });
    assert.equal(await open[0]!.send("GET", "k"), "$4\r\nof a\r\n");
    assert.match(await open[2]!.send("GET", "k"), /^-ERR /);
    for (const connection of open) connection.close();
  });

  test("nor does one that cannot be used, at the start", async () => {
    const errors: { backend?: string; reason?: string }[] = [];
    const log = { ...SILENT, error: (fields: object) => void errors.push(fields) };
    const started = await TestServer.start({
      log,
      databases: [
        { token: "token-a", redis: `unix:${behind[0]!.path}` },
        { token: "token-b", redis: `redis://:wrong@127.0.0.1:${server.server.port}` },
      ],
    });
    assert.deepEqual((await started.command(["GET", "k"], { token: "token-a" })).json, { result: "of a" });
    assert.equal((await started.command(["GET", "k"], { token: "token-b" })).status, 503);
    assert.deepEqual(errors, [
      {
        event: "backend-unusable",
        backend: `127.0.0.1:${server.server.port}`,
        reason: "it speaks HTTP; name the port of its Redis protocol, by default 6379",
      },
    ]);
    await started.stop();
  });
});
