/** The end of a server that keeps its data, and commands that wait for the disk until then. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as genericErrors from "../../src/core/errors/generic.ts";
import * as serverErrors from "../../src/core/errors/server.ts";
import type { CommandError, Reply } from "../../src/core/reply.ts";
import { DataDirectory } from "../../src/persistence/data-directory.ts";
import { Persistence } from "../../src/persistence/persistence.ts";
import { SILENT } from "../../src/core/log.ts";
import { EVERYONE, TestEngine } from "../support/engine.ts";
import { Barrier, GatedDisk } from "../support/gated-disk.ts";
import { MemoryDisk } from "../support/memory-disk.ts";
import { until } from "../support/until.ts";
import { TestWorld } from "../support/world.ts";

/** A server on a disk in memory, which a gate may hold up. */
class Server {
  readonly ours = new TestEngine(new TestWorld());
  readonly disk: GatedDisk;
  persistence!: Persistence;
  ended = 0;

  constructor(memory: MemoryDisk) {
    this.disk = new GatedDisk(memory);
  }

  static async start(memory: MemoryDisk): Promise<Server> {
    const server = new Server(memory);
    const directory = await DataDirectory.open(server.disk, "/data");
    const { engine } = server.ours;
    const shutdown = (): void => void server.ended++;
    server.persistence = new Persistence({ directory, engine, log: SILENT, fsync: "everysec", shutdown });
    await server.persistence.start();
    return server;
  }

  /** Sends a command on a connection of its own; answers what it was answered so far. */
  client(line: string): Reply[] {
    const answers: Reply[] = [];
    const session = this.ours.engine.openSession("resp", EVERYONE);
    session.answer = (reply) => answers.push(reply);
    const reply = this.ours.engine.execute(session, line.split(" "));
    if (session.wait === undefined) answers.push(reply);
    return answers;
  }

  /** Turns the append-only file off, and on again while no base can be written. */
  async turnOn(): Promise<void> {
    this.ours.line("CONFIG SET appendonly no");
    await until(() => this.persistence.directory.state.appendOnly === false);
    this.ours.line("SET between 1");
    this.disk.gate = (call, path) => (call === "append" && path.includes("temp-base") ? "ENOSPC" : undefined);
    this.ours.line("CONFIG SET appendonly yes");
    this.ours.line("SET after 1");
  }
}

async function keptBy(memory: MemoryDisk): Promise<Reply> {
  const again = await Server.start(memory);
  const values = again.ours.line("MGET before between after");
  await again.persistence.close();
  return values;
}

describe("a server that is closed", () => {
  test("has written what it had acknowledged when the append-only file is turned off", async () => {
    const memory = new MemoryDisk();
    const { disk, ours, persistence } = await Server.start(memory);
    const barrier = new Barrier();
    disk.gate = (call, path) => (call === "sync" && path.includes(".incr.") ? barrier.pass() : undefined);
    ours.line("SET before 1");
    ours.line("CONFIG SET appendonly no");
    let isClosed = false;
    const closing = persistence.close().then(() => (isClosed = true));
    await until(() => barrier.waiting > 0 || isClosed);
    assert.equal(isClosed, false);
    barrier.open();
    await closing;
    memory.crash();
    assert.deepEqual(await keptBy(memory), ["1", null, null]);
  });

  test("ends the first base of an append-only file that is turned on", async () => {
    const memory = new MemoryDisk();
    const server = await Server.start(memory);
    server.ours.line("SET before 1");
    await server.turnOn();
    server.disk.gate = () => undefined;
    await server.persistence.close();
    memory.crash();
    assert.deepEqual(await keptBy(memory), ["1", "1", "1"]);
  });

  test("tries that base once more when the disk had refused it", async () => {
    const memory = new MemoryDisk();
    const server = await Server.start(memory);
    server.ours.line("SET before 1");
    await server.turnOn();
    await until(() => !server.persistence.lastRewrite.isOk && server.persistence.work === undefined);
    server.disk.gate = () => undefined;
    await server.persistence.close();
    memory.crash();
    assert.deepEqual(await keptBy(memory), ["1", "1", "1"]);
  });

  test("or not, starts from a dump that was saved before that base was there", async () => {
    const memory = new MemoryDisk();
    const server = await Server.start(memory);
    server.ours.line("SET before 1");
    await server.turnOn();
    const error = await new Promise((resolve) => server.persistence.save(resolve));
    assert.equal(error, undefined);
    memory.crash();
    assert.deepEqual(await keptBy(memory), ["1", "1", "1"]);
    await server.persistence.aof?.close();
  });

  test("does not wait for a disk that refuses the end of the append-only file before", async () => {
    const server = await Server.start(new MemoryDisk());
    const { disk, ours, persistence } = server;
    disk.gate = (call, path) => (call === "append" && path.includes(".incr.") ? "ENOSPC" : undefined);
    ours.line("SET before 1");
    await until(() => persistence.aof!.problem !== undefined);
    ours.line("CONFIG SET appendonly no");
    ours.line("CONFIG SET appendonly yes");
    await until(() => !persistence.lastRewrite.isOk);
    await persistence.close();
  });

  test("is not by SHUTDOWN when that base cannot be written, unless it is forced", async () => {
    const server = await Server.start(new MemoryDisk());
    await server.turnOn();
    const answers = server.client("SHUTDOWN NOSAVE");
    await until(() => answers.length > 0);
    assert.deepEqual([answers, server.ended], [[serverErrors.SHUTDOWN_FAILED], 0]);
    server.client("SHUTDOWN NOSAVE FORCE");
    await until(() => server.ended === 1);
    server.disk.gate = () => undefined;
    await server.persistence.close();
  });
});

describe("a command that waits for the disk", () => {
  test("is told by SHUTDOWN ABORT that the server goes on", async () => {
    const server = await Server.start(new MemoryDisk());
    const barrier = new Barrier();
    server.disk.gate = (call, path) =>
      call === "append" && path.endsWith("temp-save.rdb") ? barrier.pass() : undefined;
    const [first, second] = [server.client("SHUTDOWN SAVE"), server.client("SHUTDOWN SAVE NOW")];
    assert.deepEqual([first, second], [[], []]);
    assert.equal(String((server.client("SHUTDOWN ABORT")[0] as { text: string }).text), "OK");
    assert.deepEqual([first, second], [[serverErrors.SHUTDOWN_FAILED], [serverErrors.SHUTDOWN_FAILED]]);
    barrier.open();
    await until(() => server.persistence.work === undefined);
    assert.equal(server.ended, 0);
    assert.deepEqual(server.client("SHUTDOWN ABORT"), [serverErrors.NO_SHUTDOWN_UNDER_WAY]);
    await server.persistence.close();
  });

  for (const line of ["WAITAOF 1 0 0", "SAVE"]) {
    test(`${line} is answered to each client that waits`, async () => {
      const server = await Server.start(new MemoryDisk());
      const barrier = new Barrier();
      server.disk.gate = (call) => (call === "sync" && !barrier.isOpen ? barrier.pass() : undefined);
      server.ours.line("SET a 1");
      const clients = [1, 2, 3].map(() => server.client(line));
      assert.deepEqual(clients, [[], [], []]);
      barrier.open();
      await until(() => clients.every(({ length }) => length === 1));
      assert.equal(server.persistence.aof!.problem, undefined);
      await server.persistence.close();
    });
  }

  test("WAITAOF ends with an error when the append-only file is turned off before it has the data", async () => {
    const server = await Server.start(new MemoryDisk());
    await server.turnOn();
    const answers = server.client("WAITAOF 1 0 0");
    server.ours.line("CONFIG SET appendonly no");
    await until(() => answers.length > 0);
    assert.equal((answers[0] as CommandError).text, genericErrors.NO_APPEND_ONLY_FILE.text);
    server.disk.gate = () => undefined;
    await server.persistence.close();
  });
});
