/**
 * The base of an append-only file as commands (`aof-use-rdb-preamble no`). A snapshot is in RDB, since the values of one
 * instant cannot wait until commands are made of them; its file is then read, key by key, and written as commands.
 */
import type { Environment } from "../core/environment.ts";
import { entryCommands } from "../data/rdb/value-commands.ts";
import { AofEncoder } from "./aof-encoder.ts";
import { FileSource } from "./byte-source.ts";
import type { AppendFile, Disk } from "./disk.ts";
import { Pace } from "./pace.ts";
import { RdbFileReader } from "./rdb-reader.ts";
import type { RdbEntry } from "./rdb-reader.ts";
import { WindowReader } from "./window-reader.ts";

/** Bytes that are gathered before they are written. */
const PIECE_BYTES = 256 * 1024;

interface CommandsOptions {
  readonly disk: Disk;
  readonly environment: Environment;
  /** Length of a slice, in milliseconds. */
  readonly sliceMs: number;
  readonly stringBytesMax: number;
  /** The time of the snapshot, in seconds since the epoch, for an annotation; undefined for none. */
  readonly stampSeconds: number | undefined;
}

/** Writes the keys and functions of an RDB file as commands, to a file that it syncs. Answers its length. */
export async function writeAsCommands(rdbPath: string, file: AppendFile, options: CommandsOptions): Promise<number> {
  const { disk, environment, sliceMs, stampSeconds, stringBytesMax } = options;
  const source = await FileSource.open(disk, rdbPath);
  const encoder = new AofEncoder();
  const pace = new Pace(environment, sliceMs);
  const waiting: RdbEntry[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    for (const part of encoder.take()) {
      await file.append(part.bytes);
      bytes += part.bytes.length;
      encoder.recycle(part);
    }
  };
  const writeWaiting = async (): Promise<void> => {
    for (const entry of waiting.splice(0)) {
      for (const words of entryCommands(entry)) {
        encoder.append(entry.database, words);
        if (encoder.pendingBytes >= PIECE_BYTES) await flush();
        if (pace.isOver) await pace.rest();
      }
    }
  };
  if (stampSeconds !== undefined) encoder.annotate(stampSeconds);
  const sink = {
    functions: (text: string) => encoder.append(0, ["FUNCTION", "LOAD", text]),
    entry: (entry: RdbEntry) => void waiting.push(entry),
  };
  const pacing = {
    get isOver(): boolean {
      return waiting.length > 0 || pace.isOver;
    },
    async rest(): Promise<void> {
      await writeWaiting();
      if (pace.isOver) await pace.rest();
    },
  };
  try {
    await new RdbFileReader(new WindowReader(source, stringBytesMax), sink, pacing).read();
  } finally {
    await source.close();
  }
  await writeWaiting();
  await flush();
  await file.sync();
  return bytes;
}
