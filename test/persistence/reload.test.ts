/** DEBUG RELOAD and DEBUG LOADAOF: what is loaded, what a failing disk leaves, and what the next start has. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CommandError } from "../../src/core/reply.ts";
import type { ReloadMode } from "../../src/engine/durability.ts";
import { DataDirectory } from "../../src/persistence/data-directory.ts";
import { Persistence } from "../../src/persistence/persistence.ts";
import { SILENT } from "../../src/core/log.ts";
import { DATASET, LIBRARY } from "../support/datasets.ts";
import { TestEngine } from "../support/engine.ts";
import { MemoryDisk } from "../support/memory-disk.ts";
import { contents } from "../support/replay.ts";
import { TestWorld } from "../support/world.ts";

const NOW = 1_700_000_000_000;

const RELOAD: ReloadMode = { from: "rdb", saves: true, flushes: true, merges: false };
const NOSAVE: ReloadMode = { ...RELOAD, saves: false };
const MERGE: ReloadMode = { ...NOSAVE, flushes: false, merges: true };
const LOADAOF: ReloadMode = { ...RELOAD, from: "aof", saves: false };

/** A server on a disk in memory. */
class Server {
  readonly ours: TestEngine;
  readonly persistence: Persistence;

  private constructor(ours: TestEngine, persistence: Persistence) {
    this.ours = ours;
    this.persistence = persistence;
  }

  static async start(disk: MemoryDisk, world = new TestWorld(1, NOW)): Promise<Server> {
    const ours = new TestEngine(world);
    const directory = await DataDirectory.open(disk, "/data");
    const server = new Server(ours, new Persistence({ directory, engine: ours.engine, log: SILENT, fsync: "always" }));
    await server.persistence.start();
    return server;
  }

  get state(): string {
    return JSON.stringify([...contents(this.ours.engine)].sort());
  }

  reload(mode: ReloadMode): Promise<CommandError | undefined> {
    return new Promise((resolve) => this.persistence.reload(mode, resolve));
  }

  save(): Promise<CommandError | undefined> {
    return new Promise((resolve) => this.persistence.save(resolve));
  }

  synced(): Promise<void> {
    return new Promise((resolve) => this.persistence.whenSynced!(() => resolve()));
  }
}

/** What the next start has, when the machine stops now. */
async function afterStop(disk: MemoryDisk): Promise<string> {
  const left = disk.copy();
  const again = await Server.start(left);
  const { state } = again;
  await again.persistence.close();
  return state;
}

describe("a reload", () => {
  for (const [name, mode] of Object.entries({ RELOAD, LOADAOF })) {
    test(`${name} leaves every value, deadline and function as it is`, async () => {
      const server = await Server.start(new MemoryDisk());
      const { ours, persistence } = server;
      for (const words of DATASET) ours.send(...words);
      ours.send("FUNCTION", "LOAD", LIBRARY);
      ours.send("WATCH", "s");
      const { state } = server;
      const reloaded = server.reload(mode);
      assert.match(String((ours.line("SET refused 1") as CommandError).text), /^LOADING/);
      assert.equal(await reloaded, undefined);
      assert.equal(server.state, state);
      assert.equal(ours.line("FCALL f 0"), 7);
      await persistence.close();
    });
  }

  test("serves no blocked client with what the journal took away again", async () => {
    const server = await Server.start(new MemoryDisk());
    const { ours, persistence } = server;
    for (const line of ["RPUSH list old", "LPOP list", "RPUSH other x"]) ours.line(line);
    const answers: unknown[] = [];
    ours.session.answer = (reply) => answers.push(reply);
    ours.line("BLPOP list 0");
    assert.equal(await server.reload(LOADAOF), undefined);
    assert.deepEqual(answers, []);
    ours.engine.execute(ours.engine.openSession("internal", ours.session.user), ["RPUSH", "list", "new"]);
    assert.deepEqual(answers, [["list", "new"]]);
    await persistence.close();
  });

  test("removes expired keys for the append-only file too", async () => {
    const disk = new MemoryDisk();
    const world = new TestWorld(1, NOW);
    const server = await Server.start(disk, world);
    const { ours, persistence } = server;
    ours.line("SET n 5 PX 100");
    world.advance(1000);
    assert.equal(await server.reload(RELOAD), undefined);
    assert.equal(ours.engine.dataset.size, 0);
    ours.line("INCR n");
    await server.synced();
    const again = await Server.start(disk.copy(), world);
    assert.equal(again.ours.line("GET n"), "1");
    await again.persistence.close();
    await persistence.close();
  });

  test("of an earlier save is what the next start has, and what was in memory is not", async () => {
    for (const [mode, expected] of [
      [NOSAVE, { a: "1", b: null, new: "3" }],
      [MERGE, { a: "1", b: "2", new: "3" }],
    ] as const) {
      const disk = new MemoryDisk();
      const server = await Server.start(disk);
      const { ours, persistence } = server;
      ours.line("SET a 1");
      assert.equal(await server.save(), undefined);
      ours.line("MSET a 2 b 2");
      assert.equal(await server.reload(mode), undefined);
      ours.line("SET new 3");
      const { state } = server;
      assert.deepEqual(ours.line("MGET a b new"), Object.values(expected));
      await server.synced();
      assert.equal(await afterStop(disk), state);
      await persistence.close();
    }
  });

  test("that cannot load leaves the data, however it is asked", async () => {
    const disk = new MemoryDisk();
    const server = await Server.start(disk);
    const { ours, persistence } = server;
    ours.line("SET a 1");
    const { state } = server;
    assert.notEqual(await server.reload(NOSAVE), undefined, "there is no file");
    await server.save();
    assert.notEqual(await server.reload({ ...MERGE, merges: false }), undefined, "a key is there twice");
    disk.put("/data/dump.rdb", disk.content("/data/dump.rdb")!.subarray(0, -9));
    for (const mode of [NOSAVE, MERGE]) assert.notEqual(await server.reload(mode), undefined, "the file is cut");
    assert.equal(server.state, state);
    assert.equal(ours.line("INCR b"), 1);
    await persistence.close();
  });

  test("during which a call of the disk fails keeps all data, or refuses to serve a part of it", async () => {
    for (const mode of [RELOAD, NOSAVE, LOADAOF]) {
      let isOver = false;
      for (let at = 0; !isOver; at++) {
        const disk = new MemoryDisk();
        const server = await Server.start(disk);
        const { ours, persistence } = server;
        ours.line("RPUSH list 1 2 3");
        await server.save();
        await server.synced();
        const { state } = server;
        const first = disk.calls.length;
        isOver = true;
        disk.fault = (_call, _path, number) => {
          if (number - first !== at) return undefined;
          isOver = false;
          return { code: "EIO", written: 3 };
        };
        await server.reload(mode);
        disk.fault = undefined;
        const what = `${mode.from}, saves ${mode.saves}, call ${at} fails`;
        const reply = ours.line("PING");
        assert.ok(persistence.isRefusing || server.state === state, what);
        // A failed fsync or rewrite is repeated.
        if (typeof reply !== "string") persistence.aof!.retry();
        await server.synced();
        assert.equal(await afterStop(disk), state, what);
        await persistence.close();
      }
    }
  });
});
