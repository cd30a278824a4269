/** A dataset with every kind of value, in ours and in a real server, and the comparison of the two. */
import assert from "node:assert/strict";
import { systemEnvironment } from "../../src/core/environment.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { ByteSource } from "../../src/persistence/byte-source.ts";
import { DatasetLoader } from "../../src/persistence/dataset-loader.ts";
import { readSource } from "../../src/persistence/file-loader.ts";
import type { FileFacts } from "../../src/persistence/file-loader.ts";
import { RdbFileWriter } from "../../src/persistence/rdb-writer.ts";
import { agrees, show } from "./compare.ts";
import { TestEngine } from "./engine.ts";
import type { RedisServer } from "./redis.ts";
import { readFrame } from "./resp.ts";
import { READERS, SHAPES } from "./value-shapes.ts";

/** The commands that make every shape at a key of its own, in a few databases, some with a deadline. */
export const DATASET: readonly (readonly string[])[] = SHAPES.flatMap((shape, i) => [
  ["SELECT", String(i % 3)],
  ...shape.commands.map((words) => words.map((word) => (word === "k" ? keyOf(i) : word))),
  ...(i % 5 === 0 ? [["PEXPIREAT", keyOf(i), String(4_000_000_000_000 + i)]] : []),
]);

/** The library of functions of the dataset. */
export const LIBRARY = "#!lua name=lib\nredis.register_function('f', function() return 7 end)";

function keyOf(shape: number): string {
  return `key:${shape}`;
}

/** An engine that holds the dataset, and whose clock is a real server's. */
export function datasetEngine(): TestEngine {
  const ours = new TestEngine(systemEnvironment);
  for (const words of DATASET) ours.send(...words);
  ours.send("SELECT", "0");
  return ours;
}

/** Compares every key of the dataset. */
export async function assertSameDataset(ours: TestEngine, redis: RedisServer): Promise<void> {
  for (const [i, shape] of SHAPES.entries()) {
    const key = keyOf(i);
    const commands: (readonly ["exact" | "unordered" | "near", ...string[]])[] = [
      ["exact", "PEXPIRETIME", "k"],
      ["exact", "TYPE", "k"],
      ...READERS[shape.type]!,
    ];
    await redis.send(["SELECT", String(i % 3)]);
    ours.send("SELECT", String(i % 3));
    for (const [mode, ...words] of commands) {
      const named = words.map((word) => (word === "k" ? key : word));
      const theirs = await redis.send(named);
      const own = readFrame(encodeResp2(ours.send(...named)), 0)!.frame;
      assert.ok(
        agrees(own, theirs, mode),
        `${shape.name}, ${named.join(" ")}: ${show(own)}, redis-server: ${show(theirs)}`,
      );
    }
  }
  ours.send("SELECT", "0");
}

/** The content of an engine as the bytes of an RDB file. */
export function rdbOf(engine: Engine, isAofBase = false): Buffer {
  const writer = new RdbFileWriter(engine.parameters.encodingBounds);
  const hasFieldDeadlines = engine.dataset.databases.some((database) =>
    Array.from({ length: database.size }, (_, slot) => database.valueAt(slot)).some(
      (value) => typeof value !== "string" && value.earliestDeadline !== undefined,
    ),
  );
  writer.header({ hasFieldDeadlines, nowMs: engine.environment.now(), usedBytes: 0, isAofBase, program: "0.0.0" });
  for (const { text } of engine.scripting.libraries.all()) writer.functions(text);
  const pieces: Buffer[] = [];
  for (const database of engine.dataset.databases) {
    if (database.size > 0) writer.size(database.number, database.size, database.volatileSize);
    for (let slot = database.size - 1; slot >= 0; slot--) {
      const key = database.keyAt(slot);
      const parts = writer.entry(database.number, key, database.valueAt(slot), database.exactDeadlineAt(slot));
      if (parts === undefined) continue;
      do pieces.push(writer.take());
      while (parts.next().done !== true);
    }
  }
  writer.end();
  pieces.push(writer.take());
  return Buffer.concat(pieces);
}

/** A source whose chunks have a size limit. */
export class ChunkSource implements ByteSource {
  readonly name = "test.rdb";
  private readonly bytes: Buffer;
  private readonly chunkBytes: number;
  private at = 0;

  constructor(bytes: Buffer, chunkBytes = 1 << 16) {
    this.bytes = bytes;
    this.chunkBytes = chunkBytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  async read(into: Uint8Array): Promise<number> {
    const count = this.bytes.copy(into as Buffer, 0, this.at, Math.min(this.bytes.length, this.at + this.chunkBytes));
    this.at += count;
    return count;
  }
}

/** Reads bytes into an engine. */
export async function load(ours: TestEngine, source: ByteSource): Promise<FileFacts> {
  const loader = new DatasetLoader(ours.engine);
  loader.file = source.name;
  const { environment, limits } = ours.engine;
  const facts = await readSource(source, loader, { environment, sliceMs: 5, stringBytesMax: limits.stringBytesMax });
  loader.close();
  return facts;
}
