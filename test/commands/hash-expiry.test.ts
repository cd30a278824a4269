/** Fields that expire: what a clock that moves shows, what is journalled, and which events tell of it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OK } from "../../src/core/reply.ts";
import type { Reply } from "../../src/core/reply.ts";
import type { Keyspace } from "../../src/data/keyspace.ts";
import { HashValue } from "../../src/data/types/hash.ts";
import { TestEngine } from "../support/engine.ts";
import { drawHashCommand, HashModel } from "../support/hash-model.ts";
import { Dice } from "../oracle/random.ts";
import { restShape } from "../support/rest-shape.ts";
import { chooseSeed, TestWorld } from "../support/world.ts";
import { onEffect } from "../support/replay.ts";

const START_MS = 1_000_000;

const WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";

/** An engine at {@link START_MS} that keeps a record of what it journals and of its events. */
class Recorder {
  readonly world = new TestWorld(1, START_MS);
  readonly test = new TestEngine(this.world);
  readonly journal: string[] = [];
  readonly events: string[] = [];

  constructor() {
    const { engine } = this.test;
    onEffect(engine, (database, words) => void this.journal.push(`${database}: ${words.join(" ")}`));
    engine.events.notify = (_keyspace, _class, event, key) => void this.events.push(`${event} ${key}`);
  }

  get db(): Keyspace {
    return this.test.engine.dataset.databases[0]!;
  }

  line(text: string): unknown {
    const shape = restShape(this.test.line(text));
    return "result" in shape ? shape.result : shape.error;
  }

  /** What was journalled and notified since the last call. */
  take(): { journal: string[]; events: string[] } {
    return { journal: this.journal.splice(0), events: this.events.splice(0) };
  }
}

function recorder(...lines: string[]): Recorder {
  const made = new Recorder();
  for (const line of lines) made.line(line);
  made.take();
  return made;
}

describe("a field that has expired", () => {
  const commands: Readonly<Record<string, unknown>> = {
    "HGET h a": null,
    "HMGET h a b": [null, "2"],
    "HGETALL h": ["b", "2"],
    "HLEN h": 1,
    "HKEYS h": ["b"],
    "HVALS h": ["2"],
    "HEXISTS h a": 0,
    "HSTRLEN h a": 0,
    "HRANDFIELD h": "b",
    "HRANDFIELD h 5 WITHVALUES": ["b", "2"],
    "HSCAN h 0": ["0", ["b", "2"]],
    "HSET h a 3": 1,
    "HSETNX h a 3": 1,
    "HINCRBY h a 5": 5,
    "HINCRBYFLOAT h a 0.5": "0.5",
    "HDEL h a": 0,
    "HGETDEL h FIELDS 2 a b": [null, "2"],
    "HGETEX h PERSIST FIELDS 2 a b": [null, "2"],
    "HSETEX h FXX FIELDS 1 a 3": 0,
    "HSETEX h FNX FIELDS 1 a 3": 1,
    "HTTL h FIELDS 2 a b": [-2, -1],
    "HPERSIST h FIELDS 1 a": [-2],
    "HEXPIRE h 100 FIELDS 1 a": [-2],
  };
  for (const [command, reply] of Object.entries(commands)) {
    test(`is not there for ${command}`, () => {
      const engine = recorder("HSET h a 1 b 2", "HPEXPIRE h 100 FIELDS 1 a");
      engine.world.advance(99);
      assert.equal(engine.line("HGET h a"), "1");
      assert.deepEqual(engine.take().journal, []);
      engine.world.advance(1);
      assert.deepEqual(engine.line(command), reply);
      const { journal, events } = engine.take();
      assert.equal(journal[0], "0: HDEL h a");
      assert.equal(events[0], "hexpired h");
      assert.ok((engine.line("HTTL h FIELDS 1 a") as number[])[0]! < 0);
    });
  }

  test("is not counted by MEMORY USAGE", () => {
    const engine = recorder("HSET h b 2", "MEMORY USAGE h");
    const before = engine.line("MEMORY USAGE h");
    engine.line("HSETEX h PX 100 FIELDS 1 a 1");
    engine.world.advance(100);
    assert.equal(engine.line("MEMORY USAGE h"), before);
  });

  test("takes its key with it when it was the last one", () => {
    for (const command of [
      "HGET h a",
      "HLEN h",
      "EXISTS h",
      "DEL h",
      "TYPE h",
      "SET h x NX",
      "HPERSIST h FIELDS 1 a",
    ]) {
      const engine = recorder("HSETEX h PX 100 FIELDS 2 a 1 b 2");
      engine.world.advance(100);
      engine.line(command);
      const { journal, events } = engine.take();
      assert.match(journal[0]!, /^0: HDEL h (?:a b|b a)$/, command);
      assert.deepEqual(events.slice(0, 2), ["hexpired h", "del h"], command);
      assert.deepEqual(engine.line("HLEN h"), command.startsWith("SET") ? WRONG_TYPE : 0, command);
    }
  });

  test("is not there for SORT, COPY and RENAME", () => {
    const engine = recorder("HSET h a 1 b 2", "HPEXPIRE h 100 FIELDS 1 a");
    for (const line of ["RPUSH list 1 2", "HSETEX w1 PX 100 FIELDS 1 f 9", "HSET w2 f 5"]) engine.line(line);
    assert.deepEqual(engine.line("SORT list BY w*->f GET w*->f"), ["5", "9"]);
    engine.world.advance(100);
    assert.deepEqual(engine.line("SORT list BY w*->f GET w*->f"), [null, "5"]);
    engine.line("COPY h copy");
    engine.line("RENAME h renamed");
    for (const key of ["copy", "renamed"]) assert.deepEqual(engine.line(`HGETALL ${key}`), ["b", "2"]);
  });

  test("leaves the deadline of its key alone", () => {
    const engine = recorder("HSETEX h PX 100 FIELDS 1 a 1", "HSET h b 2", "PEXPIRE h 500");
    engine.world.advance(100);
    assert.deepEqual(engine.line("HKEYS h"), ["b"]);
    engine.world.advance(400);
    assert.equal(engine.line("HLEN h"), 0);
    assert.deepEqual(engine.take().events, ["hexpired h", "expired h"]);
  });

  test("was counted", () => {
    const engine = recorder("HSETEX h PX 100 FIELDS 2 a 1 b 2", "HSET h c 3");
    engine.world.advance(100);
    engine.test.engine.tick();
    assert.match(String(engine.line("INFO stats")), /^expired_subkeys:2\r$/m);
    assert.match(String(engine.line("INFO stats")), /^expired_keys:0\r$/m);
    engine.line("HSETEX h PX 100 FIELDS 2 a 1 b 2");
    engine.world.advance(100);
    assert.deepEqual(engine.line("HMGET h a b c"), [null, null, "3"]);
    assert.match(String(engine.line("INFO stats")), /^expired_subkeys:4\r$/m, "those that a look-up removes as well");
  });
});

describe("active expiry", () => {
  test("removes fields in every database without a look-up", () => {
    const engine = recorder("HSETEX h PX 100 FIELDS 1 a 1", "HSET h b 2", "HSETEX gone PX 50 FIELDS 1 a 1");
    const other = new HashValue();
    other.set("x", "1");
    other.setDeadline("x", START_MS + 70);
    engine.test.engine.dataset.databases[3]!.set("k", other);
    engine.test.engine.tick();
    assert.deepEqual(engine.take().journal, []);
    engine.world.advance(60);
    engine.test.engine.tick();
    assert.deepEqual(engine.take(), { journal: ["0: HDEL gone a"], events: ["hexpired gone", "del gone"] });
    engine.world.advance(40);
    engine.test.engine.tick();
    assert.deepEqual(engine.take().journal, ["0: HDEL h a", "3: HDEL k x"]);
    assert.equal(engine.db.size, 1);
    assert.equal(engine.test.engine.dataset.databases[3]!.size, 0);
  });

  test("finds the few fields that are due among many that are not", () => {
    const engine = recorder();
    for (let i = 0; i < 2000; i++) engine.line(`HSETEX h${i} PX ${i === 1234 ? 100 : 100_000 + i} FIELDS 1 a 1`);
    engine.world.advance(100);
    engine.test.engine.tick();
    assert.equal(engine.db.size, 1999);
    engine.world.advance(200_000);
    engine.test.engine.tick();
    assert.equal(engine.db.size, 0);
  });

  test("removes all fields of a large hash that are due", () => {
    const engine = recorder();
    const pairs = Array.from({ length: 5000 }, (_, i) => [`f${i}`, "v"]).flat();
    engine.test.send("HSETEX", "h", "PX", "100", "FIELDS", "5000", ...pairs);
    engine.test.send("HSET", "h", "f7", "stays");
    engine.world.advance(100);
    engine.take();
    engine.test.engine.tick();
    assert.deepEqual(engine.line("HGETALL h"), ["f7", "stays"]);
    const journal = engine.take().journal.map((line) => line.split(" ").slice(3));
    assert.equal(journal.flat().length, 4999);
    assert.ok(journal.every((fields) => fields.length <= 1024));
  });

  test("stops when its time is over, and continues at the next tick", () => {
    const engine = recorder();
    for (let i = 0; i < 200; i++) engine.line(`HSETEX h${i} PX 100 FIELDS 1 a 1`);
    engine.world.advance(100);
    // Each question for the time takes longer than a whole round may.
    let us = 0;
    engine.world.elapsedUs = () => (us += 1_000_000);
    engine.test.engine.tick();
    const left = engine.db.size;
    assert.ok(left > 0 && left < 200);
    for (let i = 0; i < 300; i++) engine.test.engine.tick();
    assert.equal(engine.db.size, 0);
  });

  test("forgets fields that were deleted, set anew or persisted, and keys that were", () => {
    const engine = recorder("HSETEX h PX 100 FIELDS 3 a 1 b 2 c 3", "HSETEX str PX 100 FIELDS 1 a 1");
    engine.line("HSETEX old PX 100 FIELDS 1 a 1");
    for (const line of ["HDEL h a", "HSET h b 4", "HPERSIST h FIELDS 1 c", "SET str x"]) engine.line(line);
    engine.db.delete("old");
    engine.line("HSET old a 2");
    engine.take();
    engine.world.advance(100);
    engine.test.engine.tick();
    assert.deepEqual(engine.take(), { journal: [], events: [] });
    assert.deepEqual(engine.line("HGETALL h"), ["b", "4", "c", "3"]);
    assert.deepEqual(engine.line("HGETALL old"), ["a", "2"]);
  });

  test("a field given more time lives that long", () => {
    const engine = recorder("HSETEX h PX 100 FIELDS 1 a 1", "HPEXPIRE h 300 FIELDS 1 a");
    engine.world.advance(299);
    engine.test.engine.tick();
    assert.equal(engine.line("HGET h a"), "1");
    engine.line("HPEXPIRE h 50 LT FIELDS 1 a");
    engine.world.advance(50);
    engine.test.engine.tick();
    assert.equal(engine.db.size, 0);
  });

  test("knows of hashes that came by copying, moving and swapping", () => {
    const engine = recorder(
      "HSETEX h PX 100 FIELDS 1 a 1",
      "COPY h copy",
      "COPY h moved",
      "MOVE moved 1",
      "RENAME h new",
    );
    engine.line("SWAPDB 0 1");
    engine.take();
    engine.world.advance(100);
    engine.test.engine.tick();
    const { journal } = engine.take();
    assert.deepEqual(journal.sort(), ["0: HDEL moved a", "1: HDEL copy a", "1: HDEL new a"]);
    assert.equal(engine.db.size + engine.test.engine.dataset.databases[1]!.size, 0);
  });

  test("a flush ends everything", () => {
    const engine = recorder("HSETEX h PX 100 FIELDS 1 a 1", "FLUSHALL", "HSET h a 1");
    engine.world.advance(100);
    engine.test.engine.tick();
    assert.deepEqual(engine.take().journal, []);
    assert.equal(engine.line("HLEN h"), 1);
  });
});

test("times left are rounded up, the second of a deadline down", () => {
  const engine = recorder("HSETEX h PX 1500 FIELDS 1 a 1");
  assert.deepEqual(engine.line("HPTTL h FIELDS 1 a"), [1500]);
  assert.deepEqual(engine.line("HTTL h FIELDS 1 a"), [2]);
  assert.deepEqual(engine.line("HEXPIRETIME h FIELDS 1 a"), [1001]);
  assert.deepEqual(engine.line("HPEXPIRETIME h FIELDS 1 a"), [START_MS + 1500]);
  engine.world.advance(1499);
  assert.deepEqual(engine.line("HPTTL h FIELDS 1 a"), [1]);
  assert.deepEqual(engine.line("HTTL h FIELDS 1 a"), [1]);
});

test("a hash that is read and expires in the same millisecond answers as one", () => {
  const engine = recorder("HSETEX h PX 100 FIELDS 1 a 1");
  const replies = engine.test.engine.transaction(engine.test.session, [
    ["HGET", "h", "a"],
    ["SET", "x", "1"],
    ["HLEN", "h"],
  ]) as Reply[];
  assert.deepEqual(replies, ["1", OK, 1]);
});

describe("what is journalled, and the events", () => {
  const DEADLINE = START_MS + 10_000;
  const cases: Readonly<Record<string, { journal: string[]; events: string[] }>> = {
    "HEXPIRE h 10 FIELDS 2 a nope": { journal: [`HPEXPIREAT h ${DEADLINE} FIELDS 1 a`], events: ["hexpire"] },
    "HPEXPIREAT h 2000000 GT FIELDS 3 a t u": {
      journal: ["HPEXPIREAT h 2000000 FIELDS 2 t u"],
      events: ["hexpire"],
    },
    "HEXPIRE h 0 FIELDS 2 a b": { journal: ["HDEL h a b"], events: ["hdel"] },
    "HEXPIREAT h 1 FIELDS 4 a b t u": { journal: ["HDEL h a b t u"], events: ["hdel", "del"] },
    "HEXPIRE h 10 XX FIELDS 2 a nope": { journal: [], events: [] },
    "HPERSIST h FIELDS 3 a t nope": { journal: ["HPERSIST h FIELDS 1 t"], events: ["hpersist"] },
    "HPERSIST h FIELDS 2 a nope": { journal: [], events: [] },
    "HGETDEL h FIELDS 3 a nope t": { journal: ["HDEL h a t"], events: ["hdel"] },
    "HGETDEL h FIELDS 1 nope": { journal: [], events: [] },
    "HGETDEL h FIELDS 4 a b t u": { journal: ["HDEL h a b t u"], events: ["hdel", "del"] },
    "HGETEX h FIELDS 2 a t": { journal: [], events: [] },
    "HGETEX h PX 10000 FIELDS 2 a nope": {
      journal: [`HPEXPIREAT h ${DEADLINE} FIELDS 1 a`],
      events: ["hexpire"],
    },
    "HGETEX h PERSIST FIELDS 2 a t": { journal: ["HPERSIST h FIELDS 1 t"], events: ["hpersist"] },
    "HGETEX h EXAT 1 FIELDS 1 a": { journal: ["HDEL h a"], events: ["hdel"] },
    "HSETEX h FXX EX 10 FIELDS 2 a 3 b 4": {
      journal: [`HSETEX h PXAT ${DEADLINE} FIELDS 2 a 3 b 4`],
      events: ["hset", "hexpire"],
    },
    "HSETEX h KEEPTTL FIELDS 1 t 3": { journal: ["HSETEX h KEEPTTL FIELDS 1 t 3"], events: ["hset"] },
    "HSETEX h FNX FIELDS 1 t 3": { journal: [], events: [] },
    "HSETEX h EX 0 FIELDS 2 a 3 new 4": { journal: ["HDEL h a"], events: ["hdel"] },
    "HINCRBYFLOAT h b 1": { journal: ["HSET h b 3"], events: ["hincrbyfloat"] },
    "HINCRBYFLOAT h t 1": { journal: ["HSETEX h KEEPTTL FIELDS 1 t 4"], events: ["hincrbyfloat"] },
  };
  for (const [command, { journal, events }] of Object.entries(cases)) {
    test(command, () => {
      const engine = recorder("HSET h a 1 b 2", "HSETEX h EX 100 FIELDS 2 t 3 u 4");
      engine.line(command);
      assert.deepEqual(engine.take(), {
        journal: journal.map((line) => `0: ${line}`),
        events: events.map((event) => `${event} h`),
      });
    });
  }
});

/** All keys with all fields, values and deadlines, as the model dumps them. */
function dump(engine: TestEngine): unknown {
  const db = engine.engine.dataset.databases[0]!;
  const keys = Array.from({ length: db.size }, (_, slot) => db.keyAt(slot));
  return keys
    .map((key) => {
      const hash = db.read(key, HashValue)!;
      return [key, [...hash.entries()].map(([name, value]) => [name, value, hash.deadline(name) ?? Infinity]).sort()];
    })
    .sort();
}

test("random commands and a clock that moves agree with a naive model, and the journal repeats the outcome", () => {
  const seed = chooseSeed();
  const commands = Number(process.env["ORACLE_COMMANDS"] ?? 5000);
  console.log(`random hash expiry: SEED=${seed}, ${commands} commands`);
  const dice = new Dice(seed);
  const world = new TestWorld(1, START_MS);
  const ours = new TestEngine(world);
  const copy = new TestEngine(new TestWorld(1, START_MS));
  onEffect(ours.engine, (_database, words) => void copy.engine.replay(copy.session, words));
  const model = new HashModel();
  for (let sent = 0; sent < commands; sent++) {
    if (dice.chance(0.3)) world.advance(dice.between(1, 800));
    if (dice.chance(0.1)) {
      ours.engine.tick();
      model.expire(world.nowMs);
      assert.deepEqual(dump(ours), model.dump(), `SEED=${seed}, after ${sent} commands`);
      assert.deepEqual(dump(copy), model.dump(), `SEED=${seed}, journal after ${sent} commands`);
    }
    const words = drawHashCommand(dice, world.nowMs);
    const expected = { result: model.run(words, world.nowMs) };
    assert.deepEqual(restShape(ours.send(...words)), expected, `SEED=${seed}, command ${sent}: ${words.join(" ")}`);
  }
});
