/**
 * A disk in memory that can fail and crash. A crash forgets what was not synced: bytes appended since the last sync of
 * their file, and names made, changed or removed since the last sync of their folder.
 */
import { dirname } from "node:path";
import type { AppendFile, Disk, FolderLock, ReadFile } from "../../src/persistence/disk.ts";

class Inode {
  content = Buffer.alloc(0);
  /** What is left of it after a crash. */
  durable = Buffer.alloc(0);
}

export type DiskCall =
  | "openToAppend"
  | "openToRead"
  | "list"
  | "makeFolder"
  | "rename"
  | "remove"
  | "truncate"
  | "syncFolder"
  | "append"
  | "sync"
  | "close"
  | "read";

/** What is to happen at a call: it fails before or after it took effect, or only a part of it takes effect. */
export interface Fault {
  readonly code: string;
  /** For `append`: bytes that are written before it fails. */
  readonly written?: number;
}

/**
 * What a disk has of that which was not synced when the machine stops: nothing, the names in its folders, the contents of
 * its files, or both. A system writes them in any order.
 */
export type Kept = "nothing" | "names" | "contents" | "all";

export class MemoryDisk implements Disk {
  private files = new Map<string, Inode>();
  private durableFiles = new Map<string, Inode>();
  private readonly folders = new Set<string>(["/"]);
  /** Calls so far, in order: `append appendonly.aof.1.incr.aof`. */
  readonly calls: string[] = [];
  /** Asked before each call; what it answers happens in place of it. */
  fault: ((call: DiskCall, path: string, number: number) => Fault | undefined) | undefined;

  async openToAppend(path: string): Promise<AppendFile> {
    this.enter("openToAppend", path);
    let inode = this.files.get(path);
    if (inode === undefined) {
      if (!this.folders.has(dirname(path))) throw systemError("ENOENT", path);
      this.files.set(path, (inode = new Inode()));
    }
    return new MemoryAppendFile(this, path, inode);
  }

  async openToRead(path: string): Promise<ReadFile> {
    this.enter("openToRead", path);
    const inode = this.files.get(path);
    if (inode === undefined) throw systemError("ENOENT", path);
    const { content } = inode;
    return {
      bytes: content.length,
      read: async (into, position) => {
        this.enter("read", path);
        return content.copy(into as Buffer, 0, position);
      },
      close: async () => {},
    };
  }

  async list(folder: string): Promise<string[]> {
    this.enter("list", folder);
    if (!this.folders.has(folder)) throw systemError("ENOENT", folder);
    return [...this.files.keys(), ...this.folders]
      .filter((path) => path !== folder && dirname(path) === folder)
      .map((path) => path.slice(folder.length + 1));
  }

  async makeFolder(folder: string): Promise<void> {
    this.enter("makeFolder", folder);
    for (let path = folder; path !== "/"; path = dirname(path)) this.folders.add(path);
  }

  async rename(from: string, to: string): Promise<void> {
    this.enter("rename", to);
    const inode = this.files.get(from);
    if (inode === undefined) throw systemError("ENOENT", from);
    this.files.delete(from);
    this.files.set(to, inode);
  }

  async remove(path: string): Promise<void> {
    this.enter("remove", path);
    this.files.delete(path);
  }

  async truncate(path: string, bytes: number): Promise<void> {
    this.enter("truncate", path);
    const inode = this.files.get(path);
    if (inode === undefined) throw systemError("ENOENT", path);
    inode.content = inode.durable = Buffer.from(inode.content.subarray(0, bytes));
  }

  async syncFolder(folder: string): Promise<void> {
    this.enter("syncFolder", folder);
    for (const path of this.durableFiles.keys()) {
      if (dirname(path) === folder && !this.files.has(path)) this.durableFiles.delete(path);
    }
    for (const [path, inode] of this.files) if (dirname(path) === folder) this.durableFiles.set(path, inode);
  }

  async kindOf(path: string): ReturnType<Disk["kindOf"]> {
    return this.folders.has(path) ? "folder" : this.files.has(path) ? "file" : "nothing";
  }

  async isLink(): Promise<boolean> {
    return false;
  }

  async lock(): Promise<FolderLock> {
    return { keep: async () => {}, release: async () => {} };
  }

  /** The machine stops: what was not synced is gone, but for what the disk had already. */
  crash(kept: Kept = "nothing"): void {
    if (kept === "all" || kept === "names") this.durableFiles = new Map(this.files);
    if (kept === "all" || kept === "contents") {
      for (const inode of new Set([...this.files.values(), ...this.durableFiles.values()])) {
        inode.durable = inode.content;
      }
    }
    this.files = new Map(this.durableFiles);
    for (const inode of this.files.values()) inode.content = inode.durable;
    this.fault = undefined;
  }

  /** Removes a folder and all in it, as another process may; open files still accept appended bytes. */
  vanish(folder: string): void {
    const isIn = (path: string): boolean => path === folder || path.startsWith(`${folder}/`);
    for (const path of [...this.folders].filter(isIn)) this.folders.delete(path);
    for (const files of [this.files, this.durableFiles]) {
      for (const path of [...files.keys()].filter(isIn)) files.delete(path);
    }
  }

  /** The content of a file; undefined when there is none. */
  content(path: string): Buffer | undefined {
    return this.files.get(path)?.content;
  }

  /** Puts a file there, synced. */
  put(path: string, content: Uint8Array): void {
    const inode = new Inode();
    inode.content = inode.durable = Buffer.from(content);
    for (let folder = dirname(path); folder !== "/"; folder = dirname(folder)) this.folders.add(folder);
    this.files.set(path, inode);
    this.durableFiles.set(path, inode);
  }

  paths(): string[] {
    return [...this.files.keys()].sort();
  }

  /** A disk with the same content, all of it synced. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk();
    for (const [path, { content }] of this.files) copy.put(path, content);
    for (const folder of this.folders) copy.folders.add(folder);
    return copy;
  }

  /** Notes a call, and throws when it is to fail. */
  enter(call: DiskCall, path: string): void {
    this.calls.push(`${call} ${path}`);
    const fault = this.fault?.(call, path, this.calls.length - 1);
    if (fault !== undefined) throw systemError(fault.code, path, fault.written);
  }
}

interface DiskError extends NodeJS.ErrnoException {
  readonly written?: number;
}

export function systemError(code: string, path: string, written = 0): DiskError {
  return Object.assign(new Error(`${code}: the disk refuses, '${path}'`), { code, path, written });
}

class MemoryAppendFile implements AppendFile {
  private readonly disk: MemoryDisk;
  private readonly path: string;
  private readonly inode: Inode;

  constructor(disk: MemoryDisk, path: string, inode: Inode) {
    this.disk = disk;
    this.path = path;
    this.inode = inode;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const { inode } = this;
    try {
      this.disk.enter("append", this.path);
    } catch (error) {
      const { written = 0 } = error as DiskError;
      inode.content = Buffer.concat([inode.content, bytes.subarray(0, written)]);
      throw error;
    }
    inode.content = Buffer.concat([inode.content, bytes]);
  }

  async sync(): Promise<void> {
    this.disk.enter("sync", this.path);
    this.inode.durable = this.inode.content;
  }

  async truncate(bytes: number): Promise<void> {
    this.disk.enter("truncate", this.path);
    this.inode.content = Buffer.from(this.inode.content.subarray(0, bytes));
  }

  async close(): Promise<void> {
    this.disk.enter("close", this.path);
  }
}
