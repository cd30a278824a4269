/** A disk that is slow or fails when a test says so. What it lets through goes to another disk. */
import type { AppendFile, Disk, FolderLock, ReadFile } from "../../src/persistence/disk.ts";
import { nodeDisk } from "../../src/persistence/node-disk.ts";
import { systemError } from "./memory-disk.ts";
import type { DiskCall } from "./memory-disk.ts";

/** The calls that a gate knows, beside those of {@link DiskCall}. */
type GatedCall = DiskCall | "kindOf" | "lock";

/** A disk with a gate before each call. */
export class GatedDisk implements Disk {
  /**
   * Asked before each call. The call waits for a promise, and fails with a system's code such as `ENOSPC`. For `append`,
   * half of the bytes are written before it fails.
   */
  gate: (call: GatedCall, path: string) => Promise<void> | string | undefined = () => undefined;
  private readonly inner: Disk;

  constructor(inner: Disk = nodeDisk) {
    this.inner = inner;
  }

  async enter(call: GatedCall, path: string): Promise<void> {
    const answer = this.gate(call, path);
    if (typeof answer === "string") throw systemError(answer, path);
    await answer;
  }

  async openToAppend(path: string): Promise<AppendFile> {
    await this.enter("openToAppend", path);
    const file = await this.inner.openToAppend(path);
    return {
      append: async (bytes) => {
        try {
          await this.enter("append", path);
        } catch (error) {
          await file.append(bytes.subarray(0, bytes.length / 2));
          throw error;
        }
        await file.append(bytes);
      },
      sync: async () => {
        await this.enter("sync", path);
        await file.sync();
      },
      truncate: async (bytes) => {
        await this.enter("truncate", path);
        await file.truncate(bytes);
      },
      close: () => file.close(),
    };
  }

  async openToRead(path: string): Promise<ReadFile> {
    await this.enter("openToRead", path);
    const file = await this.inner.openToRead(path);
    return {
      bytes: file.bytes,
      read: async (into, position) => {
        await this.enter("read", path);
        return file.read(into, position);
      },
      close: () => file.close(),
    };
  }

  async list(folder: string): Promise<string[]> {
    await this.enter("list", folder);
    return this.inner.list(folder);
  }

  async makeFolder(folder: string): Promise<void> {
    await this.enter("makeFolder", folder);
    await this.inner.makeFolder(folder);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.enter("rename", to);
    await this.inner.rename(from, to);
  }

  async remove(path: string): Promise<void> {
    await this.enter("remove", path);
    await this.inner.remove(path);
  }

  async truncate(path: string, bytes: number): Promise<void> {
    await this.enter("truncate", path);
    await this.inner.truncate(path, bytes);
  }

  async syncFolder(folder: string): Promise<void> {
    await this.enter("syncFolder", folder);
    await this.inner.syncFolder(folder);
  }

  async kindOf(path: string): ReturnType<Disk["kindOf"]> {
    await this.enter("kindOf", path);
    return this.inner.kindOf(path);
  }

  isLink(path: string): Promise<boolean> {
    return this.inner.isLink(path);
  }

  async lock(folder: string, file: string): Promise<FolderLock> {
    await this.enter("lock", file);
    return this.inner.lock(folder, file);
  }
}

/** A gate that holds calls until it is opened. */
export class Barrier {
  isOpen = false;
  /** The number of calls that wait. */
  waiting = 0;
  private readonly opened: Promise<void>;
  private resolve: () => void = () => {};

  constructor() {
    this.opened = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  pass(): Promise<void> {
    this.waiting++;
    return this.opened;
  }

  open(): void {
    this.isOpen = true;
    this.resolve();
  }
}
