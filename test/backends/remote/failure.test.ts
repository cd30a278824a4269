/** A backend that is away, silent or back again: what clients are told, and that no write is sent twice. */
import assert from "node:assert/strict";
import { rmSync, mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, test } from "node:test";
import { EventStream } from "../../support/event-stream.ts";
import { oracleSkipReason, RedisServer } from "../../support/redis.ts";
import { TestServer, TOKEN } from "../../support/server.ts";
import { until } from "../../support/until.ts";
import type { StartOptions } from "../../../src/server/options.ts";

const skip = oracleSkipReason();

/** Short waits, for quick tests. */
const LIMITS = { backendWaitMsMax: 50, backendConnectMsMax: 2000, backendBackoffMsMax: 50 };

/** What is to be ended after a test, the last first. */
const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function startServer(options: StartOptions): Promise<TestServer> {
  const server = await TestServer.start({ ...options, limits: { ...LIMITS, ...options.limits } });
  ends.push(() => server.stop());
  return server;
}

function socketPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "stashd-backend-"));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "redis.sock");
}

async function startRedis(path: string): Promise<RedisServer> {
  const redis = await RedisServer.start([], path);
  ends.push(() => redis.stop());
  return redis;
}

/** A backend that answers the greeting, and of the rest what `answer` says. */
async function startFake(
  answer: (text: string, socket: Socket) => string | undefined,
): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      const text = chunk.latin1Slice();
      for (const command of text.split(/(?=\*\d+\r\n\$)/)) {
        if (/CLIENT|PING|INFO/.test(command)) socket.write(command.includes("SETNAME") ? "+OK\r\n" : ":1\r\n");
        else {
          seen.push(command);
          const reply = answer(command, socket);
          if (reply !== undefined) socket.write(reply);
        }
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const UNREACHABLE = { error: "ERR the Redis behind this server cannot be reached; the command has not run" };
const LOST = {
  error: "ERR the connection to the Redis behind this server was lost before the reply; the command may have run",
};

describe("a backend that is away", { skip }, () => {
  test("at the start: requests are answered 503 with Retry-After, on every path, and 200 once it is there", async () => {
    const path = socketPath();
    const server = await startServer({ redis: `unix:${path}`, redisPort: 0 });
    for (const [target, body] of [
      ["/", '["GET","k"]'],
      ["/pipeline", '[["GET","k"],["SET","k",1]]'],
      ["/multi-exec", '[["GET","k"]]'],
    ] as const) {
      const answer = await server.call("POST", target, { body });
      assert.equal(answer.status, 503, target);
      assert.deepEqual(answer.json, UNREACHABLE);
      assert.equal(answer.headers["retry-after"], "1");
    }
    const stream = await server.call("POST", "/subscribe/c");
    assert.equal(stream.status, 503);
    const connection = await server.connect();
    assert.equal(await connection.send("AUTH", TOKEN), "+OK\r\n", "users are this server's own");
    assert.equal(await connection.send("GET", "k"), `-${UNREACHABLE.error}\r\n`);
    await startRedis(path);
    await until(async () => (await server.command(["SET", "k", "v"])).status === 200);
    assert.equal(await connection.send("GET", "k"), "$1\r\nv\r\n");
    connection.close();
  });

  test("for a while: subscriptions resume, and commands run again", async () => {
    const path = socketPath();
    const first = await startRedis(path);
    const server = await startServer({ redis: `unix:${path}` });
    const stream = await EventStream.open(server, "/subscribe/c");
    assert.deepEqual(await stream.next(), ["data: subscribe,c,1"]);
    await first.stop();
    ends.splice(1, 1);
    await until(async () => (await server.command(["GET", "k"])).status === 503);
    const second = await startRedis(path);
    await until(async () => (await server.command(["PUBLISH", "c", "back"])).status === 200);
    await until(async () => {
      await second.send(["PUBLISH", "c", "again"]);
      return (await server.command(["PUBSUB", "NUMSUB", "c"])).body.includes(",1]");
    });
    await server.command(["PUBLISH", "c", "last"]);
    let event = "";
    while (event !== "data: message,c,last") [event = ""] = await stream.next();
    stream.drop();
  });
});

test(
  "a backend that stands still is handed so many bytes and no more; what was taken runs when it goes on",
  { skip },
  async () => {
    const redis = await startRedis(socketPath());
    const limits = { backendQueuedBytesMax: 4 * 1024 * 1024, backendReplyMsMax: 60_000 };
    const server = await startServer({ redis: `unix:${redis.path}`, limits });
    const value = "v".repeat(256 * 1024);
    redis.signal("SIGSTOP");
    const answers = Array.from({ length: 100 }, (_, i) => server.command(["SET", `k${i}`, value]));
    await until(async () => (await server.command(["SET", "late", value])).status === 503);
    redis.signal("SIGCONT");
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    const taken = statuses.filter((status) => status === 200).length;
    assert.equal(statuses.filter((status) => status === 503).length, answers.length - taken);
    // The system's buffers of the socket hold some, too.
    assert.ok(taken >= 16 && taken * value.length < 3 * limits.backendQueuedBytesMax, `${taken} of ${answers.length}`);
    const { json } = await server.command(["DBSIZE"]);
    assert.deepEqual(json, { result: taken });
  },
);

describe("a backend that does not answer", () => {
  test("a write that was sent is answered as lost, and is not sent again", async () => {
    const fake = await startFake((command, socket) => {
      if (command.includes("INCR")) socket.destroy();
      return "+OK\r\n";
    });
    const server = await startServer({ redis: fake.url });
    const answer = await server.command(["INCR", "n"]);
    assert.equal(answer.status, 503);
    assert.deepEqual(answer.json, LOST);
    await until(async () => (await server.command(["SET", "k", "v"])).status === 200);
    assert.equal(fake.seen.filter((command) => command.includes("INCR")).length, 1);
  });

  test("a transaction that was cut off in between is answered as lost as a whole", async () => {
    const fake = await startFake((command, socket) => {
      if (command.includes("EXEC")) socket.destroy();
      return command.includes("MULTI") ? "+OK\r\n" : "+QUEUED\r\n";
    });
    const server = await startServer({ redis: fake.url });
    const answer = await server.call("POST", "/multi-exec", { body: '[["INCR","n"],["INCR","n"]]' });
    assert.deepEqual([answer.status, answer.json], [503, LOST]);
    assert.equal(fake.seen.filter((command) => command.includes("EXEC")).length, 1);
  });

  test("silence is cut short, and what waits is bounded in number and in bytes", async () => {
    const fake = await startFake((command) => (command.includes("quiet") ? undefined : "+OK\r\n"));
    const limits = { backendReplyMsMax: 300, backendCommandsMax: 3, backendQueuedBytesMax: 1000 };
    const server = await startServer({ redis: fake.url, limits });
    const waiting = [1, 2, 3].map((n) => server.command(["SET", `quiet${n}`, "1"]));
    await until(() => fake.seen.length === 3);
    const refused = await server.command(["SET", "quiet4", "1"]);
    assert.equal(refused.status, 503);
    assert.match(refused.body, /too much waits for the Redis behind this server; the command has not run/);
    for (const answer of await Promise.all(waiting)) assert.deepEqual([answer.status, answer.json], [503, LOST]);
    assert.equal(fake.seen.length, 3);
  });

  for (const [what, reply, reason] of [
    [
      "speaks HTTP",
      "HTTP/1.1 400 Bad Request\r\n\r\n",
      /cannot be used: it speaks HTTP; name the port of its Redis protocol, by default 6379$/,
    ],
    ["speaks the oldest HTTP", '<!DOCTYPE HTML>\n<html lang="en">', /cannot be used: it speaks HTTP; name the port/],
    ["answers a short word", "hi\r\n", /cannot be used: it does not speak the Redis protocol/],
    [
      "wants another password",
      "-WRONGPASS invalid username-password pair or user is disabled.\r\n",
      /cannot be used: WRONGPASS/,
    ],
    [
      "is in protected mode",
      "-DENIED Redis is running in protected mode.\r\n",
      /cannot be used: DENIED Redis is running/,
    ],
  ] as const) {
    test(`one that ${what} ends the start with one line`, async () => {
      const server = createServer((socket) =>
        socket
          .on("error", () => {})
          .resume()
          .end(reply),
      );
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      ends.push(() => new Promise((resolve) => server.close(() => resolve())));
      const url = `redis://:pw@127.0.0.1:${(server.address() as AddressInfo).port}`;
      await assert.rejects(TestServer.start({ redis: url }), (error) => {
        assert.match((error as Error).message, reason);
        return !/\n|pw@/.test((error as Error).message);
      });
    });
  }

  test("TLS against plain is said in one line", async () => {
    const fake = await startFake(() => "+OK\r\n");
    const start = TestServer.start({
      redis: fake.url.replace("redis:", "rediss:"),
      limits: { backendConnectMsMax: 500 },
    });
    const outcome = await start.then(
      async (server) => {
        ends.push(() => server.stop());
        return (await server.command(["GET", "k"])).status;
      },
      (error: Error) => error.message,
    );
    // A server of another version of Node may wait for more bytes.
    assert.match(
      String(outcome),
      /^503$|cannot be used: it does not speak TLS; write redis:\/\/ in place of rediss:\/\/$/,
    );
  });
});
