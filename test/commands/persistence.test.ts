/** BGSAVE, BGREWRITEAOF, SAVE, LASTSAVE and SHUTDOWN, with a data directory and without one. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { CommandError } from "../../src/core/reply.ts";
import { GatedDisk } from "../support/gated-disk.ts";
import type { RawConnection } from "../support/resp-client.ts";
import { TestEngine } from "../support/engine.ts";
import { TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";

describe("without a data directory", () => {
  const ours = new TestEngine();
  for (const line of ["BGSAVE", "BGREWRITEAOF", "SAVE"]) {
    test(`${line} says that nothing is kept`, () => {
      const reply = ours.line(line);
      assert.ok(reply instanceof CommandError);
      assert.match(reply.text, /data directory|--data/);
    });
  }

  test("LASTSAVE is the start", () => {
    assert.equal(ours.line("LASTSAVE"), Math.floor(ours.engine.environment.now() / 1000));
  });

  test("SHUTDOWN ends only what says how", () => {
    assert.ok(ours.line("SHUTDOWN") instanceof CommandError);
    let ended = 0;
    const owned = new TestEngine(ours.engine.environment);
    owned.engine.shutdown = () => ended++;
    owned.line("SHUTDOWN NOSAVE");
    assert.equal(ended, 1);
  });
});

describe("while RDB files cannot be written", () => {
  const folder = mkdtempSync(join(tmpdir(), "stashd-full-"));
  const disk = new GatedDisk();
  let server: TestServer;
  let connection: RawConnection;
  let shutdowns = 0;
  before(async () => {
    server = await TestServer.start({
      data: join(folder, "data"),
      disk,
      redisPort: 0,
      onShutdown: () => shutdowns++,
    });
    connection = await server.connect();
    await connection.send("AUTH", TOKEN);
    disk.gate = (call, path) => (call === "append" && path.endsWith("temp-save.rdb") ? "ENOSPC" : undefined);
  });
  after(async () => {
    connection.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  test("after a failed save writes are refused if there are save points, unless stop-writes-on-bgsave-error is no", async () => {
    assert.match(await connection.send("SAVE"), /^-ERR/);
    assert.equal(await connection.send("SET", "k", "v"), "+OK\r\n", "without save points");
    await connection.send("CONFIG", "SET", "save", "3600 1");
    const refusal =
      /^-MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk\./;
    assert.match(await connection.send("SET", "k", "w"), refusal);
    assert.match(await connection.send("PING"), refusal);
    assert.equal(await connection.send("GET", "k"), "$1\r\nv\r\n");
    await connection.send("CONFIG", "SET", "stop-writes-on-bgsave-error", "no");
    assert.equal(await connection.send("SET", "k", "w"), "+OK\r\n");
    await connection.send("CONFIG", "SET", "stop-writes-on-bgsave-error", "yes");
    assert.match(await connection.send("SET", "k", "x"), refusal);
  });

  test("SHUTDOWN says so and the server continues, unless it is forced", async () => {
    assert.equal(await connection.send("SHUTDOWN"), "-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
    assert.equal(await connection.send("SHUTDOWN", "SAVE"), "-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
    assert.equal(shutdowns, 0);
    await connection.send("SHUTDOWN", "SAVE", "FORCE");
    assert.equal(shutdowns, 1);
    disk.gate = () => undefined;
    assert.equal(await connection.send("SAVE"), "+OK\r\n");
    assert.equal(await connection.send("SET", "k", "y"), "+OK\r\n", "the disk is well again");
  });
});

describe("with a data directory", () => {
  const folder = mkdtempSync(join(tmpdir(), "stashd-commands-"));
  let server: TestServer;
  let connection: RawConnection;
  let shutdowns = 0;
  before(async () => {
    server = await TestServer.start({ data: join(folder, "data"), redisPort: 0, onShutdown: () => shutdowns++ });
    connection = await server.connect();
    await connection.send("AUTH", TOKEN);
    await connection.send("SET", "k", "v");
  });
  after(async () => {
    connection.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  async function field(name: string): Promise<string> {
    const info = await connection.send("INFO", "persistence");
    return new RegExp(`^${name}:(.*)\r$`, "m").exec(info)![1]!;
  }

  const idle = (): Promise<void> =>
    until(async () => (await field("rdb_bgsave_in_progress")) + (await field("aof_rewrite_in_progress")) === "00");

  test("SAVE answers when the file is there", async () => {
    await idle();
    assert.equal(await connection.send("SAVE"), "+OK\r\n");
    assert.ok(existsSync(join(folder, "data", "dump.rdb")));
    assert.match(await connection.send("LASTSAVE"), /^:\d{10}\r\n$/);
  });

  test("BGSAVE answers at once, and ends well", async () => {
    await idle();
    assert.equal(await connection.send("BGSAVE"), "+Background saving started\r\n");
    await idle();
    assert.equal(await field("rdb_last_bgsave_status"), "ok");
    assert.match(await connection.send("BGSAVE", "NOW"), /^-ERR syntax error/);
  });

  test("BGREWRITEAOF begins the next base", async () => {
    await idle();
    assert.equal(await connection.send("BGREWRITEAOF"), "+Background append only file rewriting started\r\n");
    await idle();
    assert.equal(await field("aof_last_bgrewrite_status"), "ok");
  });

  test("SHUTDOWN refuses what contradicts itself, and otherwise ends the process", async () => {
    assert.match(await connection.send("SHUTDOWN", "SAVE", "NOSAVE"), /^-ERR syntax error/);
    assert.match(await connection.send("SHUTDOWN", "ABORT"), /^-ERR No shutdown in progress/);
    assert.equal(shutdowns, 0);
    await connection.send("SHUTDOWN", "NOSAVE");
    await until(async () => shutdowns === 1);
    // The append-only file keeps all; SAVE asks for the other file as well.
    rmSync(join(folder, "data", "dump.rdb"), { force: true });
    await connection.send("SHUTDOWN");
    await until(async () => shutdowns === 2);
    assert.ok(!existsSync(join(folder, "data", "dump.rdb")));
    await connection.send("SHUTDOWN", "SAVE");
    await until(async () => shutdowns === 3);
    assert.ok(existsSync(join(folder, "data", "dump.rdb")));
  });

  test("parameters of files are read and set as in Redis, or their one value stays", async () => {
    const set = async (name: string, value: string): Promise<string> => connection.send("CONFIG", "SET", name, value);
    const changes = [
      ["auto-aof-rewrite-min-size", "32mb", "33554432"],
      ["auto-aof-rewrite-percentage", "50", "50"],
      ["no-appendfsync-on-rewrite", "yes", "yes"],
      ["rdbcompression", "no", "no"],
      ["aof-load-truncated", "no", "no"],
      ["aof-use-rdb-preamble", "no", "no"],
      ["aof-timestamp-enabled", "yes", "yes"],
      ["stop-writes-on-bgsave-error", "no", "no"],
    ] as const;
    for (const [name, value, shown] of changes) {
      assert.equal(await set(name, value), "+OK\r\n", name);
      assert.ok((await connection.send("CONFIG", "GET", name)).endsWith(`\r\n${shown}\r\n`), name);
    }
    assert.match(await set("rdbchecksum", "no"), /can't set immutable config/);
    assert.match(await set("dir", "/tmp"), /can't set protected config/);
    assert.match(await set("stop-writes-on-bgsave-error", "maybe"), /argument must be 'yes' or 'no'/);
  });
});
