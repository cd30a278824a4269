/** Writes entries to a file. A failure leaves no half a file. */
import { basename, dirname, join } from "node:path";
import { crc64 } from "../data/rdb/crc64.ts";
import type { AppendFile, Disk } from "../persistence/disk.ts";
import type { Pace } from "../persistence/pace.ts";
import type { Entry } from "./entry.ts";
import type { FileWriter } from "./file-writers.ts";
import type { Progress } from "./progress.ts";

/** Bytes that are gathered before they are written. */
const PIECE_BYTES = 256 * 1024;

/** Bytes of the checksum at the end of an RDB file. */
const CHECKSUM_BYTES = 8;

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
  const again = `${temporary}2`;
  await disk.remove(temporary);
  const file = await disk.openToAppend(temporary);
  try {
    const count = await writeAndSync(file, entries, options);
    const { rightHead } = options.writer;
    if (rightHead !== undefined) await copyUnderHead(disk, temporary, again, rightHead);
    await disk.rename(rightHead === undefined ? temporary : again, path);
    await disk.syncFolder(folder);
    return count;
  } finally {
    // None of them is there after a success.
    await disk.remove(temporary);
    await disk.remove(again);
  }
}

/** Copies an RDB file with another head of the same length, and with the checksum of that. Syncs the copy. */
async function copyUnderHead(disk: Disk, from: string, to: string, head: Buffer): Promise<void> {
  const source = await disk.openToRead(from);
  try {
    const end = source.bytes - CHECKSUM_BYTES;
    await disk.remove(to);
    const file = await disk.openToAppend(to);
    try {
      await file.append(head);
      let checksum = crc64(head);
      const piece = Buffer.alloc(PIECE_BYTES);
      for (let at = head.length; at < end;) {
        const count = await source.read(piece.subarray(0, Math.min(PIECE_BYTES, end - at)), at);
        if (count === 0) throw new Error(`${from} has become shorter`);
        const bytes = piece.subarray(0, count);
        checksum = crc64(bytes, checksum);
        await file.append(bytes);
        at += count;
      }
      const last = Buffer.alloc(CHECKSUM_BYTES);
      last.writeBigUInt64LE(checksum);
      await file.append(last);
      await file.sync();
    } finally {
      await file.close();
    }
  } finally {
    await source.close();
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
