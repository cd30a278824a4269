/** Blocking commands, in process: the order of service, the journal, and that nothing is left behind. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as errors from "../../src/core/errors.ts";
import { CommandError, NULL_ARRAY } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import type { Session } from "../../src/engine/session.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { assertSameContents, RecordedJournal, replayed } from "../support/replay.ts";
import { splitWords } from "../support/words.ts";
import { TestWorld } from "../support/world.ts";

/** A session that can wait, and what it was answered after that. */
class Waiter {
  readonly session: Session;
  readonly answers: Reply[] = [];
  private readonly ours: TestEngine;

  constructor(ours: TestEngine) {
    this.ours = ours;
    this.session = ours.engine.openSession("resp", EVERYONE);
    this.session.answer = (reply) => this.answers.push(reply);
  }

  line(line: string): Reply {
    return this.ours.engine.execute(this.session, splitWords(line));
  }

  get waits(): boolean {
    return this.session.wait !== undefined;
  }
}

/** What a waiting XREADGROUP answers when its stream has gone. */
const NO_GROUP = "NOGROUP No such key 'k' or consumer group 'g' in XREADGROUP with GROUP option";

interface Started {
  readonly ours: TestEngine;
  readonly world: TestWorld;
  readonly journal: RecordedJournal;
  waiter(line: string): Waiter;
}

function start(options: { readonly enableDebug?: boolean } = {}): Started {
  const world = new TestWorld(1, 1_800_000_000_000);
  const ours = new TestEngine(world, "internal", options);
  const journal = new RecordedJournal();
  ours.engine.journal.attach(journal);
  const waiter = (line: string): Waiter => {
    const waiting = new Waiter(ours);
    waiting.line(line);
    assert.ok(waiting.waits, line);
    return waiting;
  };
  return { ours, world, journal, waiter };
}

const BLOCKED = /^blocked_clients:(\d+)/m;

function blockedClients(ours: TestEngine): number {
  const info = ours.line("INFO clients") as { text: string };
  return Number(BLOCKED.exec(info.text)![1]);
}

describe("a wait", () => {
  test("ends when its time is over and not before, the earliest first", () => {
    const { ours, world, waiter } = start();
    const order: string[] = [];
    for (const timeout of ["0.3", "0.1", "0.2", "0"]) {
      const { session } = waiter(`BLPOP k ${timeout}`);
      session.answer = (reply) => order.push(`${timeout} ${reply === NULL_ARRAY}`);
    }
    const { waitingRoom } = ours.engine;
    assert.deepEqual([waitingRoom.size, waitingRoom.earliestMs - world.nowMs], [4, 100]);
    world.advance(99);
    ours.engine.endWaits();
    assert.deepEqual(order, []);
    world.advance(1);
    ours.engine.endWaits();
    assert.deepEqual(order, ["0.1 true"]);
    world.advance(1000);
    ours.engine.tick();
    assert.deepEqual(order, ["0.1 true", "0.2 true", "0.3 true"]);
    assert.deepEqual([waitingRoom.size, waitingRoom.earliestMs], [1, Infinity]);
  });

  test("counts in milliseconds, rounded up", () => {
    const { ours, world, waiter } = start();
    for (const [command, ms] of [
      ["BLPOP k 0.0001", 1],
      ["BLPOP k 1.0005", 1001],
      ["XREAD BLOCK 7 STREAMS k $", 7],
    ] as const) {
      const { session } = waiter(command);
      assert.equal(ours.engine.waitingRoom.earliestMs - world.nowMs, ms, command);
      ours.engine.closeSession(session);
    }
  });

  test("is seen in INFO and CLIENT LIST, and ends with its session", () => {
    const { ours, waiter } = start();
    const { session } = waiter("BLPOP k 10");
    assert.equal(blockedClients(ours), 1);
    const list = ours.line(`CLIENT LIST ID ${session.id}`) as { text: string };
    assert.match(list.text, / flags=b .* cmd=blpop /);
    ours.engine.closeSession(session);
    assert.equal(blockedClients(ours), 0);
    assert.deepEqual([ours.engine.waitingRoom.size, ours.engine.waitingRoom.timedSize], [0, 0]);
    ours.line("RPUSH k 1");
    assert.equal(ours.line("LLEN k"), 1);
  });

  test("its keys are counted in INFO, each once, and those whose end is awaited", () => {
    const { ours, waiter } = start();
    const counts = (): number[] => {
      const { text } = ours.line("INFO clients") as { text: string };
      return ["", "_on_nokey"].map((end) =>
        Number(new RegExp(`^total_blocking_keys${end}:(\\d+)`, "m").exec(text)![1]),
      );
    };
    assert.deepEqual(counts(), [0, 0]);
    waiter("BLPOP a b a 0");
    waiter("BLPOP b 0");
    waiter("XREAD BLOCK 0 STREAMS c $");
    ours.line("XGROUP CREATE s g $ MKSTREAM");
    const { session } = waiter("XREADGROUP GROUP g n BLOCK 0 STREAMS s >");
    assert.deepEqual(counts(), [4, 1]);
    ours.engine.closeSession(session);
    assert.deepEqual(counts(), [3, 0]);
  });

  test("is counted once, and its error once", () => {
    const { ours, waiter } = start();
    ours.line("XGROUP CREATE k g $ MKSTREAM");
    const gone = waiter("XREADGROUP GROUP g c BLOCK 0 STREAMS k >");
    ours.line("DEL k");
    const served = waiter("BLPOP k 0");
    ours.line("RPUSH k 1");
    assert.deepEqual(served.answers, [["k", "1"]]);
    assert.equal((gone.answers[0] as CommandError).text, NO_GROUP);
    const counts = ["BLPOP", "XREADGROUP"].map((name) => ours.engine.registry.get(name)!);
    assert.deepEqual(
      counts.map(({ calls, failed }) => [calls, failed]),
      [
        [1, 0],
        [1, 1],
      ],
    );
    assert.equal(ours.engine.stats.errorReplies, 1);
  });

  test("of a consumer ends when its stream expires, by a look-up or a tick", () => {
    for (const notice of ["tick", "EXISTS k"]) {
      const { ours, world, waiter } = start();
      ours.line("XGROUP CREATE k g $ MKSTREAM");
      ours.line("PEXPIRE k 10");
      const consumer = waiter("XREADGROUP GROUP g c BLOCK 0 STREAMS k >");
      const reader = waiter("XREAD BLOCK 0 STREAMS k $");
      world.advance(10);
      if (notice === "tick") ours.engine.tick();
      else ours.line(notice);
      assert.equal((consumer.answers[0] as CommandError).text, NO_GROUP);
      assert.ok(reader.waits);
    }
  });

  test("lasts if the element of a transaction has expired before the transaction was over", () => {
    const { ours, world, waiter } = start({ enableDebug: true });
    const { session, answers } = waiter("BZPOPMIN z 1");
    ours.line("MULTI");
    ours.line("ZADD z 1 one");
    ours.line("PEXPIRE z 100");
    ours.line("DEBUG SLEEP 0.2");
    ours.line("EXEC");
    assert.deepEqual(answers, []);
    assert.ok(session.wait !== undefined);
    assert.equal(ours.line("EXISTS z"), 0);
    world.advance(800);
    ours.engine.endWaits();
    assert.deepEqual(answers, [NULL_ARRAY]);
  });

  test("of a consumer ends with WRONGTYPE when its key holds something else", () => {
    const { ours, waiter } = start();
    ours.line("XGROUP CREATE k g $ MKSTREAM");
    const consumer = waiter("XREADGROUP GROUP g c BLOCK 0 STREAMS k >");
    ours.line("SET k v");
    assert.equal(consumer.answers[0], errors.WRONG_TYPE);
  });

  test("is timed and logged when it is over, with the time that serving it took", () => {
    const { ours, world, waiter } = start();
    ours.line("CONFIG SET slowlog-log-slower-than 0");
    ours.line("SLOWLOG RESET");
    const logged = () => (ours.line("SLOWLOG GET 20") as unknown[][]).map((entry) => (entry[3] as string[])[0]);
    waiter("BLPOP k 0");
    waiter("BLPOP never 0.1");
    assert.ok(!logged().includes("BLPOP"));
    const entry = ours.engine.registry.get("BLPOP")!;
    assert.equal(entry.calls, 0);
    ours.line("RPUSH k 1");
    assert.equal(logged().filter((name) => name === "BLPOP").length, 1);
    world.advance(100);
    ours.engine.tick();
    assert.equal(logged().filter((name) => name === "BLPOP").length, 2);
    assert.equal(entry.calls, 2);
  });

  test("is none in a script, where it answers at once", () => {
    const { ours } = start();
    ours.line("RPUSH l 1");
    ours.line("ZADD z 1 a");
    const inScript = (...words: string[]) => ours.send("EVAL", "return redis.call(unpack(ARGV))", "0", ...words);
    assert.deepEqual(inScript("BLPOP", "none", "l", "0"), ["l", "1"]);
    for (const line of ["BLPOP l 0", "BRPOP l 0", "BLMOVE l m LEFT LEFT 0", "BRPOPLPUSH l m 0", "BZPOPMAX none 0"]) {
      assert.equal(inScript(...line.split(" ")), null, line);
    }
    assert.deepEqual(inScript("BZPOPMIN", "z", "0"), ["z", "a", "1"]);
    assert.equal(inScript("WAIT", "1", "0"), 0);
  });

  test("ends where a list or sorted set takes another value's place", () => {
    const { ours, waiter } = start();
    const list = waiter("BLPOP k 0");
    const set = waiter("BZPOPMIN z 0");
    for (const line of ["SET k x", "SET z x", "RPUSH src 1", "ZADD zsrc 1 a"]) ours.line(line);
    ours.line("SORT src STORE k");
    ours.line("ZUNIONSTORE z 1 zsrc");
    assert.deepEqual(list.answers, [["k", "1"]]);
    assert.equal(set.answers.length, 1);
  });

  test("lasts while a pause holds writes up", () => {
    const { ours, world, waiter } = start();
    const first = waiter("BLPOP k 0");
    const second = waiter("BLPOP l 0.1");
    ours.line("CLIENT PAUSE 200 WRITE");
    ours.line("RPUSH k 1");
    world.advance(100);
    ours.engine.tick();
    assert.deepEqual([first.waits, second.waits], [true, false]);
    world.advance(100);
    ours.engine.tick();
    assert.deepEqual(first.answers, [["k", "1"]]);
    const third = waiter("BLPOP k 0");
    ours.line("CLIENT PAUSE 200");
    ours.line("RPUSH k 2");
    assert.ok(third.waits);
    ours.line("CLIENT UNPAUSE");
    assert.deepEqual(third.answers, [["k", "2"]]);
  });

  test("ends for one session without a trace of the others", () => {
    const { ours, waiter } = start();
    const sessions = Array.from({ length: 100 }, () => waiter("BLPOP k l 5"));
    for (const { session } of sessions.slice(0, 99)) ours.line(`CLIENT UNBLOCK ${session.id} ERROR`);
    assert.ok(sessions.slice(0, 99).every(({ answers }) => answers[0] instanceof CommandError));
    ours.line("RPUSH l 1");
    assert.deepEqual(sessions[99]!.answers, [["l", "1"]]);
    assert.equal(ours.engine.waitingRoom.timedSize, 0);
  });

  test("does not survive a fault of ours in what serves it, and holds no other client up", () => {
    const { ours, waiter } = start();
    const faulty = waiter("BLPOP k 0");
    const other = waiter("BLPOP l 0");
    const { request } = faulty.session.wait!;
    Object.assign(request, {
      serve: () => {
        throw new Error("fault");
      },
    });
    assert.throws(() => ours.line("RPUSH k 1"), /^Error: fault$/);
    assert.equal((faulty.answers[0] as CommandError).text, "ERR internal error");
    ours.line("RPUSH l 1");
    assert.deepEqual(other.answers, [["l", "1"]]);
  });
});

describe("what is journalled", () => {
  test("is what was done in the end", () => {
    const { ours, journal, waiter } = start();
    const lines = [
      ["BLPOP k 0", "RPUSH k 1 2", "LPOP k"],
      ["BRPOP a b 0", "RPUSH b 1 2", "RPOP b"],
      ["BLMPOP 0 1 c RIGHT COUNT 5", "RPUSH c 1 2", "RPOP c 2"],
      ["BLMOVE d e LEFT RIGHT 0", "RPUSH d 1", "LMOVE d e LEFT RIGHT"],
      ["BRPOPLPUSH f e 0", "RPUSH f 1", "RPOPLPUSH f e"],
      ["BZPOPMIN z 0", "ZADD z 1 a", "ZPOPMIN z"],
      ["BZPOPMAX z 0", "ZADD z 1 a", "ZPOPMAX z"],
      ["BZMPOP 0 1 z MAX COUNT 3", "ZADD z 1 a 2 b", "ZPOPMAX z 2"],
    ] as const;
    for (const [wait, write, effect] of lines) {
      waiter(wait);
      journal.effects.length = 0;
      ours.line(write);
      assert.deepEqual(journal.lines(), [write, effect], wait);
    }
  });

  test("is the same for what was there at once", () => {
    const { ours, journal } = start();
    for (const [wait, effect] of [
      ["BLPOP none k 0", "LPOP k"],
      ["BLMPOP 0 1 k LEFT", "LPOP k 1"],
      ["BLMOVE k e RIGHT LEFT 0", "LMOVE k e RIGHT LEFT"],
      ["BRPOPLPUSH k e 0", "RPOPLPUSH k e"],
    ] as const) {
      ours.line("RPUSH k 1");
      journal.effects.length = 0;
      ours.line(wait);
      assert.deepEqual(journal.lines(), [effect], wait);
    }
    journal.effects.length = 0;
    ours.line("BLPOP k 0");
    assert.deepEqual(journal.lines(), []);
  });

  test("gives the same data when it is repeated", () => {
    const { ours, journal, waiter } = start();
    ours.line("XGROUP CREATE s g $ MKSTREAM");
    const waits = ["BLMOVE k l LEFT RIGHT 0", "BLMOVE l m LEFT LEFT 0", "XREADGROUP GROUP g c BLOCK 0 STREAMS s >"];
    waits.forEach(waiter);
    waiter("BZMPOP 0 1 z MIN COUNT 2");
    for (const line of ["MULTI", "RPUSH k 1 2 3", "ZADD z 1 a 2 b 3 c", "XADD s * f v", "XADD s * f w", "EXEC"]) {
      ours.line(line);
    }
    assert.equal(ours.engine.waitingRoom.size, 0);
    const again = replayed(journal.effects, new TestWorld(9, 1_900_000_000_000));
    assertSameContents(ours.engine, again.engine, "replayed");
    assert.deepEqual(again.line("XPENDING s g"), ours.line("XPENDING s g"));
  });
});
