/** `stashd export` and `stashd import` as a person uses them, with files, a data directory and running servers. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { exportData } from "../../src/cli/export.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { importData } from "../../src/cli/import.ts";
import type { TestEngine } from "../support/engine.ts";
import { rdbOf } from "../support/datasets.ts";
import { le, string } from "../support/rdb-bytes.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { assertSameContents } from "../support/replay.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { emptyLike, fullEngine } from "../support/transfer.ts";
import { loadSource } from "../../src/transfer/load-source.ts";
import { nodeDisk } from "../../src/persistence/node-disk.ts";

const folder = mkdtempSync(join(tmpdir(), "stashd transfer ü-"));
const file = (name: string): string => join(folder, name);
const ours = fullEngine();

before(() => writeFileSync(file("full.rdb"), rdbOf(ours.engine)));
after(() => rmSync(folder, { recursive: true }));

async function loaded(path: string): Promise<TestEngine> {
  const engine = emptyLike(ours);
  await loadSource(path, { disk: nodeDisk, engine: engine.engine, sliceMs: 50 });
  return engine;
}

async function started(): Promise<{ server: TestServer; url: string }> {
  const server = await TestServer.start({ redisPort: 0, cors: "*" });
  return { server, url: server.server.redisUrl! };
}

describe("stashd export", () => {
  for (const ending of ["rdb", "resp", "jsonl"]) {
    test(`writes ${ending} files that are read again`, async () => {
      const path = file(`again.${ending}`);
      const { isSound, text } = await exportData([path, "--from", file("full.rdb")]);
      assert.ok(isSound);
      assert.match(text, /^\d+ keys written to /);
      assertSameContents((await loaded(path)).engine, ours.engine, ending);
    });
  }

  test("leaves a file that is there, and no half of one", async () => {
    writeFileSync(file("there.jsonl"), "mine");
    await assert.rejects(exportData([file("there.jsonl"), "--from", file("full.rdb")]), UsageError);
    assert.equal(readFileSync(file("there.jsonl"), "utf8"), "mine");
    await exportData([file("there.jsonl"), "--from", file("full.rdb"), "--replace", "--match", "doc"]);
    assert.match(readFileSync(file("there.jsonl"), "utf8"), /^\{"key":"doc","type":"json"/);
    await assert.rejects(exportData([join(folder, "nowhere", "x.rdb"), "--from", file("full.rdb")]));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith(".tmp")),
      [],
    );
  });

  test("writes what a running server has", async () => {
    const { server, url } = await started();
    try {
      await importData([file("full.rdb"), "--to", url]);
      for (const ending of ["rdb", "resp", "jsonl"]) {
        const path = file(`running.${ending}`);
        await exportData([path, "--from", url]);
        assertSameContents((await loaded(path)).engine, ours.engine, ending);
      }
    } finally {
      await server.stop();
    }
  });

  test("holds a few keys of a running server at a time, and states in the head whether fields expire", async () => {
    const { server, url } = await started();
    try {
      const connection = await server.connect();
      await connection.send("AUTH", TOKEN);
      const value = "x".repeat(100_000);
      for (let i = 0; i < 300; i++) await connection.send("SET", `key:${i}`, value);
      const formats: string[] = [];
      for (const name of ["plain", "fields"]) {
        const path = file(`held-${name}.rdb`);
        await exportData([path, "--from", url]);
        formats.push(readFileSync(path, "latin1").slice(0, 9));
        const again = await loaded(path);
        assert.equal(again.line("DBSIZE"), name === "plain" ? 300 : 301);
        assert.equal(again.line("STRLEN key:299"), value.length);
        await connection.send("HSET", "h", "f", "v");
        await connection.send("HPEXPIREAT", "h", "4000000000000", "FIELDS", "1", "f");
      }
      assert.deepEqual(formats, ["REDIS0010", "REDIS0012"]);
      assert.deepEqual((await loaded(file("held-fields.rdb"))).line("HPEXPIRETIME h FIELDS 1 f"), [4_000_000_000_000]);
      connection.close();
    } finally {
      await server.stop();
    }
  });

  test("says what is wrong with its words", async () => {
    const wrong: [argv: string[], reason: RegExp][] = [
      [[], /missing required argument 'file'/],
      [[file("x.txt")], /the ending of .* names no format; give --format rdb, resp, jsonl/],
      [[file("x.rdb"), "--format", "xml"], /there is no format xml/],
      [[file("x.rdb"), "--db", "one"], /--db takes the number of a database/],
      [[file("x.rdb"), "--from", file("none")], /there is no file or directory/],
      [[file("x.rdb"), "--from", "https://example.com"], /only redis:\/\/ and rediss:\/\/ URLs/],
    ];
    for (const [argv, reason] of wrong) {
      await assert.rejects(exportData(argv), (error) => error instanceof UsageError && reason.test(error.message));
    }
    assert.match((await exportData(["--help"])).text, /^Usage: stashd export /);
  });
});

describe("stashd import", () => {
  test("fills a data directory, which a server then has", async () => {
    const data = file("data");
    const { text } = await importData([file("full.rdb"), "--data", data]);
    assert.match(text, /keys written to /);
    const server = await TestServer.start({ data });
    try {
      assertSameContents(server.server.engine, ours.engine, "after the import");
      await assert.rejects(importData([file("full.rdb"), "--data", data]), /belongs to a stashd that is running/);
    } finally {
      await server.stop();
    }
    const again = await importData([file("full.rdb"), "--data", data]);
    assert.match(again.text, /^0 keys written .*\n\d+ keys were there already/);
  });

  test("says which commands were answered with an error, and knows commands after the time", async () => {
    writeFileSync(file("wrong.txt"), "SET a 1\nRPUSH a x\nSET b 2\nSADD a x\n");
    const stamped =
      "#TS:1700000000\r\n*3\r\n$3\r\nSET\r\n$1\r\nc\r\n$1\r\n3\r\n*3\r\n$4\r\nSADD\r\n$1\r\nc\r\n$1\r\nx\r\n";
    writeFileSync(file("stamped.aof"), stamped);
    const { server, url } = await started();
    try {
      const lines = await importData([file("wrong.txt"), "--to", url]);
      assert.match(
        lines.text,
        /^2 commands were answered with an error, first RPUSH at .*wrong\.txt, line 2\n2 keys written/,
      );
      const commands = await importData([file("stamped.aof"), "--to", url]);
      assert.match(
        commands.text,
        /^1 command was answered with an error, first SADD at .*stamped\.aof, byte 43\n1 key /,
      );
      assert.deepEqual((await server.command(["MGET", "a", "b", "c"])).json, { result: ["1", "2", "3"] });
    } finally {
      await server.stop();
    }
  });

  test("takes commands one a line, and in the Redis protocol", async () => {
    writeFileSync(file("lines.txt"), '# fixtures\nSET a "1 2"\nSELECT 1\nHSET h f v\nEXPIRE h 100\n');
    writeFileSync(file("protocol.txt"), "*5\r\n$3\r\nSET\r\n$1\r\nr\r\n$1\r\nv\r\n$2\r\nEX\r\n$3\r\n100\r\n");
    const { server, url } = await started();
    try {
      await importData([file("lines.txt"), "--to", url]);
      await importData([file("protocol.txt"), "--to", url]);
      assert.deepEqual((await server.command(["MGET", "a", "r"])).json, { result: ["1 2", "v"] });
      const { result } = (await server.command(["TTL", "r"])).json as { result: number };
      assert.ok(result > 90 && result <= 100, "a time to live counts from the import on");
    } finally {
      await server.stop();
    }
  });

  test("counts the deadlines of hosted backups from the export on", async () => {
    const exported = Math.floor(Date.parse("2026-01-01") / 1000);
    const aux = `\xfa${string("ctime")}${string(String(exported))}`;
    const key = (name: string, ms: number): string => `\xfc${le(ms, 8)}\0${string(name)}${string("v")}`;
    const body = `REDIS0012${aux}\xfe\0${key("long", 20 * 365 * 86_400_000)}${key("short", 5000)}`;
    writeFileSync(file("hosted.rdb"), Buffer.from(`${body}\xff${"\0".repeat(8)}`, "latin1"));
    const { server, url } = await started();
    try {
      const { text } = await importData([file("hosted.rdb"), "--to", url]);
      assert.match(text, /deadlines were times to live; they count from the export on/);
      const deadline = (await server.command(["PEXPIRETIME", "long"])).json;
      assert.deepEqual(deadline, { result: exported * 1000 + 20 * 365 * 86_400_000 });
      assert.deepEqual((await server.command(["EXISTS", "short"])).json, { result: 0 });
    } finally {
      await server.stop();
    }
  });

  test("tells which keys could not be written, and fails", async () => {
    const { server, url } = await started();
    try {
      await server.command(["CONFIG", "SET", "maxmemory", "1"]);
      const { isSound, text } = await importData([file("full.rdb"), "--to", url]);
      assert.ok(!isSound);
      assert.match(text, /^0 keys written to the server\n\d+ could not be written:\n {2}"/);
      assert.match(text, /and \d+ more\n$/);
    } finally {
      await server.stop();
    }
  });

  test("says what is wrong with a source or a target", async () => {
    writeFileSync(file("broken.jsonl"), '{"key":"a","value":"v"}\n{"key":\n');
    await assert.rejects(importData([file("broken.jsonl"), "--to", "redis://127.0.0.1:1"]), /cannot connect to redis:/);
    writeFileSync(file("prose.txt"), "SET a 1\nit was a dark night\n");
    const { server, url } = await started();
    try {
      await assert.rejects(importData([file("prose.txt"), "--to", url]), /prose\.txt: line 2: this is no command$/);
      await assert.rejects(importData([file("broken.jsonl"), "--to", url]), /broken\.jsonl: line 2: this is no JSON/);
      assert.deepEqual((await server.command(["DBSIZE"])).json, { result: 0 }, "a broken source changes nothing");
      const wrongPassword = url.replace(/:[^:@]*@/, ":wrong@");
      await assert.rejects(importData([file("full.rdb"), "--to", wrongPassword]), (error: Error) => {
        return !error.message.includes("wrong@");
      });
    } finally {
      await server.stop();
    }
  });

  test("moves keys between redis-server and here", { skip: oracleSkipReason() }, async () => {
    const redis = await RedisServer.start();
    const { server, url } = await started();
    try {
      // Without what redis-server 7.0 has no type for.
      const plain = await loaded(file("full.rdb"));
      for (const key of ["doc", "mortal", "bin\xffmortal"]) plain.send("DEL", key);
      writeFileSync(file("plain.rdb"), rdbOf(plain.engine));
      await importData([file("plain.rdb"), "--to", url]);
      const { text } = await importData([url, "--to", `unix:${redis.path}`]);
      assert.match(text, /keys written/);
      const back = file("from-redis.rdb");
      await exportData([back, "--from", `unix:${redis.path}`]);
      const again = await loaded(back);
      assertSameContents(again.engine, plain.engine, "through redis-server");
    } finally {
      await redis.stop();
      await server.stop();
    }
  });
});
