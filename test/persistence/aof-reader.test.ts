/** Files of commands: groups, annotations, preambles, and what a crash leaves at the end. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AofEncoder } from "../../src/persistence/aof-encoder.ts";
import { FileError } from "../../src/persistence/file-error.ts";
import { ChunkSource, load, rdbOf } from "../support/datasets.ts";
import { TestEngine } from "../support/engine.ts";
import { commandLines } from "../support/resp.ts";

const bytes = (...lines: readonly string[]): Buffer => Buffer.from(commandLines(...lines), "latin1");

async function loaded(content: Buffer, chunkBytes?: number) {
  const ours = new TestEngine();
  const { aof } = await load(ours, new ChunkSource(content, chunkBytes));
  return { ours, aof: aof! };
}

describe("a file of commands", () => {
  test("is repeated, in the databases that it selects", async () => {
    const content = bytes("SELECT 0", "SET a 1", "SELECT 3", "SET b 2", "INCR b");
    for (const chunkBytes of [1, 5, 4096]) {
      const { ours, aof } = await loaded(content, chunkBytes);
      assert.equal(ours.line("GET a"), "1");
      ours.line("SELECT 3");
      assert.equal(ours.line("GET b"), "3");
      assert.deepEqual(aof, { commands: 3, wholeBytes: content.length, tornBytes: 0 });
    }
  });

  test("may begin with an RDB file, and have annotations", async () => {
    const base = new TestEngine();
    base.line("SET a 41");
    const content = Buffer.concat([
      rdbOf(base.engine, true),
      Buffer.from("#TS:1700000000\r\n"),
      bytes("SELECT 0", "INCR a"),
    ]);
    const { ours, aof } = await loaded(content);
    assert.equal(ours.line("GET a"), "42");
    assert.equal(aof.wholeBytes, content.length);
  });

  test("that ends anywhere counts up to its last whole command or group", async () => {
    const parts = [
      bytes("SELECT 0"),
      bytes("SET a 1"),
      Buffer.from("#TS:1700000000\r\n"),
      bytes("MULTI", "INCR a", "SELECT 1", "SET b 2", "EXEC"),
      bytes("SET c 3"),
    ];
    const content = Buffer.concat(parts);
    const ends = parts.map((_, i) => Buffer.concat(parts.slice(0, i + 1)).length);
    for (let end = 0; end <= content.length; end++) {
      const { ours, aof } = await loaded(content.subarray(0, end));
      const whole = Math.max(0, ...ends.filter((at) => at <= end));
      assert.deepEqual([aof.wholeBytes, aof.tornBytes], [whole, end - whole], `cut at ${end}`);
      const [a, b] = [ours.line("GET a"), (ours.line("SELECT 1"), ours.line("GET b"))];
      const expected = end < ends[1]! ? [null, null] : end < ends[3]! ? ["1", null] : ["2", "2"];
      assert.deepEqual([a, b], expected, `cut at ${end}`);
    }
  });

  test("may end with zeros that the file system has put there", async () => {
    const content = Buffer.concat([bytes("SET a 1"), Buffer.alloc(3_000_000)]);
    const { aof } = await loaded(content);
    assert.deepEqual(aof, { commands: 1, wholeBytes: content.length - 3_000_000, tornBytes: 3_000_000 });
  });

  test("that is damaged in the middle is refused, with the place", async () => {
    const first = bytes("SET a 1");
    const cases: readonly [what: string, Buffer, RegExp][] = [
      ["text", Buffer.from("hello"), /byte 27: a command should begin here/],
      ["zeros", Buffer.alloc(20), /a command should begin here/],
      ["a count of none", Buffer.from("*0\r\n"), /cannot have that many words/],
      ["a count that is none", Buffer.from("*x\r\n"), /a number should stand here/],
      ["a word that is none", Buffer.from("*1\r\n+OK\r\n"), /a word should begin here/],
      ["a word of another length", Buffer.from("*1\r\n$3\r\nPINGX\r\n"), /a word does not end where it should/],
      ["EXEC alone", bytes("EXEC"), /a group ends that has not begun/],
      ["MULTI in MULTI", bytes("MULTI", "MULTI"), /a group begins inside another/],
      ["an unknown command", bytes("FLY away"), /byte 27: a command cannot be repeated: ERR unknown command/],
      ["a database beyond", bytes("SELECT 99", "SET a 1"), /keys in database 99/],
      ["a database that is none", bytes("SELECT x"), /a database is selected that there cannot be/],
    ];
    for (const [what, middle, reason] of cases) {
      await assert.rejects(loaded(Buffer.concat([first, middle, first])), (error) => {
        assert.ok(error instanceof FileError, what);
        assert.match(error.message, reason, what);
        return true;
      });
    }
  });

  test("is what the encoder writes, with words of any length", async () => {
    const encoder = new AofEncoder();
    const long = "x".repeat(70_000);
    encoder.append(0, ["SET", "a", long]);
    encoder.beginGroup();
    encoder.append(5, ["SET", "b\r\n\x00\xff", ""]);
    encoder.append(5, ["APPEND", "b\r\n\x00\xff", "é"]);
    encoder.endGroup();
    assert.ok(encoder.pendingBytes > 70_000);
    const content = Buffer.concat(encoder.take().map(({ bytes }) => bytes));
    assert.equal(encoder.pendingBytes, 0);
    const { ours, aof } = await loaded(content, 1000);
    assert.equal(aof.tornBytes, 0);
    assert.equal(ours.line("GET a"), long);
    ours.line("SELECT 5");
    assert.equal(ours.send("GET", "b\r\n\x00\xff"), "é");
    encoder.append(5, ["DEL", "a"]);
    assert.equal(
      Buffer.concat(encoder.take().map(({ bytes }) => bytes)).toString(),
      commandLines("DEL a"),
      "the database is known",
    );
    encoder.beginFile();
    encoder.append(5, ["DEL", "a"]);
    assert.match(
      Buffer.concat(encoder.take().map(({ bytes }) => bytes)).toString(),
      /SELECT/,
      "a new file does not know it",
    );
  });

  test("in which a bit outside of arguments has changed is refused, says the same, or counts up to there", async () => {
    const commands = ["SELECT 0", "SET a 1", "MULTI", "INCR a", "RPUSH list x", "EXEC", "SET a 7", "RPUSH list y"];
    const content = bytes(...commands);
    const state = (ours: TestEngine): string => JSON.stringify([ours.line("GET a"), ours.line("LRANGE list 0 -1")]);
    const whole: [end: number, state: string][] = [];
    for (let count = 0; count <= commands.length; count++) {
      const part = bytes(...commands.slice(0, count));
      const { ours, aof } = await loaded(part);
      if (aof.tornBytes === 0) whole.push([part.length, state(ours)]);
    }
    const isArgument = new Set<number>();
    for (const [i, line] of commands.entries()) {
      let at = bytes(...commands.slice(0, i)).length + `*${line.split(" ").length}\r\n`.length;
      for (const [j, word] of line.split(" ").entries()) {
        at += `$${word.length}\r\n`.length;
        if (j > 0) for (let k = 0; k < word.length; k++) isArgument.add(at + k);
        at += word.length + 2;
      }
    }
    let refused = 0;
    for (let bit = 0; bit < content.length * 8; bit++) {
      if (isArgument.has(bit >> 3)) continue;
      const changed = Buffer.from(content);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const what = `bit ${bit & 7} of byte ${bit >> 3}`;
      try {
        const { ours, aof } = await loaded(changed);
        const expected = whole.find(([end]) => end === aof.wholeBytes);
        assert.equal(state(ours), expected?.[1], `${what}, ${aof.tornBytes} torn bytes`);
        assert.ok(aof.wholeBytes === content.length || aof.wholeBytes <= bit >> 3, what);
      } catch (error) {
        assert.ok(error instanceof FileError, `${what}: ${String(error)}`);
        refused++;
      }
    }
    assert.ok(refused > content.length, "most are refused");
  });
});
