/** Copies of what a repair takes out of a file, beside the file. */
import { dirname } from "node:path";
import type { Disk } from "./disk.ts";

const PIECE_BYTES = 1024 * 1024;

/**
 * Cuts the file to `wholeBytes` once the copy of the rest is synced. Answers the path of the copy. Rejects with the
 * system's error.
 */
export async function cutTail(disk: Disk, path: string, wholeBytes: number): Promise<string> {
  const copyPath = `${path}.cut-at-${wholeBytes}`;
  await copyRest(disk, path, wholeBytes, copyPath);
  await disk.truncate(path, wholeBytes);
  return copyPath;
}

/** Copies the bytes of a file from a place on, and syncs the copy, which replaces a file of that name. */
export async function copyRest(disk: Disk, path: string, from: number, copyPath: string): Promise<void> {
  const source = await disk.openToRead(path);
  try {
    await disk.remove(copyPath);
    const copy = await disk.openToAppend(copyPath);
    try {
      const piece = Buffer.alloc(PIECE_BYTES);
      for (let at = from; at < source.bytes;) {
        const count = await source.read(piece, at);
        if (count === 0) break;
        await copy.append(piece.subarray(0, count));
        at += count;
      }
      await copy.sync();
    } finally {
      await copy.close();
    }
    await disk.syncFolder(dirname(copyPath));
  } finally {
    await source.close();
  }
}
