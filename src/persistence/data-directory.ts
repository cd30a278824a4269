/**
 * The data directory of a server. It holds Redis's data files, the users, and `stashd.json` with the generated tokens,
 * the counts of quotas, and settings of the files.
 */
import { join } from "node:path";
import type { Disk, FolderLock, LeftLock } from "./disk.ts";
import { hasCode, replaceFile } from "./disk.ts";
import { readState, STATE_NAME } from "./directory-state.ts";
import type { State } from "./directory-state.ts";

export const LOCK_NAME = "stashd.lock";
const USERS_NAME = "users.acl";

/** A locked data directory. */
export class DataDirectory {
  readonly disk: Disk;
  readonly path: string;
  state: State;
  /** Called when the directory was empty and is written again, for other files that are kept in it. */
  onRestore: (() => void) | undefined;
  private readonly lock: FolderLock;
  private writing: Promise<void> = Promise.resolve();

  private constructor(disk: Disk, path: string, state: State, lock: FolderLock) {
    this.disk = disk;
    this.path = path;
    this.state = state;
    this.lock = lock;
  }

  /**
   * Locks a directory, which is created if it does not exist. Rejects with an Error in one line that says why it cannot
   * be used, and leaves it unchanged.
   */
  static async open(disk: Disk, path: string): Promise<DataDirectory> {
    const kind = await disk.kindOf(path).catch((error: unknown) => {
      if (hasCode(error, "ENOTDIR")) return "nothing" as const;
      throw error;
    });
    if (kind === "file") throw new Error(`${path} is a file and no directory; choose another with --data`);
    if (kind === "foreign") throw new Error(`${path} belongs to another user; choose another directory with --data`);
    try {
      if (kind === "nothing") await disk.makeFolder(path);
      const lock = await disk.lock(path, join(path, LOCK_NAME));
      try {
        if (kind === "nothing" || (await isUnused(disk, path))) await ignoreContents(disk, path);
        return new DataDirectory(disk, path, await readState(disk, path), lock);
      } catch (error) {
        await lock.release();
        throw error;
      }
    } catch (error) {
      throw explainDirectoryError(error, path);
    }
  }

  /** Path of the ACL file, used unless the options name another. */
  get usersPath(): string {
    return join(this.path, USERS_NAME);
  }

  /** Changes fields of `stashd.json`. Rejects with the system's error. */
  update(change: State): Promise<void> {
    this.state = { ...this.state, ...change };
    this.writing = this.writing
      .catch(() => {})
      .then(async () => {
        // Another process may have the directory, if it was removed meanwhile.
        await this.lock.keep();
        const text = `${JSON.stringify(this.state, undefined, 2)}\n`;
        await replaceFile(this.disk, this.path, join(this.path, STATE_NAME), Buffer.from(text));
      });
    return this.writing;
  }

  /** Why the process that had the directory before has not closed it; undefined when it has. */
  get left(): LeftLock | undefined {
    return this.lock.left;
  }

  /** Notes whether the heap is nearly full, for {@link left} of the next process. */
  noteHeap(isFull: boolean): void {
    this.lock.noteHeap?.(isFull);
  }

  /** Takes the lock again if it was removed. Rejects when another process has the directory now. */
  keepLock(): Promise<void> {
    return this.lock.keep();
  }

  /** Creates what was removed of the directory again. Rejects when another process has taken it. */
  async restore(): Promise<void> {
    if ((await this.disk.kindOf(this.path)) === "nothing") await this.disk.makeFolder(this.path);
    await this.lock.keep();
    const names = new Set(await this.disk.list(this.path));
    if (names.has(STATE_NAME)) return;
    await ignoreContents(this.disk, this.path);
    await this.update({});
    this.onRestore?.();
  }

  /** Unlocks the directory, after its writes. */
  async close(): Promise<void> {
    await this.writing.catch(() => {});
    await this.lock.release();
  }
}

/** Keeps the data out of the repository in whose folders the directory may be. */
function ignoreContents(disk: Disk, path: string): Promise<void> {
  return replaceFile(disk, path, join(path, ".gitignore"), Buffer.from("*\n"));
}

/** Whether a directory has nothing but the lock, and what a first start has left that a full disk has ended. */
async function isUnused(disk: Disk, path: string): Promise<boolean> {
  return (await disk.list(path)).every((name) => name.startsWith(LOCK_NAME) || name === ".gitignore.new");
}

/** An error in one line for what the system says of a data directory at the start; other errors stay as they are. */
export function explainDirectoryError(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  // Codes of Node's own have an underscore.
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  if (code === "ENOTDIR") {
    return new Error(`${path} lies within a file; choose another directory with --data`, { cause: error });
  }
  const choices = "choose another directory with --data, or --memory for none";
  if (FORBIDDEN.has(code)) return new Error(`${path} cannot be written to; ${choices}`, { cause: error });
  if (FULL.has(code)) return new Error(`the disk of ${path} is full; make room, or ${choices}`, { cause: error });
  return new Error(`${path} cannot be used (${message}); ${choices}`, { cause: error });
}

const FORBIDDEN: ReadonlySet<string> = new Set(["EACCES", "EROFS", "EPERM"]);
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);
