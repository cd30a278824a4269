/**
 * DEBUG RELOAD and DEBUG LOADAOF: what the files have takes the place of the data in memory. Commands are refused
 * meanwhile, and nothing is journalled.
 *
 * The files are read twice. The first time nothing is stored, so that a file with a fault leaves the data as it is.
 */
import type { Engine } from "../engine/engine.ts";
import type { ReloadMode } from "../engine/durability.ts";
import { findParts, rdbFile } from "./data-files.ts";
import type { DataFiles } from "./data-files.ts";
import { DatasetLoader } from "./dataset-loader.ts";
import type { Disk } from "./disk.ts";
import { FileError, shownKey } from "./file-error.ts";
import { readFile } from "./file-loader.ts";
import { loadFiles } from "./recovery.ts";

interface ReloadOptions {
  readonly disk: Disk;
  readonly engine: Engine;
  /** The data directory, and the folder of the parts of the append-only file. */
  readonly directory: string;
  readonly aofFolder: string;
  /** Whether a torn tail is cut off. */
  readonly cutsTail: boolean;
  /** Length of a slice, in milliseconds. */
  readonly sliceMs: number;
  /** Called when the data in memory is about to change. */
  readonly onChange: () => void;
  readonly onProgress: (loadedBytes: number, totalBytes: number) => void;
}

/** Loads the files. Rejects with an Error in one line. */
export async function reload({ flushes, from, merges, saves }: ReloadMode, options: ReloadOptions): Promise<void> {
  const { aofFolder, directory, disk, engine, onChange } = options;
  const files = from === "rdb" ? rdbFile(directory) : await findParts(disk, aofFolder);
  if (files === undefined) throw new Error(`${aofFolder} has no append-only file`);
  await check(files, options, flushes || merges);
  onChange();
  if (flushes) engine.empty();
  const loader = new DatasetLoader(engine);
  loader.mayReplace = merges;
  // What was saved just now has the keys of the append-only file, expired ones too, whose end it must have.
  loader.isDump = from === "rdb" && !saves;
  try {
    await loadFiles(files, loader, options);
  } finally {
    loader.close();
  }
}

/**
 * Reads files without storing anything. Rejects for a fault, and for a key or library that is in memory unless it may be.
 */
async function check(files: DataFiles, { disk, engine, sliceMs }: ReloadOptions, mayBeThere: boolean): Promise<void> {
  const { dataset, environment, limits, scripting } = engine;
  for (const path of files.paths) {
    const sink = {
      field: () => {},
      functions: (text: string) => {
        if (mayBeThere || !scripting.libraries.hasNameOf(text)) return;
        throw new FileError(path, undefined, "a library of functions is in memory already");
      },
      command: () => {},
      entry: ({ database, key }: { readonly database: number; readonly key: string }) => {
        if (mayBeThere || dataset.databases[database]?.peek(key) === undefined) return;
        throw new FileError(path, undefined, `the key ${shownKey(key)} is in memory already`);
      },
    };
    const bytesMax = files.lengths.get(path);
    await readFile(path, sink, { disk, environment, sliceMs, stringBytesMax: limits.stringBytesMax, bytesMax });
  }
}
