/** What a start makes of a torn tail, and of commands that cannot be repeated. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommandError } from "../../src/core/reply.ts";
import { checkData } from "../../src/persistence/check.ts";
import { DataDirectory } from "../../src/persistence/data-directory.ts";
import { Persistence } from "../../src/persistence/persistence.ts";
import { SILENT } from "../../src/core/log.ts";
import { TestEngine } from "../support/engine.ts";
import { MemoryDisk } from "../support/memory-disk.ts";
import { commandLines, encodeCommand } from "../support/resp.ts";
import { TestWorld } from "../support/world.ts";

const FOLDER = "/data/appendonlydir";
const INCREMENT = `${FOLDER}/appendonly.aof.1.incr.aof`;

function diskWith(commands: string): MemoryDisk {
  const disk = new MemoryDisk();
  disk.put(INCREMENT, Buffer.from(commands, "latin1"));
  disk.put(`${FOLDER}/appendonly.aof.manifest`, Buffer.from("file appendonly.aof.1.incr.aof seq 1 type i\n"));
  return disk;
}

async function start(disk: MemoryDisk): Promise<{ ours: TestEngine; persistence: Persistence }> {
  const ours = new TestEngine(new TestWorld());
  const directory = await DataDirectory.open(disk, "/data");
  const persistence = new Persistence({ directory, engine: ours.engine, log: SILENT, fsync: "always" });
  try {
    await persistence.start();
  } catch (error) {
    await persistence.close();
    throw error;
  }
  return { ours, persistence };
}

describe("aof-load-truncated", () => {
  test("no lets a torn tail stop the start, over restarts, until it is mended", async () => {
    const disk = new MemoryDisk();
    const first = await start(disk);
    first.ours.line("SET a 1");
    first.ours.line("CONFIG SET aof-load-truncated no");
    await first.persistence.close();
    const torn = Buffer.concat([disk.content(INCREMENT)!, Buffer.from(commandLines("SET b 2").slice(0, -3))]);
    disk.put(INCREMENT, torn);
    const reason =
      /^\/data\/.*incr\.aof, byte \d+: .*aof-load-truncated is no. To mend it: stashd check \/data --repair$/;
    await assert.rejects(start(disk), { message: reason });
    assert.deepEqual(disk.content(INCREMENT), torn);
    await checkData({ disk, engine: new TestEngine(new TestWorld()).engine, path: "/data", repair: true });
    const again = await start(disk);
    assert.equal(again.ours.line("GET a"), "1");
    assert.equal(again.persistence.cutsTail, false);
    again.ours.line("CONFIG SET aof-load-truncated yes");
    await again.persistence.close();
    disk.put(INCREMENT, torn);
    const last = await start(disk);
    assert.ok(last.persistence.recovery!.cut !== undefined);
    await last.persistence.close();
  });
});

describe("a command that cannot be repeated", () => {
  test("is none if it stored JSON that is no UTF-8, which was taken before", async () => {
    for (const words of [
      ["JSON.SET", "doc", "$", '{"a":"\xff"}'],
      ["JSON.MSET", "doc", "$", '{"a":"\xff"}'],
      ["JSON.MERGE", "doc", "$", '{"a":"\xff"}'],
    ]) {
      const { ours, persistence } = await start(diskWith(encodeCommand(words)));
      assert.equal(ours.line("JSON.GET doc $.a"), '["\xff"]', words[0]);
      assert.equal(persistence.recovery!.failed, 0);
      assert.ok(ours.send(...words) instanceof CommandError);
      await persistence.close();
    }
  });

  test("is counted, with the place of the first, by a start and by the check", async () => {
    const good = commandLines("SET a 1");
    const disk = diskWith(good + commandLines("RPUSH a x", "SET b 2", "SADD a x"));
    const expected = { file: INCREMENT, byte: good.length, command: "RPUSH" };
    const report = await checkData({
      disk,
      engine: new TestEngine(new TestWorld()).engine,
      path: "/data",
      repair: false,
    });
    assert.deepEqual([report.failed, report.firstFailed], [2, expected]);
    const { ours, persistence } = await start(disk);
    const { failed, firstFailed } = persistence.recovery!;
    assert.deepEqual([failed, firstFailed], [2, expected]);
    assert.deepEqual(ours.line("MGET a b"), ["1", "2"]);
    await persistence.close();
  });
});
