/** Faults, and what was sent, through every way in. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, test } from "node:test";
import { assertCommand, createTestDatabase, matchers } from "../../src/testing.ts";
import type { FaultSpec, TestDatabase } from "../../src/testing.ts";
import { call, connectTo, withDatabase } from "../support/test-database.ts";
import { until } from "../support/until.ts";

/** What becomes of one request: the status and body of its answer, or the error. */
type Outcome = readonly [status: number, body: string] | string;

/** Ways to send a request over REST. */
const WAYS: Readonly<Record<string, (db: TestDatabase, path: string, body: string) => Promise<Outcome>>> = {
  http: (db, path, body) => outcomeOf(fetch(db.url + path, { method: "POST", body, headers: authorized(db) })),
  "in process": (db, path, body) =>
    outcomeOf(db.fetch(db.url + path, { method: "POST", body, headers: authorized(db) })),
};

const authorized = ({ token }: TestDatabase): Record<string, string> => ({ authorization: `Bearer ${token}` });

async function outcomeOf(answer: Promise<Response>): Promise<Outcome> {
  try {
    const response = await answer;
    return [response.status, await response.text()];
  } catch (error) {
    assert.ok(error instanceof TypeError);
    return `${error.message}: ${(error.cause as { code?: string }).code}`;
  }
}

const SET = '["SET","user:1","v"]';
const QUOTA = '{"error":"ERR max daily request limit exceeded. Limit: 10000, Usage: 10000."}';

for (const [name, send] of Object.entries(WAYS)) {
  describe(`faults, ${name}`, () => {
    /** The outcome of one SET under a fault, and of GET after it without. */
    const under = async (fault: FaultSpec, path = "", body = SET): Promise<[Outcome, unknown]> => {
      let seen: [Outcome, unknown] | undefined;
      await withDatabase({}, async (db) => {
        const added = db.faults.add(fault);
        const outcome = await send(db, path, body);
        assert.equal(added.happened, 1);
        added.remove();
        seen = [outcome, await call(db, "GET", "user:1")];
      });
      return seen!;
    };
    const unset = { result: null };

    test("the status of a used-up quota, of a server's fault, and others", async () => {
      assert.deepEqual(await under({ action: { status: 429 } }), [[429, QUOTA], unset]);
      assert.deepEqual(await under({ action: { status: 500 } }), [[500, '{"error":"ERR internal error"}'], unset]);
      assert.deepEqual(await under({ action: { status: 503 } }), [[503, '{"error":"ERR service unavailable"}'], unset]);
      const given = { status: 418, error: "ERR a teapot" };
      assert.deepEqual(await under({ action: given }), [[418, '{"error":"ERR a teapot"}'], unset]);
    });

    test("an error is one command's, in a pipeline too", async () => {
      const fault = { match: { command: "set" }, action: { error: "ERR out of luck" } };
      assert.deepEqual(await under(fault), [[400, '{"error":"ERR out of luck"}'], unset]);
      const items = '[{"result":"PONG"},{"error":"ERR out of luck"}]';
      assert.deepEqual(await under(fault, "/pipeline", `[["PING"],${SET}]`), [[200, items], unset]);
      const whole = [[400, '{"error":"ERR out of luck"}'], unset];
      assert.deepEqual(await under(fault, "/multi-exec", `[["PING"],${SET}]`), whole);
      const listed = { match: { route: "pipeline" as const, key: "user:*" }, action: { error: "ERR out of luck" } };
      assert.deepEqual(await under(listed, "/pipeline", `[["PING"],${SET}]`), [[200, items], unset]);
    });

    test("a connection that is dropped, before anything runs", async () => {
      const [outcome, left] = await under({ action: { disconnect: true } });
      assert.equal(outcome, "fetch failed: UND_ERR_SOCKET");
      assert.deepEqual(left, unset);
    });

    test("an answer that is cut in half, after everything has run", async () => {
      const [outcome, left] = await under({ action: { truncate: true } });
      assert.equal(outcome, "terminated: UND_ERR_RES_CONTENT_LENGTH_MISMATCH");
      assert.deepEqual(left, { result: "v" });
    });

    test("an answer that is late, or never comes", async (t) => {
      await withDatabase({}, async (db) => {
        const late = db.faults.add({ action: { latencyMs: 5000, times: 1 } });
        t.mock.timers.enable({ apis: ["setTimeout"] });
        const answer = WAYS["in process"]!(db, "", SET);
        await new Promise(setImmediate);
        assert.deepEqual([late.happened, await call(db, "EXISTS", "user:1")], [1, { result: 0 }]);
        t.mock.timers.tick(5000);
        assert.deepEqual(await answer, [200, '{"result":"OK"}']);
        t.mock.timers.reset();
        const silent = db.faults.add({ match: { command: "INCR" }, action: { latencyMs: Infinity } });
        const controller = new AbortController();
        const init = { method: "POST", body: '["INCR","n"]', headers: authorized(db), signal: controller.signal };
        const aborted = assert.rejects(name === "http" ? fetch(db.url, init) : db.fetch(db.url, init), {
          name: "AbortError",
        });
        await until(() => silent.happened === 1);
        controller.abort();
        await aborted;
        const never = send(db, "", '["INCR","n"]');
        await until(() => silent.happened === 2);
        await db.close();
        assert.equal(await never, "fetch failed: UND_ERR_SOCKET");
      });
    });

    test("commands, routes and keys choose; times and chance bound", async () => {
      await withDatabase({}, async (db) => {
        db.faults.add({ match: { route: "pipeline" }, action: { status: 500 } });
        db.faults.add({ match: { key: "user:*", command: "GET" }, action: { status: 502, times: 2 } });
        const chance = db.faults.add({
          match: { command: "PING" },
          action: { status: 429, probability: 0.5, seed: 3 },
        });
        const statuses = async (path: string, body: string, count = 1): Promise<unknown[]> => {
          const seen: unknown[] = [];
          for (let i = 0; i < count; i++) seen.push((await send(db, path, body))[0]);
          return seen;
        };
        assert.deepEqual(await statuses("/pipeline", `[${SET}]`), [500]);
        assert.deepEqual(await statuses("", SET), [200]);
        assert.deepEqual(await statuses("", '["GET","other"]'), [200]);
        assert.deepEqual(await statuses("", '["GET","user:1"]', 4), [502, 502, 200, 200]);
        assert.deepEqual(await statuses("/get/user:1", ""), [200]);
        const first = await statuses("", '["PING"]', 20);
        chance.remove();
        db.faults.add({ match: { command: "PING" }, action: { status: 429, probability: 0.5, seed: 3 } });
        assert.deepEqual(await statuses("", '["PING"]', 20), first);
        assert.ok(first.includes(200) && first.includes(429));
      });
    });
  });
}

test("a dropped keep-alive connection is dropped for a client of HTTP, and the next request has another", async () => {
  await withDatabase({}, async (db) => {
    await (await fetch(`${db.url}/ping`, { headers: authorized(db) })).text();
    db.faults.add({ action: { disconnect: true, times: 1 } });
    assert.equal(await WAYS["http"]!(db, "", SET), "fetch failed: UND_ERR_SOCKET");
    assert.deepEqual(await WAYS["http"]!(db, "", SET), [200, '{"result":"OK"}']);
  });
});

test("an event stream is cut within its first message", async () => {
  await withDatabase({}, async (db) => {
    db.faults.add({ match: { route: "subscribe" }, action: { truncate: true } });
    const outcome = await new Promise<string>((resolve, reject) => {
      const outgoing = request(`${db.url}/subscribe/news`, { agent: false, headers: authorized(db) }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("close", () => resolve(text)).on("error", () => {});
      });
      outgoing.on("error", reject);
      outgoing.end();
    });
    assert.equal(outcome, "data: subscr");
    assert.deepEqual(await call(db, "PUBSUB", "NUMSUB", "news"), { result: ["news", 0] });
  });
});

test("over the Redis protocol", async () => {
  await withDatabase({}, async (db) => {
    const connection = await connectTo(db);
    const error = db.faults.add({ match: { command: "GET" }, action: { error: "ERR out of luck", times: 1 } });
    assert.equal(await connection.send("GET", "k"), "-ERR out of luck\r\n");
    assert.equal(await connection.send("GET", "k"), "$-1\r\n");
    assert.deepEqual([error.matched, error.happened], [1, 1]);
    db.faults.add({ match: { route: "redis", command: "INCR" }, action: { status: 429, times: 1 } });
    assert.match(await connection.send("INCR", "n"), /^-ERR max daily request limit exceeded/);
    db.faults.add({ match: { command: "INCR" }, action: { latencyMs: 1, times: 1 } });
    const replies = [connection.send("INCR", "n"), connection.send("INCR", "n")];
    assert.deepEqual(await Promise.all(replies), [":1\r\n", ":2\r\n"]);
    db.faults.add({ match: { command: "INCR" }, action: { truncate: true, times: 1 } });
    assert.equal(await connection.send("INCR", "n"), "");
    assert.deepEqual(await call(db, "GET", "n"), { result: "3" });
    const other = await connectTo(db);
    db.faults.add({ match: { command: "INCR" }, action: { disconnect: true, times: 1 } });
    assert.equal(await other.send("INCR", "n"), "");
    assert.deepEqual(await call(db, "GET", "n"), { result: "3" });
  });
});

test("faults that met no request are named when the database closes", async () => {
  const db = await createTestDatabase();
  db.faults.add({ match: { command: "GET" }, action: { status: 500 } });
  db.faults.add({ match: { command: "INCR" }, action: { status: 500 } }).remove();
  db.faults.add({ match: { key: "k" }, action: { status: 500, times: 1 } });
  await call(db, "SET", "k", "v");
  const reason = /^Error: 1 fault met no request; .*:\n {2}\{"match":\{"command":"GET"\},"action":\{"status":500\}\}$/;
  await assert.rejects(db.close(), reason);
  await assert.rejects(db[Symbol.asyncDispose](), reason);
  assert.match(JSON.stringify(await call(db, "PING").catch(String)), /was closed|ECONNREFUSED/);
});

test("what is wrong with a fault is said at once", async () => {
  await withDatabase({}, async ({ faults }) => {
    const refused: readonly (readonly [fault: object, reason: RegExp])[] = [
      [{}, /action is missing/],
      [{ action: {} }, /action does nothing/],
      [{ action: { times: 1 } }, /action does nothing/],
      [{ action: { statsu: 500 } }, /action has no statsu \(did you mean status\?\)/],
      [{ match: { comand: "GET" }, action: { status: 500 } }, /match has no comand \(did you mean command\?\)/],
      [{ match: { command: "GETT" }, action: { status: 500 } }, /command GETT is unknown/],
      [{ match: { route: "get" }, action: { status: 500 } }, /route must be one of command, pipeline/],
      [{ action: { status: 200 } }, /status must be from 400 to 599/],
      [{ action: { latencyMs: -1 } }, /latencyMs must be/],
      [{ action: { status: 500, times: 0 } }, /times must be/],
      [{ action: { status: 500, probability: 2 } }, /probability must be/],
    ];
    for (const [fault, reason] of refused) assert.throws(() => faults.add(fault as FaultSpec), reason);
  });
});

describe("what was sent", () => {
  test("has its words, route, user, time and status, by every way", async () => {
    await withDatabase({ now: 1000, seed: 1 }, async (db) => {
      const connection = await connectTo(db);
      db.forgetRequests();
      await call(db, "SET", "é", 1);
      await db.clock.advance(5);
      await (await db.fetch("/get/k?_token=" + db.readOnlyToken)).text();
      await call({ url: db.url, token: db.readOnlyToken }, "SET", "k", "v");
      await WAYS["http"]!(db, "/pipeline", '[["PING"],["ECHO","\\u00e9"]]');
      await WAYS["http"]!(db, "/multi-exec", '[["PING"]]');
      await WAYS["http"]!(db, "", "{");
      await connection.send("LPUSH", "l", "x");
      await connection.send("ACL", "SETUSER", "ada", ">secret");
      const common = { user: "default", time: 1005 };
      assert.deepEqual(db.requests(), [
        { command: ["SET", "é", "1"], route: "command", ...common, time: 1000, status: 200 },
        { command: ["get", "k"], route: "command", ...common, user: "default_ro", status: 200 },
        { command: ["SET", "k", "v"], route: "command", ...common, user: "default_ro", status: 400 },
        { command: ["PING"], route: "pipeline", ...common, status: 200 },
        { command: ["ECHO", "é"], route: "pipeline", ...common, status: 200 },
        { command: ["PING"], route: "multi-exec", ...common, status: 200 },
        { command: [], route: "command", ...common, status: 400 },
        { command: ["LPUSH", "l", "x"], route: "redis", ...common, status: undefined },
        { command: ["ACL", "SETUSER", "ada", "(redacted)"], route: "redis", ...common, status: undefined },
      ]);
      connection.close();
    });
  });

  test("is bounded", async () => {
    await withDatabase({}, async (db) => {
      const value = "x".repeat(5 * 1024 * 1024);
      for (let i = 0; i < 5; i++) await WAYS["in process"]!(db, `/set/k${i}`, value);
      assert.deepEqual(
        db.requests().map(({ command }) => command[1]),
        ["k2", "k3", "k4"],
      );
    });
  });

  test("is asserted by its first words", async () => {
    await withDatabase({}, async (db) => {
      await call(db, "set", "k", 1, "EX", 10);
      assertCommand(db, "SET", "k", 1);
      assert.throws(
        () => assertCommand(db, "GET", "k"),
        /expected a command "GET" "k", but sent was 1 command\n {2}"set"/,
      );
      const { toHaveCommand } = matchers;
      assert.equal(toHaveCommand(db, "Set", "k").pass, true);
      assert.equal(toHaveCommand(db, "SET", "K").pass, false);
      const equals = (_: unknown, expected: unknown): boolean => expected instanceof Date;
      assert.equal(toHaveCommand.call({ equals }, db, "SET", new Date(0)).pass, true);
      assert.match(toHaveCommand(db, "Set", "k").message(), /^expected no command "Set" "k", but sent was 1 command/);
    });
  });
});
