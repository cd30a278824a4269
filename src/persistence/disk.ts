/**
 * The disk, as a parameter of all code that writes data files. The real one is `node-disk.ts`; tests use one that
 * fails, tears writes, and forgets bytes that were not synced.
 *
 * Every call may reject with the system's error. Paths are absolute. No call blocks the event loop.
 */
export interface Disk {
  /** Opens a file to append to. Creates it, readable by its owner only, if it does not exist. */
  openToAppend(path: string): Promise<AppendFile>;
  openToRead(path: string): Promise<ReadFile>;
  /** The names in a folder, in no particular order. Rejects with ENOENT when the folder does not exist. */
  list(folder: string): Promise<string[]>;
  /** Creates a folder that only its owner may enter, and the folders above it. Does nothing if it exists. */
  makeFolder(folder: string): Promise<void>;
  /** Renames a file, replacing one of the new name, as a whole or not at all. Durable after {@link syncFolder}. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file. Does nothing if it does not exist. */
  remove(path: string): Promise<void>;
  /** Cuts a file to a length, and syncs it. */
  truncate(path: string, bytes: number): Promise<void>;
  /** Syncs a folder: its created, renamed and removed files are durable then. */
  syncFolder(folder: string): Promise<void>;
  /** The kind of a path. `foreign` is a folder of another user. */
  kindOf(path: string): Promise<"folder" | "foreign" | "file" | "nothing">;
  /** Whether a path is a symbolic link. */
  isLink(path: string): Promise<boolean>;
  /** Locks a folder for this process. Rejects when another process has it. */
  lock(folder: string, file: string): Promise<FolderLock>;
}

/** The lock of a folder. */
export interface FolderLock {
  /** Takes the lock again if it was removed. Rejects when another process has taken it meanwhile. */
  keep(): Promise<void>;
  release(): Promise<void>;
  /** Why the process that had the folder before has not released it; undefined when it has. */
  readonly left?: LeftLock | undefined;
  /** Notes whether the heap of this process is nearly full, for {@link left} of the next. Blocks for the time of a small write. */
  noteHeap?(isFull: boolean): void;
}

/** A lock that a process has left, and why as far as it is known. */
export interface LeftLock {
  readonly pid: number;
  readonly reason: string;
}

/** A file opened to append to. */
export interface AppendFile {
  /** Appends all bytes. After a rejection, any number of them may be at the end of the file. */
  append(bytes: Uint8Array): Promise<void>;
  /** Makes appended bytes durable. After a rejection they may be lost, even if a later call succeeds. */
  sync(): Promise<void>;
  /** Cuts the file to a length. */
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/** A file opened to read. */
export interface ReadFile {
  /** Length of the file when it was opened. */
  readonly bytes: number;
  /** Reads bytes at a position; answers how many, 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/** Whether an exception is a system error with this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

/** Replaces a small file: a crash leaves the old one or the new one, whole. The new one is durable then. */
export async function replaceFile(disk: Disk, folder: string, path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.new`;
  // A crash may have left this file, and the bytes are appended.
  await disk.remove(temporary);
  const file = await disk.openToAppend(temporary);
  try {
    await file.append(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(temporary, path);
  await disk.syncFolder(folder);
}

/** A small file as a byte string. Rejects when it has more than `bytesMax` bytes. */
export async function readSmallFile(disk: Disk, path: string, bytesMax: number): Promise<string> {
  const file = await disk.openToRead(path);
  try {
    if (file.bytes > bytesMax) throw new Error(`${path} takes more than ${bytesMax} bytes`);
    const content = Buffer.alloc(file.bytes);
    let at = 0;
    while (at < content.length) {
      const count = await file.read(content.subarray(at), at);
      if (count === 0) break;
      at += count;
    }
    return content.latin1Slice(0, at);
  } finally {
    await file.close();
  }
}
