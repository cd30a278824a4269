/** What is journalled, and that its repetition gives the same data. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Dice } from "../oracle/random.ts";
import type { CommandSpec } from "../../src/core/command-spec.ts";
import { CommandError, PONG } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import type { Effect, Sink } from "../../src/engine/journal.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { assertSameContents, contents, RecordedJournal, replayed } from "../support/replay.ts";
import { chooseSeed, TestWorld } from "../support/world.ts";

/** An instant that reads well. */
const NOW = 1_700_000_000_000;

class Recorded {
  readonly world = new TestWorld(1, NOW);
  readonly ours = new TestEngine(this.world);
  readonly journal = new RecordedJournal();

  constructor() {
    this.ours.engine.journal.attach(this.journal);
  }

  /** What one command journals. */
  effects(line: string): string[] {
    this.journal.effects.length = 0;
    this.ours.line(line);
    return this.journal.lines();
  }
}

describe("what is journalled", () => {
  test("a relative time to live becomes an absolute one", () => {
    const recorded = new Recorded();
    recorded.ours.line("SET k v");
    assert.deepEqual(recorded.effects("EXPIRE k 10"), [`PEXPIREAT k ${NOW + 10_000}`]);
    assert.deepEqual(recorded.effects("PEXPIRE k 10"), [`PEXPIREAT k ${NOW + 10}`]);
    assert.deepEqual(recorded.effects("EXPIREAT k 4000000000"), ["PEXPIREAT k 4000000000000"]);
    assert.deepEqual(recorded.effects("PEXPIREAT k 4000000000000 XX"), ["PEXPIREAT k 4000000000000"]);
    assert.deepEqual(recorded.effects("SET k v EX 10"), [`SET k v PXAT ${NOW + 10_000}`]);
    assert.deepEqual(recorded.effects("EXPIREAT k 8000000000000000"), ["PEXPIREAT k 8000000000000000000"]);
  });

  test("a time in the past becomes a deletion", () => {
    const recorded = new Recorded();
    for (const line of ["EXPIRE k 0", "PEXPIRE k -1", "EXPIREAT k 1", "PEXPIREAT k 1"]) {
      recorded.ours.line("SET k v");
      assert.deepEqual(recorded.effects(line), ["DEL k"], line);
    }
  });

  test("what changes nothing is not journalled", () => {
    const recorded = new Recorded();
    recorded.ours.line("MSET k v j w");
    for (const line of [
      "GET k",
      "DEL missing",
      "EXPIRE missing 10",
      "EXPIRE k 10 XX",
      "PERSIST k",
      "RENAME k k",
      "RENAMENX k j",
      "COPY k j",
      "COPY missing j REPLACE",
      "MOVE missing 1",
      "SETNX k x",
      "EXPIRE k x",
      "SELECT 1",
      "NOSUCH",
    ]) {
      assert.deepEqual(recorded.effects(line), [], line);
    }
  });

  test("other commands are journalled in their own words, under the database they began on", () => {
    const recorded = new Recorded();
    recorded.ours.line("SELECT 2");
    recorded.ours.line("MSET k v j w");
    recorded.journal.effects.length = 0;
    for (const line of ["PERSIST k", "COPY k j DB 1", "MOVE j 3", "RENAME k l", "DEL l missing"])
      recorded.ours.line(line);
    assert.deepEqual(recorded.journal.effects, [
      { database: 2, words: ["COPY", "k", "j", "DB", "1"] },
      { database: 2, words: ["MOVE", "j", "3"] },
      { database: 2, words: ["RENAME", "k", "l"] },
      { database: 2, words: ["DEL", "l", "missing"] },
    ]);
  });

  test("a key that expires is journalled as deleted, before the command that looked it up", () => {
    const recorded = new Recorded();
    recorded.ours.line("SET k v PX 10");
    recorded.world.advance(10);
    assert.deepEqual(recorded.effects("GET k"), ["DEL k"]);
    recorded.ours.line("SET k v PX 10");
    recorded.ours.line("SET other v");
    recorded.world.advance(10);
    assert.deepEqual(recorded.effects("RENAME other k"), ["DEL k", "RENAME other k"]);
  });

  test("active expiry journals under the key's own database", () => {
    const recorded = new Recorded();
    recorded.ours.line("SET a v PX 10");
    recorded.ours.line("SELECT 5");
    recorded.ours.line("SET b v PX 10");
    recorded.journal.effects.length = 0;
    recorded.world.advance(10);
    recorded.ours.engine.tick();
    assert.deepEqual(recorded.journal.effects, [
      { database: 0, words: ["DEL", "a"] },
      { database: 5, words: ["DEL", "b"] },
    ]);
  });
});

/** A sink that can be told to fail or to refuse. */
class MoodySink implements Sink {
  readonly kind = "file";
  readonly groups: string[][] = [];
  /** What the next calls throw. */
  failure: unknown;
  /** What commands that write are refused with. */
  refused: CommandError | undefined;

  append(group: readonly Effect[]): void {
    if (this.failure !== undefined) throw this.failure;
    this.groups.push(group.map(({ words }) => words.join(" ")));
  }

  refusal(_command: CommandSpec, writes: boolean): CommandError | undefined {
    return writes ? this.refused : undefined;
  }
}

const FULL = new CommandError("MISCONF the disk is full");

describe("sinks", () => {
  test("all get the same effects", () => {
    const { engine, line } = moody();
    const seen: Effect[] = [];
    for (let i = 0; i < 2; i++) engine.journal.attach({ kind: "file", append: (group) => void seen.push(...group) });
    line("SET k v");
    assert.equal(seen.length, 2);
    assert.equal(seen[0], seen[1]);
  });

  test("that are detached get nothing more", () => {
    const { engine, sink, line } = moody();
    line("SET k v");
    engine.journal.detach(sink);
    line("SET k w");
    assert.deepEqual(sink.groups, [["SET k v"]]);
    assert.equal(engine.journal.isOn, false);
  });

  test("get the effects of one command as one group", () => {
    const { sink, line } = moody();
    line("MSETEX 2 a 1 b 2 PXAT 4000000000000");
    assert.deepEqual(sink.groups, [["SET a 1 PXAT 4000000000000", "SET b 2 PXAT 4000000000000"]]);
  });

  test("for files get no messages, those for replicas all", () => {
    const { engine, sink, line, ours } = moody();
    const replica = new RecordedJournal("replica");
    engine.journal.attach(replica);
    line("PUBLISH c m");
    line("SPUBLISH c m");
    ours.engine.transaction(ours.session, [
      ["PUBLISH", "c", "n"],
      ["SET", "k", "v"],
    ]);
    line("EVAL \"return redis.call('PUBLISH', 'c', 'o')\" 0");
    assert.deepEqual(sink.groups, [["SET k v"]]);
    assert.deepEqual(replica.groups, [
      ["0 PUBLISH c m"],
      ["0 SPUBLISH c m"],
      ["0 PUBLISH c n", "0 SET k v"],
      ["0 PUBLISH c o"],
    ]);
  });
});

function moody() {
  const world = new TestWorld(1, NOW);
  const ours = new TestEngine(world);
  const sink = new MoodySink();
  ours.engine.journal.attach(sink);
  const losses: unknown[] = [];
  ours.engine.journal.onLoss = (error) => losses.push(error);
  return { world, ours, engine: ours.engine, sink, losses, line: (text: string) => ours.line(text) };
}

describe("a write that a sink cannot take", () => {
  test("answers why, whichever way it came, and stays in memory", () => {
    const { engine, ours, sink, losses, line } = moody();
    sink.failure = FULL;
    assert.equal(line("SET k v"), FULL);
    assert.equal(line("EVAL \"return redis.call('SET', 'k', 'w')\" 0"), FULL);
    for (const text of ["MULTI", "SET k x"]) line(text);
    assert.equal(line("EXEC"), FULL);
    assert.equal(engine.transaction(ours.session, [["SET", "k", "y"]]), FULL);
    assert.equal(line("GET k"), "y");
    assert.equal(losses.length, 4);
    sink.failure = undefined;
    line("SET k z");
    assert.deepEqual(sink.groups, [["SET k z"]]);
    assert.equal(engine.stats.errors.get("MISCONF"), 4);
  });

  test("answers why to a client that has waited, too", () => {
    const { engine, sink, line } = moody();
    const waiting = engine.openSession("resp", EVERYONE);
    const answers: Reply[] = [];
    waiting.answer = (reply) => void answers.push(reply);
    engine.execute(waiting, ["BLPOP", "list", "0"]);
    sink.failure = FULL;
    assert.equal(line("RPUSH list a"), FULL);
    assert.deepEqual(answers, [FULL]);
  });

  test("answers MISCONF when the fault is the sink's, and does not reach the next command", () => {
    const { sink, losses, line } = moody();
    const fault = new TypeError("a bug");
    sink.failure = fault;
    assert.match((line("SET k v") as CommandError).text, /^MISCONF /);
    assert.deepEqual(losses, [fault]);
    assert.equal(line("GET k"), "v");
  });

  test("is told of, but to no client, when it was time that removed a key", () => {
    const { engine, world, sink, losses, line } = moody();
    line("SET k v PX 10");
    line("SET j v PX 20");
    sink.failure = FULL;
    world.advance(10);
    assert.equal(line("GET k"), null);
    world.advance(10);
    engine.tick();
    assert.deepEqual(losses, [FULL, FULL]);
    assert.equal(line("PING"), PONG);
  });

  test("does not keep other sinks from it", () => {
    const { engine, sink, line } = moody();
    const other = new RecordedJournal();
    engine.journal.attach(other);
    sink.failure = FULL;
    line("SET k v");
    assert.deepEqual(other.groups, [["0 SET k v"]]);
  });
});

describe("a sink that refuses", () => {
  test("keeps writes from running, in transactions and scripts too, and lets reads", () => {
    const { engine, ours, sink, line } = moody();
    line("SET k v");
    sink.refused = FULL;
    assert.equal(line("SET k w"), FULL);
    assert.equal(line("GET k"), "v");
    assert.equal(
      engine.transaction(ours.session, [
        ["GET", "k"],
        ["SET", "k", "w"],
      ]),
      FULL,
    );
    assert.match((line("EVAL \"return redis.call('SET', 'k', 'w')\" 0") as CommandError).text, /^MISCONF /);
    line("MULTI");
    assert.equal(line("SET k w"), FULL);
    assert.match((line("EXEC") as CommandError).text, /^EXECABORT /);
    sink.refused = undefined;
    for (const text of ["MULTI", "SET k w"]) line(text);
    sink.refused = FULL;
    assert.match((line("EXEC") as CommandError).text, /^EXECABORT .*MISCONF /);
    assert.equal(line("GET k"), "v");
    assert.deepEqual(sink.groups, [["SET k v"]]);
  });
});

describe("a group that is repeated", () => {
  const replay = (...lines: string[]) => {
    const fresh = new TestEngine(new TestWorld(2));
    for (const text of lines) fresh.engine.replay(fresh.session, text.split(" "));
    return fresh;
  };

  test("counts as a whole", () => {
    const fresh = replay("MULTI", "SET k v", "SELECT 1", "SET k w", "EXEC");
    assert.equal(fresh.engine.dataset.databases[0]!.peek("k"), "v");
    assert.equal(fresh.engine.dataset.databases[1]!.peek("k"), "w");
  });

  test("or not at all, when it has no end", () => {
    const fresh = replay("SET a 1", "MULTI", "SET k v", "SET j w");
    fresh.engine.closeSession(fresh.session);
    assert.equal(fresh.engine.dataset.databases[0]!.size, 1);
  });
});

/** Random writes with times to live that pass, are taken back, and move between keys and databases. */
function drawLine(dice: Dice): string {
  const key = dice.pick(["a", "b", "c", "d", "e", "f"]);
  const other = dice.pick(["a", "b", "c", "d", "e", "f"]);
  const seconds = dice.pick(["1", "2", "30", "5000", "0", "-1"]);
  return dice.pick([
    `SET ${key} ${dice.between(0, 99)}`,
    `SET ${key} v EX 2 ${dice.pick(["NX", "XX", "GET", ""])}`,
    `SET ${key} w KEEPTTL`,
    `SETNX ${key} first`,
    `APPEND ${key} x`,
    `INCR ${key}`,
    `INCRBYFLOAT ${key} 0.1`,
    `SETRANGE ${key} 3 zz`,
    `GETDEL ${key}`,
    `GETEX ${key} PX ${dice.between(1, 3000)}`,
    `MSETNX ${key} m ${other} n`,
    `MSETEX 2 ${key} m ${other} n PX ${dice.between(1, 3000)}`,
    `DEL ${key} ${other}`,
    `RENAME ${key} ${other}`,
    `RENAMENX ${key} ${other}`,
    `COPY ${key} ${other} DB ${dice.between(0, 2)} ${dice.pick(["REPLACE", ""])}`,
    `MOVE ${key} ${dice.between(0, 2)}`,
    `SELECT ${dice.between(0, 2)}`,
    `${dice.pick(["EXPIRE", "PEXPIRE"])} ${key} ${seconds} ${dice.pick(["NX", "XX", "GT", "LT", ""])}`,
    `PERSIST ${key}`,
    `PERSIST ${key}`,
    "RANDOMKEY",
    dice.chance(0.05) ? `SWAPDB ${dice.between(0, 2)} ${dice.between(0, 2)}` : "RANDOMKEY",
    dice.chance(0.02) ? dice.pick(["FLUSHDB", "FLUSHALL"]) : "RANDOMKEY",
    `RPUSH ${key} ${dice.between(0, 9)} ${dice.between(0, 9)}`,
    `LPOP ${key} ${dice.between(0, 2)}`,
    `LMOVE ${key} ${other} LEFT RIGHT`,
    `ZADD ${key} ${dice.between(0, 9)} ${dice.between(0, 9)}`,
    `ZINCRBY ${key} 0.5 ${dice.between(0, 9)}`,
    `ZPOPMIN ${key}`,
    `XADD ${key} * f ${dice.between(0, 9)}`,
    `XTRIM ${key} MAXLEN ${dice.between(0, 2)}`,
    `SORT ${key} STORE ${other}`,
    `SORT ${key} BY nosort STORE ${other}`,
    `SADD ${key} ${dice.between(0, 9)} ${dice.between(0, 9)}`,
    `SPOP ${key} ${dice.between(0, 2)}`,
    `SMOVE ${key} ${other} ${dice.between(0, 9)}`,
    `HSET ${key} f${dice.between(0, 9)} ${dice.between(0, 9)}`,
    `HINCRBYFLOAT ${key} f${dice.between(0, 9)} 0.1`,
    `HDEL ${key} f${dice.between(0, 9)}`,
  ]);
}

describe("a journal", () => {
  test("repeated later, with other chances, gives the same data", () => {
    const seed = chooseSeed();
    console.log(`journal: SEED=${seed}`);
    const dice = new Dice(seed);
    let compared = 0;
    for (let round = 0; round < 20; round++) {
      const { world, ours, journal } = new Recorded();
      for (let i = 0; i < 400; i++) {
        const lines = Array.from({ length: dice.between(1, 3) }, () => drawLine(dice).trim().split(/ +/));
        if (lines.length > 1) ours.engine.transaction(ours.session, lines);
        else ours.send(...lines[0]!);
        if (dice.chance(0.3)) world.advance(dice.between(1, 900));
        if (dice.chance(0.05)) ours.engine.tick();
      }
      const later = new TestWorld(seed + round, world.nowMs + 3_600_000);
      const again = replayed(journal.effects, later);
      // First as of then: what had not expired is all there, although the repetition happened an hour later.
      later.nowMs = world.nowMs;
      compared += contents(ours.engine).size;
      assertSameContents(ours.engine, again.engine, `SEED=${seed}, round ${round}`);
      later.advance(3_600_000);
      world.advance(3_600_000);
      assertSameContents(ours.engine, again.engine, `SEED=${seed}, round ${round}, an hour later`);
    }
    assert.ok(compared > 60, `only ${compared} keys were compared`);
  });

  test("repeats a deadline that had passed by then, and was taken back in time", () => {
    const { world, ours, journal } = new Recorded();
    ours.line("SET k v EX 10");
    ours.line("PERSIST k");
    const again = replayed(journal.effects, new TestWorld(2, world.nowMs + 60_000));
    assert.equal(again.line("GET k"), "v");
  });
});
