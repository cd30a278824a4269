/** What replies do not show: how edited strings are held, what is journalled, and the ends of the largest string. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { commandTables } from "../../src/commands/registry.ts";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { CommandError } from "../../src/core/reply.ts";
import { Engine } from "../../src/engine/engine.ts";
import { ByteBuffer } from "../../src/data/types/byte-buffer.ts";
import { valueBytes } from "../../src/data/value.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { assertSameContents, RecordedJournal, replayed } from "../support/replay.ts";
import { TestWorld } from "../support/world.ts";
import { splitWords } from "../support/words.ts";

const OFFSET = "bit offset is not an integer or out of range";
const TOO_LONG = "string exceeds maximum allowed size (proto-max-bulk-len)";

describe("strings that are edited in place", () => {
  const held = (ours: TestEngine, key: string) => ours.engine.dataset.databases[0]!.readValue(key)!;

  test("are buffers once they are large, and the same one from then on", () => {
    const ours = new TestEngine();
    ours.send("SET", "k", "x".repeat(2000));
    assert.equal(typeof held(ours, "k"), "string");
    ours.line("SETBIT k 9 0");
    const buffer = held(ours, "k");
    assert.ok(buffer instanceof ByteBuffer);
    for (const line of [
      "GET k",
      "SETRANGE k 5 abc",
      "BITFIELD k SET u8 #3 1",
      "APPEND k tail",
      "STRLEN k",
      "BITPOS k 1",
    ])
      ours.line(line);
    assert.equal(held(ours, "k"), buffer);
    assert.ok(valueBytes(buffer) > 2000);
    ours.line("BITOP NOT k k");
    assert.notEqual(held(ours, "k"), buffer);
  });

  test("are buffers from the first edit on, whatever the command", () => {
    for (const edit of ["APPEND k x", "SETRANGE k 0 y", "SETBIT k 0 1", "BITFIELD k SET u8 0 1"]) {
      const ours = new TestEngine();
      ours.send("SET", "k", "x".repeat(2000));
      ours.line(edit);
      const buffer = held(ours, "k");
      assert.ok(buffer instanceof ByteBuffer, edit);
      ours.line("GETRANGE k 10 20");
      ours.line("APPEND k y");
      assert.equal(held(ours, "k"), buffer, edit);
    }
  });

  test("grow into a buffer by being appended to", () => {
    const ours = new TestEngine();
    for (let length = 1; length <= 1500; length++) {
      assert.equal(ours.line("APPEND k x"), length);
      assert.equal(typeof held(ours, "k"), length < 1024 ? "string" : "object");
    }
    assert.equal(ours.line("GET k"), "x".repeat(1500));
  });

  test("are byte strings while they are small", () => {
    const ours = new TestEngine();
    for (const line of ["SETBIT a 100 1", "SETRANGE b 100 x", "BITFIELD c SET u8 0 1", "PFADD d x", "BITOP NOT e a"])
      ours.line(line);
    for (const key of ["a", "b", "c", "d", "e"]) assert.equal(typeof held(ours, key), "string", key);
  });

  test("are not changed by a command that fails", () => {
    const ours = new TestEngine();
    ours.send("SET", "k", "x".repeat(2000));
    ours.line("BITFIELD k SET u8 0 1 SET u8 8 nonsense");
    ours.line("SETRANGE k 600000000 x");
    assert.equal(ours.line("GET k"), "x".repeat(2000));
  });
});

describe("what is journalled", () => {
  const world = new TestWorld();
  const ours = new TestEngine(world);
  const journal = new RecordedJournal();
  ours.engine.journal.attach(journal);
  for (const [line, isJournalled] of [
    ["SETBIT k 7 0", true],
    ["SETBIT k 7 0", false],
    ["SETBIT k 7 1", true],
    ["BITFIELD k GET u8 0", false],
    ["BITFIELD k SET u8 0 1", false],
    ["BITFIELD k INCRBY u8 0 1 INCRBY u8 0 -1", true],
    ["BITFIELD k OVERFLOW FAIL SET u1 3 2", false],
    // It makes the string longer although it sets nothing.
    ["BITFIELD k OVERFLOW FAIL SET u1 100 2", true],
    ["BITFIELD new SET u8 0 0", true],
    ["BITOP NOT k k", true],
    ["BITOP AND none missing", false],
    ["BITOP AND new missing", true],
    ["BITCOUNT k", false],
  ] as const) {
    test(`${line}: ${isJournalled ? "yes" : "no"}`, () => {
      journal.effects.length = 0;
      ours.line(line);
      assert.deepEqual(journal.lines(), isJournalled ? [line] : []);
    });
  }

  test("its repetition gives the same strings", () => {
    const recorded = new TestEngine(world);
    const effects = new RecordedJournal();
    recorded.engine.journal.attach(effects);
    for (let i = 0; i < 300; i++) {
      recorded.line(`SETBIT big ${(i * 7919) % 30000} ${i % 3 === 0 ? 0 : 1}`);
      recorded.line(`BITFIELD big OVERFLOW FAIL INCRBY u5 #${(i * 31) % 5000} 9`);
      recorded.line(`PFADD sketch ${Array.from({ length: 10 }, (_, j) => i * 10 + j).join(" ")}`);
      if (i % 50 === 0) recorded.line("PFCOUNT sketch");
    }
    assertSameContents(recorded.engine, replayed(effects.effects, new TestWorld(2)).engine, "after the repetition");
  });
});

describe("the largest string", () => {
  const limits = { ...DEFAULT_LIMITS, stringBytesMax: 100 };
  const engine = new Engine({ environment: new TestWorld(), commands: commandTables, limits });
  const session = engine.openSession("internal", EVERYONE);
  for (const [line, expected] of [
    ["SETBIT k 800 1", OFFSET],
    ["SETBIT k 799 1", 0],
    // A bit beyond what a string may hold here is 0: Redis's strings are longer than ours.
    ["GETBIT k 800", 0],
    ["GETBIT k 799", 1],
    ["BITFIELD k SET u8 792 1", [1]],
    ["BITFIELD k SET u8 793 1", OFFSET],
    ["BITFIELD k GET u8 #99 GET u8 #100", [1, 0]],
    ["SETRANGE k 99 x", 100],
    ["SETRANGE k 99 xy", TOO_LONG],
    ["APPEND k x", TOO_LONG],
  ] as const) {
    test(line, () => {
      const reply = engine.execute(session, splitWords(line));
      assert.deepEqual(
        reply instanceof CommandError ? reply.text : reply,
        typeof expected === "string" ? `ERR ${expected}` : expected,
      );
    });
  }
});
