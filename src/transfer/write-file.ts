/** Writes entries to a file. A failure leaves no half a file. */
import { basename, dirname, join } from "node:path";
import type { AppendFile, Disk } from "../persistence/disk.ts";
import type { Pace } from "../persistence/pace.ts";
import type { Entry } from "./entry.ts";
import type { FileWriter } from "./file-writers.ts";
import type { Progress } from "./progress.ts";

/** Bytes that are gathered before they are written. */
const PIECE_BYTES = 256 * 1024;

interface Options {
  readonly writer: FileWriter;
  readonly pace: Pace;
  readonly progress: Progress;
}

/** Takes bytes, in order. */
interface ByteTarget {
  append(bytes: Uint8Array): Promise<void>;
}

/** Writes all entries to a target; answers how many. Rejects with the rejection of the target. */
export async function writeEntries(
  entries: Iterable<Entry> | AsyncIterable<Entry>,
  target: ByteTarget,
  { pace, progress, writer }: Options,
): Promise<number> {
  let count = 0;
  for await (const entry of entries) {
    for (const _ of writer.entry(entry)) {
      if (writer.pendingBytes >= PIECE_BYTES) await target.append(writer.take());
      if (pace.isOver) await pace.rest();
    }
    progress.step(++count);
  }
  writer.end();
  await target.append(writer.take());
  return count;
}

/**
 * Writes all entries to a temporary file, which then replaces `path`; answers how many. Rejects with the system's
 * error.
 */
export async function writeFile(
  disk: Disk,
  path: string,
  entries: Iterable<Entry> | AsyncIterable<Entry>,
  options: Options,
): Promise<number> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.tmp`);
  await disk.remove(temporary);
  const file = await disk.openToAppend(temporary);
  try {
    const count = await writeAndSync(file, entries, options);
    await disk.rename(temporary, path);
    await disk.syncFolder(folder);
    return count;
  } catch (error) {
    await disk.remove(temporary);
    throw error;
  }
}

async function writeAndSync(
  file: AppendFile,
  entries: Iterable<Entry> | AsyncIterable<Entry>,
  options: Options,
): Promise<number> {
  try {
    const count = await writeEntries(entries, file, options);
    await file.sync();
    return count;
  } finally {
    await file.close();
  }
}
