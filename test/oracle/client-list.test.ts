/** What CLIENT LIST says of a connection's memory, in states that redis-server is brought to in the same way. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { encodeCommand } from "../support/resp.ts";
import { RawConnection } from "../support/resp-client.ts";
import { TestServer, TOKEN } from "../support/server.ts";

/** Fields that are the same on both sides; of the others, only whether they are 0. */
const EQUAL = ["multi", "qbuf", "argv-mem", "oll", "events", "sub"];
const ZERO_OR_NOT = ["multi-mem", "omem", "tot-mem"];

/**
 * Bytes that bring a connection into each state. One that is blocked has 14 bytes more on their way; a message that a
 * subscriber does not read is sent by another connection.
 */
const STATES: Readonly<Record<string, string>> = {
  "nothing was sent": "",
  "a bulk string is incomplete": "*3\r\n$3\r\nSET\r\n$5\r\nhello\r\n$100\r\nabc",
  "a count is incomplete": "*3\r\n$3\r\nSET\r\n$5\r\nhello\r\n$10",
  "commands are queued": encodeCommand(["MULTI"]) + encodeCommand(["SET", "k", "v"]) + encodeCommand(["GET", "k"]),
  "a command blocks": encodeCommand(["BLPOP", "none", "none2", "0"]),
  "a command blocks, and another waits": encodeCommand(["BLPOP", "none", "none2", "0"]) + encodeCommand(["PING"]),
  "it is subscribed": encodeCommand(["SUBSCRIBE", "a", "b"]),
};

const FIELDS = / (?:multi|qbuf|argv-mem|multi-mem|oll|omem|tot-mem|events|sub)=\S+/g;

type Fields = Record<string, string | boolean>;

/** The fields to compare of the line with an id. */
function fieldsOf(list: string, id: string): Fields {
  const line = list.split("\n").find((one) => one.includes(`id=${id} `))!;
  const all = Object.fromEntries(line.match(FIELDS)!.map((field) => field.trim().split("=") as [string, string]));
  return Object.fromEntries([
    ...EQUAL.map((name) => [name, all[name]!] as const),
    ...ZERO_OR_NOT.map((name) => [name, all[name] === "0"] as const),
  ]);
}

/** What CLIENT LIST says of a connection that has sent these bytes. */
async function observe(connect: () => Promise<RawConnection>, bytes: string, isThere: (fields: Fields) => boolean) {
  const [watcher, client] = [await connect(), await connect()];
  const id = (await client.send("CLIENT", "ID")).slice(1, -2);
  client.write(bytes);
  let fields: Fields = {};
  // The bytes come in at a time of their own.
  for (let i = 0; i < 1000 && (i === 0 || !isThere(fields)); i++) {
    fields = fieldsOf(await watcher.send("CLIENT", "LIST"), id);
  }
  for (const connection of [watcher, client]) connection.close();
  return fields;
}

describe("CLIENT LIST says what connections hold, as redis-server does", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  let server: TestServer;
  before(async () => {
    redis = await RedisServer.start();
    server = await TestServer.start({ redisPort: 0 });
  });
  after(async () => {
    await server.stop();
    await redis.stop();
  });

  const toRedis = () => RawConnection.open({ path: redis.path });
  const toServer = async (): Promise<RawConnection> => {
    const connection = await server.connect();
    await connection.send("AUTH", TOKEN);
    return connection;
  };

  for (const [state, bytes] of Object.entries(STATES)) {
    test(state, async () => {
      let expected: Fields = {};
      // Redis may have read a part of the bytes: what it says at last counts.
      let same = 0;
      expected = await observe(toRedis, bytes, (fields) => {
        same = JSON.stringify(fields) === JSON.stringify(expected) ? same + 1 : 0;
        expected = fields;
        return same === 20;
      });
      const isThere = (fields: Fields): boolean => JSON.stringify(fields) === JSON.stringify(expected);
      assert.deepEqual(await observe(toServer, bytes, isThere), expected);
    });
  }

  test("the last command, also one that was queued, ran a transaction, failed or was unknown", async () => {
    const steps: readonly (readonly string[])[] = [
      ["SET", "k", "v"],
      ["MULTI"],
      ["GET", "k"],
      ["LPUSH", "k", "x"],
      ["EXEC"],
      ["GET"],
      ["LPUSH", "k", "x"],
      ["NOSUCH", "x"],
      ["EVAL", "return redis.call('GET', 'k')", "0"],
      ["CONFIG", "GET", "maxmemory"],
      ["CONFIG", "NOSUCH"],
      ["MULTI"],
      ["DISCARD"],
    ];
    const seen: string[][] = [];
    for (const connect of [toRedis, toServer]) {
      const [watcher, client] = [await connect(), await connect()];
      const id = (await client.send("CLIENT", "ID")).slice(1, -2);
      const commands: string[] = [];
      for (const step of steps) {
        await client.send(...step);
        const list = await watcher.send("CLIENT", "LIST", "ID", id);
        commands.push(`${step.join(" ")}: ${/ cmd=(\S*)/.exec(list)![1]}`);
      }
      seen.push(commands);
      for (const connection of [watcher, client]) connection.close();
    }
    assert.deepEqual(seen[1], seen[0]);
    assert.ok(seen[0]!.includes("EXEC: exec"));
  });

  test("the client that asks", async () => {
    const answers: string[] = [];
    for (const connect of [toRedis, toServer]) {
      const connection = await connect();
      answers.push(/ argv-mem=\d+ multi-mem=\d+ /.exec(await connection.send("CLIENT", "INFO"))![0]);
      connection.close();
    }
    assert.equal(answers[1], answers[0]);
  });

  test("a message that is not read", async () => {
    const publisher = await toServer();
    const subscriber = await toServer();
    const id = (await subscriber.send("CLIENT", "ID")).slice(1, -2);
    await subscriber.send("SUBSCRIBE", "c");
    subscriber.socket.pause();
    await publisher.send("PUBLISH", "c", "x".repeat(8_000_000));
    const line = (await publisher.send("CLIENT", "LIST", "ID", id)).trim();
    const [, oll, omem, totMem] = / obl=0 oll=(\d+) omem=(\d+) tot-mem=(\d+) events=rw /.exec(line)!;
    assert.equal(oll, "1", line);
    assert.ok(Number(omem) > 1_000_000 && Number(totMem) > Number(omem), line);
    for (const connection of [publisher, subscriber]) connection.close();
  });
});
