/** The life of commands, transactions and deadlines, on a clock that moves when told to. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { CommandError, OK } from "../../src/core/reply.ts";
import { commandTables } from "../../src/commands/registry.ts";
import { commandTable, row } from "../../src/engine/command.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { User } from "../../src/core/authority.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { RecordedJournal } from "../support/replay.ts";
import { TestWorld } from "../support/world.ts";

function start(): { world: TestWorld; ours: TestEngine } {
  const world = new TestWorld();
  return { world, ours: new TestEngine(world) };
}

describe("lazy expiry", () => {
  test("a key is there until its deadline, and not from then on", () => {
    const { world, ours } = start();
    ours.line("SET k v PX 100");
    world.advance(99);
    assert.equal(ours.line("GET k"), "v");
    assert.equal(ours.line("PTTL k"), 1);
    world.advance(1);
    assert.equal(ours.line("GET k"), null);
    assert.equal(ours.line("PTTL k"), -2);
    assert.equal(ours.engine.stats.expiredKeys, 1);
  });

  test("every command that looks at a key sees that it has gone", () => {
    for (const [line, expected] of [
      ["EXISTS k", 0],
      ["TOUCH k", 0],
      ["DEL k", 0],
      ["TTL k", -2],
      ["EXPIRETIME k", -2],
      ["PERSIST k", 0],
      ["EXPIRE k 10", 0],
      ["RENAMENX other k", 1],
      ["COPY k third", 0],
      ["COPY other k", 1],
      ["MOVE k 1", 0],
      ["SETNX k w", 1],
      ["APPEND k w", 1],
    ] as const) {
      const { world, ours } = start();
      ours.line("SET k v PX 100");
      ours.line("SET other w");
      world.advance(100);
      assert.equal(ours.line(line), expected, line);
    }
  });

  test("commands that list keys leave expired ones out", () => {
    const { world, ours } = start();
    ours.line("SET k v PX 100");
    world.advance(100);
    assert.deepEqual(ours.line("KEYS *"), []);
    assert.deepEqual(ours.line("SCAN 0"), ["0", []]);
    assert.equal(ours.line("RANDOMKEY"), null);
  });

  test("what takes the place of an expired key has no deadline", () => {
    const { world, ours } = start();
    ours.line("SET k v PX 100");
    world.advance(100);
    ours.line("APPEND k w");
    assert.equal(ours.line("TTL k"), -1);
  });

  test("TTL rounds to the nearest second", () => {
    const { ours } = start();
    for (const [ms, seconds] of [
      [1, 0],
      [499, 0],
      [500, 1],
      [1499, 1],
      [1500, 2],
    ]) {
      ours.line(`SET k v PX ${ms}`);
      assert.equal(ours.line("TTL k"), seconds, `${ms} ms`);
    }
  });

  test("one command sees one instant, however long it takes", () => {
    const world = new (class extends TestWorld {
      override now(): number {
        return this.nowMs++;
      }
    })();
    const ours = new TestEngine(world);
    const replies = ours.engine.transaction(ours.session, [
      ["SET", "k", "v", "PX", "2"],
      ["PTTL", "k"],
      ["PTTL", "k"],
      ["GET", "k"],
    ]);
    assert.deepEqual(replies, [OK, 2, 2, "v"]);
  });
});

describe("active expiry", () => {
  const fill = (ours: TestEngine, count: number, ms: number) => {
    for (let i = 0; i < count; i++) ours.line(`SET ${ms}:${i} v PX ${ms}`);
  };

  test("one tick removes all that are due, in every database", () => {
    const { world, ours } = start();
    fill(ours, 300, 100);
    ours.line("SELECT 9");
    fill(ours, 300, 100);
    world.advance(99);
    ours.engine.tick();
    assert.equal(ours.engine.dataset.databases[0]!.size, 300);
    world.advance(1);
    ours.engine.tick();
    assert.equal(ours.engine.dataset.databases[0]!.size, 0);
    assert.equal(ours.engine.dataset.databases[9]!.size, 0);
    assert.equal(ours.engine.stats.expiredKeys, 600);
  });

  test("a few due among many that are not are found within a round of ticks", () => {
    const { world, ours } = start();
    fill(ours, 1000, 1_000_000);
    fill(ours, 20, 100);
    fill(ours, 1000, 2_000_000);
    world.advance(100);
    // 2020 keys in batches of 64.
    for (let i = 0; i < 32; i++) ours.engine.tick();
    assert.equal(ours.engine.dataset.databases[0]!.size, 2000);
  });

  test("a tick ends when its time is up, and the next continues", () => {
    const world = new (class extends TestWorld {
      private us = 0;
      override elapsedUs(): number {
        return (this.us += DEFAULT_LIMITS.expirySliceMsMax * 1000 + 1);
      }
    })();
    const ours = new TestEngine(world);
    fill(ours, 500, 100);
    world.advance(100);
    ours.engine.tick();
    const left = ours.engine.dataset.databases[0]!.size;
    assert.ok(left > 0 && left < 500, `${left} keys left`);
    for (let i = 0; i < 10; i++) ours.engine.tick();
    assert.equal(ours.engine.dataset.databases[0]!.size, 0);
  });
});

describe("a transaction", () => {
  test("runs its commands in order and answers every reply", () => {
    const { ours } = start();
    const commands = [
      ["SET", "k", "1"],
      ["INCR", "k"],
      ["GET", "k"],
      ["get", "missing"],
    ];
    assert.deepEqual(ours.engine.transaction(ours.session, commands), [OK, 2, "2", null]);
    assert.deepEqual(ours.engine.transaction(ours.session, []), []);
  });

  test("does nothing when one of its commands cannot run", () => {
    for (const bad of [["NOSUCH"], ["GET"], ["GET", "a", "b"], ["CLIENT", "NOSUCH"], ["MONITOR", "x"]]) {
      const { ours } = start();
      const reply = ours.engine.transaction(ours.session, [["SET", "k", "1"], bad, ["SET", "k", "2"]]);
      assert.ok(reply instanceof CommandError, bad.join(" "));
      assert.equal(reply.text, (ours.send(...bad) as CommandError).text);
      assert.equal(ours.line("EXISTS k"), 0);
      assert.equal(ours.engine.journal.writes, 0);
    }
  });

  test("continues after a command that fails while it runs", () => {
    const { ours } = start();
    const replies = ours.engine.transaction(ours.session, [
      ["SET", "k", "text"],
      ["INCR", "k"],
      ["EXPIRE", "k", "never"],
      ["SET", "other", "v"],
    ]) as unknown[];
    assert.deepEqual(
      replies.map((reply) => (reply instanceof CommandError ? reply.text : reply)),
      [OK, "ERR value is not an integer or out of range", "ERR value is not an integer or out of range", OK],
    );
    assert.equal(ours.line("GET other"), "v");
  });

  test("journals its effects as one group", () => {
    const { ours } = start();
    const journal = new RecordedJournal();
    ours.engine.journal.attach(journal);
    ours.line("SET k 1");
    ours.engine.transaction(ours.session, [
      ["INCR", "k"],
      ["GET", "k"],
      ["DEL", "k"],
    ]);
    ours.engine.transaction(ours.session, [["INCR", "k"], ["NOSUCH"]]);
    assert.deepEqual(journal.groups, [["0 SET k 1"], ["0 INCR k", "0 DEL k"]]);
  });

  test("follows a SELECT among its commands", () => {
    const { ours } = start();
    ours.engine.transaction(ours.session, [
      ["SELECT", "1"],
      ["SET", "k", "v"],
      ["SELECT", "0"],
    ]);
    assert.equal(ours.line("EXISTS k"), 0);
    ours.line("SELECT 1");
    assert.equal(ours.line("GET k"), "v");
  });
});

describe("before a command runs", () => {
  const errorOf = (reply: unknown) => (reply as CommandError).text;

  test("REST refuses what needs a connection, whatever its arguments", () => {
    const ours = new TestEngine(new TestWorld(), "rest");
    for (const name of [
      "SELECT",
      "QUIT",
      "RESET",
      "HELLO",
      "AUTH",
      "MULTI",
      "EXEC",
      "WATCH",
      "SUBSCRIBE",
      "SSUBSCRIBE",
    ]) {
      const expected = `ERR Command "${name}" is not allowed in REST or it has a special context path`;
      assert.equal(errorOf(ours.send(name.toLowerCase())), expected);
      assert.equal(errorOf(ours.send(name, "1")), expected);
    }
    assert.match(errorOf(ours.line("CLIENT REPLY OFF")), /^ERR Command "CLIENT REPLY" is not allowed in REST/);
    assert.equal(ours.line("ECHO hello"), "hello");
  });

  test("a command whose door is not built is as unknown as one that does not exist", () => {
    const table = commandTable("generic", [row("LATER", -1, "", undefined, "1.0.0", undefined, "Not built yet.")]);
    const engine = new Engine({ environment: new TestWorld(), commands: [table] });
    const session = engine.openSession("internal", EVERYONE);
    const error = engine.execute(session, ["LATER", "x"]) as CommandError;
    assert.equal(error.text, "ERR unknown command 'LATER', with args beginning with: 'x' ");
  });

  test("a user without the right to a command is refused", () => {
    const { ours } = start();
    const reader: User = {
      ...EVERYONE,
      name: "reader",
      isUnrestricted: false,
      refusal: ({ isWrite, categories }) =>
        isWrite || categories.has("dangerous") ? { reason: "command", index: 0 } : undefined,
    };
    const session = ours.engine.openSession("internal", reader);
    const run = (line: string) => ours.engine.execute(session, line.split(" "));
    assert.equal(errorOf(run("SET k v")), "NOPERM this user has no permissions to run the 'set' command");
    assert.match(errorOf(run("SCAN 0")), /^NOPERM .* 'scan' /);
    assert.match(errorOf(run("KEYS *")), /^NOPERM .* 'keys' /);
    assert.match(errorOf(run("CLIENT LIST")), /^NOPERM .* 'client\|list' /);
    assert.equal(run("RANDOMKEY"), null);
    assert.ok(
      ours.engine.transaction(session, [
        ["GET", "k"],
        ["SET", "k", "v"],
      ]) instanceof CommandError,
    );
  });

  test("calls, failures and refusals are counted apart", () => {
    const { ours } = start();
    for (const line of ["SET k text", "INCR k", "INCR k k", "INCR n"]) ours.line(line);
    const entry = ours.engine.registry.get("INCR")!;
    assert.deepEqual([entry.calls, entry.failed, entry.refused], [2, 1, 1]);
  });
});

describe("an engine", () => {
  test("has as many databases as it was given", () => {
    const engine = new Engine({ environment: new TestWorld(), commands: commandTables, databases: 1 });
    const session = engine.openSession("resp", EVERYONE);
    assert.equal(engine.execute(session, ["SELECT", "0"]), OK);
    assert.match(String(engine.execute(session, ["SELECT", "1"])), /DB index is out of range/);
    assert.match(String(engine.execute(session, ["MOVE", "k", "1"])), /DB index is out of range/);
  });

  test("counts the commands that changed something", () => {
    const { ours } = start();
    for (const line of ["SET k v", "GET k", "DEL missing", "MSET a 1 b 2", "EXPIRE missing 1", "DEL k a"])
      ours.line(line);
    assert.equal(ours.engine.journal.writes, 3);
  });

  test("journals nothing of a command that fails before it changes anything", () => {
    const { ours } = start();
    const journal = new RecordedJournal();
    ours.engine.journal.attach(journal);
    ours.line("SET k text");
    ours.line("INCR k");
    assert.deepEqual(journal.lines(), ["SET k text"]);
  });
});
