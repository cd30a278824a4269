/** A server in front of a redis-server: what its clients share, and what they must not. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startServer } from "../../../src/server/server.ts";
import { EventStream } from "../../support/event-stream.ts";
import { oracleSkipReason, RedisServer } from "../../support/redis.ts";
import type { Frame } from "../../support/resp.ts";
import type { RawConnection } from "../../support/resp-client.ts";
import { TestServer, TOKEN } from "../../support/server.ts";
import { until } from "../../support/until.ts";
import { OptionError } from "../../../src/server/server-options.ts";

const skip = oracleSkipReason();

describe("a server in front of redis-server", { skip }, () => {
  let redis: RedisServer;
  let server: TestServer;
  before(async () => {
    redis = await RedisServer.start();
    server = await TestServer.start({ redis: `unix:${redis.path}`, redisPort: 0, redisName: "front" });
  });
  after(async () => {
    await server.stop();
    await redis.stop();
  });

  async function connect(): Promise<RawConnection> {
    const connection = await server.connect();
    assert.equal(await connection.send("AUTH", TOKEN), "+OK\r\n");
    return connection;
  }

  /** What the backend itself answers, as text. */
  const frame = async (...words: readonly string[]): Promise<string> => textOf(await redis.send(words));

  const json = async (...words: readonly unknown[]): Promise<unknown> => (await server.command(words)).json;

  test("REST: command, path, pipeline and transaction, plain and in base64, with bytes that are no text", async () => {
    assert.deepEqual(await json("SET", "k", "v"), { result: "OK" });
    assert.deepEqual((await server.call("GET", "/get/k")).json, { result: "v" });
    const raw = await server.call("POST", "/set/raw", { body: Buffer.from("\xff\x00\r\n\x80", "latin1") });
    assert.deepEqual(raw.json, { result: "OK" });
    const encoded = await server.command(["GET", "raw"], { headers: { "Upstash-Encoding": "base64" } });
    assert.deepEqual(encoded.json, { result: Buffer.from("\xff\x00\r\n\x80", "latin1").toString("base64") });
    assert.equal(await frame("GET", "raw"), "\xff\x00\r\n\x80");
    const body = JSON.stringify([
      ["SET", "n", 1],
      ["INCR", "n"],
      ["LPUSH", "k", "x"],
      ["GET", "n"],
    ]);
    const pipeline = await server.call("POST", "/pipeline", { body });
    const wrong = { error: "WRONGTYPE Operation against a key holding the wrong kind of value" };
    assert.deepEqual(pipeline.json, [{ result: "OK" }, { result: 2 }, wrong, { result: "2" }]);
    const transaction = await server.call("POST", "/multi-exec", { body });
    assert.deepEqual(transaction.json, [{ result: "OK" }, { result: 2 }, wrong, { result: "2" }]);
  });

  test("the sync token changes with a write, and not with a read", async () => {
    const tokenOf = async (...words: readonly string[]): Promise<unknown> =>
      (await server.command(words)).headers["upstash-sync-token"];
    const first = await tokenOf("GET", "k");
    assert.equal(await tokenOf("GET", "k"), first);
    assert.notEqual(await tokenOf("SET", "k", "w"), first);
  });

  test("a command that the backend does not know is answered with its name and the backend's version", async () => {
    const error = /^ERR JSON.GET is not known to the Redis \d+\.\d+\.\d+ behind this server$/;
    const answer = await server.command(["JSON.GET", "k"]);
    assert.equal(answer.status, 400);
    assert.match((answer.json as { error: string }).error, error);
    const body = JSON.stringify([
      ["SET", "untouched", 1],
      ["JSON.GET", "k"],
    ]);
    const transaction = await server.call("POST", "/multi-exec", { body });
    assert.match((transaction.json as { error: string }).error, error);
    assert.deepEqual(await json("EXISTS", "untouched"), { result: 0 });
    const connection = await connect();
    await connection.send("MULTI");
    await connection.send("JSON.GET", "k");
    assert.match(await connection.send("EXEC"), /^-EXECABORT Transaction discarded because of: JSON.GET is not known/);
    connection.close();
  });

  test("what a client has chosen does not reach another", async () => {
    const [one, other] = [await connect(), await connect()];
    await one.send("SET", "where", "zero");
    assert.equal(await one.send("SELECT", "3"), "+OK\r\n");
    assert.equal(await one.send("SELECT", "99"), "-ERR DB index is out of range\r\n");
    await one.send("SET", "where", "three");
    await one.send("CLIENT", "SETNAME", "one");
    await one.send("HELLO", "3");
    await one.send("WATCH", "where");
    await one.send("MULTI");
    assert.equal(await one.send("GET", "where"), "+QUEUED\r\n");
    assert.equal(await other.send("GET", "where"), "$4\r\nzero\r\n");
    assert.equal(await other.send("CLIENT", "GETNAME"), "$-1\r\n");
    assert.equal(await other.send("EXEC"), "-ERR EXEC without MULTI\r\n");
    assert.deepEqual(await json("GET", "where"), { result: "zero" });
    assert.equal(await one.send("EXEC"), "*1\r\n$5\r\nthree\r\n");
    // A connection that was given back by one that had selected another database is as good as new.
    await other.send("WATCH", "where");
    await other.send("MULTI");
    await other.send("GET", "where");
    assert.equal(await other.send("EXEC"), "*1\r\n$4\r\nzero\r\n");
    await one.send("MULTI");
    one.close();
    other.close();
  });

  test("pipelined commands are answered in order, whatever connection they take", async () => {
    const connection = await connect();
    const commands = [
      ["SET", "o", "1"],
      ["MULTI"],
      ["INCR", "o"],
      ["EXEC"],
      ["GET", "o"],
      ["BLPOP", "no-list", "0.01"],
      ["INCR", "o"],
      ["SELECT", "2"],
      ["GET", "o"],
      ["SELECT", "0"],
      ["PING"],
      ["NOPE"],
      ["GET", "o"],
    ];
    const replies = await Promise.all(commands.map((words) => connection.send(...words)));
    assert.deepEqual(
      replies.map((reply) => reply.replaceAll("\r\n", " ").trim()),
      [
        "+OK",
        "+OK",
        "+QUEUED",
        "*1 :2",
        "$1 2",
        "*-1",
        ":3",
        "+OK",
        "$-1",
        "+OK",
        "+PONG",
        "-ERR unknown command 'NOPE', with args beginning with:",
        "$1 3",
      ],
    );
    connection.close();
  });

  test("a client that ends its side is answered what it has sent before", async () => {
    const connection = await connect();
    connection.socket.end("SET half 1\r\nMULTI\r\nINCR half\r\nEXEC\r\nGET half\r\n");
    assert.equal(await connection.closed, "+OK\r\n+OK\r\n+QUEUED\r\n*1\r\n:2\r\n$1\r\n2\r\n");
  });

  test("a port that is taken leaves no connection to the backend", async () => {
    const taken = { port: server.server.port, host: "127.0.0.1", redis: `unix:${redis.path}`, redisName: "late" };
    await assert.rejects(startServer(taken), /EADDRINUSE/);
    await until(async () => !(await frame("CLIENT", "LIST")).includes("name=late"));
  });

  test("CLIENT REPLY leaves out replies of the client that asked for it", async () => {
    const connection = await connect();
    connection.socket.write("CLIENT REPLY OFF\r\nSET quiet 1\r\nINCR quiet\r\nCLIENT REPLY ON\r\n");
    assert.equal(await connection.send("GET", "quiet"), "+OK\r\n");
    connection.close();
  });

  test("a watched key that another client changes aborts the transaction", async () => {
    const [one, other] = [await connect(), await connect()];
    await one.send("WATCH", "w");
    await other.send("SET", "w", "1");
    await one.send("MULTI");
    await one.send("SET", "w", "2");
    assert.equal(await one.send("EXEC"), "*-1\r\n");
    await one.send("WATCH", "w");
    await one.send("UNWATCH");
    await other.send("SET", "w", "3");
    await one.send("MULTI");
    await one.send("GET", "w");
    assert.equal(await one.send("EXEC"), "*1\r\n$1\r\n3\r\n");
    one.close();
    other.close();
  });

  test("a client that waits gets what comes, and one that has left gets nothing", async () => {
    const [waiter, leaver] = [await connect(), await connect()];
    const popped = waiter.send("BLPOP", "queue", "0");
    await until(async () => (await blocked()) === 1);
    assert.deepEqual(await json("RPUSH", "queue", "a"), { result: 1 });
    assert.equal(await popped, "*2\r\n$5\r\nqueue\r\n$1\r\na\r\n");
    void leaver.send("BLPOP", "queue", "0");
    await until(async () => (await blocked()) === 1);
    leaver.close();
    await until(async () => (await blocked()) === 0);
    await json("RPUSH", "queue", "b");
    assert.deepEqual(await json("LRANGE", "queue", 0, -1), { result: ["b"] });
    const id = (await waiter.send("CLIENT", "ID")).slice(1).trim();
    const waits = waiter.send("BLPOP", "nothing", "0");
    await until(async () => (await blocked()) === 1);
    assert.deepEqual(await (await connect()).send("CLIENT", "UNBLOCK", id, "ERROR"), ":1\r\n");
    assert.match(await waits, /^-UNBLOCKED/);
    waiter.close();
  });

  const blocked = async (): Promise<number> => {
    const info = await frame("INFO", "clients");
    return Number(/blocked_clients:(\d+)/.exec(info)![1]);
  };

  test("a reply above the bound is answered as an error that says so, and the commands have run", async () => {
    const front = await TestServer.start({
      redis: `unix:${redis.path}`,
      redisPort: 0,
      limits: { backendReplyBytesMax: 5000 },
    });
    const error = "ERR the reply of the Redis behind this server has more than 5000 bytes; the command has run";
    const commands = [
      ["SET", "long", "v".repeat(3000)],
      ["GET", "long"],
      ["GET", "long"],
      ["INCR", "ran"],
    ];
    const { json: run } = await front.call("POST", "/multi-exec", { body: JSON.stringify(commands) });
    assert.deepEqual(run, { error });
    const body = JSON.stringify([
      ["GET", "ran"],
      ["MGET", "long", "long"],
      ["STRLEN", "long"],
    ]);
    const { json: replies } = await front.call("POST", "/pipeline", { body });
    assert.deepEqual(replies, [{ result: "1" }, { error }, { result: 3000 }]);
    const connection = await front.connect();
    await connection.send("AUTH", TOKEN);
    assert.equal(await connection.send("LRANGE", "none", "0", "-1"), "*0\r\n");
    assert.equal(await connection.send("EVAL", "return {ARGV[1], ARGV[1]}", "0", "v".repeat(2600)), `-${error}\r\n`);
    assert.equal(await connection.send("GET", "ran"), "$1\r\n1\r\n");
    connection.close();
    await front.stop();
  });

  test("REST waits for nothing: what blocks is refused, and WAIT answers after the time for a reply", async () => {
    const error = 'ERR Command "XREAD" is not allowed in REST or it has a special context path';
    const body = JSON.stringify([
      ["XREAD", "BLOCK", 1, "STREAMS", "s", 0],
      ["XREAD", "COUNT", 1, "STREAMS", "s", 0],
      ["WAIT", 0, 0],
      ["WAIT", 1, -1],
    ]);
    const { json: replies } = await server.call("POST", "/pipeline", { body });
    const negative = { error: "ERR timeout is negative" };
    assert.deepEqual(replies, [{ error }, { result: null }, { result: 0 }, negative]);
    const front = await TestServer.start({ redis: `unix:${redis.path}`, limits: { backendReplyMsMax: 500 } });
    assert.deepEqual((await front.command(["WAIT", 1, 0])).json, { result: 0 });
    await front.stop();
  });

  test("REST looks at the backend's slow log and latencies, and at the clients of this process", async () => {
    const stream = await EventStream.open(server, "/subscribe/looked-at");
    const id = Number(stream.response.headers["stashd-client-id"]);
    await json("CONFIG", "SET", "slowlog-log-slower-than", 0);
    await json("ECHO", "slow");
    await json("CONFIG", "SET", "slowlog-log-slower-than", 10_000);
    const { result: slow } = (await json("SLOWLOG", "GET", -1)) as { result: unknown[][] };
    assert.ok(slow.some(([, , , words]) => String(words) === "ECHO,slow"));
    assert.equal(await frame("SLOWLOG", "LEN"), String(slow.length));
    assert.deepEqual(await json("SLOWLOG", "RESET"), { result: "OK" });
    assert.equal(await frame("SLOWLOG", "LEN"), "0");
    assert.deepEqual(await json("LATENCY", "LATEST"), { result: [] });
    const { result: list } = (await json("CLIENT", "LIST", "TYPE", "pubsub")) as { result: string };
    assert.match(list, new RegExp(`^id=${id} .* sub=1 `));
    assert.deepEqual(await json("CLIENT", "KILL", "ID", id), { result: 1 });
    await stream.closed;
  });

  test("one subscriber at the backend serves streams and connections, and counts as many", async () => {
    const stream = await EventStream.open(server, "/subscribe/news");
    assert.deepEqual(await stream.next(), ["data: subscribe,news,1"]);
    const connection = await connect();
    assert.match(await connection.send("SUBSCRIBE", "news"), /subscribe/);
    assert.match(await connection.send("PSUBSCRIBE", "n*"), /psubscribe/);
    assert.deepEqual(await json("PUBSUB", "NUMSUB", "news"), { result: ["news", 2] });
    assert.deepEqual(await json("PUBLISH", "news", "hi"), { result: 3 });
    assert.deepEqual(await stream.next(), ["data: message,news,hi"]);
    assert.equal(await connection.next(), "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$2\r\nhi\r\n");
    assert.match(await connection.next(), /pmessage/);
    assert.equal(await frame("PUBLISH", "news", "direct"), "2", "one connection, by name and by pattern");
    assert.deepEqual(await stream.next(), ["data: message,news,direct"]);
    stream.drop();
    connection.close();
    await until(async () => (await frame("PUBLISH", "news", "nobody")) === "0");
  });

  test("MONITOR tells what the backend runs, to every client that asks, and its connection ends with the last", async () => {
    const monitors = [await connect(), await connect()];
    for (const monitor of monitors) assert.equal(await monitor.send("MONITOR"), "+OK\r\n");
    await json("SET", "seen", "1");
    for (const monitor of monitors) assert.match(await monitor.next(), /"SET" "seen" "1"/);
    for (const monitor of monitors) monitor.close();
    await until(async () => !/cmd=monitor/.test(await frame("CLIENT", "LIST")));
  });

  test("users, names and clients are this server's own", async () => {
    const connection = await connect();
    assert.equal(await connection.send("ACL", "SETUSER", "reader", "on", ">pw", "~r:*", "+get"), "+OK\r\n");
    const reader = await server.connect();
    assert.equal(await reader.send("AUTH", "reader", "pw"), "+OK\r\n");
    assert.equal(await reader.send("GET", "r:1"), "$-1\r\n");
    assert.match(await reader.send("GET", "k"), /^-NOPERM/);
    assert.match(await reader.send("SET", "r:1", "x"), /^-NOPERM/);
    assert.match(await frame("ACL", "LIST"), /^user default on nopass/);
    assert.match(await frame("CLIENT", "LIST"), /name=front /);
    assert.match(await connection.send("CLIENT", "TRACKING", "ON"), /^-ERR CLIENT TRACKING is not available/);
    assert.match(await connection.send("CLIENT", "NO-TOUCH", "ON"), /^-ERR CLIENT NO-TOUCH is not available/);
    reader.close();
    connection.close();
  });

  test("connections for transactions and waits come back, and do not grow in number", async () => {
    const count = async (): Promise<number> => (await frame("CLIENT", "LIST")).trim().split("\n").length;
    const body = JSON.stringify([["INCR", "c"]]);
    await server.call("POST", "/multi-exec", { body });
    const before = await count();
    for (let i = 0; i < 50; i++) await server.call("POST", "/multi-exec", { body });
    assert.ok((await count()) <= before, `${await count()} connections after ${before}`);
  });
});

function textOf(frame: Frame): string {
  return "items" in frame ? (frame.items ?? []).map(textOf).join(" ") : String(frame.text);
}

describe("options of a server in front of Redis", () => {
  const refused: readonly (readonly [object, RegExp])[] = [
    [
      { redis: "redis://h", fsync: "always" },
      /^fsync is about data in this process; with redis, configure that server/,
    ],
    [{ redis: "redis://h", maxMemoryBytes: 1 }, /^maxMemoryBytes is about data in this process/],
    [{ redisName: "x" }, /^redisName means nothing without redis/],
    [{ redis: "redis://h", redisTls: {} }, /^redisTls is for a backend that speaks TLS; write rediss:/],
    [{ redis: "http://h:6379" }, /^redis cannot be used: http:\/\/h:6379 begins with http:\/\//],
    [{ redis: "redis://u:secret@h/x" }, /^redis cannot be used: redis:\/\/\*\*\*@h\/x ends in x, which is no number/],
    [{ redis: "localhost" }, /^redis cannot be used: localhost is no URL/],
  ];
  for (const [options, message] of refused) {
    test(`${JSON.stringify(options)} is refused in one line`, async () => {
      await assert.rejects(startServer({ port: 0, ...options }), (error) => {
        assert.ok(error instanceof OptionError);
        assert.match(error.message, message);
        return !error.message.includes("\n");
      });
    });
  }
});
