import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { commandTables } from "../../src/commands/registry.ts";
import { Engine } from "../../src/engine/engine.ts";
import { EVERYONE } from "../support/engine.ts";
import { plain } from "../support/replay.ts";
import { TestWorld } from "../support/world.ts";

describe("DEBUG, enabled", () => {
  const world = new TestWorld();
  const engine = new Engine({ environment: world, commands: commandTables, enableDebug: true });
  const session = engine.openSession("internal", EVERYONE);
  const run = (line: string) => engine.execute(session, line.split(" "));

  test("OBJECT shows how a value is held", () => {
    run("SET k 10");
    world.advance(7000);
    const shown = plain(run("DEBUG OBJECT k")) as string;
    assert.match(shown, /^Value at:0x0 refcount:1 encoding:int serializedlength:2 lru:[0-9]+ lru_seconds_idle:7$/);
    assert.equal(plain(run("debug object k")), shown, "a look is not a use");
    assert.equal(String(run("DEBUG OBJECT missing")), "ERR no such key");
  });

  test("RELOAD leaves every value as it is, with its deadline", () => {
    const lines = [
      "SET s text",
      "SET n 12345 EX 100",
      "RPUSH l a b 3",
      "SADD i 1 2 3",
      "SADD t a b",
      "ZADD z 1.5 a 2 b",
      "HSET h f v g w",
      "HEXPIRE h 50 FIELDS 1 f",
      "XADD x 1-1 f v",
      "XGROUP CREATE x g 0",
      "JSON.SET j $ [1,2.5,null]",
      "PFADD p a b",
      "SELECT 3",
      "SET other v",
      "SET gone v PX 10",
    ];
    for (const line of lines) assert.ok(!String(run(line)).startsWith("ERR"), line);
    world.advance(20);
    const look = () =>
      ["3", "0"].flatMap((db) => {
        run(`SELECT ${db}`);
        const keys = (run("KEYS *") as string[]).toSorted();
        return [keys, ...keys.map((key) => [run(`DUMP ${key}`), run(`PEXPIRETIME ${key}`)])];
      });
    const before = look();
    const fields = plain(run("HPEXPIRETIME h FIELDS 2 f g"));
    assert.equal(plain(run("DEBUG RELOAD")), "OK");
    assert.deepEqual(look(), before);
    assert.deepEqual(plain(run("HPEXPIRETIME h FIELDS 2 f g")), fields);
    assert.match(String(run("DEBUG RELOAD NOSAVE")), /^ERR Error trying to load the RDB dump/);
    run("FLUSHALL");
  });

  test("SLEEP holds everything up, within a limit", () => {
    const before = world.nowMs;
    assert.equal(plain(run("DEBUG SLEEP 0.25")), "OK");
    assert.equal(plain(run("DEBUG SLEEP x")), "OK");
    assert.equal(plain(run("DEBUG SLEEP -1")), "OK");
    assert.equal(world.nowMs - before, 250);
    assert.equal(String(run("DEBUG SLEEP 11")), "ERR DEBUG SLEEP takes at most 10 seconds");
  });

  test("SET-ACTIVE-EXPIRE stops and starts the removal of expired keys", () => {
    assert.equal(plain(run("DEBUG SET-ACTIVE-EXPIRE 0")), "OK");
    run("SET soon v PX 10");
    world.advance(20);
    const size = engine.dataset.databases[0]!.size;
    engine.tick();
    assert.equal(engine.dataset.databases[0]!.size, size);
    run("DEBUG SET-ACTIVE-EXPIRE 1");
    engine.tick();
    assert.equal(engine.dataset.databases[0]!.size, size - 1);
  });

  test("what only concerns Redis's insides does nothing", () => {
    for (const line of ["JMAP", "STRINGMATCH-LEN 5 a*", "QUICKLIST-PACKED-THRESHOLD 100b"]) {
      assert.equal(plain(run(`DEBUG ${line}`)), "OK");
    }
  });

  test("anything else is an error", () => {
    for (const line of ["NOPE", "OBJECT", "OBJECT k x", "SLEEP", "HELP x"]) {
      const expected = `ERR unknown subcommand or wrong number of arguments for '${line.split(" ")[0]!}'. Try DEBUG HELP.`;
      assert.equal(String(run(`DEBUG ${line}`)), expected);
    }
    assert.equal((plain(run("DEBUG HELP")) as string[]).at(-2), "HELP");
  });
});
