/**
 * Locks a directory for one process, since two that append to one file destroy it. The lock is a file with the
 * process's id and start time. So a crash leaves no directory locked, even if another process gets the same id.
 */
import { rmSync, writeFileSync } from "node:fs";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hasCode } from "./disk.ts";
import type { FolderLock, LeftLock } from "./disk.ts";

/** Another process has the directory. */
export class DirectoryTaken extends Error {
  readonly pid: number;
  constructor(path: string, pid: number) {
    super(`${path} belongs to a stashd that is running (process ${pid}); stop it first, or choose another directory`);
    this.pid = pid;
  }
}

interface Owner {
  readonly pid: number;
  /** When the process started, in the system's units; "" where the system does not tell. */
  readonly started: string;
  /** Processes that the system had killed for lack of memory when the lock was taken. */
  readonly oomKills: number;
}

/** Beside the lock while the heap of its process is nearly full. */
const HEAP_SUFFIX = ".heap-full";

/** Attempts to take a stale lock over, for which other processes may compete. */
const ATTEMPTS = 5;

/**
 * Locks that this process holds. A file with its id may be one of these, or left by an earlier process with that id.
 */
const held = new Set<string>();

/**
 * Locks a directory. `path` is the directory, `file` the path of the lock in it. Rejects with a {@link DirectoryTaken}
 * when a running process has it.
 */
export async function lockDirectory(path: string, file: string): Promise<FolderLock> {
  if (held.has(file)) throw new DirectoryTaken(path, process.pid);
  held.add(file);
  const owner: Owner = { pid: process.pid, started: await startOf(process.pid), oomKills: await countOomKills() };
  const own = `${JSON.stringify(owner)}\n`;
  const heapFile = file + HEAP_SUFFIX;
  const isOwn = async (): Promise<boolean> => (await readFile(file, "utf8").catch(() => "")) === own;
  let left: LeftLock | undefined;
  try {
    const stale = await take(path, file, own);
    if (stale !== undefined) left = { pid: stale.pid, reason: await reasonOf(stale, owner, heapFile) };
    await rm(heapFile, { force: true });
  } catch (error) {
    held.delete(file);
    throw error;
  }
  let isFull = false;
  const noteHeap = (now: boolean): void => {
    if (now === isFull) return;
    isFull = now;
    try {
      if (now) writeFileSync(heapFile, "", { mode: 0o600 });
      else rmSync(heapFile, { force: true });
    } catch {
      // It is a note for people. What the disk refuses is told by those who write data.
    }
  };
  return {
    left,
    noteHeap,
    async keep() {
      if (!(await isOwn())) await take(path, file, own);
    },
    async release() {
      held.delete(file);
      noteHeap(false);
      if (await isOwn()) await rm(file, { force: true });
    },
  };
}

/**
 * Writes the lock, `own`; answers the owner of the one that had to be removed. Rejects with a {@link DirectoryTaken} when
 * another process that runs has written one.
 */
async function take(path: string, file: string, own: string): Promise<Owner | undefined> {
  let stale: Owner | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await writeFile(file, own, { flag: "wx", mode: 0o600 });
      return stale;
    } catch (error) {
      if (!hasCode(error, "EEXIST")) {
        // A full disk leaves it empty.
        await rm(file, { force: true }).catch(() => {});
        throw error;
      }
    }
    const owner = await ownerOf(file);
    if (owner === undefined) continue;
    if (owner.pid !== process.pid && (await isAlive(owner))) throw new DirectoryTaken(path, owner.pid);
    await removeStale(file, owner);
    stale = owner;
  }
  throw new Error(`${file} cannot be taken; remove it if no stashd is running`);
}

/** Moves a stale lock aside, then checks that it is the stale one: another process may have replaced it meanwhile. */
async function removeStale(file: string, stale: Owner): Promise<void> {
  const aside = `${file}.${process.pid}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  const moved = await ownerOf(aside);
  const isStale = moved === undefined || (moved.pid === stale.pid && moved.started === stale.started);
  if (isStale) await rm(aside, { force: true });
  else await rename(aside, file);
}

/**
 * The owner of a lock; undefined when there is no lock. A file that does not parse has no owner: a crash has left half
 * of it.
 */
async function ownerOf(file: string): Promise<Owner | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  const [, pid = "0"] = /"pid":(\d+)/.exec(text) ?? [];
  const [, started = ""] = /"started":"([^"]*)"/.exec(text) ?? [];
  const [, oomKills = "0"] = /"oomKills":(\d+)/.exec(text) ?? [];
  return { pid: Number(pid), started, oomKills: Number(oomKills) };
}

async function isAlive({ pid, started }: Owner): Promise<boolean> {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!hasCode(error, "EPERM")) return false;
  }
  const now = await startOf(pid);
  return started === "" || now === "" || started === now;
}

/** Why a process has left its lock, as far as that is known. */
async function reasonOf(stale: Owner, now: Owner, heapFile: string): Promise<string> {
  const bootOf = ({ started }: Owner): string => started.split(":")[0]!;
  if (stale.started !== "" && bootOf(stale) !== bootOf(now)) return "the machine has started anew since";
  if (await stat(heapFile).then(Boolean, () => false)) return "its heap was nearly full";
  if (now.oomKills > stale.oomKills) return "the system has killed a process for lack of memory meanwhile";
  return "it was killed, or has failed";
}

/** Processes that the system has killed for lack of memory since it started, those in containers among them; 0 where it does not tell. */
async function countOomKills(): Promise<number> {
  const text = await readFile("/proc/vmstat", "latin1").catch(() => "");
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** The boot and the tick in which a process started, from /proc; "" on a system without it. */
async function startOf(pid: number): Promise<string> {
  try {
    const [boot, stat] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      readFile(`/proc/${pid}/stat`, "utf8"),
    ]);
    // The second field is the name, in parentheses, which may hold any character.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return `${boot.trim()}:${fields[19] ?? ""}`;
  } catch {
    return "";
  }
}
