/** Finds Redis's data files in a directory, and the order in which to read them. */
import { join } from "node:path";
import type { Disk } from "./disk.ts";
import { hasCode, readSmallFile } from "./disk.ts";
import { readState } from "./directory-state.ts";
import { FileError } from "./file-error.ts";
import { AOF_FOLDER, AOF_NAME, filesOf, MANIFEST_BYTES_MAX, MANIFEST_NAME, parseManifest } from "./manifest.ts";
import type { Manifest } from "./manifest.ts";

/** The name of the RDB file, Redis's default. */
export const RDB_NAME = "dump.rdb";

/** For files that count as a whole. */
const ALL: ReadonlyMap<string, number> = new Map();

/** The files to load. */
export interface DataFiles {
  readonly kind: "manifest" | "single" | "rdb" | "none";
  /** The files in the order in which to read them. Only the last may have a torn tail. */
  readonly paths: readonly string[];
  /** The bytes that count of a file, by path, if not all do. */
  readonly lengths: ReadonlyMap<string, number>;
  /** The manifest, for an append-only file in several parts. */
  readonly manifest: Manifest | undefined;
}

/**
 * The data files of a directory. An append-only file is preferred to an RDB file, since it is more recent; one in
 * several parts to one of Redis 6 and older. The RDB file is preferred when `stashd.json` says that it was saved after the
 * append-only file was turned off. Rejects with a {@link FileError} when required files are missing.
 */
export async function findDataFiles(disk: Disk, directory: string): Promise<DataFiles> {
  const { rdbIsNewer = false } = await readState(disk, directory);
  const names = await listed(disk, directory);
  const rdb = rdbFile(directory);
  if (rdbIsNewer && names.has(RDB_NAME)) return rdb;
  if (names.has(AOF_FOLDER)) {
    const found = await findParts(disk, join(directory, AOF_FOLDER));
    if (found !== undefined) return found;
  }
  if (names.has(AOF_NAME))
    return { kind: "single", paths: [join(directory, AOF_NAME)], lengths: ALL, manifest: undefined };
  return names.has(RDB_NAME) ? rdb : { kind: "none", paths: [], lengths: ALL, manifest: undefined };
}

/** The RDB file of a directory, which may not exist. */
export function rdbFile(directory: string): DataFiles {
  return { kind: "rdb", paths: [join(directory, RDB_NAME)], lengths: ALL, manifest: undefined };
}

/**
 * The files of an append-only file in several parts; undefined when the folder has none. Rejects with a {@link
 * FileError} when a part is missing.
 */
export async function findParts(disk: Disk, folder: string): Promise<DataFiles | undefined> {
  const names = await listed(disk, folder);
  const manifestPath = join(folder, MANIFEST_NAME);
  if (!names.has(MANIFEST_NAME)) {
    const other = [...names].find((name) => name.endsWith(".manifest"));
    if (other !== undefined) {
      const reason = `only files named ${AOF_NAME} are read; rename the files, and in the manifest, or import them`;
      throw new FileError(join(folder, other), undefined, reason);
    }
    // A crash before the first manifest leaves a base or an empty part that no data depends on.
    for (const name of names) {
      if (!name.startsWith(`${AOF_NAME}.`) || !name.endsWith(".incr.aof")) continue;
      const part = await disk.openToRead(join(folder, name));
      await part.close();
      if (part.bytes > 0) throw new FileError(manifestPath, undefined, `it is missing, and ${name} stands beside it`);
    }
    return undefined;
  }
  const manifest = parseManifest(manifestPath, await readSmallFile(disk, manifestPath, MANIFEST_BYTES_MAX));
  const parts = filesOf({ ...manifest, history: [] });
  const missing = parts.find(({ name }) => !names.has(name));
  if (missing !== undefined)
    throw new FileError(join(folder, missing.name), undefined, "the manifest names it, and it is missing");
  const paths = parts.map(({ name }) => join(folder, name));
  for (const path of paths) {
    // A repair cuts parts.
    if (await disk.isLink(path)) throw new FileError(path, undefined, "it is a link; put the file itself in its place");
  }
  const lengths = new Map<string, number>();
  for (const { bytes, name } of parts) if (bytes !== undefined) lengths.set(join(folder, name), bytes);
  return { kind: "manifest", paths, lengths, manifest };
}

async function listed(disk: Disk, folder: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(await disk.list(folder));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return new Set();
    throw error;
  }
}
