/** Data files against redis-server: what one writes the other loads, and Redis's own tools find nothing wrong with ours. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { systemEnvironment } from "../../src/core/environment.ts";
import { AofEncoder } from "../../src/persistence/aof-encoder.ts";
import { AOF_FOLDER, baseName, formatManifest, incrementName, MANIFEST_NAME } from "../../src/persistence/manifest.ts";
import { DataDirectory } from "../../src/persistence/data-directory.ts";
import { nodeDisk } from "../../src/persistence/node-disk.ts";
import { Persistence } from "../../src/persistence/persistence.ts";
import { recover } from "../../src/persistence/recovery.ts";
import { SILENT } from "../../src/core/log.ts";
import { assertSameDataset, DATASET, datasetEngine, LIBRARY, rdbOf } from "../support/datasets.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { TestWorld } from "../support/world.ts";

describe("data files and redis-server", { skip: oracleSkipReason() }, () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "stashd-files-ü "));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const directory = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  };

  async function loaded(path: string): Promise<TestEngine> {
    const ours = new TestEngine(systemEnvironment);
    await recover({ disk: nodeDisk, engine: ours.engine, directory: path, sliceMs: 5 });
    return ours;
  }

  const tool = (name: string, ...args: readonly string[]): void => {
    const { status, stdout } = spawnSync(name, args);
    assert.equal(status, 0, stdout.toString());
  };

  test("redis-server loads our RDB file", async () => {
    const path = directory("ours");
    const ours = datasetEngine();
    ours.send("FUNCTION", "LOAD", LIBRARY);
    writeFileSync(join(path, "dump.rdb"), rdbOf(ours.engine));
    tool("redis-check-rdb", join(path, "dump.rdb"));
    const redis = await RedisServer.start(["--dir", path]);
    try {
      await assertSameDataset(ours, redis);
      assert.deepEqual(await redis.send(["FCALL", "f", "0"]), { kind: "integer", text: "7" });
    } finally {
      await redis.stop();
    }
  });

  test("we load redis-server's RDB file", async () => {
    const path = directory("theirs");
    const redis = await RedisServer.start(["--dir", path]);
    try {
      await redis.sendAll(DATASET);
      await redis.send(["FUNCTION", "LOAD", LIBRARY]);
      await redis.send(["SAVE"]);
      const ours = await loaded(path);
      await assertSameDataset(ours, redis);
      assert.equal(ours.line("FCALL f 0"), 7);
    } finally {
      await redis.stop();
    }
  });

  test("without compression, both write the same payloads, and files that both load", async () => {
    const path = directory("plain");
    const ours = datasetEngine();
    ours.send("FUNCTION", "LOAD", LIBRARY);
    ours.line("CONFIG SET rdbcompression no");
    const written = rdbOf(ours.engine);
    assert.equal(written.includes(LIBRARY), true);
    writeFileSync(join(path, "dump.rdb"), written);
    tool("redis-check-rdb", join(path, "dump.rdb"));
    const redis = await RedisServer.start(["--dir", path]);
    try {
      await assertSameDataset(ours, redis);
      await redis.send(["CONFIG", "SET", "rdbcompression", "no"]);
      const long = ["SET", "long", "x".repeat(100)];
      await redis.send(long);
      ours.send(...long);
      const dumps = [
        ["DUMP", "long"],
        ["FUNCTION", "DUMP"],
      ];
      for (const words of dumps) {
        const text = ours.send(...words) as string;
        assert.deepEqual(await redis.send(words), { kind: "bulk", text });
      }
      await redis.send(["SAVE"]);
      await assertSameDataset(await loaded(path), redis);
    } finally {
      await redis.stop();
    }
  });

  test("we load redis-server's append-only file, with an RDB base and without", async () => {
    for (const preamble of ["yes", "no"]) {
      const path = directory(`aof-${preamble}`);
      const redis = await RedisServer.start(["--dir", path, "--appendonly", "yes", "--aof-use-rdb-preamble", preamble]);
      try {
        await redis.sendAll(DATASET.slice(0, DATASET.length / 2));
        await redis.send(["BGREWRITEAOF"]);
        await redis.sendAll(DATASET.slice(DATASET.length / 2));
        await redis.sendAll([["MULTI"], ["SET", "together", "1"], ["EXEC"]]);
        for (;;) {
          const info = await redis.send(["INFO", "persistence"]);
          if (info.kind === "bulk" && /aof_rewrite_in_progress:0[^]*aof_rewrite_scheduled:0/.test(info.text!)) break;
        }
        // What is not in the file is not in either.
        await redis.send(["DEBUG", "LOADAOF"]);
        await assertSameDataset(await loaded(path), redis);
      } finally {
        await redis.stop();
      }
    }
  });

  test("redis-server loads our append-only file", async () => {
    const path = directory("our-aof");
    const ours = datasetEngine();
    const aof = join(path, AOF_FOLDER);
    mkdirSync(aof);
    writeFileSync(join(aof, baseName(1)), rdbOf(ours.engine, true));
    const encoder = new AofEncoder();
    const effects = [
      ["SET", "later", "x".repeat(100_000)],
      ["SADD", "s", "a", "\x00\xff"],
    ] as const;
    encoder.beginGroup();
    for (const words of effects) encoder.append(4, words);
    encoder.endGroup();
    ours.line("SELECT 4");
    for (const words of effects) ours.send(...words);
    writeFileSync(join(aof, incrementName(1)), Buffer.concat(encoder.take().map(({ bytes }) => bytes)));
    const parts = { base: { name: baseName(1), sequence: 1 }, increments: [{ name: incrementName(1), sequence: 1 }] };
    writeFileSync(join(aof, MANIFEST_NAME), formatManifest({ ...parts, history: [] }));
    tool("redis-check-aof", join(aof, MANIFEST_NAME));
    const redis = await RedisServer.start(["--dir", path, "--appendonly", "yes"]);
    try {
      await assertSameDataset(ours, redis);
      await redis.send(["SELECT", "4"]);
      assert.deepEqual(await redis.send(["STRLEN", "later"]), { kind: "integer", text: "100000" });
      assert.deepEqual(await redis.send(["SISMEMBER", "s", "\x00\xff"]), { kind: "integer", text: "1" });
    } finally {
      await redis.stop();
    }
    assert.equal(readFileSync(join(aof, MANIFEST_NAME), "latin1").includes(baseName(1)), true);
  });

  test("redis-server loads a base of commands and time stamps, and its tools know them", async () => {
    const path = directory("commands");
    const world = new TestWorld(1, Date.now());
    const ours = new TestEngine(world);
    const opened = await DataDirectory.open(nodeDisk, path);
    const persistence = new Persistence({ directory: opened, engine: ours.engine, log: SILENT, fsync: "no" });
    await persistence.start();
    for (const words of DATASET) ours.send(...words);
    ours.line("CONFIG SET aof-use-rdb-preamble no aof-timestamp-enabled yes");
    ours.send("FUNCTION", "LOAD", LIBRARY);
    persistence.startRewrite();
    await until(() => persistence.work === undefined);
    assert.ok(persistence.lastRewrite.isOk);
    ours.line("SET before 1");
    world.advance(10_000);
    const seconds = Math.floor(world.nowMs / 1000);
    ours.line("SET after 1");
    ours.engine.transaction(ours.session, [
      ["SET", "together", "1"],
      ["INCR", "together"],
    ]);
    await persistence.close();

    const aof = join(path, AOF_FOLDER);
    const names = readdirSync(aof).sort();
    assert.deepEqual(names.filter((name) => name.endsWith(".base.aof")).length, 1, names.join(" "));
    for (const name of names.filter((name) => name.endsWith(".aof")))
      assert.match(readFileSync(join(aof, name), "latin1"), /^#TS:\d{10}\r\n/);
    tool("redis-check-aof", join(aof, MANIFEST_NAME));
    const again = await loaded(path);
    assert.equal(again.line("FCALL f 0"), 7);
    assert.equal(again.line("GET together"), "2");
    const redis = await RedisServer.start(["--dir", path, "--appendonly", "yes"]);
    try {
      await assertSameDataset(again, redis);
      assert.deepEqual(await redis.send(["FCALL", "f", "0"]), { kind: "integer", text: "7" });
    } finally {
      await redis.stop();
    }

    const cut = directory("cut");
    cpSync(aof, join(cut, AOF_FOLDER), { recursive: true });
    tool("redis-check-aof", "--truncate-to-timestamp", String(seconds - 1), join(cut, AOF_FOLDER, MANIFEST_NAME));
    const earlier = await loaded(cut);
    assert.deepEqual(earlier.line("MGET before after together"), ["1", null, null]);
  });
});
