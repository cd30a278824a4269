/**
 * Loads what a directory holds into an engine. A torn tail of the last file is cut off, with a copy kept; whatever else is
 * wrong ends the loading and leaves the files as they are.
 */
import type { Engine } from "../engine/engine.ts";
import { findDataFiles } from "./data-files.ts";
import type { DataFiles } from "./data-files.ts";
import { DatasetLoader } from "./dataset-loader.ts";
import type { Disk } from "./disk.ts";
import { FileError } from "./file-error.ts";
import { readFile } from "./file-loader.ts";
import type { FileFacts } from "./file-loader.ts";
import { cutTail } from "./torn-tail.ts";

interface RecoveryOptions {
  readonly disk: Disk;
  readonly engine: Engine;
  readonly directory: string;
  /** How long the event loop may be held up at a time. */
  readonly sliceMs: number;
  /** Whether an RDB file wins over an append-only file. */
  readonly prefersRdb?: boolean;
  /** Told of how far it has come, after each slice. */
  readonly onProgress?: (loadedBytes: number, totalBytes: number) => void;
}

/** What a crash has left at the end of a file, and where the copy of it is. */
interface CutTail {
  readonly path: string;
  readonly bytes: number;
  readonly copy: string;
}

export interface Recovery {
  readonly files: DataFiles;
  /** Keys in memory afterwards. */
  readonly keys: number;
  /** Commands that were repeated. */
  readonly commands: number;
  readonly cut: CutTail | undefined;
}

/** Rejects with a {@link FileError} that says where a file is damaged and what mends it. */
export async function recover(options: RecoveryOptions): Promise<Recovery> {
  const { disk, engine, directory, prefersRdb } = options;
  const files = await findDataFiles(disk, directory, prefersRdb);
  const loader = new DatasetLoader(engine);
  loader.dropsExpired = files.kind === "rdb";
  let commands = 0;
  let cut: CutTail | undefined;
  const sizes = await Promise.all(files.paths.map((path) => sizeOf(disk, path, files.lengths.get(path))));
  const totalBytes = sum(sizes);
  try {
    for (const [i, path] of files.paths.entries()) {
      const before = sum(sizes.slice(0, i));
      const progress = (bytes: number): void => options.onProgress?.(before + bytes, totalBytes);
      const facts = await load(path, loader, { ...options, bytesMax: files.lengths.get(path) }, progress);
      commands += facts.aof?.commands ?? 0;
      // A crash may have left files that were not written to yet behind the torn one.
      const isLast = sum(sizes.slice(i + 1)) === 0;
      if ((facts.aof?.tornBytes ?? 0) > 0) cut = await mend(path, facts, isLast, options);
    }
  } finally {
    loader.close();
  }
  return { files, keys: engine.dataset.size, commands, cut };
}

async function sizeOf(disk: Disk, path: string, bytesMax = Infinity): Promise<number> {
  const file = await disk.openToRead(path);
  await file.close();
  return Math.min(file.bytes, bytesMax);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

async function load(
  path: string,
  loader: DatasetLoader,
  options: RecoveryOptions & { readonly bytesMax: number | undefined },
  onProgress: (bytes: number) => void,
): Promise<FileFacts> {
  const { bytesMax, disk, engine, sliceMs } = options;
  loader.file = path;
  const { environment, limits } = engine;
  try {
    return await readFile(path, loader, {
      disk,
      environment,
      sliceMs,
      stringBytesMax: limits.stringBytesMax,
      bytesMax,
      onProgress,
    });
  } catch (error) {
    if (error instanceof FileError) throw withRemedy(error, options.directory);
    throw error;
  }
}

async function mend(
  path: string,
  { aof }: FileFacts,
  isLast: boolean,
  { directory, disk }: RecoveryOptions,
): Promise<CutTail> {
  const { tornBytes, wholeBytes } = aof!;
  // What stands in later files was written after this: it cannot be that only the end of this one is missing.
  if (!isLast) throw withRemedy(new FileError(path, wholeBytes, "the file ends too early"), directory);
  return { path, bytes: tornBytes, copy: await cutTail(disk, path, wholeBytes) };
}

function withRemedy(error: FileError, directory: string): Error {
  return new Error(`${error.message}. To mend it: stashd check ${quoted(directory)} --repair`, { cause: error });
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
