/**
 * Loads a file or a directory of any format into an engine: RDB, append-only files, commands in the Redis protocol or
 * one a line, JSON lines. The files are not changed.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { amount } from "../core/amount.ts";
import { CommandError } from "../core/reply.ts";
import type { Engine } from "../engine/engine.ts";
import { DatasetLoader } from "../persistence/dataset-loader.ts";
import { findDataFiles } from "../persistence/data-files.ts";
import type { Disk } from "../persistence/disk.ts";
import { FileError } from "../persistence/file-error.ts";
import { readFile } from "../persistence/file-loader.ts";
import type { FileFacts } from "../persistence/file-loader.ts";
import { Pace } from "../persistence/pace.ts";
import { isRdb } from "../persistence/rdb-reader.ts";
import { splitLine } from "../protocol/inline.ts";
import { LineError, parseEntryLine } from "./json-lines-reader.ts";

interface LoadOptions {
  readonly disk: Disk;
  /** An empty engine that is used for nothing else. */
  readonly engine: Engine;
  /** Length of a slice, in milliseconds. */
  readonly sliceMs: number;
}

/** What was loaded. */
interface Loaded {
  /** When an RDB file was written, in milliseconds since the epoch; undefined if the file does not state it. */
  readonly writtenMs: number | undefined;
  /** Notes for the user, a sentence each. */
  readonly notes: readonly string[];
}

/** Loads the file or directory at a path. Rejects with a {@link FileError}. */
export async function loadSource(path: string, options: LoadOptions): Promise<Loaded> {
  if ((await stat(path)).isDirectory()) return await loadDirectory(path, options);
  const start = await readStart(options.disk, path);
  // Annotations with the time may come before the first command.
  if (isRdb(start) || /^(?:#TS:[^\n]*\n)*\*/.test(start)) return await loadFiles([path], options);
  const notes = await loadLines(path, start.trimStart().startsWith("{"), options);
  return { writtenMs: undefined, notes };
}

async function loadDirectory(path: string, options: LoadOptions): Promise<Loaded> {
  const { lengths, paths } = await findDataFiles(options.disk, path);
  if (paths.length === 0) throw new FileError(path, undefined, "there are no data files in this directory");
  return await loadFiles(paths, { ...options, lengths });
}

async function loadFiles(
  paths: readonly string[],
  { disk, engine, lengths, sliceMs }: LoadOptions & { readonly lengths?: ReadonlyMap<string, number> },
): Promise<Loaded> {
  const loader = new DatasetLoader(engine);
  const notes: string[] = [];
  let writtenMs: number | undefined;
  try {
    for (const path of paths) {
      loader.file = path;
      const { environment, limits } = engine;
      const facts = await readFile(path, loader, {
        disk,
        environment,
        sliceMs,
        stringBytesMax: limits.stringBytesMax,
        bytesMax: lengths?.get(path),
      });
      notes.push(...notesOf(path, facts));
      const seconds = Number(facts.rdb?.fields.get("ctime"));
      if (seconds > 0) writtenMs = seconds * 1000;
    }
  } finally {
    loader.close();
  }
  return { writtenMs, notes: [...notes, ...failedNotes(loader, "byte")] };
}

/** A note about commands that were answered with an error, if any were. */
function failedNotes({ failed, firstFailed }: DatasetLoader, unit: "byte" | "line"): string[] {
  if (firstFailed === undefined) return [];
  const { byte, command, file } = firstFailed;
  return [
    `${amount(failed, "command was", "commands were")} answered with an error, first ${command} at ${file}, ${unit} ${byte}`,
  ];
}

function notesOf(path: string, { aof }: FileFacts): string[] {
  if (aof === undefined || aof.tornBytes === 0) return [];
  return [`${path} ends in the middle of a command: its last ${aof.tornBytes} bytes were left out`];
}

const START_BYTES = 64;

/** The first bytes of a file, as a byte string. */
async function readStart(disk: Disk, path: string): Promise<string> {
  const file = await disk.openToRead(path);
  try {
    const bytes = Buffer.alloc(START_BYTES);
    return bytes.latin1Slice(0, await file.read(bytes, 0));
  } finally {
    await file.close();
  }
}

async function loadLines(path: string, isJson: boolean, { engine, sliceMs }: LoadOptions): Promise<string[]> {
  const loader = new LineLoader(engine, path);
  const pace = new Pace(engine.environment, sliceMs);
  const lines = createInterface({ input: createReadStream(path, "latin1"), crlfDelay: Infinity });
  let number = 0;
  try {
    for await (const line of lines) {
      number++;
      if (line.trim() === "" || line.startsWith("#")) continue;
      if (isJson) loader.entry(line, number);
      else loader.command(line, number);
      if (number % LINES_AT_ONCE === 0 && pace.isOver) await pace.rest();
    }
  } finally {
    lines.close();
    loader.close();
  }
  return failedNotes(loader.loader, "line");
}

/** Lines between two readings of the clock. */
const LINES_AT_ONCE = 64;

class LineLoader {
  private readonly engine: Engine;
  private readonly file: string;
  readonly loader: DatasetLoader;
  private readonly nowMs: number;
  private database = 0;

  constructor(engine: Engine, file: string) {
    this.engine = engine;
    this.file = file;
    this.loader = new DatasetLoader(engine);
    this.loader.file = file;
    this.nowMs = engine.environment.now();
  }

  close(): void {
    this.loader.close();
  }

  /** Stores the key of a JSON line. Of several lines with one key, the last is kept. */
  entry(line: string, number: number): void {
    try {
      const { database, deadlineMs, key, value } = parseEntryLine(line, this.nowMs);
      this.engine.dataset.databases[database]!.set(key, value, deadlineMs);
    } catch (error) {
      throw error instanceof LineError ? this.problem(number, error.message) : error;
    }
  }

  /** Runs a command in the form that is typed into redis-cli. */
  command(line: string, number: number): void {
    const words = this.split(line, number);
    if (words[0]?.toUpperCase() !== "SELECT") return this.repeat(words, number);
    const database = Number(words[1]);
    if (this.engine.dataset.databases[database] === undefined) throw this.problem(number, "there is no such database");
    this.database = database;
  }

  private repeat(words: readonly string[], number: number): void {
    try {
      this.loader.command(this.database, words, number);
    } catch (error) {
      throw error instanceof FileError ? this.problem(number, "this is no command") : error;
    }
  }

  private split(line: string, number: number): string[] {
    try {
      return splitLine(line);
    } catch (error) {
      throw error instanceof CommandError ? this.problem(number, "its quotes are not balanced") : error;
    }
  }

  private problem(line: number, reason: string): FileError {
    return new FileError(this.file, undefined, `line ${line}: ${reason}`);
  }
}
