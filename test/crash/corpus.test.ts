/**
 * Small files of every kind, cut at every byte and with every bit changed: a start says in one line what is wrong, or has
 * the data, or what was written before the damage. It never fails otherwise, and never has other data without a word.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DataDirectory } from "../../src/persistence/data-directory.ts";
import { Persistence } from "../../src/persistence/persistence.ts";
import { SILENT } from "../../src/core/log.ts";
import { rdbOf } from "../support/datasets.ts";
import { TestEngine } from "../support/engine.ts";
import { MemoryDisk } from "../support/memory-disk.ts";
import { contents } from "../support/replay.ts";
import { commandLines } from "../support/resp.ts";
import { TestWorld } from "../support/world.ts";

const NOW = 1_700_000_000_000;
const FOLDER = "/data/appendonlydir";
const [BASE, INCREMENT, MANIFEST, RDB, STATE] = [
  `${FOLDER}/appendonly.aof.1.base.rdb`,
  `${FOLDER}/appendonly.aof.1.incr.aof`,
  `${FOLDER}/appendonly.aof.manifest`,
  "/data/dump.rdb",
  "/data/stashd.json",
] as const;

const COMMANDS = ["SELECT 0", "SET a 2", "MULTI", "INCR a", "RPUSH list x", "EXEC", "HSET h f w"];

function original(): TestEngine {
  const ours = new TestEngine(new TestWorld(1, NOW));
  for (const line of ["SET a 1", "HSET h f v", "ZADD z 1 m", "SADD s 1 2", "XADD x 1-1 f v"]) ours.line(line);
  return ours;
}

/** A directory with a file of every kind; the append-only file counts unless the state says otherwise. */
function directory(state: string): MemoryDisk {
  const disk = new MemoryDisk();
  disk.put(BASE, rdbOf(original().engine, true));
  disk.put(INCREMENT, Buffer.from(commandLines(...COMMANDS), "latin1"));
  const manifest = "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n";
  disk.put(MANIFEST, Buffer.from(manifest));
  disk.put(RDB, rdbOf(original().engine));
  disk.put(STATE, Buffer.from(state));
  return disk;
}

/** What a start finds, as text, or the one line that it ends with. */
async function started(
  disk: MemoryDisk,
  what: string,
): Promise<{ readonly state: string } | { readonly error: string }> {
  const ours = new TestEngine(new TestWorld(1, NOW));
  let taken: DataDirectory | undefined;
  let persistence: Persistence | undefined;
  try {
    taken = await DataDirectory.open(disk, "/data");
    persistence = new Persistence({ directory: taken, engine: ours.engine, log: SILENT, fsync: "no" });
    await persistence.start();
    return { state: JSON.stringify([...contents(ours.engine)].sort()) };
  } catch (error) {
    assert.ok(
      error instanceof Error && !(error instanceof TypeError || error instanceof RangeError),
      `${what}: ${error}`,
    );
    assert.match(error.message, /^[^\n]*\/data[^\n]*$/, what);
    return { error: error.message };
  } finally {
    await persistence?.close();
  }
}

type Damaged = Generator<readonly [what: string, disk: MemoryDisk]>;

/** The disk with every cut of a file. */
function* cuts(whole: MemoryDisk, path: string): Damaged {
  const content = whole.content(path)!;
  for (let end = 0; end < content.length; end++) {
    const disk = whole.copy();
    disk.put(path, content.subarray(0, end));
    yield [`${path}, cut at ${end}`, disk];
  }
}

/** The disk with every change of a bit of a file. */
function* changedBits(whole: MemoryDisk, path: string): Damaged {
  const content = whole.content(path)!;
  for (let bit = 0; bit < content.length * 8; bit++) {
    const bytes = Buffer.from(content);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    const disk = whole.copy();
    disk.put(path, bytes);
    yield [`${path}, bit ${bit & 7} of byte ${bit >> 3}`, disk];
  }
}

/** Starts on each damaged copy; answers how many were refused, and what the others had that is not the whole. */
async function play(state: string, path: string): Promise<{ refused: number; other: Map<string, string> }> {
  const undamaged = directory(state);
  const whole = await started(undamaged.copy(), "whole");
  assert.ok("state" in whole);
  const other = new Map<string, string>();
  let refused = 0;
  for (const damage of [cuts, changedBits]) {
    for (const [what, disk] of damage(undamaged, path)) {
      const found = await started(disk, what);
      if ("error" in found) refused++;
      else if (found.state !== whole.state) other.set(what, found.state);
    }
  }
  return { refused, other };
}

const APPENDS = "{}";
const DUMPS = '{"token":"t","appendOnly":false,"rdbIsNewer":true}';

describe("a damaged file", () => {
  // `rdb-reader.test.ts` changes every bit.
  test("of RDB, by itself or as a base, is refused where it is cut", async () => {
    for (const [state, path] of [
      [APPENDS, BASE],
      [DUMPS, RDB],
    ] as const) {
      for (const [what, disk] of cuts(directory(state), path)) assert.ok("error" in (await started(disk, what)), what);
    }
  });

  test("of commands that is cut has what was whole before", async () => {
    const whole = directory(APPENDS);
    const prefixes = new Set<string>();
    for (let count = 0; count <= COMMANDS.length; count++) {
      const disk = whole.copy();
      disk.put(INCREMENT, Buffer.from(commandLines(...COMMANDS.slice(0, count))));
      const found = await started(disk, `${count} commands`);
      if ("state" in found) prefixes.add(found.state);
    }
    // `aof-reader.test.ts` changes every bit.
    for (const [what, disk] of cuts(whole, INCREMENT)) {
      const found = await started(disk, what);
      assert.ok("state" in found && prefixes.has(found.state), what);
    }
  });

  test("of a manifest is refused, but for two that Redis writes so", async () => {
    const { other, refused } = await play(APPENDS, MANIFEST);
    // A base without an increment, and an increment that is history.
    const base = "file appendonly.aof.1.base.rdb seq 1 type b\n".length;
    const increment = directory(APPENDS).content(MANIFEST)!.length - 2;
    assert.deepEqual(
      [...other.keys()],
      [`cut at ${base - 1}`, `cut at ${base}`, `bit 0 of byte ${increment}`].map((what) => `${MANIFEST}, ${what}`),
    );
    assert.ok(refused > 400);
  });

  test("of a state is refused, or a state: with the data of the append-only file, or of the dump", async () => {
    const states = new Set<string>();
    for (const state of [APPENDS, DUMPS]) {
      const found = await started(directory(state), state);
      assert.ok("state" in found);
      states.add(found.state);
    }
    assert.equal(states.size, 2);
    for (const state of [APPENDS, DUMPS]) {
      const { other, refused } = await play(state, STATE);
      for (const [what, held] of other) assert.ok(states.has(held), what);
      assert.ok(refused > 0);
    }
  });
});
