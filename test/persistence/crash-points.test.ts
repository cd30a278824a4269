/**
 * The machine, or only the process, stops at every call of the disk in turn while the append-only file is turned on, and
 * after an fsync has failed. The next start has one of the allowed states.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkData } from "../../src/persistence/check.ts";
import { DataDirectory } from "../../src/persistence/data-directory.ts";
import { Persistence } from "../../src/persistence/persistence.ts";
import { SILENT } from "../../src/core/log.ts";
import { TestEngine } from "../support/engine.ts";
import { MemoryDisk } from "../support/memory-disk.ts";
import { TestWorld } from "../support/world.ts";
import type { FsyncPolicy } from "../../src/core/policies.ts";

const NOW = 1_700_000_000_000;

/** A server on a disk. Its writes are numbered, and each pushes its number to a list. */
class Server {
  issued = 0;
  /** Writes that were told to be safe, and those that the system was given. */
  safe = 0;
  given = 0;
  readonly persistence: Persistence;
  private readonly ours: TestEngine;
  private readonly ends: number[] = [];

  private constructor(ours: TestEngine, persistence: Persistence) {
    this.ours = ours;
    this.persistence = persistence;
  }

  static async start(disk: MemoryDisk, fsync: FsyncPolicy): Promise<Server> {
    const ours = new TestEngine(new TestWorld(1, NOW));
    const directory = await DataDirectory.open(disk, "/data");
    const persistence = new Persistence({ directory, engine: ours.engine, log: SILENT, fsync });
    const server = new Server(ours, persistence);
    await persistence.start();
    return server;
  }

  push(times = 1): void {
    for (let i = 0; i < times; i++) {
      const number = this.issued;
      // It is refused while the disk refuses.
      if (typeof this.ours.line(`RPUSH list ${number}`) !== "number") continue;
      this.issued++;
      this.ends[number] = this.persistence.aof?.appended ?? Infinity;
      this.persistence.whenSynced?.(() => (this.safe = Math.max(this.safe, number + 1)));
    }
  }

  /** Looks at how many writes have reached the system. */
  observe(): void {
    const written = this.persistence.aof?.written ?? 0;
    while (this.given < this.issued && this.ends[this.given]! <= written) this.given++;
  }

  get list(): string[] {
    return this.ours.line("LRANGE list 0 -1") as string[];
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}

/** What a start finds and continues from, as does the start after it. */
async function kept(disk: MemoryDisk, what: string): Promise<number> {
  const again = await Server.start(disk, "always");
  const { list } = again;
  const numbers = list.map((_, i) => String(i));
  assert.deepEqual(list, numbers, `${what}: nothing is missing in the middle, and nothing is there twice`);
  again.issued = list.length;
  again.push();
  if (again.persistence.isAppendOnly) await until(() => again.safe === again.issued);
  const { isAppendOnly } = again.persistence;
  await again.persistence.close();
  if (isAppendOnly) {
    const third = await Server.start(disk, "always");
    assert.equal(third.list.length, again.issued, `${what}: the start after it`);
    await third.persistence.close();
  }
  return list.length;
}

interface Outcome {
  readonly count: number;
  readonly server: Server;
  readonly isOver: boolean;
}

/** Plays until the calls are over or the disk stops at a call, counted from when `arm` is called; then looks what is kept. */
async function stoppedAt(
  at: number,
  keeps: boolean,
  what: string,
  begin: (disk: MemoryDisk) => Promise<Server>,
  play: (server: Server, disk: MemoryDisk, isStopped: () => boolean) => Promise<void>,
  fails: (call: string, number: number) => boolean = () => false,
): Promise<Outcome> {
  const disk = new MemoryDisk();
  const server = await begin(disk);
  const first = disk.calls.length;
  let stopped = false;
  disk.fault = (call, path, number) => {
    if (!stopped) server.observe();
    if (number - first === at) stopped = true;
    if (stopped) return { code: "EIO", written: 3 };
    return fails(`${call} ${path}`, number - first) ? { code: "EIO" } : undefined;
  };
  await play(server, disk, () => stopped);
  const { given, issued, safe } = server;
  const isOver = !stopped;
  stopped = true;
  disk.crash(keeps ? "all" : "nothing");
  disk.fault = () => ({ code: "EIO" });
  await server.persistence.aof?.close();
  disk.fault = undefined;
  void server.persistence.close().catch(() => {});
  const count = await kept(disk, what);
  assert.ok(count >= safe, `${what}: ${count} kept, ${safe} safe`);
  assert.ok(count <= issued, `${what}: ${count} kept, ${issued} issued`);
  if (keeps) assert.ok(count >= given, `${what}: ${count} kept, ${given} given to the system`);
  return { count, server, isOver };
}

const STOPS: readonly [keeps: boolean, what: string][] = [
  [false, "the machine stops"],
  [true, "the process stops"],
];

describe("CONFIG SET appendonly yes", () => {
  for (const saves of [true, false]) {
    const before = saves ? 5 : 3;
    const begin = async (disk: MemoryDisk): Promise<Server> => {
      const server = await Server.start(disk, "always");
      const { persistence } = server;
      server.push(3);
      await until(() => server.safe === 3);
      persistence.setAppendOnly(false);
      await until(() => disk.content("/data/stashd.json") !== undefined && disk.calls.at(-1) === "syncFolder /data");
      server.push(2);
      if (saves) persistence.save(() => {});
      await until(() => persistence.work === undefined);
      return server;
    };
    const play = async (server: Server, _: MemoryDisk, isStopped: () => boolean): Promise<void> => {
      const { persistence } = server;
      // What the log has of it counts only when all is there.
      const observe = server.observe.bind(server);
      server.observe = () => {};
      persistence.setAppendOnly(true);
      for (let i = 0; i < 6; i++) {
        server.push();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await until(() => isStopped() || server.safe === server.issued);
      server.observe = observe;
      server.push(2);
      await until(() => isStopped() || server.safe === server.issued);
    };
    test(`leaves the data of before, or all of it, at every call, ${saves ? "with" : "without"} a newer dump`, async () => {
      for (const [keeps, what] of STOPS) {
        for (let at = 0; ; at++) {
          const { count, isOver } = await stoppedAt(at, keeps, `${what} at call ${at}`, begin, play);
          assert.ok(count >= before, `${what} at call ${at}: ${count} kept, ${before} were there before`);
          if (isOver) break;
        }
      }
    });
  }

  test("comes about when any call of the disk has failed once", async () => {
    for (let at = 0; ; at++) {
      const disk = new MemoryDisk();
      const server = await Server.start(disk, "always");
      const { persistence } = server;
      persistence.setAppendOnly(false);
      await until(() => disk.content("/data/stashd.json") !== undefined && disk.calls.at(-1) === "syncFolder /data");
      server.push(2);
      const first = disk.calls.length;
      let failed = false;
      disk.fault = (_call, _path, number) => {
        if (number - first !== at) return undefined;
        failed = true;
        return { code: "EIO" };
      };
      persistence.setAppendOnly(true);
      server.push(2);
      await until(() => persistence.work === undefined);
      // What a server does by itself after some seconds.
      if (!persistence.lastRewrite.isOk) persistence.startRewrite();
      await until(() => server.safe === server.issued && persistence.work === undefined);
      await persistence.close();
      disk.crash();
      assert.equal(await kept(disk, `call ${at} fails`), server.issued);
      const manifest = disk.content("/data/appendonlydir/appendonly.aof.manifest")!.latin1Slice();
      const parts = disk.paths().filter((path) => /\d\.(?:base|incr|early)\.|temp-/.test(path));
      for (const path of parts) assert.match(manifest, new RegExp(path.split("/").at(-1)!), `call ${at} fails`);
      if (!failed) break;
    }
  });
});

describe("after a failed fsync under everysec", () => {
  const begin = (disk: MemoryDisk): Promise<Server> => Server.start(disk, "everysec");
  const play = async (server: Server, _: MemoryDisk, isStopped: () => boolean): Promise<void> => {
    const { persistence } = server;
    const aof = persistence.aof!;
    for (let i = 0; i < 4; i++) {
      server.push(2);
      if (i === 1) persistence.startRewrite();
      await until(() => {
        if (aof.problem !== undefined) aof.retry();
        return isStopped() || (aof.written === aof.appended && aof.problem === undefined);
      });
      void aof.flush();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => isStopped() || (persistence.work === undefined && server.safe === server.issued));
  };
  test("what the system was given is there after a stop at any call", async () => {
    let syncs = 0;
    for (let failing = 0; failing <= syncs; failing++) {
      for (const [keeps, what] of STOPS) {
        let calls = Infinity;
        for (let at = 0; at <= calls; at++) {
          let seen = 0;
          const fails = (call: string): boolean => /^sync .*incr/.test(call) && seen++ === failing;
          const text = `sync ${failing} fails, and ${what} at call ${at}`;
          const { isOver } = await stoppedAt(at, keeps, text, begin, play, fails);
          syncs = Math.max(syncs, seen - 1);
          if (isOver) calls = at;
        }
      }
    }
    assert.ok(syncs > 2, "several syncs have failed");
  });
});

describe("files that are written anew", () => {
  const begin = async (disk: MemoryDisk): Promise<Server> => {
    const server = await Server.start(disk, "always");
    server.push(3);
    server.persistence.startRewrite();
    await until(() => server.safe === 3 && server.persistence.work === undefined);
    server.push(2);
    await until(() => server.safe === 5);
    return server;
  };
  const rebuild = async (server: Server, isStopped: () => boolean): Promise<void> => {
    const aof = server.persistence.aof!;
    aof.vanished(new Error("they are not there"));
    server.push();
    assert.equal(server.issued, 5, "writes are refused meanwhile");
    aof.retry();
    await until(() => isStopped() || aof.problem === undefined);
    server.push(2);
    await until(() => isStopped() || server.safe === server.issued);
  };
  test("because they seemed to be gone have all data at every call", async () => {
    for (const [keeps, what] of STOPS) {
      for (let at = 0; ; at++) {
        const text = `${what} at call ${at}`;
        const { isOver } = await stoppedAt(at, keeps, text, begin, (server, _, isStopped) =>
          rebuild(server, isStopped),
        );
        if (isOver) break;
      }
    }
  });
  test("are not those that a rewrite replaces while the folder is listed", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const disk = new MemoryDisk();
    const { persistence } = await begin(disk);
    const list = disk.list.bind(disk);
    let isRewritten = false;
    disk.list = async (folder) => {
      disk.list = list;
      await until(() => isRewritten);
      return list(folder);
    };
    t.mock.timers.tick(1000);
    assert.equal(disk.list, list, "the check has asked for the list");
    persistence.startRewrite();
    await until(() => persistence.work === undefined);
    isRewritten = true;
    for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(persistence.aof!.problem, undefined);
    await persistence.close();
  });
  test("because their directory is gone have all data, and what was refused is not in them", async () => {
    const disk = new MemoryDisk();
    const server = await begin(disk);
    disk.vanish("/data");
    await rebuild(server, () => false);
    await server.persistence.close();
    disk.crash();
    assert.equal(await kept(disk, "the directory vanished"), server.issued);
  });
});

describe("a manifest that counts less of a part than there is", () => {
  test("is kept to by loading and by the check, and the start cuts the part", async () => {
    const push = (number: number): string => `*3\r\n$5\r\nRPUSH\r\n$4\r\nlist\r\n$1\r\n${number}\r\n`;
    const first = "/data/appendonlydir/appendonly.aof.1.incr.aof";
    const disk = new MemoryDisk();
    disk.put(first, Buffer.from(push(0) + push(1)));
    disk.put("/data/appendonlydir/appendonly.aof.2.incr.aof", Buffer.from(push(1) + push(2)));
    disk.put(
      "/data/appendonlydir/appendonly.aof.manifest",
      Buffer.from(
        `file appendonly.aof.1.incr.aof seq 1 type i bytes ${push(0).length}\nfile appendonly.aof.2.incr.aof seq 2 type i\n`,
      ),
    );
    const { engine } = new TestEngine(new TestWorld(1, NOW));
    const report = await checkData({ disk, engine, path: "/data", repair: false });
    assert.deepEqual(
      report.files.map(({ facts, problem }) => [facts?.aof?.commands, problem]),
      [
        [1, undefined],
        [2, undefined],
      ],
    );
    assert.equal(await kept(disk, "a part that was not cut"), 3);
    assert.equal(disk.content(first)?.latin1Slice(), push(0));
  });
});
