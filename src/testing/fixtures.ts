/** Files of test data: into a database, and out of it. */
import { rename, rm, writeFile } from "node:fs/promises";
import { compareBytes } from "../core/bytes.ts";
import type { ChangeOrigin } from "../engine/key-changes.ts";
import type { Engine } from "../engine/engine.ts";
import { nodeDisk } from "../persistence/node-disk.ts";
import { offlineEngine } from "../server/offline-engine.ts";
import { VERSION } from "../server/version.ts";
import { Deadlines, engineEntries, Filter } from "../transfer/entry.ts";
import type { Entry } from "../transfer/entry.ts";
import { createFileWriter, fileHeadOf, formatByEnding } from "../transfer/file-writers.ts";
import { loadSource } from "../transfer/load-source.ts";
import type { DumpOptions } from "./public.ts";

/** Length of a slice while a file is read, in milliseconds. */
const SLICE_MS = 50;

/** Bytes that are gathered before they are taken from a writer. */
const PIECE_BYTES = 256 * 1024;

const ALL_KEYS = new Filter({ match: undefined, databases: undefined });

const ORIGIN: ChangeOrigin = { caller: undefined, session: undefined, words: [], isEviction: false };

/** Loads the keys and function libraries of a file; answers how many keys. Rejects with an Error that says what is wrong. */
export async function loadFile(engine: Engine, file: string): Promise<number> {
  const loaded = offlineEngine(engine.environment);
  loaded.dataset.activeExpiry = false;
  const { notes, writtenMs } = await loadSource(file, { disk: nodeDisk, engine: loaded, sliceMs: SLICE_MS });
  if (notes.length > 0) throw new Error(`${file}: ${notes.join("; ")}`);
  const nowMs = engine.environment.now();
  const { keyChanges, scripting, turn } = engine;
  let count = 0;
  turn.enter(undefined);
  try {
    for (const { text } of loaded.scripting.libraries.all()) scripting.libraries.load(text, true);
    for (const entry of engineEntries(loaded, ALL_KEYS, new Deadlines(nowMs, writtenMs ?? nowMs))) {
      const database = engine.dataset.databases[entry.database]!;
      database.set(entry.key, entry.value, entry.deadlineMs);
      if (keyChanges.isHeard) keyChanges.keyChanged(database, entry.key, ORIGIN);
      count++;
    }
  } finally {
    turn.leave();
  }
  return count;
}

/** Writes the keys and function libraries to a file; answers how many keys. Rejects with a TypeError or the system's error. */
export async function dumpFile(engine: Engine, file: string, { ttl = "absolute" }: DumpOptions): Promise<number> {
  const format = formatByEnding(file);
  if (format === undefined)
    throw new TypeError(`the ending of ${file} names no format; there are .jsonl, .rdb and .resp`);
  const nowMs = engine.environment.now();
  // The clock of the engine stands where its last command has left it.
  engine.removeExpired();
  const entriesOf = (): Iterable<Entry> => engineEntries(engine, ALL_KEYS, new Deadlines(nowMs, nowMs));
  const head = fileHeadOf(engine, VERSION, entriesOf);
  const writer = createFileWriter(format, { ...head, hasTtls: ttl === "relative" });
  // All at once: a command in between would move keys.
  const entries = [...entriesOf()].sort((a, b) => a.database - b.database || compareBytes(a.key, b.key));
  const pieces: Buffer[] = [];
  for (const entry of entries) {
    for (const _ of writer.entry(entry)) if (writer.pendingBytes >= PIECE_BYTES) pieces.push(writer.take());
  }
  writer.end();
  pieces.push(writer.take());
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, Buffer.concat(pieces));
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  return entries.length;
}
