/** `stashd check`: reads data files to the last byte, reports their contents, and mends them. */
import { basename, dirname, join } from "node:path";
import { amount } from "../core/amount.ts";
import type { Engine } from "../engine/engine.ts";
import { LOCK_NAME } from "./data-directory.ts";
import { findDataFiles, findParts } from "./data-files.ts";
import type { DataFiles } from "./data-files.ts";
import { DatasetLoader } from "./dataset-loader.ts";
import type { FailedCommand } from "./dataset-loader.ts";
import { STATE_NAME } from "./directory-state.ts";
import type { Disk, FolderLock } from "./disk.ts";
import { hasCode } from "./disk.ts";
import { FileError } from "./file-error.ts";
import { readFile } from "./file-loader.ts";
import type { FileFacts } from "./file-loader.ts";
import { MANIFEST_NAME, sequenceInName } from "./manifest.ts";
import { Pace } from "./pace.ts";
import { Snapshot } from "./snapshot.ts";
import { Tally } from "./tally.ts";
import { copyRest, cutTail } from "./torn-tail.ts";

interface CheckOptions {
  readonly disk: Disk;
  /** An empty engine to load the files into. */
  readonly engine: Engine;
  /** A directory, or one file. */
  readonly path: string;
  /** Whether to repair files. */
  readonly repair: boolean;
}

interface FileOptions extends CheckOptions {
  /** How much of the file counts; all of it when undefined. */
  readonly bytesMax: number | undefined;
  /** Whether no other file comes after it. */
  readonly isLast: boolean;
}

/** The result for one file. */
export interface CheckedFile {
  readonly path: string;
  readonly facts: FileFacts | undefined;
  /** What is wrong with the file; undefined for nothing. */
  readonly problem: string | undefined;
  /** Whether a repair can keep what is whole. */
  readonly isMendable: boolean;
  /** The repair that was made; undefined for none. */
  readonly repair: string | undefined;
}

/** The results for all files, and the data in them. */
export interface CheckReport {
  /** Commands that were answered with an error, and the first of them. */
  readonly failed: number;
  readonly firstFailed: FailedCommand | undefined;
  readonly kind: DataFiles["kind"];
  readonly files: readonly CheckedFile[];
  readonly tally: Tally;
}

/** Length of a slice, in milliseconds. No client waits meanwhile. */
const SLICE_MS = 100;

/** Checks a directory or a file. Rejects with a {@link FileError} when it cannot be found or read. */
export async function checkData(options: CheckOptions): Promise<CheckReport> {
  if (!options.repair) return await check(options);
  const held = await lock(options);
  try {
    return await check(options);
  } finally {
    await held?.release();
  }
}

/** Locks the data directory that a path is or lies in, so that no server uses what is mended. */
async function lock({ disk, path }: CheckOptions): Promise<FolderLock | undefined> {
  const folders = (await disk.kindOf(path)) === "file" ? [] : [path];
  for (const folder of [...folders, dirname(path), dirname(dirname(path))]) {
    if ((await disk.kindOf(join(folder, STATE_NAME))) === "file")
      return await disk.lock(folder, join(folder, LOCK_NAME));
  }
  return undefined;
}

async function check(options: CheckOptions): Promise<CheckReport> {
  const { disk, engine, path } = options;
  const found = await filesAt(disk, path);
  const loader = new DatasetLoader(engine);
  const files: CheckedFile[] = [];
  for (const file of found.paths) {
    const bytesMax = found.lengths.get(file);
    const isLast = file === found.paths.at(-1);
    const checked = await checkFile(file, loader, { ...options, bytesMax, isLast });
    files.push(checked);
    // The files after a damaged one cannot be loaded without its data.
    if (checked.problem !== undefined && checked.repair === undefined) break;
  }
  loader.close();
  const { failed, firstFailed } = loader;
  return { kind: found.kind, files, failed, firstFailed, tally: tallyOf(engine) };
}

/** The files at a path: of a data directory, of the folder of an append-only file, or a single file. */
async function filesAt(disk: Disk, path: string): Promise<DataFiles> {
  try {
    const names = await disk.list(path);
    if (!names.includes(MANIFEST_NAME)) return await findDataFiles(disk, path);
    return (await findParts(disk, path))!;
  } catch (error) {
    if (!hasCode(error, "ENOTDIR")) throw error;
  }
  if (path.endsWith(".manifest")) return (await findParts(disk, dirname(path)))!;
  return { kind: "single", paths: [path], lengths: new Map(), manifest: undefined };
}

async function checkFile(path: string, loader: DatasetLoader, options: FileOptions): Promise<CheckedFile> {
  const { bytesMax, disk, engine, repair } = options;
  const { environment, limits } = engine;
  loader.file = path;
  let facts: FileFacts | undefined;
  let problem: string | undefined;
  let mend: (() => Promise<string>) | undefined;
  try {
    facts = await readFile(path, loader, {
      disk,
      environment,
      sliceMs: SLICE_MS,
      stringBytesMax: limits.stringBytesMax,
      bytesMax,
    });
    const { tornBytes = 0, wholeBytes = 0 } = facts.aof ?? {};
    if (tornBytes > 0) {
      problem = `the last ${tornBytes} bytes are no whole command or group`;
      mend = () => cut(path, wholeBytes, options);
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const { keepsKeys, wholeBytes } = error;
    problem = error.message;
    if (wholeBytes !== undefined) mend = () => cut(path, wholeBytes, options);
    else if (keepsKeys) mend = () => keepKeys(path, options);
  }
  const isMendable = mend !== undefined;
  return { path, facts, problem, isMendable, repair: repair ? await mend?.() : undefined };
}

async function cut(path: string, wholeBytes: number, { disk, isLast }: FileOptions): Promise<string> {
  const copy = await cutTail(disk, path, wholeBytes);
  const rest = isLast ? "" : "; the files after it count still, on data that may lack what it had";
  return `cut to ${wholeBytes} bytes; what was cut is in ${copy}${rest}`;
}

/** Writes the keys that were read of an RDB file to a file that takes its place. It is the first that was read. */
async function keepKeys(path: string, { disk, engine, isLast }: FileOptions): Promise<string> {
  const temporary = `${path}.mended`;
  const copy = `${path}.damaged`;
  await disk.remove(temporary);
  const file = await disk.openToAppend(temporary);
  try {
    const isAofBase = sequenceInName(basename(path)) !== undefined;
    const pace = new Pace(engine.environment, SLICE_MS);
    await new Snapshot({ engine, pace, isAofBase, write: (bytes) => file.append(bytes) }).run();
    await file.sync();
  } finally {
    await file.close();
  }
  await copyRest(disk, path, 0, copy);
  await disk.rename(temporary, path);
  await disk.syncFolder(dirname(path));
  const rest = isLast ? "" : "; the files after it count still, on data that may lack keys";
  return `${amount(engine.dataset.size, "key")} up to there kept; the file as it was is ${copy}${rest}`;
}

function tallyOf(engine: Engine): Tally {
  const tally = new Tally(engine.environment.now());
  for (const database of engine.dataset.databases) {
    for (let slot = 0; slot < database.size; slot++) {
      tally.add(database.number, database.keyAt(slot), database.valueAt(slot), database.exactDeadlineAt(slot));
    }
  }
  tally.functionLibraries = engine.scripting.libraries.libraryCount;
  return tally;
}
