/** What replies do not show: deadlines as the clock moves, what is journalled, and keys of other types. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stringCommands } from "../../src/commands/string.ts";
import { CommandError, OK } from "../../src/core/reply.ts";
import type { DataValue } from "../../src/data/value.ts";
import { TestEngine } from "../support/engine.ts";
import { TestWorld } from "../support/world.ts";
import { onEffect } from "../support/replay.ts";

const NOW = 1_700_000_000_000;

/** An engine whose journal is a list of lines. */
function journalled(): { engine: TestEngine; world: TestWorld; journal: string[] } {
  const world = new TestWorld(1, NOW);
  const engine = new TestEngine(world);
  const journal: string[] = [];
  onEffect(engine.engine, (_, words) => journal.push(words.join(" ")));
  return { engine, world, journal };
}

/** Each command line, and what is to be journalled for it. */
const EFFECTS: readonly (readonly [line: string, ...journalled: string[]])[] = [
  ["SET k v", "SET k v"],
  ["SET k v NX"],
  ["SET k v XX", "SET k v"],
  ["SET k v IFEQ v GET", "SET k v"],
  ["SET k v IFEQ other"],
  ["SET k v EX 10", `SET k v PXAT ${NOW + 10_000}`],
  ["SET k w KEEPTTL", "SET k w KEEPTTL"],
  ["SET k v PX 5", `SET k v PXAT ${NOW + 5}`],
  ["SET k v EXAT 1800000000", "SET k v PXAT 1800000000000"],
  ["SET far v PXAT 9223372036854775807", "SET far v PXAT 9223372036854775807"],
  ["SETEX k 10 v", `SET k v PXAT ${NOW + 10_000}`],
  ["PSETEX k 10 v", `SET k v PXAT ${NOW + 10}`],
  ["GETEX k"],
  ["GETEX k EX 10", `PEXPIREAT k ${NOW + 10_000}`],
  ["GETEX k PERSIST", "PERSIST k"],
  ["GETEX k PERSIST"],
  ["GETEX missing EX 10"],
  ["GETEX k PXAT 1", "DEL k"],
  ["SET k v EXAT 1"],
  ["SETNX k v", "SETNX k v"],
  ["SETNX k v"],
  ["SET k v EXAT 1", "DEL k"],
  ["GETSET k v", "SET k v"],
  ["GETDEL k", "DEL k"],
  ["GETDEL k"],
  ["MSET a 1 b 2", "MSET a 1 b 2"],
  ["MSETNX a 1 c 2"],
  ["MSETEX 2 a 1 b 2 PX 7", `SET a 1 PXAT ${NOW + 7}`, `SET b 2 PXAT ${NOW + 7}`],
  ["MSETEX 2 a 1 b 2 KEEPTTL", "SET a 1 KEEPTTL", "SET b 2 KEEPTTL"],
  ["MSETEX 2 a 1 c 2 NX"],
  ["APPEND k v", "APPEND k v"],
  ["SETRANGE k 2 v", "SETRANGE k 2 v"],
  ["SETRANGE k 2 ''"],
  ["INCR n", "INCR n"],
  ["INCRBY n x"],
  ["INCRBYFLOAT n 0.5", "SET n 1.5 KEEPTTL"],
  ["DELEX n IFEQ 2"],
  ["DELEX n IFEQ 1.5", "DEL n"],
  ["DELEX k", "DELEX k"],
  ["GET k"],
];

test("the journal holds outcomes: no conditions, no relative times, nothing where nothing changed", () => {
  const { engine, journal } = journalled();
  for (const [line, ...expected] of EFFECTS) {
    engine.line(line);
    assert.deepEqual(journal.splice(0), expected, line);
  }
});

test("a deadline ends a key when the clock reaches it", () => {
  const { engine, world, journal } = journalled();
  engine.line("SET k v PX 100");
  journal.length = 0;
  world.advance(99);
  assert.equal(engine.line("GET k"), "v");
  world.advance(1);
  assert.equal(engine.line("GET k"), null);
  assert.deepEqual(journal, ["DEL k"]);
});

test("what keeps a deadline and what removes it", () => {
  const keep = ["SET k w KEEPTTL", "APPEND k x", "SETRANGE k 0 x", "INCR k", "INCRBYFLOAT k 1.5", "GETEX k"];
  const remove = ["SET k w", "GETSET k w", "MSET k w", "GETEX k PERSIST", "MSETEX 1 k w"];
  for (const [lines, left] of [
    [keep, false],
    [remove, true],
  ] as const) {
    for (const line of lines) {
      const { engine, world } = journalled();
      engine.line("SET k 1 EX 10");
      assert.ok(!(engine.line(line) instanceof CommandError), line);
      world.advance(10_000);
      assert.equal(engine.line("GET k") !== null, left, line);
    }
  }
});

test("GETEX and MSETEX set one", () => {
  const { engine, world } = journalled();
  engine.line("MSETEX 2 a 1 b 2 EX 10");
  engine.line("GETEX a EX 20");
  world.advance(10_000);
  assert.deepEqual(engine.line("MGET a b"), ["1", null]);
  world.advance(10_000);
  assert.equal(engine.line("GET a"), null);
});

/** Stands for any structure. */
const STRUCTURE: DataValue = { type: "list", size: 1, copy: () => STRUCTURE, memoryBytes: () => 0 };

/** A line for each command, on a key that holds a structure. Those that do not care are in the test below. */
const WRONG_TYPE_LINES = [
  "GET k|GETDEL k|GETEX k|GETEX k EX 0|GETSET k v|STRLEN k|DIGEST k|APPEND k v|INCR k|DECR k|INCRBY k 1|DECRBY k 1",
  "INCRBYFLOAT k 1|INCRBYFLOAT k x|GETRANGE k 0 1|SUBSTR k 0 1|SETRANGE k 0 v|SETRANGE k 0 ''",
  "SET k v GET|SET k v NX GET|SET k v IFEQ v|SET k v IFNE v|SET k v IFDEQ v|SET k v IFDNE v",
].flatMap((lines) => lines.split("|"));

test("commands that read a string refuse another type and leave it", () => {
  const { engine, journal } = journalled();
  const db = engine.engine.dataset.databases[0]!;
  db.set("k", STRUCTURE);
  for (const line of WRONG_TYPE_LINES) {
    const reply = engine.line(line);
    assert.ok(reply instanceof CommandError && reply.text.startsWith("WRONGTYPE "), line);
  }
  const texts = ["LCS k k", "DELEX k IFEQ v"].map((line) => (engine.line(line) as CommandError).text);
  assert.deepEqual(texts, [
    "ERR The specified keys must contain string values",
    "ERR Key should be of string type if conditions are specified",
  ]);
  // The words are read before the key is looked at.
  assert.equal((engine.line("INCRBY k x") as CommandError).text, "ERR value is not an integer or out of range");
  assert.equal((engine.line("SET k v EX 0 GET") as CommandError).text, "ERR invalid expire time in 'set' command");
  assert.equal(db.peek("k"), STRUCTURE);
  assert.deepEqual(journal, []);
});

test("commands that only write take a key of any type", () => {
  const { engine } = journalled();
  const db = engine.engine.dataset.databases[0]!;
  const replies = [
    ["SET k v", OK],
    ["SET k v XX", OK],
    ["SET k v NX", null],
    ["SETEX k 10 v", OK],
    ["PSETEX k 10 v", OK],
    ["SETNX k v", 0],
    ["MSET k v", OK],
    ["MSETNX k v", 0],
    ["MSETEX 1 k v", 1],
    ["MGET k", [null]],
    ["DELEX k", 1],
  ] as const;
  for (const [line, reply] of replies) {
    db.set("k", STRUCTURE);
    assert.deepEqual(engine.line(line), reply, line);
  }
});

test("a string ends at the limit, and one below it is still stored", () => {
  const { engine } = journalled();
  const max = engine.engine.limits.stringBytesMax;
  assert.equal(engine.send("SETRANGE", "k", String(max - 1), "x"), max);
  assert.ok(engine.send("APPEND", "k", "x") instanceof CommandError);
  assert.ok(engine.send("SETRANGE", "k", String(max), "x") instanceof CommandError);
  assert.equal(engine.send("STRLEN", "k"), max);
});

test("the table is in alphabetical order, and each summary is a sentence", () => {
  const names = stringCommands.map(({ name }) => name);
  assert.deepEqual(names, names.toSorted());
  for (const { summary } of stringCommands) assert.match(summary, /^[A-Z].*\.$/);
});
