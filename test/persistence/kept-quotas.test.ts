/** Counts of quotas over a restart and over a crash. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UNRESTRICTED_USER } from "../../src/core/authority.ts";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import type { Limits } from "../../src/core/limits.ts";
import { CommandError } from "../../src/core/reply.ts";
import { DataDirectory } from "../../src/persistence/data-directory.ts";
import { Persistence } from "../../src/persistence/persistence.ts";
import { SILENT } from "../../src/core/log.ts";
import { TestEngine } from "../support/engine.ts";
import { MemoryDisk } from "../support/memory-disk.ts";
import { TestWorld } from "../support/world.ts";

/** The 30th of January, an hour before midnight. */
const START = Date.UTC(2026, 0, 30, 23);

interface Server {
  readonly ours: TestEngine;
  readonly persistence: Persistence;
}

async function start(
  disk: MemoryDisk,
  world: TestWorld,
  limits: Partial<Limits> = { dailyCommandsMax: 5 },
): Promise<Server> {
  const ours = new TestEngine(world, "internal", { limits: { ...DEFAULT_LIMITS, ...limits } });
  const directory = await DataDirectory.open(disk, "/data");
  const persistence = new Persistence({ directory, engine: ours.engine, log: SILENT, fsync: "everysec" });
  await persistence.start();
  return { ours, persistence };
}

/** Runs so many commands as a user; answers how many were let through. */
function run({ ours }: Server, commands: number, name = "default"): number {
  const session = ours.engine.openSession("rest", { ...UNRESTRICTED_USER, name });
  let admitted = 0;
  for (let i = 0; i < commands; i++) {
    if (!(ours.engine.execute(session, ["GET", "k"]) instanceof CommandError)) admitted++;
  }
  ours.engine.closeSession(session);
  return admitted;
}

describe("counts of quotas", () => {
  test("continue after a restart, for each user, until the day is over", async () => {
    const disk = new MemoryDisk();
    const world = new TestWorld(1, START);
    const first = await start(disk, world);
    assert.equal(run(first, 3), 3);
    assert.equal(run(first, 9, "__proto__"), 5);
    await first.persistence.close();

    const second = await start(disk, world);
    assert.equal(run(second, 9), 2);
    assert.equal(run(second, 9, "__proto__"), 0);
    assert.equal(run(second, 9, "other"), 5);
    await second.persistence.close();

    world.advance(3_600_000);
    const third = await start(disk, world);
    assert.equal(run(third, 9), 5);
    await third.persistence.close();
  });

  test("of a month continue on the next day, and end with the month", async () => {
    const disk = new MemoryDisk();
    const world = new TestWorld(1, START);
    const limits = { dailyCommandsMax: 0, monthlyCommandsMax: 5 };
    const admitted: number[] = [];
    for (const passedMs of [0, 3_600_000, 86_400_000]) {
      world.advance(passedMs);
      const server = await start(disk, world, limits);
      admitted.push(run(server, 4));
      await server.persistence.close();
    }
    assert.deepEqual(admitted, [4, 1, 4]);
  });

  test("lose at most ten seconds to a crash, and take no write in between", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const disk = new MemoryDisk();
    const world = new TestWorld(1, START);
    const server = await start(disk, world);
    const second = (): void => {
      world.advance(1000);
      t.mock.timers.tick(1000);
    };
    const writes = (): number => disk.calls.filter((call) => call.startsWith("rename /data/stashd.json")).length;
    const before = writes();
    for (let i = 0; i < 9; i++) {
      run(server, i === 0 ? 2 : 0);
      second();
    }
    assert.equal(writes(), before);
    second();
    while (writes() === before) await new Promise((resolve) => setImmediate(resolve));
    run(server, 1);
    disk.crash();
    const again = await start(disk, world);
    assert.equal(run(again, 9), 3);
    await again.persistence.aof!.close();
    await server.persistence.aof!.close();
  });

  test("are stored once the disk takes writes again", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const disk = new MemoryDisk();
    const world = new TestWorld(1, START);
    const server = await start(disk, world);
    let refusals = 0;
    disk.fault = (call, path) => {
      if (call !== "rename" || path !== "/data/stashd.json" || refusals === 2) return undefined;
      refusals++;
      return { code: "ENOSPC" };
    };
    run(server, 4);
    const stored = (): boolean => disk.content("/data/stashd.json")?.includes("users") === true;
    for (let i = 0; i < 1000 && !stored(); i++) {
      world.advance(1000);
      t.mock.timers.tick(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(refusals, 2);
    assert.ok(stored());
    await server.persistence.close();
  });
});
