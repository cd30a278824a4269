/** RDB files: what is written is read again, in pieces of any size; what is cut or changed is refused. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemEnvironment } from "../../src/core/environment.ts";
import { FileError } from "../../src/persistence/file-error.ts";
import { readSource } from "../../src/persistence/file-loader.ts";
import { le, string } from "../support/rdb-bytes.ts";
import { ChunkSource, datasetEngine, LIBRARY, load, rdbOf } from "../support/datasets.ts";
import { TestEngine } from "../support/engine.ts";
import { assertSameContents } from "../support/replay.ts";

const ascii = (text: string): Buffer => Buffer.from(text, "latin1");
const file = (header: string, ...parts: readonly string[]): Buffer =>
  ascii(`${header}${parts.join("")}\xff${"\0".repeat(8)}`);
const KEY = `\0${string("k")}${string("v")}`;

const NOWHERE = { entry() {}, functions() {}, command() {} };
const OPTIONS = { environment: systemEnvironment, sliceMs: 50, stringBytesMax: 1 << 29 };

/** Reads a file, which is to be refused, and answers why. */
async function refusal(bytes: Buffer, ours?: TestEngine): Promise<string> {
  try {
    if (ours === undefined) await readSource(new ChunkSource(bytes), NOWHERE, OPTIONS);
    else await load(ours, new ChunkSource(bytes));
  } catch (error) {
    assert.ok(error instanceof FileError, String(error));
    return error.message;
  }
  assert.fail("it was read");
}

describe("an RDB file", () => {
  test("is read again, in chunks of any size", async () => {
    const ours = datasetEngine();
    ours.send("FUNCTION", "LOAD", LIBRARY);
    ours.line("HSET mortal a 1 b 2 c 3");
    ours.line("HPEXPIREAT mortal 4000000000123 FIELDS 2 a c");
    ours.send("JSON.SET", "doc", "$", '{"a":[1,2,{"b":null}]}');
    const bytes = rdbOf(ours.engine);
    for (const chunkBytes of [7, 4096, 1 << 20]) {
      const again = new TestEngine();
      const { rdb } = await load(again, new ChunkSource(bytes, chunkBytes));
      assertSameContents(ours.engine, again.engine, `in chunks of ${chunkBytes}`);
      assert.equal(again.line("FCALL f 0"), 7);
      assert.deepEqual(again.line("HPEXPIRETIME mortal FIELDS 3 a b c"), [4000000000123, -1, 4000000000123]);
      assert.equal(rdb!.version, 12, "fields that expire need the format of 7.4");
    }
  });

  test("is a function of the data: written once more it is the same", async () => {
    const ours = datasetEngine();
    const again = new TestEngine(ours.engine.environment);
    await load(again, new ChunkSource(rdbOf(ours.engine)));
    const third = new TestEngine(ours.engine.environment);
    await load(third, new ChunkSource(rdbOf(again.engine)));
    assertSameContents(ours.engine, third.engine, "after two rounds");
  });

  test("that ends anywhere is refused, with the place", async () => {
    const ours = new TestEngine();
    for (const line of ["SET s 1 PX 100000", "RPUSH l a b c", "SADD set x y", "ZADD z 1 a 2 b", "XADD x 1-1 a b"]) {
      ours.line(line);
    }
    ours.send("FUNCTION", "LOAD", LIBRARY);
    const bytes = rdbOf(ours.engine);
    for (let end = 9; end < bytes.length; end++) {
      assert.match(await refusal(bytes.subarray(0, end)), /^test\.rdb, byte \d+: /, `cut at ${end}`);
    }
  });

  test("in which a bit has changed is refused, or says the same", async () => {
    const ours = new TestEngine();
    for (const line of ["SET s abc", "RPUSH l a b c", "HSET h f v", "ZADD z 1 a 2 b", "XADD x 1-1 a b"])
      ours.line(line);
    const bytes = rdbOf(ours.engine);
    for (let bit = 9 * 8; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      await refusal(changed);
    }
  });

  test("of any version is read, and a newer one as far as its types are known", async () => {
    for (const header of ["REDIS0001", "REDIS0006", "REDIS0009", "REDIS0012", "REDIS0013", "REDIS0015", "VALKEY080"]) {
      const ours = new TestEngine();
      await load(ours, new ChunkSource(file(header, KEY)));
      assert.equal(ours.line("GET k"), "v", header);
    }
    const slots = "\xf4\x01\x01\x00";
    const ours = new TestEngine();
    await load(ours, new ChunkSource(file("REDIS0013", slots, KEY)));
    assert.equal(ours.line("GET k"), "v");
  });

  test("names the key, the type and the writer of what is not known", async () => {
    const version = `\xfa${string("redis-ver")}${string("8.8.0")}`;
    const unknown = `\x63${string("strange\0key")}`;
    assert.equal(
      await refusal(file("REDIS0015", version, KEY, unknown)),
      `test.rdb, byte 31: the key "strange\\u0000key" has a value of type 99, which is not known here; ` +
        "Redis 8.8.0 has written the file (Redis's RDB version 15)",
    );
    const valkey = `\xfa${string("valkey-ver")}${string("9.2.0")}`;
    const pathHash = `\x17${string("p")}`;
    assert.match(
      await refusal(file("VALKEY081", valkey, pathHash)),
      /the key "p" has a value of type 23, which is not known here; Valkey 9\.2\.0 has written the file/,
    );
    // The same number means another thing there.
    assert.match(await refusal(file("VALKEY080", `\x18${string("h")}`)), /type 24/);
    assert.match(await refusal(file("REDIS0013", "\xf3\0")), /the opcode 243 is not known here/);
  });

  test("of Valkey may have fields that expire", async () => {
    const [a, b] = [string("a") + string("1"), string("b") + string("2")];
    const hash = `\x16${string("h")}\x02${a}${le(4_000_000_000_123n, 8)}${b}${"\xff".repeat(8)}`;
    const ours = new TestEngine();
    await load(ours, new ChunkSource(file("VALKEY080", hash)));
    assert.deepEqual(ours.line("HPEXPIRETIME h FIELDS 2 a b"), [4_000_000_000_123, -1]);
    assert.match(await refusal(file("REDIS0012", hash)), /type 22/);
  });

  test("of another magic, with a key twice, or too many databases is refused", async () => {
    assert.match(await refusal(ascii("REDIS00x1 something else")), /this is not an RDB file/);
    assert.match(await refusal(file("REDIS0010", KEY, KEY), new TestEngine()), /the key "k" is there twice/);
    assert.match(
      await refusal(file("REDIS0010", "\xfe\x28", KEY), new TestEngine()),
      /keys in database 40.*only 16 here/,
    );
    const seconds = `\xfd${le(1, 4)}`;
    // A deadline in seconds is read, too; the key has long expired.
    const ours = new TestEngine();
    await load(ours, new ChunkSource(file("REDIS0003", seconds, KEY)));
    assert.equal(ours.line("GET k"), null);
  });
});
