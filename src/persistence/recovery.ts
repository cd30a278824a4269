/**
 * Loads the files of a directory into an engine. A torn tail of the last file is cut off, with a copy kept, unless
 * `aof-load-truncated` is off. Any other fault ends the loading and leaves the files unchanged.
 */
import type { Engine } from "../engine/engine.ts";
import { findDataFiles } from "./data-files.ts";
import type { DataFiles } from "./data-files.ts";
import { DatasetLoader } from "./dataset-loader.ts";
import type { FailedCommand } from "./dataset-loader.ts";
import type { Disk } from "./disk.ts";
import { FileError } from "./file-error.ts";
import { readFile } from "./file-loader.ts";
import type { FileFacts } from "./file-loader.ts";
import { cutTail } from "./torn-tail.ts";

interface RecoveryOptions {
  readonly disk: Disk;
  readonly engine: Engine;
  readonly directory: string;
  /** Whether a torn tail is cut off; true by default. Otherwise it is a fault. */
  readonly cutsTail?: boolean;
  /** Length of a slice, in milliseconds. */
  readonly sliceMs: number;
  /** Called after each slice with the bytes read so far and those of all files. */
  readonly onProgress?: (loadedBytes: number, totalBytes: number) => void;
}

/** A torn tail that was cut off, and the path of its copy. */
interface CutTail {
  readonly path: string;
  readonly bytes: number;
  readonly copy: string;
}

/** The result of a recovery. */
export interface Recovery {
  readonly files: DataFiles;
  /** Keys in the engine afterwards. */
  readonly keys: number;
  /** Commands that were run. */
  readonly commands: number;
  readonly cut: CutTail | undefined;
  /** Keys of an RDB file that had expired. */
  readonly expired: number;
  /** Commands that were answered with an error, and the first of them. */
  readonly failed: number;
  readonly firstFailed: FailedCommand | undefined;
  /** Deadlines of an RDB file that were times to live. */
  readonly relative: number;
}

/** Loads the files of a directory. Rejects with a {@link FileError} that names the place of a fault and the remedy. */
export async function recover(options: RecoveryOptions): Promise<Recovery> {
  const files = await findDataFiles(options.disk, options.directory);
  const loader = new DatasetLoader(options.engine);
  loader.isDump = files.kind === "rdb";
  try {
    return await loadFiles(files, loader, options);
  } finally {
    loader.close();
  }
}

/** Loads files in order. Rejects as {@link recover} does. */
export async function loadFiles(files: DataFiles, loader: DatasetLoader, options: RecoveryOptions): Promise<Recovery> {
  const { disk, engine } = options;
  let commands = 0;
  let cut: CutTail | undefined;
  const sizes = await Promise.all(files.paths.map((path) => sizeOf(disk, path, files.lengths.get(path))));
  const totalBytes = sum(sizes);
  for (const [i, path] of files.paths.entries()) {
    const before = sum(sizes.slice(0, i));
    const progress = (bytes: number): void => options.onProgress?.(before + bytes, totalBytes);
    const facts = await load(path, loader, { ...options, bytesMax: files.lengths.get(path) }, progress);
    commands += facts.aof?.commands ?? 0;
    // A crash may leave empty files after the torn one.
    const isLast = sum(sizes.slice(i + 1)) === 0;
    if ((facts.aof?.tornBytes ?? 0) > 0) cut = await mend(path, facts, isLast, options);
  }
  const { expired, failed, firstFailed, relative } = loader;
  return { files, keys: engine.dataset.size, commands, cut, expired, failed, firstFailed, relative };
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
  { cutsTail = true, directory, disk }: RecoveryOptions,
): Promise<CutTail> {
  const { tornBytes, wholeBytes } = aof!;
  const fault = (reason: string): Error =>
    withRemedy(new FileError(path, wholeBytes, reason, { wholeBytes }), directory);
  // Later files have effects, which were written after this file was complete. So it is damaged, not torn.
  if (!isLast) throw fault("the file ends too early");
  if (!cutsTail) throw fault("the file ends in the middle of a command, and aof-load-truncated is no");
  return { path, bytes: tornBytes, copy: await cutTail(disk, path, wholeBytes) };
}

/** Names the command that mends a file, where one does. */
function withRemedy(error: FileError, directory: string): Error {
  if (!error.keepsKeys && error.wholeBytes === undefined) return error;
  return new Error(`${error.message}. To mend it: stashd check ${quoted(directory)} --repair`, { cause: error });
}

/** A path quoted for a shell. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
