/** BGSAVE, BGREWRITEAOF, SAVE, LASTSAVE and SHUTDOWN, with a data directory and without one. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { CommandError } from "../../src/core/reply.ts";
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
  });
});
