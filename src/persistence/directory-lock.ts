/**
 * One process per directory: two that append to one file destroy it. The lock is a file with the process's id and when it
 * began, so that neither a crash nor an id that is used again leaves a directory locked.
 */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { hasCode } from "./disk.ts";

/** Lets go of a directory. */
type Unlock = () => Promise<void>;

/** Somebody else has the directory. */
class DirectoryTaken extends Error {
  readonly pid: number;
  constructor(path: string, pid: number) {
    super(`${path} belongs to a stashd that is running (process ${pid}); stop it first, or choose another directory`);
    this.pid = pid;
  }
}

interface Owner {
  readonly pid: number;
  /** When the process began, as the system counts; "" where it does not say. */
  readonly started: string;
}

/** Attempts to take over a lock that others may be taking over as well. */
const ATTEMPTS = 5;

/** Locks of this process, which its own id does not tell from those of one before it. */
const held = new Set<string>();

/** Rejects with a {@link DirectoryTaken} when a process that lives has it. `path` is the directory, `file` the lock in it. */
export async function lockDirectory(path: string, file: string): Promise<Unlock> {
  if (held.has(file)) throw new DirectoryTaken(path, process.pid);
  held.add(file);
  try {
    await take(path, file);
  } catch (error) {
    held.delete(file);
    throw error;
  }
  return async () => {
    held.delete(file);
    await rm(file, { force: true });
  };
}

async function take(path: string, file: string): Promise<void> {
  const own = `${JSON.stringify({ pid: process.pid, started: await startOf(process.pid) })}\n`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await writeFile(file, own, { flag: "wx", mode: 0o600 });
      return;
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
    const owner = await ownerOf(file);
    if (owner === undefined) continue;
    if (owner.pid !== process.pid && (await isAlive(owner))) throw new DirectoryTaken(path, owner.pid);
    await removeStale(file, owner);
  }
  throw new Error(`${file} cannot be taken; remove it if no stashd is running`);
}

/** Moves the lock aside and looks whether it is still the stale one: another process may have taken over meanwhile. */
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

/** Undefined when there is no lock any more. What cannot be read is nobody's: a crash has left half of it. */
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

/** Boot and tick in which a process began, where the system has /proc. */
async function startOf(pid: number): Promise<string> {
  try {
    const [boot, stat] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      readFile(`/proc/${pid}/stat`, "utf8"),
    ]);
    // The name in it may hold anything, in brackets.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return `${boot.trim()}:${fields[19] ?? ""}`;
  } catch {
    return "";
  }
}
