/** What keeps tests away from data that somebody needs: tokens of a kind of their own, and a word in INFO. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertTestDatabase } from "../../src/testing.ts";
import { startServer } from "../../src/server/server.ts";
import { TestServer } from "../support/server.ts";
import { call, connectTo, withDatabase } from "../support/test-database.ts";

const MISPLACED =
  "WRONGPASS this token was made for tests, by createTestDatabase() or stashd run, and this server is not for tests; " +
  "take the URL from where the token comes from";
const NOT_FOR_TESTS =
  "WRONGPASS this server is for tests, and none of its databases has this token, which was not made for tests; " +
  "take url and token from one createTestDatabase() or stashd run, and keep tokens of other databases away from tests";
const UNKNOWN =
  "WRONGPASS no test database of this process has this token; take url and token from one createTestDatabase()";

describe("tokens made for tests", () => {
  test("are refused by another server, which says what they are, on both doors and as its own", async () => {
    await withDatabase({}, async (db) => {
      const server = await TestServer.start({ redisPort: 0 });
      for (const token of [db.token, db.readOnlyToken]) {
        const { json, status } = await server.command(["PING"], { token });
        assert.deepEqual([status, json], [401, { error: MISPLACED }]);
        await assert.rejects(startServer({ port: 0, token }), /token was made for tests, and this server is not/);
        await assert.rejects(startServer({ port: 0, readOnlyToken: token }), /readOnlyToken was made for tests/);
      }
      const connection = await server.connect();
      assert.equal(await connection.send("AUTH", db.token), `-${MISPLACED}\r\n`);
      assert.equal(await connection.send("HELLO", "3", "AUTH", "ada", db.token), `-${MISPLACED}\r\n`);
      assert.match(await connection.send("AUTH", "wrong"), /^-WRONGPASS invalid/);
      connection.close();
      await server.stop();
    });
  });

  test("are the only ones that a database for tests explains as such", async () => {
    await withDatabase({}, async (db) => {
      const other = `${db.token}0`;
      assert.deepEqual(await call({ url: db.url, token: "of-development" }, "FLUSHALL"), { error: NOT_FOR_TESTS });
      assert.deepEqual(await call({ url: db.url, token: other }, "FLUSHALL"), { error: UNKNOWN });
      const connection = await connectTo(db);
      assert.equal(await connection.send("AUTH", "of-development"), `-${NOT_FOR_TESTS}\r\n`);
      assert.equal(await connection.send("AUTH", "ada", "her password"), `-${WRONG_PASS}\r\n`);
      connection.close();
    });
  });
});

const WRONG_PASS = "WRONGPASS invalid username-password pair or user is disabled.";

describe("a database for tests", () => {
  test("says so in INFO, and no other does", async () => {
    await withDatabase({}, async (db) => {
      assert.match(JSON.stringify(await call(db, "INFO", "server")), /stashd_test_database:1\\r\\n/);
    });
    const server = await TestServer.start();
    assert.match((await server.command(["INFO"])).body, /stashd_test_database:0\\r\\n/);
    await server.stop();
  });
});

describe("assertTestDatabase", () => {
  test("resolves for a database for tests, over either protocol", async () => {
    await withDatabase({}, async (db) => {
      await assertTestDatabase(db.env);
      await assertTestDatabase({ REDIS_URL: db.redisUrl });
    });
  });

  test("rejects for any other, and names the variable and not the password", async () => {
    const server = await TestServer.start({ redisPort: 0 });
    const { redisUrl, token, url } = server.server;
    await withDatabase({}, async (db) => {
      const of = (more: Record<string, string>): Promise<void> => assertTestDatabase({ ...db.env, ...more });
      const rest = { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token };
      const said = `does not say so in INFO. Take it from createTestDatabase() or stashd run`;
      await assert.rejects(of(rest), {
        message: `UPSTASH_REDIS_REST_URL names no database for tests: the one at ${new URL(url).host} ${said}`,
      });
      await assert.rejects(of({ REDIS_URL: redisUrl! }), {
        message: `REDIS_URL names no database for tests: the one at ${new URL(redisUrl!).host} ${said}`,
      });
      await assert.rejects(of({ KV_REST_API_URL: url }), /KV_REST_API_URL .*made for tests.*not for tests/);
      await assert.rejects(of({ KV_URL: "nowhere" }), /KV_URL names no database for tests: it is no URL/);
      await assert.rejects(assertTestDatabase({}), /no variable names a database \(UPSTASH_REDIS_REST_URL, /);
    });
    await server.stop();
    await assert.rejects(assertTestDatabase({ REDIS_URL: redisUrl! }), /REDIS_URL .*ECONNREFUSED/);
    await assert.rejects(assertTestDatabase({ KV_REST_API_URL: url }), /KV_REST_API_URL .*ECONNREFUSED/);
  });
});
