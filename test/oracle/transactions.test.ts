/**
 * Transactions over several connections: the same interleaving of commands to our server and to redis-server, raw
 * replies compared. A line names the connection that speaks, `a: SET k 1`.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { RawConnection } from "../support/resp-client.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { splitWords } from "../support/words.ts";
import { chooseSeed } from "../support/world.ts";
import { Dice } from "./random.ts";

const SCRIPTS: Readonly<Record<string, string>> = {
  "a watched key that another changes": `
    a: SET k 1
    a: WATCH k
    b: SET k 2
    a: MULTI
    a: SET k 3
    a: EXEC
    a: GET k
    a: MULTI
    a: SET k 4
    a: EXEC
    a: GET k
  `,
  "a change after MULTI": `
    a: WATCH k j
    a: MULTI
    a: SET k 3
    b: LPUSH j x
    a: INCR k
    a: EXEC
    a: EXISTS k
  `,
  "changes that are none": `
    a: SET k 1
    a: WATCH k none
    b: SETNX k 2
    b: DEL none
    b: GET k
    b: EXPIRE none 10
    b: PERSIST k
    b: GETSET other x
    a: MULTI
    a: GET k
    a: EXEC
  `,
  "setting the same value is a change, and so is a deadline": `
    a: SET k 1
    a: WATCH k
    b: SET k 1
    a: MULTI
    a: EXEC
    a: WATCH k
    b: EXPIRE k 1000
    a: MULTI
    a: EXEC
    a: WATCH k
    b: TOUCH k
    a: MULTI
    a: EXEC
  `,
  "a key that comes and goes": `
    a: WATCH k
    b: SET k 1
    b: DEL k
    a: MULTI
    a: EXEC
    b: RPUSH k 1
    a: WATCH k
    b: RPOP k
    a: MULTI
    a: EXEC
  `,
  "UNWATCH, DISCARD, EXEC and RESET end watching": `
    a: SET k 1
    a: WATCH k
    a: UNWATCH
    b: SET k 2
    a: MULTI
    a: GET k
    a: EXEC
    a: WATCH k
    a: MULTI
    a: DISCARD
    b: SET k 3
    a: MULTI
    a: GET k
    a: EXEC
    b: SET k 4
    a: MULTI
    a: GET k
    a: EXEC
  `,
  "UNWATCH after the change forgives it": `
    a: WATCH k
    b: SET k 1
    a: UNWATCH
    a: MULTI
    a: GET k
    a: EXEC
  `,
  "flushing changes only the keys that are there": `
    a: SET k 1
    a: WATCH none
    b: FLUSHALL
    a: MULTI
    a: PING
    a: EXEC
    a: SET k 1
    a: WATCH k
    b: FLUSHDB
    a: MULTI
    a: PING
    a: EXEC
    a: SET k 1
    a: WATCH k
    b: SELECT 1
    b: FLUSHDB
    a: MULTI
    a: PING
    a: EXEC
    a: WATCH k
    b: FLUSHALL
    a: MULTI
    a: PING
    a: EXEC
  `,
  "SWAPDB changes what either side has": `
    a: SET k 1
    a: WATCH k
    b: SWAPDB 0 1
    a: MULTI
    a: EXISTS k
    a: EXEC
    a: WATCH k
    b: SWAPDB 0 1
    a: MULTI
    a: EXISTS k
    a: EXEC
    a: WATCH none
    b: SWAPDB 0 1
    a: MULTI
    a: EXISTS k
    a: EXEC
    a: WATCH k
    b: SWAPDB 2 3
    a: MULTI
    a: EXEC
  `,
  "the same name in another database is another key": `
    a: SELECT 1
    a: WATCH k
    b: SET k 1
    a: MULTI
    a: EXEC
    a: WATCH k
    a: SELECT 0
    a: SET k 2
    a: MULTI
    a: EXEC
    a: WATCH k
    b: SELECT 1
    b: COPY k k DB 0 REPLACE
    b: SET k 5
    b: MOVE k 0
    a: MULTI
    a: EXEC
    a: WATCH k
    b: RENAME k j
    a: MULTI
    a: EXEC
    a: DEL k
    a: WATCH k
    b: MOVE j 0
    b: SELECT 0
    b: RENAME j k
    a: MULTI
    a: EXEC
  `,
  "two that watch, and one that wins": `
    a: WATCH k
    b: WATCH k
    a: MULTI
    b: MULTI
    a: INCR k
    b: INCR k
    a: EXEC
    b: EXEC
    c: GET k
  `,
  "other connections see all of it or nothing": `
    a: MULTI
    a: SET k 1
    b: GET k
    a: SET j 2
    a: EXEC
    b: MGET k j
    a: MULTI
    a: SET k x
    a: RESET
    b: GET k
  `,
  "a failing command does not stop the others": `
    a: SET k x
    a: MULTI
    a: INCR k
    a: LPUSH k 1
    a: SET k 2
    a: SELECT 99
    a: SELECT 2
    a: SET k two
    a: EXEC
    a: GET k
    b: GET k
  `,
  "an expired key": `
    a: SET k 1 PX 1
    c: DEBUG SLEEP 0.01
    a: WATCH k
    b: GET k
    a: MULTI
    a: PING
    a: EXEC
  `,
  "MONITOR is refused in a transaction": `
    a: MULTI
    a: MONITOR
    a: PING
    a: EXEC
    a: PING
  `,
  "a subscription is confirmed in the place of its reply": `
    a: MULTI
    a: PING
    a: SUBSCRIBE c
    a: PSUBSCRIBE p*
    a: UNSUBSCRIBE c
    a: ECHO end
    a: EXEC
    a: PUNSUBSCRIBE
    a: PING
    a: MULTI
    a: UNSUBSCRIBE
    a: EXEC
  `,
  "a subscription is confirmed in the place of its reply, in RESP3": `
    a: HELLO 3
    a: MULTI
    a: SSUBSCRIBE c
    a: PING
    a: SUNSUBSCRIBE
    a: EXEC
  `,
  "an array that is not there, in RESP3": `
    a: HELLO 3
    a: WATCH k
    b: SET k 1
    a: MULTI
    a: GET k
    a: EXEC
    a: MULTI
    a: HGETALL none
    a: SMEMBERS none
    a: EXEC
  `,
};

type Side = (name: string, words: readonly string[]) => Promise<string>;

describe("transactions agree with redis-server", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  let server: TestServer;
  before(async () => {
    [redis, server] = await Promise.all([RedisServer.start(), TestServer.start({ redisPort: 0 })]);
  });
  after(() => Promise.all([redis.stop(), server.stop()]));

  /** Connections by name, made as they are asked for. */
  function side(open: () => Promise<RawConnection>): { send: Side; close(): void } {
    const connections = new Map<string, RawConnection>();
    const send = async (name: string, words: readonly string[]): Promise<string> => {
      const connection = connections.get(name) ?? (await open());
      connections.set(name, connection);
      return connection.send(...words);
    };
    return { send, close: () => connections.forEach((connection) => connection.close()) };
  }

  async function run(lines: readonly string[]): Promise<void> {
    const theirs = side(() => RawConnection.open({ path: redis.path }));
    const mine = side(async () => {
      const connection = await server.connect();
      await connection.send("AUTH", TOKEN);
      return connection;
    });
    await Promise.all([theirs.send("x", ["FLUSHALL"]), mine.send("x", ["FLUSHALL"])]);
    for (const [i, line] of lines.entries()) {
      const [, name = "", command = ""] = /^(\w): (.*)$/.exec(line)!;
      const words = splitWords(command);
      const expected = await theirs.send(name, words);
      // The greetings differ, and only one side can sleep.
      if (words[0] === "DEBUG") continue;
      const received = await mine.send(name, words);
      if (words[0] !== "HELLO") assert.equal(received, expected, lines.slice(0, i + 1).join("\n"));
      if (words[0] === "RESET") await mine.send(name, ["AUTH", TOKEN]);
    }
    for (const { close } of [theirs, mine]) close();
  }

  for (const [name, script] of Object.entries(SCRIPTS)) {
    test(name, () =>
      run(
        script
          .split("\n")
          .map((line) => line.trim())
          .filter((line) => line !== ""),
      ),
    );
  }

  test("random interleavings", async () => {
    const seed = chooseSeed();
    console.log(`random transactions: SEED=${seed}`);
    const dice = new Dice(seed);
    const keys = ["k", "j", "l"];
    const forms: (() => string)[] = [
      () => `SET ${dice.pick(keys)} ${dice.between(0, 3)}`,
      () => `INCR ${dice.pick(keys)}`,
      () => `DEL ${dice.pick(keys)}`,
      () => `GET ${dice.pick(keys)}`,
      () => `EXPIRE ${dice.pick(keys)} ${dice.pick(["1000", "-1"])}`,
      () => `WATCH ${dice.picks(keys, dice.between(1, 2)).join(" ")}`,
      () => dice.pick(["UNWATCH", "DISCARD", "MULTI", "FLUSHDB", "FLUSHALL", "SWAPDB 0 1", "NOPE", "GET", "EXEC x"]),
      () => dice.pick(["MULTI", "EXEC", "SELECT 0", "SELECT 1", "MOVE k 1", "RENAME k j", "COPY j k", "SETNX l 1"]),
      () => dice.pick(["MULTI", "EXEC"]),
    ];
    await run(Array.from({ length: 4000 }, () => `${dice.pick(["a", "b", "c"])}: ${dice.pick(forms)()}`));
  });
});
