/** Sizes and quotas as the engine enforces them, with the texts of the hosted service. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import type { Limits } from "../../src/core/limits.ts";
import { CommandError } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import { UNRESTRICTED_USER } from "../../src/core/authority.ts";
import { TestEngine } from "../support/engine.ts";
import { TestWorld } from "../support/world.ts";

function engineWith(limits: Partial<Limits>, world = new TestWorld()): TestEngine {
  return new TestEngine(world, "internal", { limits: { ...DEFAULT_LIMITS, ...limits } });
}

function errorOf(reply: Reply): string {
  assert.ok(reply instanceof CommandError, `not an error: ${JSON.stringify(reply)}`);
  return reply.text;
}

describe("without limits", () => {
  test("commands are not shown to any monitor", () => {
    assert.equal(new TestEngine().engine.bounds.isActive, false);
  });
});

describe("the size of a command", () => {
  const ours = engineWith({ commandBytesMax: 100 });

  test("is that of its words", () => {
    ours.send("SET", "k", "v".repeat(96));
    assert.equal(
      errorOf(ours.send("SET", "k", "v".repeat(97))),
      "ERR max request size exceeded. Limit: 100 bytes, Actual: 101 bytes",
    );
    assert.equal(ours.send("STRLEN", "k"), 96);
  });

  test("counts for what a script sends as well", () => {
    const script = "return redis.call('SET', 'k', string.rep('v', 200))";
    const { engine, session } = engineWith({ commandBytesMax: 150 });
    assert.match(errorOf(engine.execute(session, ["EVAL", script, "0"])), /max request size exceeded. Limit: 150/);
  });
});

describe("the size of a key", () => {
  const ours = engineWith({ keyBytesMax: 8 });

  test("is bounded where a command writes", () => {
    const text = "ERR max key size exceeded. Limit: 8 bytes, Actual: 9 bytes";
    for (const line of [
      "SET 123456789 v",
      "MSET a 1 123456789 2",
      "RPUSH 123456789 x",
      "RENAME a 123456789",
      "SORT a STORE 123456789",
    ]) {
      assert.equal(errorOf(ours.line(line)), text, line);
    }
    ours.line("SET 12345678 v");
    assert.equal(ours.line("GET 12345678"), "v");
    assert.equal(ours.line("MSET a 1 b 2") instanceof CommandError, false);
  });

  test("what is too long can still be looked for and removed", () => {
    assert.equal(ours.line("GET 123456789"), null);
    assert.equal(ours.line("DEL 123456789"), 0);
    assert.equal(ours.line("LPOP 123456789"), null);
  });
});

describe("the size of a value", () => {
  const ours = engineWith({ valueBytesMax: 4096 });
  const TEXT = "ERR max single record size exceeded";

  test("bounds what is stored at once", () => {
    assert.equal(errorOf(ours.send("SET", "k", "v".repeat(4097))), TEXT);
    assert.equal(errorOf(ours.send("MSET", "a", "v", "b", "v".repeat(4097))), TEXT);
    assert.equal(ours.send("MSET", "a", "v".repeat(3000), "b", "v".repeat(3000)) instanceof CommandError, false);
  });

  test("bounds what grows, and not what shrinks or is replaced", () => {
    ours.send("SET", "k", "v".repeat(4000));
    assert.equal(errorOf(ours.send("APPEND", "k", "v".repeat(100))), TEXT);
    assert.equal(ours.send("SET", "k", "v".repeat(4000)) instanceof CommandError, false);
    let last: Reply = 0;
    for (let i = 0; i < 200 && !(last instanceof CommandError); i++) last = ours.send("RPUSH", "l", "x".repeat(64));
    assert.equal(errorOf(last), TEXT);
    const length = ours.send("LLEN", "l") as number;
    assert.ok(length > 30 && length < 64, String(length));
    assert.equal(ours.send("LPOP", "l"), "x".repeat(64));
  });
});

describe("quotas", () => {
  /** The 30th of January, eleven in the evening. */
  const start = Date.UTC(2026, 0, 30, 23);

  test("of a day end with the day in UTC", () => {
    const world = new TestWorld(1, start);
    const ours = engineWith({ dailyCommandsMax: 3 }, world);
    for (let i = 0; i < 3; i++) ours.line("SET k v");
    const text = "ERR max daily request limit exceeded. Limit: 3, Usage: 3.";
    assert.equal(errorOf(ours.line("GET k")), text);
    world.advance(3_599_999);
    assert.equal(errorOf(ours.line("GET k")), text);
    world.advance(1);
    assert.equal(ours.line("GET k"), "v");
  });

  test("of a month end with the month in UTC", () => {
    const world = new TestWorld(1, start);
    const ours = engineWith({ monthlyCommandsMax: 2 }, world);
    ours.line("SET k v");
    world.advance(86_400_000);
    ours.line("GET k");
    assert.equal(errorOf(ours.line("GET k")), "ERR max requests limit exceeded. Limit: 2, Usage: 2");
    world.advance(3_600_000);
    assert.equal(ours.line("GET k"), "v");
  });

  test("are each user's own", () => {
    const { engine, session } = engineWith({ dailyCommandsMax: 1 });
    const other = engine.openSession("rest", { ...UNRESTRICTED_USER, name: "other" });
    engine.execute(session, ["SET", "k", "v"]);
    assert.equal(engine.execute(other, ["GET", "k"]), "v");
    assert.match(errorOf(engine.execute(other, ["GET", "k"])), /max daily/);
  });

  test("count a script once, each command of a transaction, and nothing that was refused or only connects", () => {
    const ours = engineWith({ dailyCommandsMax: 4 });
    ours.line("EVAL \"redis.call('SET','k','1') return redis.call('INCR','k')\" 0");
    for (const free of ["PING", "INFO", "SELECT 0", "CONFIG GET maxmemory", "COMMAND COUNT"]) ours.line(free);
    ours.line("NOSUCH");
    ours.line("GET");
    ours.engine.transaction(ours.session, [
      ["INCR", "k"],
      ["INCR", "k"],
    ]);
    assert.equal(ours.line("GET k"), "4");
    assert.match(errorOf(ours.line("GET k")), /max daily/);
  });

  test("do not hold up a journal that is read again", () => {
    const ours = engineWith({ dailyCommandsMax: 1, keyBytesMax: 1 });
    for (let i = 0; i < 3; i++) ours.engine.replay(ours.session, ["INCR", "long"]);
    assert.equal(ours.line("GET long"), "3");
    assert.equal(ours.engine.bounds.isActive, true);
  });
});

describe("pending entries of a consumer", () => {
  test("end a read before anything is delivered", () => {
    const ours = engineWith({ pendingEntriesMax: 5 });
    ours.line("XGROUP CREATE s g 0 MKSTREAM");
    for (let i = 1; i <= 8; i++) ours.line(`XADD s ${i}-0 f v`);
    ours.line("XREADGROUP GROUP g c COUNT 4 STREAMS s >");
    assert.equal(
      errorOf(ours.line("XREADGROUP GROUP g c COUNT 3 STREAMS s >")),
      "ERR XReadGroup is cancelled. Pending Entries List limit per consumer is about to be reached. " +
        "Limit: 5, Current PEL size: 4, Requested Read: 3, Key: s, Group: g, Consumer: c.",
    );
    assert.equal((ours.line("XPENDING s g") as Reply[])[0], 4);
    ours.line("XACK s g 1-0 2-0");
    ours.line("XREADGROUP GROUP g c COUNT 3 STREAMS s >");
    assert.equal((ours.line("XPENDING s g") as Reply[])[0], 5);
    assert.match(errorOf(ours.line("XREADGROUP GROUP g c STREAMS s >")), /Requested Read: 1,/);
    // Another consumer has a list of its own, and what is not acknowledged in any case is not pending.
    ours.line("XREADGROUP GROUP g c NOACK STREAMS s >");
    assert.equal((ours.line("XPENDING s g") as Reply[])[0], 5);
  });
});
