/** The machine's disk, through node:fs. Its calls run on libuv's threads. */
import { lstat, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { lockDirectory } from "./directory-lock.ts";
import { hasCode } from "./disk.ts";
import type { AppendFile, Disk, ReadFile } from "./disk.ts";

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** The disk of the machine. */
export const nodeDisk: Disk = {
  async openToAppend(path) {
    return new NodeAppendFile(await open(path, "a", FILE_MODE));
  },
  async openToRead(path) {
    const handle = await open(path, "r");
    try {
      const { size } = await handle.stat();
      return new NodeReadFile(handle, size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  },
  list: (folder) => readdir(folder),
  makeFolder,
  rename,
  remove: (path) => rm(path, { force: true }),
  async truncate(path, bytes) {
    const handle = await open(path, "r+");
    try {
      await handle.truncate(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  kindOf,
  async isLink(path) {
    return (await lstat(path)).isSymbolicLink();
  },
  lock: lockDirectory,
  async syncFolder(folder) {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

async function kindOf(path: string): ReturnType<Disk["kindOf"]> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return "file";
    const own = process.getuid?.() ?? found.uid;
    return own === found.uid || own === 0 ? "folder" : "foreign";
  } catch (error) {
    if (hasCode(error, "ENOENT")) return "nothing";
    throw error;
  }
}

/**
 * Creates a folder, and those that it lies in. Node's own way hides why it cannot on a disk that is read-only, and never
 * ends below a folder in which none can be made, such as `/proc`.
 */
async function makeFolder(folder: string): Promise<void> {
  const make = (): Promise<void> => mkdir(folder, FOLDER_MODE);
  try {
    await make();
  } catch (error) {
    if (hasCode(error, "EEXIST") && (await kindOf(folder)) !== "file") return;
    const parent = dirname(folder);
    if (!hasCode(error, "ENOENT") || (await kindOf(parent)) !== "nothing") throw error;
    await makeFolder(parent);
    await make();
  }
}

class NodeAppendFile implements AppendFile {
  private readonly handle: FileHandle;

  constructor(handle: FileHandle) {
    this.handle = handle;
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += (await this.handle.write(bytes, at)).bytesWritten;
  }

  /** The length of a file counts as its data, so fdatasync is enough. */
  sync(): Promise<void> {
    return this.handle.datasync();
  }

  truncate(bytes: number): Promise<void> {
    return this.handle.truncate(bytes);
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

class NodeReadFile implements ReadFile {
  readonly bytes: number;
  private readonly handle: FileHandle;

  constructor(handle: FileHandle, bytes: number) {
    this.handle = handle;
    this.bytes = bytes;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    return (await this.handle.read(into, 0, into.length, position)).bytesRead;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
