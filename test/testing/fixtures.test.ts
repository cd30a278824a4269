/** Files of test data: into a database, and out of it. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { call, connectTo, withDatabase } from "../support/test-database.ts";

const folder = mkdtempSync(join(tmpdir(), "stashd-fixtures-"));
after(() => rmSync(folder, { recursive: true }));

const NOW = Date.UTC(2030, 0, 1);
const LIBRARY = "#!lua name=l\nredis.register_function('f', function() return 1 end)";

/** Every type, with deadlines of a key and of a field. */
const COMMANDS: readonly (readonly unknown[])[] = [
  ["SET", "text", "é", "EX", 100],
  ["SETBIT", "bits", 9, 1],
  ["RPUSH", "list", "a", "b"],
  ["SADD", "set", "m"],
  ["ZADD", "zset", 1.5, "m", "inf", "n"],
  ["HSET", "hash", "f", "v", "g", "w"],
  ["HPEXPIRE", "hash", 50_500, "FIELDS", 1, "f"],
  ["XADD", "stream", "1-1", "f", "v"],
  ["XGROUP", "CREATE", "stream", "g", 0],
  ["XREADGROUP", "GROUP", "g", "c", "STREAMS", "stream", ">"],
  ["JSON.SET", "json", "$", '{"a":[1,2.5]}'],
];

for (const ending of ["jsonl", "rdb", "resp"]) {
  test(`all types through .${ending}, with deadlines, numbered databases and functions`, async () => {
    const [first, second] = [join(folder, `first.${ending}`), join(folder, `second.${ending}`)];
    await withDatabase({ now: NOW }, async (db) => {
      const connection = await connectTo(db);
      for (const words of COMMANDS) await call(db, ...words);
      await connection.send("SELECT", "3");
      await connection.send("SET", "there", "v");
      if (ending !== "jsonl") await connection.send("FUNCTION", "LOAD", LIBRARY);
      assert.equal(await db.dump(first), 9);
      connection.close();
    });
    await withDatabase({ now: NOW }, async (db) => {
      await call(db, "SET", "text", "replaced");
      await call(db, "SET", "kept", "v");
      assert.equal(await db.load(first), 9);
      assert.deepEqual(await call(db, "PTTL", "text"), { result: 100_000 });
      assert.deepEqual(await call(db, "HPTTL", "hash", "FIELDS", 2, "f", "g"), { result: [50_500, -1] });
      if (ending !== "jsonl") assert.deepEqual(await call(db, "FCALL", "f", 0), { result: 1 });
      await call(db, "DEL", "kept");
      assert.equal(await db.dump(second), 9);
    });
    assert.equal(readFileSync(second, "latin1"), readFileSync(first, "latin1"));
  });
}

test("JSON lines in the order of keys, with times, or times to live for another time", async () => {
  const file = join(folder, "relative.jsonl");
  await withDatabase({ now: NOW }, async (db) => {
    for (const words of COMMANDS) await call(db, ...words);
    await db.dump(file);
    const absolute = readFileSync(file, "utf8").split("\n");
    assert.equal(absolute.at(-3), `{"key":"text","type":"string","expiresAt":${NOW + 100_000},"value":"é"}`);
    await db.dump(file, { ttl: "relative" });
  });
  const lines = readFileSync(file, "utf8").split("\n");
  assert.equal(lines.at(-3), '{"key":"text","type":"string","ttl":100,"value":"é"}');
  assert.match(lines[1]!, /"fieldTtl":\{"f":50.5\}/);
  await withDatabase({ now: NOW + 86_400_000 }, async (db) => {
    await db.load(file);
    assert.deepEqual(await call(db, "PTTL", "text"), { result: 100_000 });
    assert.deepEqual(await call(db, "HPTTL", "hash", "FIELDS", 1, "f"), { result: [50_500] });
  });
});

test("a command that blocks is served by a file, and an expired key stays out", async () => {
  const file = join(folder, "jobs.jsonl");
  writeFileSync(
    file,
    `{"key":"gone","value":"v","expiresAt":${NOW - 1}}\n# a remark\n{"key":"q","type":"list","value":["job"]}\n`,
  );
  await withDatabase({ now: NOW }, async (db) => {
    const connection = await connectTo(db);
    const served = connection.send("BLPOP", "q", "0");
    while (!JSON.stringify(await call(db, "INFO", "clients")).includes("blocked_clients:1"));
    assert.equal(await db.load(file), 1);
    assert.match(await served, /job/);
    assert.deepEqual(await call(db, "DBSIZE"), { result: 0 });
    connection.close();
  });
});

test("what is wrong with a file is said with its place, and nothing of it is loaded", async () => {
  const file = join(folder, "bad.jsonl");
  writeFileSync(file, '{"key":"a","value":"v"}\n{"key":"b"}\n');
  await withDatabase({}, async (db) => {
    await assert.rejects(db.load(file), /bad\.jsonl.*line 2: there is no value/);
    await assert.rejects(db.load(join(folder, "none.jsonl")), { code: "ENOENT" });
    await assert.rejects(
      db.dump(join(folder, "data.txt")),
      /data\.txt names no format; there are \.jsonl, \.rdb and \.resp/,
    );
    writeFileSync(join(folder, "commands.txt"), "SET a x\nINCR a\n");
    await assert.rejects(
      db.load(join(folder, "commands.txt")),
      /1 command was answered with an error, first INCR at .*line 2/i,
    );
    assert.deepEqual(await call(db, "DBSIZE"), { result: 0 });
  });
});
