/** A server with a data directory: what a restart keeps, what is answered meanwhile, and when. */
import assert from "node:assert/strict";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { UNRESTRICTED_USER } from "../../src/core/authority.ts";
import type { CommandError } from "../../src/core/reply.ts";
import { SILENT } from "../../src/core/log.ts";
import { startServer } from "../../src/index.ts";
import { DataDirectory } from "../../src/persistence/data-directory.ts";
import { startServer as startInternal } from "../../src/server/server.ts";
import { MemoryDisk } from "../support/memory-disk.ts";
import { le, string } from "../support/rdb-bytes.ts";
import { TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

type Files = Readonly<Record<string, string>>;

describe("a server with a data directory", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "stashd-data-ü "));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("is the same after a restart: data, users, tokens", async () => {
    const data = join(folder, "kept");
    const first = await startServer({ port: 0, redisPort: 0, data });
    const { token, readOnlyToken } = first;
    const call = async (url: string, ...words: string[]): Promise<unknown> => {
      const headers = { Authorization: `Bearer ${token}` };
      return (
        (await (await fetch(url, { method: "POST", headers, body: JSON.stringify(words) })).json()) as {
          result: unknown;
        }
      ).result;
    };
    await call(first.url, "SET", "a", "1");
    await call(first.url, "HSET", "h", "f", "v");
    await call(first.url, "ACL", "SETUSER", "joe", "on", ">secret", "+get", "~*");
    assert.equal(statSync(data).mode & 0o777, 0o700);
    assert.equal(readFileSync(join(data, ".gitignore"), "utf8"), "*\n");
    await assert.rejects(startServer({ port: 0, data }), new RegExp(`running \\(process ${process.pid}\\)`));
    await first.close();
    const second = await startServer({ port: 0, data });
    assert.deepEqual([second.token, second.readOnlyToken], [token, readOnlyToken]);
    assert.deepEqual([second.data!.path, second.data!.keys], [data, 2]);
    assert.equal(await call(second.url, "GET", "a"), "1");
    assert.match(String(await call(second.url, "ACL", "LIST")), /user joe on #/);
    assert.deepEqual(await call(second.url, "CONFIG", "GET", "appendonly"), ["appendonly", "yes"]);
    await second.close();
    // Tokens that are given win, and are not kept.
    const third = await startServer({ port: 0, data, token: "given" });
    assert.equal(third.token, "given");
    await third.close();
    const fourth = await startServer({ port: 0, data });
    assert.equal(fourth.token, token);
    await fourth.close();
  });

  test("is written again with everything in it when it was removed, and is locked again", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const data = join(folder, "removed");
    const first = await startInternal({ port: 0, data });
    const session = first.engine.openSession("internal", UNRESTRICTED_USER);
    const run = (line: string): unknown => first.engine.execute(session, line.split(" "));
    run("SET a 1");
    run("ACL SETUSER joe on >secret +get ~*");
    rmSync(data, { recursive: true });
    t.mock.timers.tick(1000);
    const written = [".gitignore", "stashd.json", "stashd.lock", "users.acl"];
    await until(() => first.engine.durability!.infoLines.includes("aof_last_write_status:err"));
    await until(() => first.engine.durability!.infoLines.includes("aof_last_write_status:ok"));
    assert.deepEqual(readdirSync(data).sort(), [".gitignore", "appendonlydir", ...written.slice(1)]);
    await assert.rejects(startServer({ port: 0, data }), new RegExp(`running \\(process ${process.pid}\\)`));
    await first.close();
    const second = await startServer({ port: 0, data });
    assert.deepEqual([second.token, second.data!.keys], [first.token, 1]);
    assert.match(readFileSync(join(data, "users.acl"), "utf8"), /user joe/);
    await second.close();
  });

  test("is left to another process that has taken it after it was removed", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const data = join(folder, "taken");
    const server = await startInternal({ port: 0, data, limits: { dailyCommandsMax: 1000 } });
    const session = server.engine.openSession("internal", UNRESTRICTED_USER);
    rmSync(data, { recursive: true });
    mkdirSync(data);
    const lock = join(data, "stashd.lock");
    writeFileSync(lock, `{"pid":${process.ppid}}`);
    t.mock.timers.tick(1000);
    await until(() => server.engine.durability!.infoLines.includes("aof_last_write_status:err"));
    const refused = server.engine.execute(session, ["SET", "a", "1"]);
    assert.match((refused as CommandError).text, /^MISCONF/);
    await server.close();
    assert.deepEqual(readdirSync(data), ["stashd.lock"]);
    assert.match(readFileSync(lock, "utf8"), new RegExp(`:${process.ppid}}`));
  });

  /** Everything in a folder: paths with modes, and what stands in files and links. */
  function listing(path: string): string[] {
    const { mode } = lstatSync(path);
    const line = `${path} ${mode}`;
    if (lstatSync(path).isSymbolicLink()) return [`${line} ${readlinkSync(path)}`];
    if (!lstatSync(path).isDirectory()) return [`${line} ${readFileSync(path, "latin1")}`];
    return [line, ...readdirSync(path).flatMap((name) => listing(join(path, name)))];
  }

  const manifest = (...lines: readonly string[]): Files => ({
    "appendonlydir/appendonly.aof.manifest": lines.map((line) => `${line}\n`).join(""),
  });

  /** Directories by what stands in them, and what is said of them. */
  const bad: readonly [name: string, files: Files, reason: RegExp][] = [
    ["magic", { "dump.rdb": "REDIS00x0 and more" }, /dump\.rdb, byte 0: this is not an RDB file/],
    ["empty rdb", { "dump.rdb": "" }, /dump\.rdb, byte 0: /],
    ["text", { "dump.rdb": "hello" }, /dump\.rdb, byte 0: /],
    ["parent", manifest("file ../x seq 1 type b"), /names a file outside of its folder: "\.\.\/x"/],
    ["absolute", manifest("file /etc/passwd seq 1 type i"), /names a file outside of its folder: "\/etc\/passwd"/],
    ["folder", manifest("file .. seq 1 type i"), /names a file outside of its folder/],
    ["nonsense", manifest("these are no files"), /this is no line of a manifest/],
    ["no base", manifest("file appendonly.aof.1.base.rdb seq 1 type b"), /the manifest names it, and it is missing/],
    ["no manifest", { "appendonlydir/appendonly.aof.1.incr.aof": "*1\r\n$4\r\nPING\r\n" }, /manifest: it is missing/],
    [
      "other name",
      { "appendonlydir/mine.aof.manifest": "file mine.aof.1.incr.aof seq 1 type i\n" },
      /only files named/,
    ],
    ["half a command", { "appendonly.aof": "not a command" }, /appendonly\.aof, byte 0: /],
    ["state", { "stashd.json": "{" }, /stashd\.json cannot be read/],
    ["ä ö/ü", { "dump.rdb": "nothing" }, /ä ö\/ü\/dump\.rdb, byte 0: /],
  ];
  test("keeps tokens in front of a Redis too, whether that is there or not", async () => {
    const options = { port: 0, data: join(folder, "gateway"), redis: "redis://127.0.0.1:1" };
    const first = await startServer(options);
    await first.close();
    const second = await startServer(options);
    assert.deepEqual([second.token, second.readOnlyToken], [first.token, first.readOnlyToken]);
    await second.close();
  });

  for (const [name, files, reason] of bad) {
    test(`refuses a directory (${name}) in one line, and leaves it as it is`, async () => {
      const path = join(folder, `bad ${name}`);
      for (const [file, content] of Object.entries(files)) {
        mkdirSync(dirname(join(path, file)), { recursive: true });
        writeFileSync(join(path, file), content);
      }
      await refuses(path, reason);
    });
  }

  /** A start on a path fails with a reason, in one line, and changes nothing in the folder of the tests. */
  async function refuses(path: string, reason: RegExp): Promise<void> {
    const before = listing(folder);
    await assert.rejects(startServer({ port: 0, redisPort: "off", data: path }), (error: Error) => {
      assert.match(error.message, reason);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
    assert.deepEqual(listing(folder), before);
  }

  test("refuses a file, what lies within one, and parts that are links", async () => {
    const path = join(folder, "a file");
    writeFileSync(path, "x");
    await refuses(path, /is a file and no directory/);
    await refuses(join(path, "within"), /lies within a file/);
    const linked = join(folder, "linked");
    mkdirSync(join(linked, "appendonlydir"), { recursive: true });
    writeFileSync(join(folder, "elsewhere.aof"), "*1\r\n$4\r\nPI");
    symlinkSync(join(folder, "elsewhere.aof"), join(linked, "appendonlydir/appendonly.aof.1.incr.aof"));
    writeFileSync(
      join(linked, "appendonlydir/appendonly.aof.manifest"),
      "file appendonly.aof.1.incr.aof seq 1 type i\n",
    );
    await refuses(linked, /1\.incr\.aof: it is a link/);
  });

  test("refuses a directory of another user", async () => {
    const disk = new MemoryDisk();
    disk.kindOf = async () => "foreign";
    await assert.rejects(DataDirectory.open(disk, "/data"), /^Error: \/data belongs to another user; choose another/);
    assert.deepEqual(disk.calls, []);
  });

  test("takes the times to live of a hosted backup for what they are", async () => {
    const data = join(folder, "hosted");
    mkdirSync(data);
    const nowSeconds = Math.floor(Date.now() / 1000);
    const aux = (name: string, text: string): string => `\xfa${string(name)}${string(text)}`;
    const entry = (key: string, deadlineMs: number): string =>
      `${deadlineMs === 0 ? "" : `\xfc${le(deadlineMs, 8)}`}\0${string(key)}${string("v")}`;
    const keys = [
      entry("forever", 0),
      entry("relative", 3_600_000),
      entry("passed", 1000),
      entry("absolute", (nowSeconds + 60) * 1000),
      entry("gone", (nowSeconds - 60) * 1000),
    ];
    const file = `REDIS0012${aux("ctime", String(nowSeconds - 100))}\xfe\0${keys.join("")}\xff${"\0".repeat(8)}`;
    writeFileSync(join(data, "dump.rdb"), file, "latin1");
    const notices: string[] = [];
    const log = { ...SILENT, warn: (_: object, message: string) => void notices.push(message) };
    for (const start of ["the first", "the second"]) {
      const server = await TestServer.start({ data, log });
      assert.deepEqual(((await server.command(["KEYS", "*"])).json as { result: string[] }).result.sort(), [
        "absolute",
        "forever",
        "relative",
      ]);
      const { result } = (await server.command(["PEXPIRETIME", "relative"])).json as { result: number };
      assert.equal(result, (nowSeconds - 100 + 3600) * 1000, start);
      await server.stop();
    }
    assert.equal(notices.length, 1);
    assert.match(notices[0]!, /are times to live; they count from when it was written/);
  });

  test("says once that there are JSON documents, when the first comes and at each start", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const data = join(folder, "documents");
    const notices: string[] = [];
    const log = { ...SILENT, warn: (_: object, message: string) => void notices.push(message) };
    const server = await TestServer.start({ data, log });
    await server.command(["SET", "a", "1"]);
    t.mock.timers.tick(1000);
    assert.deepEqual(notices, []);
    for (const key of ["d", "e"]) {
      await server.command(["JSON.SET", key, "$", "1"]);
      t.mock.timers.tick(1000);
    }
    assert.equal(notices.length, 1);
    assert.match(notices[0]!, /there are JSON documents in the data: Redis reads these files only with .*RedisJSON/);
    await server.stop();
    const again = await TestServer.start({ data, log });
    assert.equal(notices.length, 2);
    await again.stop();
  });

  for (const http of ["own", "node"] as const) {
    test(`under fsync always a reply waits for the disk, and a read does not, with http ${http}`, async () => {
      const server = await TestServer.start({
        data: join(folder, `always-${http}`),
        fsync: "always",
        redisPort: 0,
        http,
      });
      const { gate } = server.server.engine;
      try {
        const { whenSafe } = gate;
        const held: (() => void)[] = [];
        gate.whenSafe = (offset, done) => void held.push(() => whenSafe(offset, done));
        const [blocked, writer] = [await server.connect(), await server.connect()];
        for (const connection of [blocked, writer]) await connection.send("AUTH", "test-token");
        let answers = 0;
        const popped = blocked.send("BLPOP", "queue", "0").then((reply) => (answers++, reply));
        await until(() => server.server.engine.waitingRoom.size === 1);
        const replies = [
          server.command(["RPUSH", "queue", "x"]).then(({ json }) => (answers++, json)),
          popped,
          writer.send("SET", "a", "1").then((reply) => (answers++, reply)),
          server.command(["SET", "b", "2"]).then(({ json }) => (answers++, json)),
          server
            .call("POST", "/pipeline", { body: '[["SET","c","3"],["GET","c"]]' })
            .then(({ json }) => (answers++, json)),
        ];
        // The client that blocked waits for the disk, too: it was given what another has written.
        await until(() => held.length === 5);
        assert.deepEqual((await server.command(["GET", "a"])).json, { result: "1" });
        assert.equal(answers, 0);
        gate.whenSafe = whenSafe;
        for (const release of held) release();
        const element = "*2\r\n$5\r\nqueue\r\n$1\r\nx\r\n";
        const expected = [{ result: 1 }, element, "+OK\r\n", { result: "OK" }, [{ result: "OK" }, { result: "3" }]];
        assert.deepEqual(await Promise.all(replies), expected);
        blocked.close();
        writer.close();
      } finally {
        await server.stop();
      }
    });
  }
});
