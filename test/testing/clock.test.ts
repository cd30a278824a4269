/** The clock of a test database: what is due happens at once, and in its order. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { durationOf, timeOf } from "../../src/testing/time.ts";
import { call, connectTo, withDatabase } from "../support/test-database.ts";
import { until } from "../support/until.ts";

const START = Date.UTC(2030, 0, 1);
const frozen = { now: START };

describe("the clock of a test database", () => {
  test("stands still when it is frozen, and moves deadlines, stream IDs, TIME and scripts", async () => {
    await withDatabase({ now: "2030-01-01T00:00:00Z" }, async (db) => {
      await call(db, "SET", "k", "v", "EX", 10);
      assert.deepEqual(await call(db, "PTTL", "k"), { result: 10_000 });
      assert.deepEqual(await call(db, "XADD", "x", "*", "f", "v"), { result: `${START}-0` });
      await db.clock.advance("9s");
      assert.deepEqual(await call(db, "PTTL", "k"), { result: 1000 });
      await db.clock.advance(1000);
      assert.deepEqual(await call(db, "EXISTS", "k"), { result: 0 });
      const seconds = String(START / 1000 + 10);
      assert.deepEqual(await call(db, "TIME"), { result: [seconds, "0"] });
      assert.deepEqual(await call(db, "EVAL", "return redis.call('TIME')", 0), { result: [seconds, "0"] });
      assert.deepEqual(await call(db, "XADD", "x", "*", "f", "v"), { result: `${START + 10_000}-0` });
      assert.equal(db.clock.now(), START + 10_000);
    });
  });

  test("is each database's own, and that of the process until it is moved", async () => {
    await withDatabase({}, (a) =>
      withDatabase({}, async (b) => {
        await call(a, "SET", "k", "v", "EX", 3600);
        await call(b, "SET", "k", "v", "EX", 3600);
        await a.clock.advance("2h");
        assert.deepEqual(await call(a, "GET", "k"), { result: null });
        assert.deepEqual(await call(b, "GET", "k"), { result: "v" });
        assert.ok(Math.abs(a.clock.now() - b.clock.now() - 7_200_000) < 60_000);
      }),
    );
  });

  test("is that of the process too where Date.now asks it; one that runs says why it cannot be", async (t) => {
    await withDatabase({}, async (db) => {
      const { mock } = t.mock.method(Date, "now", () => db.clock.now());
      assert.throws(() => Date.now(), /Date\.now asks this clock.*: freeze the clock before/);
      mock.restore();
      await db.clock.freeze(START);
      t.mock.method(Date, "now", () => db.clock.now());
      await db.clock.advance("1h");
      assert.equal(Date.now(), START + 3_600_000);
      assert.deepEqual(await call(db, "TIME"), { result: [String(Date.now() / 1000), "0"] });
    });
  });

  test("runs on from where it stands", async () => {
    await withDatabase(frozen, async (db) => {
      await db.clock.resume();
      await db.clock.resume();
      await call(db, "SET", "k", "v", "EX", 86_400);
      await db.clock.set(START + 86_000_000);
      assert.ok(db.clock.now() >= START + 86_000_000);
      assert.deepEqual(await call(db, "EXISTS", "k"), { result: 1 });
      await db.clock.advance("1h");
      await db.clock.freeze();
      const now = db.clock.now();
      assert.deepEqual(await call(db, "TIME"), {
        result: [String(Math.floor(now / 1000)), String((now % 1000) * 1000)],
      });
      assert.deepEqual(await call(db, "EXISTS", "k"), { result: 0 });
      await db.clock.freeze(now + 5);
      assert.equal(db.clock.now(), now + 5);
    });
  });

  test("goes back for an empty database only, and says what to do", async () => {
    await withDatabase(frozen, async (db) => {
      await call(db, "SET", "k", "v");
      const reason = /go back from 2030-01-01T00:00:00.000Z to 2020-01-01T00:00:00.000Z, but 1 key .* flush\(\)/;
      await assert.rejects(db.clock.set("2020-01-01T00:00:00Z"), reason);
      await assert.rejects(db.clock.freeze("2020-01-01T00:00:00Z"), reason);
      await assert.rejects(db.clock.advance(-1), /cannot advance by -1/);
      await assert.rejects(db.clock.advance("soon"), /"soon" is no duration/);
      assert.equal(db.clock.now(), START);
      await db.flush();
      await db.clock.set("2020-01-01T00:00:00Z");
      assert.deepEqual(await call(db, "TIME"), { result: [String(Date.UTC(2020, 0, 1) / 1000), "0"] });
    });
  });

  test("commands that block time out before `advance` resolves, each at its time", async () => {
    await withDatabase(frozen, async (db) => {
      const connections = await Promise.all([1, 2, 3].map(() => connectTo(db)));
      const ended: unknown[] = [];
      const waits = connections.map(async (connection, i) => {
        const reply = await connection.send("BLPOP", "q", String(3 - i));
        ended.push([3 - i, reply, db.clock.now() - START]);
      });
      await until(async () => /blocked_clients:3/.test(JSON.stringify(await call(db, "INFO", "clients"))));
      await db.clock.advance("2500ms");
      assert.deepEqual(ended, [
        [1, "*-1\r\n", 1000],
        [2, "*-1\r\n", 2000],
      ]);
      await db.clock.advance("1h");
      await Promise.all(waits);
      assert.deepEqual(ended[2], [3, "*-1\r\n", 3000]);
      for (const connection of connections) connection.close();
    });
  });

  test("a client that blocks again and again does so as often as time has passed", async () => {
    await withDatabase(frozen, async (db) => {
      const worker = await connectTo(db);
      const times: number[] = [];
      const working = (async (): Promise<void> => {
        while ((await worker.send("BLPOP", "jobs", "1")) === "*-1\r\n") times.push(db.clock.now() - START);
      })();
      await until(async () => /blocked_clients:1/.test(JSON.stringify(await call(db, "INFO", "clients"))));
      await db.clock.advance("5s");
      assert.deepEqual(times, [1000, 2000, 3000, 4000, 5000]);
      await call(db, "RPUSH", "jobs", "last");
      await working;
      worker.close();
    });
  });

  test("keys, fields and waits are due in one order", async () => {
    await withDatabase(frozen, async (db) => {
      const [blocked, events] = [await connectTo(db), await connectTo(db)];
      await events.send("CONFIG", "SET", "notify-keyspace-events", "Exh");
      await call(db, "XGROUP", "CREATE", "x", "g", "$", "MKSTREAM");
      await call(db, "PEXPIRE", "x", 3000);
      await call(db, "SET", "b", "v", "PX", 2000);
      await call(db, "SET", "a", "v", "PX", 4000);
      await call(db, "HSET", "h", "f", "v", "g", "v");
      await call(db, "HPEXPIRE", "h", 1000, "FIELDS", 1, "f");
      await events.send("PSUBSCRIBE", "__keyevent@0__:*");
      const reply = blocked.send("XREADGROUP", "GROUP", "g", "c", "BLOCK", "5000", "STREAMS", "x", ">");
      await until(async () => /blocked_clients:1/.test(JSON.stringify(await call(db, "INFO", "clients"))));
      await db.clock.advance("1m");
      assert.match(await reply, /^-NOGROUP/);
      const order: string[] = [];
      while (order.length < 4)
        order.push(
          /:(\w+)\r\n\$\d+\r\n(\w+)\r\n$/
            .exec(await events.next())!
            .slice(1)
            .join(" "),
        );
      assert.deepEqual(order, ["hexpired h", "expired b", "expired x", "expired a"]);
      blocked.close();
      events.close();
    });
  });

  test("a pause of clients ends at its time", async () => {
    await withDatabase(frozen, async (db) => {
      const connection = await connectTo(db);
      await connection.send("CLIENT", "PAUSE", "1000");
      const time = connection.send("TIME");
      const second = connection.send("TIME");
      await db.clock.advance("10s");
      assert.equal(await time, await second);
      assert.match(await time, new RegExp(`${START / 1000 + 1}`));
      connection.close();
    });
  });

  test("the quotas of a day and a month follow it", async () => {
    await withDatabase({ ...frozen, limits: { dailyCommandsMax: 2 } }, async (db) => {
      await call(db, "SET", "k", "v");
      await call(db, "SET", "k", "v");
      assert.match(JSON.stringify(await call(db, "SET", "k", "v")), /max daily request limit exceeded/);
      await db.clock.advance("1d");
      assert.deepEqual(await call(db, "SET", "k", "v"), { result: "OK" });
    });
  });

  test("a script that does not end is stopped while the clock stands", async () => {
    await withDatabase({ ...frozen, limits: { scriptMsMax: 50 } }, async (db) => {
      assert.match(JSON.stringify(await call(db, "EVAL", "while true do end", 0)), /error/);
    });
  });

  test("a fake clock of the process holds from the next command on, and its end as well", async (t) => {
    await withDatabase({}, async (db) => {
      const connection = await connectTo(db);
      for (let round = 0; round < 20; round++) {
        t.mock.timers.enable({ apis: ["Date", "setInterval", "setTimeout", "setImmediate"], now: START + round });
        await call(db, "SET", "rest", "v", "EX", 10);
        await connection.send("SET", "redis", "v", "EX", "10");
        t.mock.timers.setTime(START + round + 9_999);
        assert.deepEqual(await call(db, "GET", "rest"), { result: "v" });
        assert.equal(await connection.send("PTTL", "redis"), ":1\r\n");
        t.mock.timers.setTime(START + round + 10_000);
        assert.equal(await connection.send("GET", "redis"), "$-1\r\n");
        assert.deepEqual(await call(db, "GET", "rest"), { result: null });
        t.mock.timers.reset();
        const [seconds] = /\d{10}/.exec(await connection.send("TIME"))!;
        assert.ok(Math.abs(Number(seconds) * 1000 - Date.now()) < 600_000);
      }
      connection.close();
    });
  });
});

test("times and durations", () => {
  assert.deepEqual(
    ["250ms", "90s", "1h30m", "1.5h", "7d", " 2 w ", 12.9, 0].map((by) => durationOf(by)),
    [250, 90_000, 5_400_000, 5_400_000, 604_800_000, 1_209_600_000, 12, 0],
  );
  for (const by of ["", "1", "1x", "h", "-1s", NaN, Infinity, -1])
    assert.throws(() => durationOf(by), RangeError, `${by}`);
  assert.deepEqual([new Date(5), 5.5, "1970-01-01T00:00:01Z"].map(timeOf), [5, 5, 1000]);
  for (const at of [NaN, -1, Infinity, "", "soon", new Date(NaN)]) assert.throws(() => timeOf(at), RangeError, `${at}`);
});
