/** A snapshot equals the dataset at its start, whatever happens while it is written. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UNRESTRICTED_USER } from "../../src/core/authority.ts";
import { manualOf } from "../../src/commands/manual/manual.ts";
import { commandTables } from "../../src/commands/registry.ts";
import type { Command } from "../../src/engine/command.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { Snapshot } from "../../src/persistence/snapshot.ts";
import { suites } from "../contract/suites.ts";
import { Dice } from "../oracle/random.ts";
import { drawWords } from "../oracle/random-words.ts";
import { ChunkSource, load } from "../support/datasets.ts";
import { TestEngine } from "../support/engine.ts";
import { contents, plain } from "../support/replay.ts";
import { chooseSeed, TestWorld } from "../support/world.ts";

const NOW = 1_700_000_000_000;

/** Commands that hold up the process, or that are about other things than data. */
const LEFT_OUT =
  /^(?:DEBUG|SHUTDOWN|CLIENT|MONITOR|QUIT|RESET|SUBSCRIBE|PSUBSCRIBE|SSUBSCRIBE|AUTH|HELLO|CONFIG|MULTI)\b/;

const LINES = Object.values(suites)
  .flatMap((scripts) => scripts.flatMap(({ lines }) => lines.map(({ words }) => words)))
  .filter(([name]) => !LEFT_OUT.test(name!.toUpperCase()));

/** Every other command that is served. */
const ROWS = commandTables.flat().filter(({ name, run }) => run !== undefined && !LEFT_OUT.test(name));

/** Arguments of JSON commands. */
const JSON_VALUES: Readonly<Record<string, readonly string[]>> = {
  value: ['{"a":1,"list":[1,"x"]}', "[1,2,3]", "7", '"text"'],
  path: ["$", ".", "$.a", "$.list", "$..a", "$.list[0]"],
};

/** Commands that move many keys at once. */
const UPHEAVALS = [
  (dice: Dice) => ["SWAPDB", String(below(dice, 4)), String(below(dice, 4))],
  (dice: Dice) => ["MOVE", dice.pick(KEYS), String(below(dice, 4))],
  (dice: Dice) => ["RENAME", dice.pick(KEYS), dice.pick(KEYS)],
  (dice: Dice) => ["COPY", dice.pick(KEYS), dice.pick(KEYS), "REPLACE"],
  (dice: Dice) => ["DEL", dice.pick(KEYS), dice.pick(KEYS), dice.pick(KEYS)],
  (dice: Dice) => ["PEXPIREAT", dice.pick(KEYS), String(NOW + below(dice, 3000))],
  (dice: Dice) => ["SET", `new:${below(dice, 500)}`, "x"],
  (dice: Dice) => ["RENAME", dice.pick(LARGE), dice.pick([...LARGE, "other"])],
  (dice: Dice) => ["COPY", dice.pick(LARGE), "other", "REPLACE"],
];

const LARGE = ["large", "long", "wide", "many", "ranked", "log", "document", "text"];

/** Edits of values that take several slices, at any place in them. */
const EDITS: readonly ((dice: Dice) => readonly string[])[] = [
  (dice) => ["HSET", "large", `f${below(dice, 4000)}`, "changed"],
  (dice) => ["HDEL", "large", `f${below(dice, 3000)}`, `f${below(dice, 3000)}`],
  (dice) => ["HPEXPIREAT", "large", String(NOW + below(dice, 5000)), "FIELDS", "1", `f${below(dice, 3000)}`],
  (dice) => ["HPERSIST", "large", "FIELDS", "1", `f${below(dice, 3000)}`],
  (dice) => ["HINCRBY", "large", `n${below(dice, 500)}`, "1"],
  (dice) => [dice.pick(["RPUSH", "LPUSH"]), "long", "more", "and more"],
  (dice) => [dice.pick(["RPOP", "LPOP"]), "long", String(below(dice, 300))],
  (dice) => ["LSET", "long", String(below(dice, 3000)), "changed"],
  (dice) => ["LINSERT", "long", "BEFORE", `element ${below(dice, 3000)}`, "between"],
  (dice) => ["LREM", "long", "0", `element ${below(dice, 3000)}`],
  (dice) => ["LTRIM", "long", String(below(dice, 50)), String(-1 - below(dice, 50))],
  (dice) => ["SETRANGE", "wide", String(below(dice, 600_000)), "changed"],
  (dice) => ["SETBIT", "wide", String(below(dice, 5_000_000)), String(below(dice, 2))],
  (dice) => ["APPEND", dice.pick(["wide", "text"]), "x".repeat(below(dice, 1000))],
  (dice) => ["SADD", "many", `m${below(dice, 5000)}`],
  (dice) => ["SREM", "many", `m${below(dice, 5000)}`],
  (dice) => ["SPOP", "many", String(below(dice, 20))],
  (dice) => ["SMOVE", "many", "few", `m${below(dice, 5000)}`],
  (dice) => ["ZADD", "ranked", String(below(dice, 4000)), `m${below(dice, 4000)}`],
  (dice) => ["ZREM", "ranked", `m${below(dice, 4000)}`],
  (dice) => ["ZINCRBY", "ranked", String(below(dice, 4000) - 2000), `m${below(dice, 4000)}`],
  (dice) => [dice.pick(["ZPOPMIN", "ZPOPMAX"]), "ranked", String(below(dice, 30))],
  (dice) => {
    const start = below(dice, 3000);
    return ["ZREMRANGEBYRANK", "ranked", String(start), String(start + below(dice, 200))];
  },
  (dice) => ["XADD", "log", "*", "f", `value ${below(dice, 1000)}`],
  (dice) => ["XDEL", "log", `${1 + below(dice, 3000)}-0`],
  (dice) => ["XTRIM", "log", "MAXLEN", dice.pick(["=", "~"]), String(2500 + below(dice, 600))],
  (dice) => ["XREADGROUP", "GROUP", "g", dice.pick(["a", "b"]), "COUNT", "20", "STREAMS", "log", dice.pick([">", "0"])],
  (dice) => ["XACK", "log", "g", `${1 + below(dice, 3000)}-0`],
  (dice) => [
    "XCLAIM",
    "log",
    "g",
    dice.pick(["a", "b", "c"]),
    "0",
    `${1 + below(dice, 1500)}-0`,
    `${1 + below(dice, 1500)}-0`,
  ],
  (dice) => ["XAUTOCLAIM", "log", "g", "c", "0", "0", "COUNT", String(1 + below(dice, 20))],
  (dice) => ["XGROUP", dice.pick(["DELCONSUMER", "CREATECONSUMER"]), "log", "g", dice.pick(["a", "b", "c"])],
  (dice) => ["XGROUP", "SETID", "log", "g", `${below(dice, 3000)}-0`],
  (dice) => ["JSON.SET", "document", `$.list[${below(dice, 1500)}]`, `{"new":${below(dice, 9)}}`],
  (dice) => ["JSON.SET", "document", `$.list[${below(dice, 1500)}].n`, '"changed"'],
  (dice) => ["JSON.SET", "document", `$.members.k${below(dice, 3000)}`, "[1,2]"],
  (dice) => ["JSON.DEL", "document", `$.members.k${below(dice, 1600)}`],
  (dice) => ["JSON.DEL", "document", `$.list[${below(dice, 1500)}]`],
  () => ["JSON.DEL", "document", "$..n"],
  (dice) => ["JSON.MERGE", "document", "$", `{"members":{"k${below(dice, 1500)}":null,"new":{"a":{"b":1}}}}`],
  (dice) => ["JSON.ARRAPPEND", "document", "$.list", `${below(dice, 9)}`, "[]"],
  (dice) => ["JSON.ARRINSERT", "document", "$.list", String(below(dice, 1000)), "null"],
  (dice) => ["JSON.ARRPOP", "document", "$.list", String(below(dice, 1500) - 700)],
  (dice) => ["JSON.ARRTRIM", "document", "$.list", String(below(dice, 5)), "-2"],
  (dice) => ["JSON.NUMINCRBY", "document", `$.list[${below(dice, 1500)}].n`, "1"],
  (dice) => ["JSON.STRAPPEND", "document", `$.members.k${below(dice, 1500)}`, '"!"'],
  (dice) => ["JSON.CLEAR", "document", dice.pick([`$.list[${below(dice, 1500)}]`, `$.members.k${below(dice, 1500)}`])],
];

/** A whole number from 0 to `limit - 1`. */
function below(dice: Dice, limit: number): number {
  return dice.between(0, limit - 1);
}

/** Everything an engine holds, with what commands that read a value do not show: deadlines of fields, and groups. */
function state(engine: Engine): Map<string, unknown> {
  const session = engine.openSession("internal", UNRESTRICTED_USER);
  const run = (...words: string[]): unknown => plain(engine.execute(session, words));
  const all = new Map<string, unknown>();
  for (const [name, held] of contents(engine)) {
    const [number, key] = [name.slice(0, name.indexOf(":")), name.slice(name.indexOf(":") + 1)];
    run("SELECT", number);
    const details: unknown[] = [held];
    if (held.type === "hash") {
      const fields = (run("HKEYS", key) as string[]).sort();
      details.push(run("HPEXPIRETIME", key, "FIELDS", String(fields.length), ...fields));
    } else if (held.type === "stream") {
      for (const group of run("XINFO", "GROUPS", key) as string[][]) {
        const name = group[1]!;
        details.push(group, run("XPENDING", key, name, "-", "+", "100000"));
        // The time of the last delivery is not in the file.
        details.push((run("XINFO", "CONSUMERS", key, name) as string[][]).map((consumer) => consumer.slice(0, 6)));
      }
    }
    all.set(name, details);
  }
  engine.closeSession(session);
  return all;
}

const KEYS = Array.from({ length: 400 }, (_, i) => `k${i}`);

class Storm {
  readonly world: TestWorld;
  readonly ours: TestEngine;
  private readonly dice: Dice;
  /** The rows that are still to be drawn, before each is drawn again. */
  private rows: Command[] = [];
  readonly drawnRows = new Set<string>();

  constructor(seed: number) {
    this.dice = new Dice(seed);
    this.world = new TestWorld(seed, NOW);
    this.ours = new TestEngine(this.world);
    for (let database = 0; database < 3; database++) {
      this.ours.line(`SELECT ${database}`);
      for (const key of KEYS) if (below(this.dice, 3) > 0) this.ours.send("SET", key, `value of ${key} in ${database}`);
      this.ours.send("SET", "text", "a long text ".repeat(20_000));
    }
    this.blow(3000);
    this.fill();
  }

  /** Makes the large values anew, in a database. */
  fill(): void {
    const { dice, ours } = this;
    ours.line(`SELECT ${below(dice, 3)}`);
    ours.send("DEL", ...LARGE);
    const numbers = Array.from({ length: 3000 }, (_, i) => i);
    ours.send("HSET", "large", ...numbers.flatMap((i) => [`f${i}`, `a value of some length ${i}`]));
    ours.send("HSET", "large", ...numbers.slice(0, 500).flatMap((i) => [`n${i}`, "1"]));
    const deadlines = numbers
      .slice(0, 300)
      .map((i) => ["HPEXPIREAT", "large", String(NOW + 9000 + i), "FIELDS", "1", `f${i}`]);
    for (const words of deadlines) ours.send(...words);
    ours.send("RPUSH", "long", ...numbers.map((i) => `element ${i}`));
    ours.send("SETRANGE", "wide", "600000", "end");
    ours.send("SADD", "many", ...numbers.map((i) => `m${i}`));
    ours.send("ZADD", "ranked", ...numbers.flatMap((i) => [String(i % 700), `m${i}`]));
    for (const i of numbers) ours.send("XADD", "log", `${i + 1}-0`, "f", `value ${i}`, "g", "another");
    ours.send("XGROUP", "CREATE", "log", "g", "0");
    ours.send("XREADGROUP", "GROUP", "g", "a", "COUNT", "1500", "STREAMS", "log", ">");
    const list = numbers.slice(0, 1500).map((n) => ({ n, text: `an element of some length ${n}` }));
    const members = Object.fromEntries(numbers.slice(0, 1500).map((i) => [`k${i}`, `a member of some length ${i}`]));
    ours.send("JSON.SET", "document", "$", JSON.stringify({ list, members, n: 1 }));
    ours.send("SET", "text", "a long text ".repeat(20_000));
  }

  /** A command of the next row, each row once before any comes again. */
  private drawn(): readonly string[] {
    const { dice } = this;
    if (this.rows.length === 0) this.rows = [...ROWS];
    const [row] = this.rows.splice(below(dice, this.rows.length), 1);
    this.drawnRows.add(row!.name);
    const values = row!.name.startsWith("JSON.") ? JSON_VALUES : {};
    return [...row!.name.split(" "), ...drawWords({ dice, values }, manualOf(row!).syntax)];
  }

  /** Runs so many commands. */
  blow(commands: number): void {
    const { dice, ours, world } = this;
    for (let i = 0; i < commands; i++) {
      if (below(dice, 20) === 0) ours.line(`SELECT ${below(dice, 4)}`);
      const chance = below(dice, 1000);
      if (chance === 0) ours.line(below(dice, 5) === 0 ? "FLUSHALL" : "FLUSHDB");
      else if (chance === 1) ours.engine.eviction.maxBytes = ours.engine.eviction.maxBytes > 0 ? 0 : 1;
      else if (chance < 20) world.advance(below(dice, 100));
      else if (chance < 30) ours.engine.tick();
      else if (chance < 600) ours.send(...dice.pick(EDITS)(dice));
      else if (chance < 750) ours.send(...dice.pick(UPHEAVALS)(dice));
      else if (chance < 900) ours.send(...dice.pick(LINES));
      else ours.send(...this.drawn());
    }
    ours.engine.eviction.maxBytes = 0;
  }

  /** Takes a snapshot, with so many commands at each pause, and compares. */
  async compare(commandsAtPause: number): Promise<void> {
    const model = state(this.ours.engine);
    const startMs = this.world.nowMs;
    const pieces: Buffer[] = [];
    const blow = (): void => this.blow(commandsAtPause);
    const snapshot = new Snapshot({
      engine: this.ours.engine,
      pace: { isOver: true, rest: async () => blow() },
      isAofBase: false,
      write: async (bytes) => {
        pieces.push(bytes);
        blow();
      },
    });
    blow();
    await snapshot.run();
    const again = new TestEngine(new TestWorld(1, startMs));
    await load(again, new ChunkSource(Buffer.concat(pieces)));
    const held = state(again.engine);
    for (const [key, value] of model) assert.deepEqual(held.get(key), value, key);
    assert.deepEqual(
      [...held.keys()].filter((key) => !model.has(key)),
      [],
    );
  }
}

describe("a snapshot", () => {
  const seed = chooseSeed();
  const rounds = Number(process.env["SNAPSHOTS"] ?? 6);

  test(`equals the dataset at its start, under a storm of all commands: SEED=${seed}`, async () => {
    const drawn = new Set<string>();
    for (let round = 0; round < rounds; round++) {
      const storm = new Storm(seed + round);
      await storm.compare([0, 1, 7, 40][round % 4]!);
      storm.fill();
      await storm.compare(20);
      storm.fill();
      // Each begins at an instant of its own, in the middle of the other.
      if (round % 3 === 2) await Promise.all([storm.compare(5), storm.compare(9), storm.compare(2)]);
      assert.equal(storm.ours.engine.dataset.instant.barrier, undefined);
      for (const name of storm.drawnRows) drawn.add(name);
    }
    const undrawn = ROWS.filter(({ name }) => !drawn.has(name)).map(({ name }) => name);
    assert.deepEqual(undrawn, [], "every command was drawn");
  });

  test("hands a large value on in pieces, and holds no more of it than was changed", async () => {
    const ours = new TestEngine();
    const numbers = Array.from({ length: 30_000 }, (_, i) => i);
    const edits: Readonly<Record<string, (n: number) => readonly string[]>> = {
      hash: (n) => ["HSET", "hash", `f${n}`, "changed"],
      set: (n) => ["SREM", "set", `member ${n}`],
      zset: (n) => ["ZADD", "zset", String(-n), `member ${n}`],
      list: (n) => ["RPUSH", "list", `element ${n}`],
      stream: (n) => ["XADD", "stream", "*", "f", String(n)],
      string: (n) => ["SETRANGE", "string", String(n * 9), "x"],
      json: (n) => ["JSON.SET", "json", `$.list[${n % 100}].n`, "1"],
    };
    ours.send("HSET", "hash", ...numbers.flatMap((n) => [`f${n}`, `a value ${"x".repeat(50)}${n}`]));
    ours.send("SADD", "set", ...numbers.map((n) => `member ${n}`));
    ours.send("ZADD", "zset", ...numbers.flatMap((n) => [String(n), `member ${n}`]));
    ours.send("RPUSH", "list", ...numbers.map((n) => `element ${"x".repeat(50)}${n}`));
    for (const n of numbers) ours.send("XADD", "stream", `${n + 1}-0`, "f", `value ${n}`);
    ours.send("SETRANGE", "string", "4000000", "end");
    ours.send("JSON.SET", "json", "$", JSON.stringify({ list: numbers.map((n) => ({ n, text: `text ${n}` })) }));
    let [held, longest, edited] = [0, 0, 0];
    const edit = (): void => {
      for (const make of Object.values(edits)) ours.send(...make(edited));
      edited++;
      held = Math.max(held, snapshot.heldBytes);
    };
    const snapshot = new Snapshot({
      engine: ours.engine,
      pace: { isOver: true, rest: async () => edit() },
      isAofBase: false,
      write: async ({ length }) => void (longest = Math.max(longest, length)),
    });
    edit();
    await snapshot.run();
    assert.ok(edited > 100, `${edited} edits of each`);
    assert.ok(longest < 600_000, `a piece of ${longest} bytes`);
    assert.ok(held < 300_000, `${held} bytes held`);
  });

  test("that fails lets go of the data", async () => {
    const ours = new TestEngine();
    ours.line("SET a 1");
    const options = { engine: ours.engine, pace: { isOver: false, rest: async () => {} }, isAofBase: true };
    const broken = new Snapshot({ ...options, write: () => Promise.reject(new Error("full")) });
    await assert.rejects(broken.run(), /full/);
    assert.equal(ours.engine.dataset.instant.barrier, undefined);
  });
});
