/**
 * The disk, as a parameter: what the files of the data are written to and read from. The real one is `node-disk.ts`; tests
 * hand in one that fails, tears and forgets what was not synced.
 *
 * Every call may reject with the system's error. Paths are absolute. Nothing here blocks: a call that takes long holds up
 * whoever awaits it, and not the event loop.
 */
export interface Disk {
  /** Opens a file to append to. It is made, readable by its owner only, when it is not there. */
  openToAppend(path: string): Promise<AppendFile>;
  openToRead(path: string): Promise<ReadFile>;
  /** The names in a folder, in no order. Rejects with ENOENT when there is none. */
  list(folder: string): Promise<string[]>;
  /** Makes a folder that only its owner may enter, and those above it; nothing happens when it is there. */
  makeFolder(folder: string): Promise<void>;
  /** Puts a file in the place of another, as a whole or not at all. It lasts once the folder was synced. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; nothing happens when there is none. */
  remove(path: string): Promise<void>;
  /** Cuts a file to a length, and syncs it. */
  truncate(path: string, bytes: number): Promise<void>;
  /** What was made, renamed and removed in a folder lasts after this. */
  syncFolder(folder: string): Promise<void>;
  /** What stands at a path. `foreign` is a folder that belongs to another user. */
  kindOf(path: string): Promise<"folder" | "foreign" | "file" | "nothing">;
  /** Makes a folder this process's own, until the answer is called. Rejects when another process has it. */
  lock(folder: string, file: string): Promise<() => Promise<void>>;
}

export interface AppendFile {
  /** Appends all bytes. After a rejection any number of them may stand at the end of the file. */
  append(bytes: Uint8Array): Promise<void>;
  /** What was appended lasts after this. After a rejection it may be lost, even if a later call succeeds. */
  sync(): Promise<void>;
  /** Cuts the file to a length. */
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

export interface ReadFile {
  /** Length of the file when it was opened. */
  readonly bytes: number;
  /** Reads bytes from a place in the file on; answers how many, 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/** Whether an error of the system has this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

/** Writes a small file in place of another, so that a crash leaves the old one or the new one, whole. */
export async function replaceFile(disk: Disk, folder: string, path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.new`;
  // What a crash has left there must not stand before what is appended now.
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

/** All of a small file as a byte string. Rejects when it takes more than `bytesMax` bytes. */
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
