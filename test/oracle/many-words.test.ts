/** Commands with more words than Redis takes from a client that has not logged in: 1,048,576. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { encodeCommand } from "../support/resp.ts";
import { RawConnection } from "../support/resp-client.ts";
import { TestServer, TOKEN } from "../support/server.ts";

test("a command of more than 1,048,576 words is run", { skip: oracleSkipReason() }, async () => {
  const redis = await RedisServer.start();
  const server = await TestServer.start({ redisPort: 0 });
  const connection = await server.connect();
  await connection.send("AUTH", TOKEN);
  const command = encodeCommand(["EXISTS", ...Array<string>(1_100_000).fill("k")]);
  const replies: string[] = [];
  for (const one of [await RawConnection.open({ path: redis.path }), connection]) {
    await one.send("SET", "k", "v");
    one.write(command);
    replies.push(await one.next());
    one.close();
  }
  assert.deepEqual(replies, [":1100000\r\n", ":1100000\r\n"]);
  await server.stop();
  await redis.stop();
});
