import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { splitWords } from "../support/words.ts";
import { TestWorld } from "../support/world.ts";

describe("OBJECT IDLETIME", () => {
  const world = new TestWorld();
  const ours = new TestEngine(world);
  const idle = (key: string): unknown => ours.line(`OBJECT IDLETIME ${key}`);

  test("counts seconds since a value was read or changed", () => {
    ours.line("SET a v");
    ours.line("RPUSH l x");
    world.advance(50_000);
    ours.line("SET b v");
    assert.deepEqual([idle("a"), idle("b"), idle("missing")], [50, 0, null]);
    ours.line("GET a");
    ours.line("RPUSH l y");
    assert.deepEqual([idle("a"), idle("l")], [0, 0]);
  });

  test("is not changed by a look at the key", () => {
    world.advance(30_000);
    for (const look of ["EXISTS a", "TTL a", "TYPE a", "OBJECT ENCODING a", "SCAN 0", "KEYS *", "MEMORY USAGE none"]) {
      ours.line(look);
      assert.equal(idle("a"), 30, look);
    }
    ours.line("TOUCH a none");
    assert.equal(idle("a"), 0);
  });

  test("is not changed by a session that asked for NO-TOUCH, unless it asks for a touch or stores a new value", () => {
    const quiet = ours.engine.openSession("internal", EVERYONE);
    const quietly = (line: string): unknown => ours.engine.execute(quiet, splitWords(line));
    ours.line("RPUSH list x");
    ours.line("HSET hash f v");
    quietly("CLIENT NO-TOUCH ON");
    world.advance(20_000);
    const looks = [
      "GET a",
      "STRLEN a",
      "GETBIT a 0",
      "BITCOUNT a",
      "EXPIRE a 1000",
      "LRANGE list 0 -1",
      "LPUSH list y",
    ];
    const scripts = ["EVAL \"return redis.call('GET', 'a')\" 0", "HSET hash f w", "HGETALL hash"];
    for (const look of [...looks, ...scripts]) {
      quietly(look);
      assert.deepEqual([idle("a"), idle("list"), idle("hash")], [20, 20, 20], look);
    }
    // What another session does in between is a use.
    ours.line("GET list");
    ours.line("LLEN list");
    assert.equal(idle("list"), 0);
    quietly("TOUCH a");
    quietly("EVAL \"return redis.call('TOUCH', 'hash')\" 0");
    assert.deepEqual([idle("a"), idle("hash")], [0, 0]);
    world.advance(20_000);
    quietly("SET a v");
    assert.equal(idle("a"), 0, "a value that was stored is new");
    quietly("CLIENT NO-TOUCH OFF");
    quietly("GET list");
    quietly("LLEN list");
    assert.equal(idle("list"), 0);
    ours.line("DEL list hash");
  });

  test("stays with its key while others go", () => {
    for (let i = 0; i < 10; i++) {
      ours.line(`SET k${i} v`);
      world.advance(1000);
    }
    ours.line("DEL k0 k5 a");
    ours.line("SWAPDB 0 1");
    ours.line("SELECT 1");
    for (const i of [1, 2, 3, 4, 6, 7, 8, 9]) assert.equal(idle(`k${i}`), 10 - i);
  });

  test("is what RESTORE says", () => {
    const payload = ours.line("DUMP k9") as string;
    ours.send("RESTORE", "r", "0", payload, "IDLETIME", "1000");
    assert.equal(idle("r"), 1000);
    ours.send("RESTORE", "s", "0", payload, "IDLETIME", "9223372036854775807");
    assert.ok((idle("s") as number) > 1e9);
  });
});
