import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { TestEngine } from "../../support/engine.ts";
import { plain } from "../../support/replay.ts";
import { sealed } from "../../support/rdb-bytes.ts";
import { READERS, SHAPES } from "../../support/value-shapes.ts";

const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;

/** What `test/support/dump-fixtures.ts` has written. */
interface Fixture {
  readonly shape: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly base64: string;
}

const FILE = join(here, "../../../../test/fixtures/dump/redis-7.0.15.json");
const fixtures = JSON.parse(readFileSync(FILE, "utf8")) as Fixture[];

/** Payloads in the documentation of Redis, and what reads them. */
const DOCUMENTED: [payload: string, command: string, expected: unknown][] = [
  ["\x00\xc0\n\n\x00n\x9fWE\x0e\xaec\xbb", "GET k", "10"],
  [
    "\n\x17\x17\x00\x00\x00\x12\x00\x00\x00\x03\x00\x00\xc0\x01\x00\x04\xc0\x02\x00\x04\xc0\x03\x00\xff\x04\x00u#<\xc0;.\xe9\xdd",
    "LRANGE k 0 -1",
    ["1", "2", "3"],
  ],
];

/** The whole content, apart from times, which each of two equal values may have its own. */
function content(engine: TestEngine, type: string): unknown[] {
  const readers = READERS[type]!.filter(([mode]) => mode !== "near");
  return readers.map(([mode, ...words]) => {
    const reply = plain(engine.send(...words));
    return mode === "unordered" ? (reply as string[]).toSorted() : reply;
  });
}

describe("a DUMP payload", () => {
  test("of the documentation", () => {
    for (const [payload, command, expected] of DOCUMENTED) {
      const engine = new TestEngine();
      assert.equal(plain(engine.send("RESTORE", "k", "0", payload)), "OK");
      assert.deepEqual(plain(engine.line(command)), expected);
    }
    const engine = new TestEngine();
    engine.line("SET k 10");
    assert.equal(engine.line("DUMP k"), DOCUMENTED[0]![0]);
  });

  for (const { shape: name, parameters, base64 } of fixtures) {
    test(`of redis-server: ${name} ${JSON.stringify(parameters)}`, () => {
      const { type, commands } = SHAPES.find((shape) => shape.name === name)!;
      const made = new TestEngine();
      for (const command of commands) made.send(...command);
      const restored = new TestEngine();
      const payload = Buffer.from(base64, "base64").latin1Slice();
      assert.equal(plain(restored.send("RESTORE", "k", "0", payload)), "OK");
      assert.deepEqual(content(restored, type), content(made, type));
    });
  }

  test("gives back every value as it was", () => {
    for (const { name, type, commands } of SHAPES) {
      const engine = new TestEngine();
      for (const command of commands) engine.send(...command);
      const before = content(engine, type);
      const payload = engine.send("DUMP", "k") as string;
      assert.equal(payload.charCodeAt(payload.length - 10), 10, "Redis 7.0 can read it");
      assert.equal(plain(engine.send("RESTORE", "k", "0", payload, "REPLACE")), "OK", name);
      assert.deepEqual(content(engine, type), before, name);
      // The entries of a stream lie in other nodes when some had been deleted.
      if (type !== "stream") assert.ok(engine.send("DUMP", "k") === payload, name);
    }
  });

  test("with another checksum or from a newer version is refused as such", () => {
    const engine = new TestEngine();
    const wrong = (payload: string): void =>
      assert.equal(String(engine.send("RESTORE", "k", "0", payload)), "ERR DUMP payload version or checksum are wrong");
    engine.line("SET s hello");
    const good = engine.send("DUMP", "s") as string;
    for (let i = 0; i < good.length; i++) {
      wrong(good.slice(0, i) + String.fromCharCode(good.charCodeAt(i) ^ 1) + good.slice(i + 1));
      wrong(good.slice(0, i));
    }
    wrong("");
    wrong(`${good}x`);
    wrong(sealed(`${good.slice(0, -10)}\x0d\x00`));
    wrong(sealed(`${good.slice(0, -10)}\x00\x01`));
    assert.equal(plain(engine.send("RESTORE", "k", "0", sealed(`${good.slice(0, -10)}\x0c\x00`))), "OK");
  });

  test("inflates to a limit", () => {
    const source = new TestEngine();
    source.send("SETRANGE", "k", "70000000", "x");
    const payload = source.send("DUMP", "k") as string;
    assert.ok(payload.length < 1_000_000);
    assert.equal(plain(source.send("RESTORE", "l", "0", payload)), "OK");
    // The same bytes as the elements of a list.
    const asList = sealed(`\x0a${payload.slice(1, -8)}`);
    assert.equal(String(source.send("RESTORE", "m", "0", asList)), "ERR Bad data format");
  });
});
