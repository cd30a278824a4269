/**
 * Rights in front of every backend: they are taken away from clients whose commands or streams are under way, and hold for
 * what a command does beside what its words tell.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ServerOptions } from "../../src/index.ts";
import { EventStream } from "../support/event-stream.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import type { RawConnection } from "../support/resp-client.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";

const BACKENDS: Readonly<Record<string, (redis: RedisServer) => ServerOptions>> = {
  "the engine here": () => ({}),
  "redis-server": ({ path }) => ({ redis: `unix:${path}` }),
};

/** A command that blocks, how what it waits for comes, and what is there when nobody took it. */
const WAITS = [
  { words: ["BLPOP", "q", "0"], add: ["RPUSH", "q", "a"], left: ["LLEN", "q"] },
  { words: ["BLMOVE", "q", "to", "LEFT", "LEFT", "0"], add: ["RPUSH", "q", "a"], left: ["LLEN", "q"] },
  { words: ["BZMPOP", "0", "1", "q", "MIN"], add: ["ZADD", "q", "1", "a"], left: ["ZCARD", "q"] },
] as const;

const SCRIPT = "return redis.call('get', 'other')";
const LIBRARY =
  "#!lua name=peeking\nredis.register_function{function_name='peek', flags={'no-writes'}, " +
  "callback=function() return redis.call('get', 'other') end}";

describe("rights that are taken away", { skip: oracleSkipReason() }, () => {
  for (const [name, optionsFor] of Object.entries(BACKENDS)) {
    describe(`in front of ${name}`, () => {
      let redis: RedisServer;
      let server: TestServer;
      let admin: RawConnection;
      before(async () => {
        redis = await RedisServer.start();
        server = await TestServer.start({ ...optionsFor(redis), redisPort: 0 });
        admin = await server.connect();
        await admin.send("AUTH", TOKEN);
      });
      after(async () => {
        admin.close();
        await server.stop();
        await redis.stop();
      });

      async function connect(protocol = "2"): Promise<RawConnection> {
        await admin.send("FLUSHALL");
        assert.equal(
          await admin.send("ACL", "SETUSER", "worker", "reset", "on", ">pw", "~*", "&*", "+@all"),
          "+OK\r\n",
        );
        const connection = await server.connect();
        await connection.send("HELLO", protocol, "AUTH", "worker", "pw");
        return connection;
      }

      async function block(connection: RawConnection, words: readonly string[]): Promise<{ reply: Promise<string> }> {
        const reply = connection.send(...words);
        await until(async () => (await server.blockedClients()) === 1);
        return { reply };
      }

      for (const { add, left, words } of WAITS) {
        for (const [what, rules, error] of [
          ["its key", ["resetkeys", "~other"], /^-NOPERM .*key/],
          ["the command", [`-${words[0]}`], new RegExp(`^-NOPERM .*'${words[0]}'`, "i")],
        ] as const) {
          test(`${words[0]} of a client that may not use ${what} any more takes nothing`, async () => {
            const connection = await connect(what === "its key" ? "3" : "2");
            const { reply } = await block(connection, words);
            await admin.send("ACL", "SETUSER", "worker", ...rules);
            assert.equal(await admin.send(...add), ":1\r\n");
            assert.match(await reply, error);
            assert.equal(await admin.send(...left), ":1\r\n");
            assert.equal(await connection.send("PING"), "+PONG\r\n");
            connection.close();
          });
        }
      }

      test("a client that keeps its rights is served, whatever changes", async () => {
        const connection = await connect();
        const { reply } = await block(connection, WAITS[0].words);
        await admin.send("ACL", "SETUSER", "worker", "-get", "resetkeys", "~q");
        await admin.send("ACL", "SETUSER", "another", "on");
        await admin.send("RPUSH", "q", "a");
        assert.equal(await reply, "*2\r\n$1\r\nq\r\n$1\r\na\r\n");
        connection.close();
      });

      test("a client whose user is deleted is disconnected, and takes nothing", async () => {
        const connection = await connect();
        const { reply } = await block(connection, WAITS[0].words);
        assert.equal(await admin.send("ACL", "DELUSER", "worker"), ":1\r\n");
        assert.equal(await reply, "");
        await until(async () => (await server.blockedClients()) === 0);
        await admin.send("RPUSH", "q", "a");
        assert.equal(await admin.send("LLEN", "q"), ":1\r\n");
      });

      test("a stream whose token is revoked ends, and so does a subscriber without its channel", async () => {
        const connection = await connect();
        const answer = await server.command(["ACL", "RESTTOKEN", "worker", "pw"]);
        const token = (answer.json as { result: string }).result;
        const stream = await EventStream.open(server, "/subscribe/news", { token });
        assert.deepEqual(await stream.next(), ["data: subscribe,news,1"]);
        await connection.send("SUBSCRIBE", "news");
        await admin.send("ACL", "SETUSER", "worker", "resetchannels");
        assert.equal(await connection.closed, "");
        await admin.send("ACL", "SETUSER", "worker", "resetpass", ">other");
        await stream.closed;
        assert.equal(await admin.send("PUBLISH", "news", "x"), ":0\r\n");
      });

      test("SORT reads no key that its user may not read", async () => {
        const connection = await connect();
        await admin.send("RPUSH", "mine", "a");
        await admin.send("SET", "other:a", "secret");
        await admin.send("ACL", "SETUSER", "worker", "resetkeys", "~mine");
        for (const words of [
          ["SORT", "mine", "BY", "nosort", "GET", "other:*"],
          ["SORT_RO", "mine", "BY", "other:*"],
        ]) {
          assert.match(await connection.send(...words), /denied due to insufficient ACL permissions/);
        }
        assert.equal(await connection.send("SORT", "mine", "ALPHA"), "*1\r\n$1\r\na\r\n");
        connection.close();
      });

      test("a script does nothing that its user may not do", async () => {
        const connection = await connect();
        await admin.send("SET", "other", "secret");
        await admin.send("FUNCTION", "LOAD", LIBRARY);
        const digest = (await admin.send("SCRIPT", "LOAD", SCRIPT)).split("\r\n")[1]!;
        const scripts = [
          ["EVAL", SCRIPT, "0"],
          ["EVAL_RO", SCRIPT, "0"],
          ["EVALSHA", digest, "0"],
          ["FCALL", "peek", "0"],
          ["FCALL_RO", "peek", "0"],
        ];
        for (const words of scripts) assert.equal(await connection.send(...words), "$6\r\nsecret\r\n");
        await connection.send("MULTI");
        await connection.send(...scripts[0]!);
        await admin.send("ACL", "SETUSER", "worker", "resetkeys", "~mine");
        assert.doesNotMatch(await connection.send("EXEC"), /secret/);
        for (const words of scripts) assert.match(await connection.send(...words), /^-(?:NOPERM|ERR) /);
        connection.close();
      });

      test("a pipeline whose token is revoked runs no further command", async () => {
        const connection = await connect();
        connection.close();
        const answer = await server.command(["ACL", "RESTTOKEN", "worker", "pw"]);
        const token = (answer.json as { result: string }).result;
        const commands = [
          ["ACL", "SETUSER", "worker", "resetpass"],
          ...Array.from({ length: 5000 }, () => ["INCR", "n"]),
        ];
        const { json } = await server.call("POST", "/pipeline", { body: JSON.stringify(commands), token });
        const replies = json as { error?: string; result?: unknown }[];
        assert.match(replies.at(-1)!.error!, /Unauthorized|WRONGPASS/i);
        const ran = replies.filter(({ result }) => typeof result === "number").length;
        assert.equal(await admin.send("GET", "n"), ran === 0 ? "$-1\r\n" : `$${String(ran).length}\r\n${ran}\r\n`);
      });
    });
  }
});
