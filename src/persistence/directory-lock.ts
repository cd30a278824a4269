/**
 * Locks a directory for one process, since two that append to one file destroy it. The lock is a file with the
 * process's id and start time. So a crash leaves no directory locked, even if another process gets the same id.
 */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { hasCode } from "./disk.ts";
import type { FolderLock } from "./disk.ts";

/** Another process has the directory. */
class DirectoryTaken extends Error {
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
}

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
  const own = `${JSON.stringify({ pid: process.pid, started: await startOf(process.pid) })}\n`;
  const isOwn = async (): Promise<boolean> => (await readFile(file, "utf8").catch(() => "")) === own;
  try {
    await take(path, file, own);
  } catch (error) {
    held.delete(file);
    throw error;
  }
  return {
    async keep() {
      if (!(await isOwn())) await take(path, file, own);
    },
    async release() {
      held.delete(file);
      if (await isOwn()) await rm(file, { force: true });
    },
  };
}

/** Writes the lock, `own`. Rejects with a {@link DirectoryTaken} when another process that runs has written one. */
async function take(path: string, file: string, own: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await writeFile(file, own, { flag: "wx", mode: 0o600 });
      return;
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
  return { pid: Number(pid), started };
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
