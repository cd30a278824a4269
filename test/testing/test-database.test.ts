/** Databases for tests: one server a process, and nothing shared between them. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createTestDatabase, OptionError } from "../../src/testing.ts";
import type { TestDatabase } from "../../src/testing.ts";
import { TestHost } from "../../src/testing/test-host.ts";
import { call, connectTo, withDatabase } from "../support/test-database.ts";

const CLOSED =
  "WRONGPASS this test database was closed; create another one with createTestDatabase(), or close it after its last request";

/** Runs a test with two databases. */
const withTwo = (run: (a: TestDatabase, b: TestDatabase) => Promise<void>): Promise<void> =>
  withDatabase({ limits: { commandBytesMax: 10_000 } }, (a) => withDatabase({}, (b) => run(a, b)));

describe("test databases", () => {
  test("share the server of their process, and have tokens of their own", async () => {
    await withTwo(async (a, b) => {
      assert.equal(a.url, b.url);
      assert.equal(new Set([a.token, a.readOnlyToken, b.token, b.readOnlyToken]).size, 4);
      assert.deepEqual(a.env, {
        UPSTASH_REDIS_REST_URL: a.url,
        UPSTASH_REDIS_REST_TOKEN: a.token,
        KV_REST_API_URL: a.url,
        KV_REST_API_TOKEN: a.token,
        KV_REST_API_READ_ONLY_TOKEN: a.readOnlyToken,
        REDIS_URL: a.redisUrl,
        KV_URL: a.redisUrl,
      });
      assert.deepEqual(await call({ url: a.url, token: a.readOnlyToken }, "SET", "k", "v"), {
        error: "NOPERM this user has no permissions to run the 'set' command or its subcommand",
      });
    });
  });

  test("share no keys, scripts, functions, users, settings or limits, over either protocol", async () => {
    await withTwo(async (a, b) => {
      const [overA, overB] = [await connectTo(a), await connectTo(b)];
      assert.equal(await overA.send("SET", "k", "of a"), "+OK\r\n");
      assert.equal(await overB.send("GET", "k"), "$-1\r\n");
      assert.deepEqual(await call(a, "GET", "k"), { result: "of a" });
      assert.deepEqual(await call(b, "GET", "k"), { result: null });
      const { result: digest } = (await call(a, "SCRIPT", "LOAD", "return 1")) as { result: string };
      assert.deepEqual(await call(a, "EVALSHA", digest, 0), { result: 1 });
      assert.deepEqual(await call(b, "EVALSHA", digest, 0), { error: "NOSCRIPT No matching script. Please use EVAL." });
      await overA.send("FUNCTION", "LOAD", "#!lua name=l\nredis.register_function('f', function() return 1 end)");
      assert.equal(await overA.send("FCALL", "f", "0"), ":1\r\n");
      assert.equal(await overB.send("FCALL", "f", "0"), "-ERR Function not found\r\n");
      await overA.send("ACL", "SETUSER", "ada", "on", ">secret", "+@all", "~*");
      assert.match(await overA.send("ACL", "LIST"), /ada/);
      assert.doesNotMatch(await overB.send("ACL", "LIST"), /ada/);
      await overA.send("CONFIG", "SET", "notify-keyspace-events", "KEA");
      assert.doesNotMatch(await overB.send("CONFIG", "GET", "notify-keyspace-events"), /AKE/);
      assert.match(JSON.stringify(await call(a, "SET", "k", "x".repeat(20_000))), /max request size exceeded|error/);
      assert.deepEqual(await call(b, "SET", "k", "x".repeat(20_000)), { result: "OK" });
      overA.close();
      overB.close();
    });
  });

  test("share no channels", async () => {
    await withTwo(async (a, b) => {
      const [overA, overB] = [await connectTo(a), await connectTo(b)];
      await overA.send("SUBSCRIBE", "news");
      await overB.send("SUBSCRIBE", "news");
      assert.deepEqual(await call(a, "PUBLISH", "news", "to a"), { result: 1 });
      assert.deepEqual(await call(b, "PUBLISH", "news", "to b"), { result: 1 });
      assert.match(await overA.next(), /to a/);
      assert.match(await overB.next(), /to b/);
      overA.close();
      overB.close();
    });
  });

  test("a user that ACL SETUSER made reaches its database, by password and by token", async () => {
    await withTwo(async (a) => {
      await call(a, "ACL", "SETUSER", "ada", "on", ">secret", "+@all", "~*");
      const { result: token } = (await call(a, "ACL", "RESTTOKEN", "ada", "secret")) as { result: string };
      assert.deepEqual(await call({ url: a.url, token }, "SET", "k", "v"), { result: "OK" });
      const connection = await connectTo({ redisUrl: a.redisUrl.replace(/:[^:@]+@/, ":none@") });
      assert.equal(await connection.send("AUTH", "ada", "secret"), "+OK\r\n");
      assert.equal(await connection.send("GET", "k"), "$1\r\nv\r\n");
      connection.close();
    });
  });

  test("a seed repeats random choices", async () => {
    const drawn = async (): Promise<unknown> => {
      const db = await createTestDatabase({ seed: 7 });
      await call(db, "RPUSH", "l", 1);
      await call(db, "SADD", "s", ...Array.from({ length: 100 }, (_, i) => `m${i}`));
      const members = await call(db, "SRANDMEMBER", "s", 10);
      await db.close();
      return members;
    };
    assert.deepEqual(await drawn(), await drawn());
  });

  test("flush removes keys, scripts and functions of all numbered databases", async () => {
    await withDatabase({}, async (db) => {
      const connection = await connectTo(db);
      const digest = JSON.stringify(await call(db, "SCRIPT", "LOAD", "return 1")).slice(11, -2);
      await connection.send("FUNCTION", "LOAD", "#!lua name=l\nredis.register_function('f', function() return 1 end)");
      for (const number of ["0", "3"]) {
        await connection.send("SELECT", number);
        await connection.send("SET", "k", "v");
      }
      await db.flush();
      assert.equal(await connection.send("DBSIZE"), ":0\r\n");
      assert.deepEqual(await call(db, "DBSIZE"), { result: 0 });
      assert.deepEqual(await call(db, "SCRIPT", "EXISTS", digest), { result: [0] });
      assert.equal(await connection.send("FUNCTION", "LIST"), "*0\r\n");
      connection.close();
    });
  });

  test("a database is held to what another server has, and loads what that lacks", async () => {
    await withDatabase({ compatibility: "redis-7.2" }, async (db) => {
      const expiring = ["HEXPIRE", "h", 10, "FIELDS", 1, "f"];
      assert.match(JSON.stringify(await call(db, ...expiring)), /Command is not available: 'HEXPIRE'/);
      await withDatabase({}, async (other) => {
        await call(other, "HSET", "h", "f", "v");
        assert.deepEqual(await call(other, ...expiring), { result: [1] });
        const folder = mkdtempSync(join(tmpdir(), "stashd-target-"));
        await other.dump(join(folder, "data.jsonl"));
        assert.equal(await db.load(join(folder, "data.jsonl")), 1);
        rmSync(folder, { recursive: true });
      });
      assert.deepEqual(await call(db, "HGETALL", "h"), { result: ["f", "v"] });
    });
  });

  test("options that mean nothing, or a token that is taken, are refused", async () => {
    await assert.rejects(createTestDatabase({ tokn: "x" } as object), (error: OptionError) => error.option === "tokn");
    await assert.rejects(createTestDatabase({ now: "soon" }), /"soon" is no time/);
    await withDatabase({ token: "taken" }, async () => {
      await assert.rejects(createTestDatabase({ token: "taken" }), OptionError);
    });
    await withDatabase({ token: "taken" }, async (db) => assert.deepEqual(await call(db, "PING"), { result: "PONG" }));
  });
});

describe("the variables of the process", () => {
  const names = ["UPSTASH_REDIS_REST_URL", "KV_URL", "CACHE_URL"] as const;
  const now = (): readonly (string | undefined)[] => names.map((name) => process.env[name]);

  test("are those of a database until it is closed, which brings back what was there", async (t) => {
    const before = now();
    process.env["KV_URL"] = "redis://elsewhere";
    t.after(() => void (before[1] === undefined ? delete process.env["KV_URL"] : (process.env["KV_URL"] = before[1])));
    const db = await createTestDatabase({ env: { CACHE_URL: "redis" } });
    assert.deepEqual(now(), [db.url, db.redisUrl, db.redisUrl]);
    await assert.rejects(
      createTestDatabase({ env: true, token: "late" }),
      /^OptionError: env .* has set them: close it/,
    );
    await assert.rejects(
      createTestDatabase({ env: { X: "port" as "url" } }),
      /^OptionError: env gives X the value port;/,
    );
    // Those that were refused are closed.
    await withDatabase({ token: "late" }, async () => assert.deepEqual(now(), [db.url, db.redisUrl, db.redisUrl]));
    await db.close();
    assert.deepEqual(now(), [before[0], "redis://elsewhere", before[2]]);
    await withDatabase({ env: true }, async (next) => assert.equal(process.env["KV_URL"], next.redisUrl));
  });
});

test("closeAfter closes a database when its owner says so", async () => {
  const ends: (() => Promise<void>)[] = [];
  const db = await createTestDatabase({ closeAfter: { after: (end) => ends.push(end) } });
  assert.deepEqual(await call(db, "PING"), { result: "PONG" });
  assert.equal(ends.length, 1);
  await ends[0]!();
  assert.deepEqual(await call(db, "PING"), { error: CLOSED });
});

/** One request over a connection that stays open. */
function over(agent: Agent, { token, url }: TestDatabase): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/get/k`, { agent, headers: { Authorization: `Bearer ${token}` } }, (response) => {
      response.setEncoding("utf8");
      let text = "";
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(text));
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

describe("a closed test database", () => {
  test("answers what happened, over both protocols and on connections that were open", async () => {
    await withDatabase({}, async (other) => {
      const db = await createTestDatabase();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const connection = await connectTo(db);
      assert.equal(await over(agent, db), '{"result":null}');
      await db.close();
      await db.close();
      assert.equal(await connection.closed, "");
      assert.equal(await over(agent, db), JSON.stringify({ error: CLOSED }));
      assert.deepEqual(await call(db, "GET", "k"), { error: CLOSED });
      const late = await connectTo(other.redisUrl.length > 0 ? { redisUrl: db.redisUrl } : other);
      assert.equal(await late.send("AUTH", db.token), `-${CLOSED}\r\n`);
      late.close();
      agent.destroy();
    });
  });

  test("leaves its token to the next, also on connections that were open", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const value of ["first", "second"]) {
      await withDatabase({ token: "taken" }, async (db) => {
        assert.equal(await over(agent, db), '{"result":null}');
        await call(db, "SET", "k", value);
        assert.equal(await over(agent, db), `{"result":"${value}"}`);
        // The sessions of a user that is removed are closed: that of the last database would not be.
        await call(db, "ACL", "SETUSER", "default", "resetpass", ">other");
        assert.match(await over(agent, db), /WRONGPASS/);
      });
    }
    agent.destroy();
  });

  test("ends event streams and commands that block", async () => {
    const db = await createTestDatabase();
    const ended = new Promise<void>((resolve, reject) => {
      const headers = { Authorization: `Bearer ${db.token}` };
      const outgoing = request(`${db.url}/subscribe/news`, { agent: false, headers }, (response) => {
        response.once("data", () => void db.close());
        response.resume().on("close", resolve);
      });
      outgoing.on("error", reject);
      outgoing.end();
    });
    const connection = await connectTo(db);
    const waited = connection.send("BLPOP", "q", "0");
    await ended;
    assert.equal(await waited, "");
  });

  test("was the last one: the listeners are closed, and the next database starts others", async () => {
    const db = await createTestDatabase();
    const host = await TestHost.shared();
    const { port } = new URL(db.url);
    await host.end();
    assert.deepEqual(await call(db, "PING"), { result: "PONG" });
    await db.close();
    await host.end();
    const refused = await new Promise<string | undefined>((resolve) => {
      connect(Number(port), "127.0.0.1").on("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
    });
    assert.equal(refused, "ECONNREFUSED");
    await withDatabase({}, async (next) => assert.deepEqual(await call(next, "PING"), { result: "PONG" }));
  });

  test("a process ends without closing its databases", () => {
    const program = `
      import { createTestDatabase } from ${JSON.stringify(new URL("../../src/testing.js", `file://${import.meta.filename}`).href)};
      const db = await createTestDatabase();
      const answer = await fetch(db.url, { method: "POST", headers: { authorization: "Bearer " + db.token }, body: '["PING"]' });
      console.log(await answer.text());
    `;
    const printed = execFileSync(process.execPath, ["--input-type=module", "-e", program], { timeout: 60_000 });
    assert.equal(printed.toString(), '{"result":"PONG"}\n');
  });
});
