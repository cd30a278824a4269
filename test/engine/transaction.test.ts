/** Transactions in process: what they journal, what they may hold, and that watching leaves nothing behind. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { commandTables } from "../../src/commands/registry.ts";
import { CommandError, NULL_ARRAY, OK, QUEUED } from "../../src/core/reply.ts";
import { Engine } from "../../src/engine/engine.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { RecordedJournal } from "../support/replay.ts";
import { TestWorld } from "../support/world.ts";

describe("EXEC", () => {
  test("journals the commands' effects as one, and nothing of its own", () => {
    const ours = new TestEngine(new TestWorld(1, 1_800_000_000_000));
    const journal = new RecordedJournal();
    ours.engine.journal.attach(journal);
    for (const line of ["MULTI", "SET k 1 EX 10", "SELECT 1", "GET k", "INCR n", "EXEC", "SET after 1"])
      ours.line(line);
    assert.deepEqual(journal.groups, [["0 SET k 1 PXAT 1800000010000", "1 INCR n"], ["1 SET after 1"]]);
  });

  test("journals nothing when its commands only read", () => {
    const ours = new TestEngine();
    const journal = new RecordedJournal();
    ours.engine.journal.attach(journal);
    for (const line of ["MULTI", "GET k", "STRLEN k", "EXEC"]) ours.line(line);
    ours.engine.transaction(ours.session, [
      ["GET", "k"],
      ["EVAL", "return redis.call('get', 'k')", "0"],
    ]);
    assert.deepEqual(journal.groups, []);
  });

  test("does not run when a watched key expires, whether it was looked up or not", () => {
    const world = new TestWorld();
    const ours = new TestEngine(world);
    const other = ours.engine.openSession("internal", EVERYONE);
    for (const meet of [() => {}, () => ours.engine.execute(other, ["GET", "k"]), () => ours.engine.tick()]) {
      ours.line("SET k 1 PX 10");
      ours.line("WATCH k");
      world.advance(10);
      meet();
      ours.line("MULTI");
      ours.line("PING");
      assert.equal(ours.line("EXEC"), NULL_ARRAY);
    }
  });

  test("a key that had expired before WATCH has not changed by going", () => {
    const world = new TestWorld();
    const ours = new TestEngine(world);
    ours.line("SET k 1 PX 10");
    world.advance(10);
    ours.line("WATCH k");
    ours.engine.tick();
    ours.line("MULTI");
    assert.deepEqual(ours.line("EXEC"), []);
  });
});

describe("MULTI", () => {
  function small(limits: object): (line: string) => unknown {
    const engine = new Engine({
      environment: new TestWorld(),
      commands: commandTables,
      limits: { ...DEFAULT_LIMITS, ...limits },
    });
    const session = engine.openSession("internal", EVERYONE);
    return (line) => {
      const reply = engine.execute(session, line.split(" "));
      return reply instanceof CommandError ? reply.text : reply;
    };
  }

  test("queues only so many commands", () => {
    const send = small({ pipelineCommandsMax: 2 });
    assert.deepEqual([send("MULTI"), send("PING"), send("PING")], [OK, QUEUED, QUEUED]);
    assert.equal(send("PING"), "ERR too many commands in transaction. Limit: 2");
    assert.equal(send("PING"), QUEUED);
    assert.match(String(send("EXEC")), /^EXECABORT /);
  });

  test("queues only so many bytes", () => {
    const send = small({ queryBytesMax: 150 });
    assert.deepEqual([send("MULTI"), send("ECHO 0123456789")], [OK, QUEUED]);
    assert.equal(send("ECHO 0123"), "ERR too many bytes in transaction. Limit: 150");
    assert.match(String(send("EXEC")), /^EXECABORT /);
  });
});

/** Each look at the clock takes a second. */
class HurriedWorld extends TestWorld {
  override elapsedUs(): number {
    return (this.nowMs += 1000) * 1000;
  }
}

describe("a transaction that takes long", () => {
  const text = /^EXECABORT Transaction discarded because it ran for 5000 ms, the limit of readTransactionMsMax$/;
  const gets = Array.from({ length: 200 }, () => ["GET", "k"]);

  test("is given up when it only reads", () => {
    const ours = new TestEngine(new HurriedWorld());
    ours.line("MULTI");
    for (const words of [...gets, ["PING"]]) ours.send(...words);
    const reply = ours.line("EXEC");
    assert.ok(reply instanceof CommandError);
    assert.match(reply.text, text);
    assert.throws(() => ours.engine.transaction(ours.session, gets), { text });
    assert.equal(ours.line("GET k"), null);
  });

  test("runs to its end when it writes", () => {
    const ours = new TestEngine(new HurriedWorld());
    const replies = ours.engine.transaction(ours.session, [...gets, ["SET", "k", "v"]]);
    assert.equal((replies as readonly unknown[]).length, gets.length + 1);
    assert.equal(ours.line("GET k"), "v");
  });
});

describe("WATCH", () => {
  test("names so many keys and no more", () => {
    const ours = new TestEngine(undefined, undefined, { limits: { ...DEFAULT_LIMITS, watchedKeysMax: 3 } });
    assert.equal(ours.line("WATCH a b a"), OK);
    assert.equal(ours.line("WATCH c"), OK);
    const reply = ours.line("WATCH d");
    assert.ok(reply instanceof CommandError);
    assert.equal(reply.text, "ERR a connection may watch 3 keys, the limit of watchedKeysMax");
    ours.line("UNWATCH");
    assert.equal(ours.line("WATCH d"), OK);
  });

  test("leaves nothing behind, however it ends", () => {
    const ours = new TestEngine();
    const ends = [
      ["UNWATCH"],
      ["MULTI", "EXEC"],
      ["MULTI", "DISCARD"],
      ["RESET"],
      ["SET k 1"],
      ["SET j 1"],
      ["EXEC x"],
    ];
    for (const lines of ends) {
      ours.line("WATCH k j k");
      assert.equal(ours.engine.watches.isEmpty, false);
      for (const line of lines) ours.line(line);
      assert.equal(ours.engine.watches.isEmpty, true, lines.join());
      ours.line("UNWATCH");
    }
    const leaver = ours.engine.openSession("resp", EVERYONE);
    ours.engine.execute(leaver, ["WATCH", "k"]);
    ours.engine.closeSession(leaver);
    assert.equal(ours.engine.watches.isEmpty, true);
  });
});
