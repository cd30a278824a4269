/**
 * What is acknowledged is kept, and what was refused does not appear: every call of the disk fails in turn, and the machine
 * stops at every call in turn, while a server starts, writes, rewrites and saves.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DataDirectory } from "../../src/persistence/data-directory.ts";
import { Persistence } from "../../src/persistence/persistence.ts";
import { recover } from "../../src/persistence/recovery.ts";
import { SILENT } from "../../src/core/log.ts";
import { TestEngine } from "../support/engine.ts";
import { MemoryDisk } from "../support/memory-disk.ts";
import type { DiskCall, Fault, Kept } from "../support/memory-disk.ts";
import { TestWorld } from "../support/world.ts";

const NOW = 1_700_000_000_000;
const WRITES = 14;

/** What a run has promised: writes are numbered, and each pushes its number to a list and, in one group, to another. */
interface Played {
  issued: number;
  acknowledged: number;
  refused: number;
}

/** Lets everything that is under way come to its next wait. */
async function turn(turns = 4): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** What a server is set to before it writes. */
const COMMANDS_AND_STAMPS = "CONFIG SET aof-use-rdb-preamble no aof-timestamp-enabled yes";

async function play(disk: MemoryDisk, isStopped: () => boolean, played: Played, setting: string): Promise<void> {
  const ours = new TestEngine(new TestWorld(1, NOW));
  const directory = await DataDirectory.open(disk, "/data");
  const persistence = new Persistence({ directory, engine: ours.engine, log: SILENT, fsync: "always" });
  await persistence.start();
  const aof = persistence.aof!;
  ours.line(setting);
  const push = (): void => {
    const number = played.issued;
    const replies = ours.engine.transaction(ours.session, [
      ["RPUSH", "a", String(number)],
      ["RPUSH", "b", String(number)],
    ]);
    if (!Array.isArray(replies)) {
      played.refused++;
      return;
    }
    played.issued++;
    aof.whenSynced(aof.appended, () => (played.acknowledged = Math.max(played.acknowledged, number + 1)));
  };
  for (let i = 0; i < WRITES && !isStopped(); i++) {
    push();
    if (i === 2) persistence.startRewrite();
    if (i === 5) persistence.startSave(false);
    if (i === 9) persistence.startRewrite();
    if (i % 3 !== 0) await turn(2);
  }
  // A disk that has failed once takes everything in the end.
  while (!isStopped() && (played.acknowledged < played.issued || persistence.work !== undefined)) await turn(1);
  if (!isStopped()) {
    push();
    assert.equal(played.refused === 0 || played.issued > 0, true);
    while (!isStopped() && played.acknowledged < played.issued) await turn(1);
  }
  if (isStopped()) await aof.close();
  else await persistence.close();
}

/** Loads what the disk has, and answers how many writes are in it. */
async function kept(disk: MemoryDisk): Promise<number> {
  const again = new TestEngine(new TestWorld(1, NOW));
  await recover({ disk, engine: again.engine, directory: "/data", sliceMs: 50 });
  const [a, b] = [again.line("LRANGE a 0 -1"), again.line("LRANGE b 0 -1")] as [string[], string[]];
  assert.deepEqual(a, b, "a group is whole");
  assert.deepEqual(
    a,
    a.map((_, i) => String(i)),
    "nothing is missing in the middle",
  );
  return a.length;
}

type Failing = (call: DiskCall, path: string, number: number) => Fault | undefined;

/** A run in which the calls fail as told, and the machine stops in the end, or at the first failure. */
async function round(
  fails: Failing,
  stopsAtFailure: boolean,
  keepsUnsynced: Kept,
  what: string,
  setting = "PING",
): Promise<boolean> {
  const disk = new MemoryDisk();
  const played: Played = { issued: 0, acknowledged: 0, refused: 0 };
  let stopped = false;
  let failed = false;
  disk.fault = (call, path, number) => {
    if (stopped) return { code: "EIO" };
    const fault = fails(call, path, number);
    if (fault !== undefined) failed = true;
    if (fault !== undefined && stopsAtFailure) stopped = true;
    return fault;
  };
  let startFailed = false;
  try {
    await play(disk, () => stopped, played, setting);
  } catch (error) {
    // It may refuse to start, in words of its own.
    startFailed = true;
    assert.ok(failed, `${what}: ${String(error)}`);
  }
  disk.crash(keepsUnsynced);
  const count = await kept(disk);
  assert.ok(count >= played.acknowledged, `${what}: ${count} kept, ${played.acknowledged} acknowledged`);
  assert.ok(count <= played.issued, `${what}: ${count} kept, ${played.issued} issued`);
  if (!stopsAtFailure && !startFailed) assert.equal(count, played.issued, `${what}: it recovers by itself`);
  return failed;
}

describe("a server that keeps its data", () => {
  test("loses nothing when any call of the disk fails once", async () => {
    let calls = Infinity;
    for (const written of [0, 7]) {
      for (let at = 0; at < calls; at++) {
        const fails: Failing = (call, _path, number) => {
          if (number !== at || (written > 0 && call !== "append")) return undefined;
          return { code: call === "append" ? "ENOSPC" : "EIO", written };
        };
        const what = `call ${at} fails, ${written} bytes written`;
        const failed = await round(fails, false, "nothing", what);
        if (!failed && written === 0) calls = at;
      }
    }
  });

  test("loses nothing when the machine stops at any call of the disk", async () => {
    for (const keeps of ["nothing", "names", "contents", "all"] as const) {
      for (let at = 0; ; at++) {
        const what = `the machine stops at call ${at}, and of what was not synced it keeps ${keeps}`;
        const fails: Failing = (_call, _path, number) => (number === at ? { code: "EIO", written: 3 } : undefined);
        if (!(await round(fails, true, keeps, what))) break;
      }
    }
  });

  test("whose base is commands loses nothing when any call of the disk fails, or the machine stops at it", async () => {
    for (const [stops, keeps] of [
      [false, "nothing"],
      [true, "nothing"],
      [true, "all"],
    ] as const) {
      for (let at = 0; ; at++) {
        const what = `call ${at} fails, and the machine ${stops ? `stops and keeps ${keeps}` : "goes on"}`;
        const fails: Failing = (_call, _path, number) => (number === at ? { code: "EIO", written: 3 } : undefined);
        if (!(await round(fails, stops, keeps, what, COMMANDS_AND_STAMPS))) break;
      }
    }
  });

  test("rewrites an append-only file that has grown, in an earlier run too", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const disk = new MemoryDisk();
    const start = async (): Promise<{ ours: TestEngine; persistence: Persistence }> => {
      const ours = new TestEngine(new TestWorld(1, NOW));
      const directory = await DataDirectory.open(disk, "/data");
      const persistence = new Persistence({ directory, engine: ours.engine, log: SILENT, fsync: "everysec" });
      await persistence.start();
      return { ours, persistence };
    };
    /** A second passes; answers how many rewrites there were. */
    const second = async ({ persistence }: { readonly persistence: Persistence }): Promise<number> => {
      t.mock.timers.tick(1000);
      do await turn();
      while (persistence.work !== undefined);
      return persistence.rewrites;
    };
    const first = await start();
    first.ours.send("SET", "a", "x".repeat(1000));
    first.persistence.startRewrite();
    assert.equal(await second(first), 1);
    first.ours.send("SET", "a", "y".repeat(1500));
    first.persistence.rewriteBytesMin = 10_000;
    assert.equal(await second(first), 1, "it is small");
    await first.persistence.close();
    const again = await start();
    again.persistence.rewriteBytesMin = 1000;
    again.persistence.rewritePercentage = 10_000;
    assert.equal(await second(again), 0, "it has not grown so much");
    again.persistence.rewritePercentage = 100;
    assert.equal(await second(again), 1);
    assert.equal(await second(again), 1, "it has its new base");
    await again.persistence.close();
  });

  test("puts the sync of every second off during a rewrite if no-appendfsync-on-rewrite says so", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
    const disk = new MemoryDisk();
    const ours = new TestEngine(new TestWorld(1, NOW));
    const directory = await DataDirectory.open(disk, "/data");
    const persistence = new Persistence({ directory, engine: ours.engine, log: SILENT, fsync: "everysec" });
    await persistence.start();
    const syncsAfterWrite = async (): Promise<number> => {
      const before = disk.calls.length;
      ours.line("INCR n");
      // The write comes some milliseconds after the command.
      t.mock.timers.tick(10);
      await turn();
      t.mock.timers.tick(1000);
      await turn();
      return disk.calls.slice(before).filter((call) => /^sync .*incr/.test(call)).length;
    };
    assert.equal(await syncsAfterWrite(), 1);
    persistence.work = "rewrite";
    assert.equal(await syncsAfterWrite(), 1);
    ours.line("CONFIG SET no-appendfsync-on-rewrite yes");
    assert.equal(await syncsAfterWrite(), 0);
    persistence.work = undefined;
    assert.equal(await syncsAfterWrite(), 1);
    await persistence.close();
  });
});
