/**
 * The machine stops at every call of the disk, or one call fails, while a directory is mended, saved and described: what
 * was there before is there, or what is to be there afterwards.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UNRESTRICTED_USER } from "../../src/core/authority.ts";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { checkData } from "../../src/persistence/check.ts";
import { DataDirectory } from "../../src/persistence/data-directory.ts";
import { Persistence } from "../../src/persistence/persistence.ts";
import { recover } from "../../src/persistence/recovery.ts";
import { SILENT } from "../../src/core/log.ts";
import { rdbOf } from "../support/datasets.ts";
import { TestEngine } from "../support/engine.ts";
import { MemoryDisk } from "../support/memory-disk.ts";
import { commandLines } from "../support/resp.ts";
import { TestWorld } from "../support/world.ts";

const NOW = 1_700_000_000_000;
const FOLDER = "/data/appendonlydir";
const INCREMENT = `${FOLDER}/appendonly.aof.1.incr.aof`;

const push = (number: number): string => commandLines(`RPUSH list ${number}`);
const PUSHES = [0, 1, 2].map(push).join("");

/** A directory whose append-only file ends as told. */
function diskWith(end: string): MemoryDisk {
  const disk = new MemoryDisk();
  disk.put(INCREMENT, Buffer.from(PUSHES + end, "latin1"));
  disk.put(`${FOLDER}/appendonly.aof.manifest`, Buffer.from("file appendonly.aof.1.incr.aof seq 1 type i\n"));
  return disk;
}

/** Does something on a copy of a disk that stops at each call in turn, or fails at one, and looks at what is left. */
async function atEveryCall(
  before: MemoryDisk,
  act: (disk: MemoryDisk, isStopped: () => boolean) => Promise<void>,
  check: (disk: MemoryDisk, what: string) => Promise<void>,
): Promise<void> {
  for (const way of ["nothing", "names", "contents", "all", "fails"] as const) {
    for (let at = 0; ; at++) {
      const disk = before.copy();
      let [calls, reached] = [0, false];
      disk.fault = () => {
        const number = calls++;
        reached ||= number >= at;
        const isNow = way === "fails" ? number === at : number >= at;
        return isNow ? { code: "EIO", written: 3 } : undefined;
      };
      await act(disk, () => way !== "fails" && reached).catch((error: unknown) => {
        assert.ok(reached, String(error));
      });
      if (way !== "fails") disk.crash(way);
      disk.fault = undefined;
      await check(disk, way === "fails" ? `call ${at} fails` : `the machine stops at call ${at} and keeps ${way}`);
      if (!reached) break;
    }
  }
}

async function start(
  disk: MemoryDisk,
  ours = new TestEngine(new TestWorld(1, NOW)),
  shutdown?: () => void,
): Promise<{ ours: TestEngine; persistence: Persistence }> {
  const directory = await DataDirectory.open(disk, "/data");
  const persistence = new Persistence({ directory, engine: ours.engine, log: SILENT, fsync: "always", shutdown });
  await persistence.start();
  return { ours, persistence };
}

/** What the directory has, or the one line that says why it cannot be loaded. */
async function listIn(disk: MemoryDisk): Promise<readonly string[] | string> {
  const ours = new TestEngine(new TestWorld(1, NOW));
  try {
    await recover({ disk, engine: ours.engine, directory: "/data", sliceMs: 50 });
  } catch (error) {
    assert.match((error as Error).message, /^\/data\/.*To mend it: /);
    return (error as Error).message;
  }
  return ours.line("LRANGE list 0 -1") as string[];
}

function repair(disk: MemoryDisk): ReturnType<typeof checkData> {
  const { engine } = new TestEngine(new TestWorld(1, NOW));
  return checkData({ disk, engine, path: "/data", repair: true });
}

describe("a stop or a failure", () => {
  test("while a torn end is cut off leaves what was whole", async () => {
    await atEveryCall(
      diskWith(push(3).slice(0, -5)),
      async (disk) => {
        const { persistence } = await start(disk);
        await persistence.close();
      },
      async (disk, what) => assert.deepEqual(await listIn(disk), ["0", "1", "2"], what),
    );
  });

  test("while a damaged file is mended leaves it as it was, or mended, and the next attempt mends it", async () => {
    await atEveryCall(
      diskWith(`garbage${push(3)}`),
      async (disk) => void (await repair(disk)),
      async (disk, what) => {
        const found = await listIn(disk);
        if (typeof found === "string") assert.match(found, /byte \d+: a command should begin here/, what);
        else assert.deepEqual(found, ["0", "1", "2"], what);
        await repair(disk);
        assert.deepEqual(await listIn(disk), ["0", "1", "2"], what);
        const copies = disk.paths().filter((path) => path.includes(".cut-at-"));
        assert.ok(
          copies.some((path) => disk.content(path)!.latin1Slice() === `garbage${push(3)}`),
          `${what}: what was cut is beside it`,
        );
      },
    );
  });

  test("while an RDB file is mended leaves it as it was, or mended, and the next attempt mends it", async () => {
    const ours = new TestEngine(new TestWorld(1, NOW));
    ours.send("RPUSH", "list", "0", "1", "2");
    ours.send("SET", "z", "x".repeat(100));
    const before = new MemoryDisk();
    const whole = rdbOf(ours.engine);
    before.put("/data/dump.rdb", whole.subarray(0, whole.length - 12));
    const mended = before.copy();
    await repair(mended);
    const afterwards = await listIn(mended);
    assert.equal(typeof afterwards, "object");
    await atEveryCall(
      before,
      async (disk) => void (await repair(disk)),
      async (disk, what) => {
        const found = await listIn(disk);
        if (typeof found !== "string") assert.deepEqual(found, afterwards, what);
        await repair(disk);
        assert.deepEqual(await listIn(disk), afterwards, what);
      },
    );
  });

  test("while data without an append-only file is saved leaves the save before, or this one", async () => {
    const before = new MemoryDisk();
    before.put("/data/stashd.json", Buffer.from('{"appendOnly":false}'));
    let saved = 0;
    await atEveryCall(
      before,
      async (disk, isStopped) => {
        saved = 0;
        const { ours, persistence } = await start(disk);
        for (let i = 0; i < 3; i++) {
          ours.send("RPUSH", "list", String(i));
          const isSaved = await new Promise<boolean>((resolve) =>
            persistence.save((error) => resolve(error === undefined)),
          );
          if (isSaved) saved = i + 1;
        }
        if (!isStopped()) await persistence.close();
      },
      async (disk, what) => {
        const list = await listIn(disk);
        assert.ok(typeof list === "object", `${what}: ${String(list)}`);
        assert.deepEqual(list, ["0", "1", "2"].slice(0, list.length), what);
        assert.ok(list.length >= saved, `${what}: ${list.length} are kept, ${saved} were saved`);
      },
    );
  });

  test("while stashd.json is written leaves the one before, or the new one", async () => {
    let known = "";
    await atEveryCall(
      new MemoryDisk(),
      async (disk) => {
        known = "";
        const directory = await DataDirectory.open(disk, "/data");
        for (const token of ["first", "second"]) {
          await directory.update({ token });
          known = token;
        }
        await directory.close();
      },
      async (disk, what) => {
        const { token = "" } = (await DataDirectory.open(disk, "/data")).state;
        const tokens = ["", "first", "second"];
        assert.ok(tokens.indexOf(token) >= tokens.indexOf(known), `${what}: ${token} is kept, ${known} was written`);
      },
    );
  });

  test("during the first start is no obstacle for the next one, which keeps the directory out of a repository", async () => {
    await atEveryCall(
      new MemoryDisk(),
      async (disk) => {
        const { persistence } = await start(disk);
        await persistence.directory.update({ token: "first" });
        await persistence.close();
      },
      async (disk, what) => {
        const { ours, persistence } = await start(disk);
        assert.equal(disk.content("/data/.gitignore")?.toString(), "*\n", what);
        ours.line("RPUSH list 0");
        await persistence.close();
        assert.deepEqual(await listIn(disk), ["0"], what);
      },
    );
  });

  test("while counts of quotas are stored leaves those before, or the new ones, and the data", async () => {
    const [before, world] = [new MemoryDisk(), new TestWorld(1, NOW)];
    const limits = { ...DEFAULT_LIMITS, dailyCommandsMax: 1000 };
    const open = (disk: MemoryDisk): ReturnType<typeof start> =>
      start(disk, new TestEngine(world, "internal", { limits }));
    const count = (ours: TestEngine, commands: number): void => {
      const session = ours.engine.openSession("rest", UNRESTRICTED_USER);
      for (let i = 0; i < commands; i++) ours.engine.execute(session, ["GET", "k"]);
    };
    const counted = ({ ours }: Awaited<ReturnType<typeof start>>): number =>
      ours.engine.bounds.quotas.counts.users[0]?.[1] ?? 0;
    const first = await open(before);
    first.ours.line("RPUSH list 0");
    count(first.ours, 3);
    const known = counted(first);
    await first.persistence.close();
    await atEveryCall(
      before,
      async (disk, isStopped) => {
        const { ours, persistence } = await open(disk);
        assert.equal(counted({ ours, persistence }), known);
        count(ours, 4);
        await (isStopped() ? persistence.aof?.close() : persistence.close());
      },
      async (disk, what) => {
        const again = await open(disk);
        assert.ok([known, known + 4].includes(counted(again)), `${what}: ${counted(again)} are counted`);
        assert.deepEqual(again.ours.line("LRANGE list 0 -1"), ["0"], what);
        await again.persistence.close();
      },
    );
  });

  for (const isAppendOnly of [true, false]) {
    for (const force of [true, false]) {
      const how = `SHUTDOWN SAVE${force ? " FORCE" : ""}, ${isAppendOnly ? "with" : "without"} an append-only file,`;
      test(`during ${how} leaves what was acknowledged, and ends the server only when it may`, async () => {
        const before = new MemoryDisk();
        before.put("/data/stashd.json", Buffer.from(JSON.stringify({ appendOnly: isAppendOnly })));
        let promised = 0;
        let isOver = false;
        await atEveryCall(
          before,
          async (disk, isStopped) => {
            promised = 0;
            isOver = false;
            let ending: Promise<void> | undefined;
            const { ours, persistence } = await start(disk, undefined, () => (ending = persistence.close()));
            for (let i = 0; i < 3; i++) ours.send("RPUSH", "list", String(i));
            persistence.whenSynced?.(() => (promised = 3));
            const saved = await new Promise<boolean>((resolve) => {
              const start = persistence.shutdown({ save: true, force }, (error) => resolve(error === undefined));
              assert.equal(start, "saving");
            });
            assert.equal(ending !== undefined, saved, "it ends the server, or answers an error");
            isOver = saved;
            // A machine that has stopped writes no more.
            await (isStopped() ? persistence.aof?.close() : (ending ?? persistence.close()));
          },
          async (disk, what) => {
            const list = await listIn(disk);
            assert.ok(typeof list === "object", `${what}: ${String(list)}`);
            assert.deepEqual(list, ["0", "1", "2"].slice(0, list.length), what);
            const least = isOver && !force ? 3 : promised;
            assert.ok(list.length >= least, `${what}: ${list.length} are kept, ${least} were promised`);
          },
        );
      });
    }
  }
});
