/** `stashd check`: reads data files to the last byte, reports their contents, and repairs torn tails. */
import { dirname } from "node:path";
import type { Engine } from "../engine/engine.ts";
import { findDataFiles, findParts } from "./data-files.ts";
import type { DataFiles } from "./data-files.ts";
import { DatasetLoader } from "./dataset-loader.ts";
import type { Disk } from "./disk.ts";
import { hasCode } from "./disk.ts";
import { FileError } from "./file-error.ts";
import { readFile } from "./file-loader.ts";
import type { FileFacts } from "./file-loader.ts";
import { MANIFEST_NAME } from "./manifest.ts";
import { Tally } from "./tally.ts";
import { cutTail } from "./torn-tail.ts";

interface CheckOptions {
  readonly disk: Disk;
  /** An empty engine to load the files into. */
  readonly engine: Engine;
  /** A directory, or one file. */
  readonly path: string;
  /** Whether to repair files. */
  readonly repair: boolean;
}

/** The result for one file. */
export interface CheckedFile {
  readonly path: string;
  readonly facts: FileFacts | undefined;
  /** What is wrong with the file; undefined for nothing. */
  readonly problem: string | undefined;
  /** The repair that was made; undefined for none. */
  readonly repair: string | undefined;
}

/** The results for all files, and the data in them. */
export interface CheckReport {
  readonly kind: DataFiles["kind"];
  readonly files: readonly CheckedFile[];
  readonly tally: Tally;
}

/** Length of a slice, in milliseconds. No client waits meanwhile. */
const SLICE_MS = 100;

/** Checks a directory or a file. Rejects with a {@link FileError} when it cannot be found or read. */
export async function checkData(options: CheckOptions): Promise<CheckReport> {
  const { disk, engine, path } = options;
  const found = await filesAt(disk, path);
  const loader = new DatasetLoader(engine);
  const files: CheckedFile[] = [];
  for (const file of found.paths) {
    const bytesMax = found.lengths.get(file);
    const checked = await checkFile(file, file === found.paths.at(-1), loader, { ...options, bytesMax });
    files.push(checked);
    // The files after a damaged one cannot be loaded without its data.
    if (checked.problem !== undefined && checked.repair === undefined) break;
  }
  loader.close();
  return { kind: found.kind, files, tally: tallyOf(engine) };
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

async function checkFile(
  path: string,
  isLast: boolean,
  loader: DatasetLoader,
  { bytesMax, disk, engine, repair }: CheckOptions & { readonly bytesMax: number | undefined },
): Promise<CheckedFile> {
  const { environment, limits } = engine;
  loader.file = path;
  let facts: FileFacts | undefined;
  let problem: string | undefined;
  let wholeBytes: number | undefined;
  try {
    facts = await readFile(path, loader, {
      disk,
      environment,
      sliceMs: SLICE_MS,
      stringBytesMax: limits.stringBytesMax,
      bytesMax,
    });
    const torn = facts.aof?.tornBytes ?? 0;
    if (torn > 0) {
      wholeBytes = facts.aof!.wholeBytes;
      problem = `the last ${torn} bytes are no whole command or group`;
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    problem = error.message;
    wholeBytes = error.wholeBytes;
  }
  if (problem === undefined) return { path, facts, problem, repair: undefined };
  if (!repair || !isLast || wholeBytes === undefined) return { path, facts, problem, repair: undefined };
  const copy = await cutTail(disk, path, wholeBytes);
  return { path, facts, problem, repair: `cut to ${wholeBytes} bytes; what was cut is in ${copy}` };
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
