/** Reads a data file of any format into a sink, a slice at a time. */
import type { Environment } from "../core/environment.ts";
import type { AofFacts, AofSink } from "./aof-reader.ts";
import { AofReader } from "./aof-reader.ts";
import { FileSource } from "./byte-source.ts";
import type { ByteSource } from "./byte-source.ts";
import type { Disk } from "./disk.ts";
import { FileError } from "./file-error.ts";
import { Pace } from "./pace.ts";
import { isRdb, RdbFileReader } from "./rdb-reader.ts";
import type { RdbFacts, RdbSink } from "./rdb-reader.ts";
import { HEADER_CHARS } from "./rdb-opcodes.ts";
import { WindowReader } from "./window-reader.ts";

interface ReadingOptions {
  readonly disk: Disk;
  readonly environment: Environment;
  /** Length of a slice, in milliseconds. */
  readonly sliceMs: number;
  readonly stringBytesMax: number;
  /** The bytes that count of the file; undefined for all. */
  readonly bytesMax?: number | undefined;
  /** Called after each slice with the bytes read so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** What a file holds: an RDB file, commands, or both in this order. */
export interface FileFacts {
  readonly rdb: RdbFacts | undefined;
  readonly aof: AofFacts | undefined;
}

/** Takes the contents of a file of any format. */
type FileSink = RdbSink & AofSink;

/** Reads a file to the end. Rejects with a {@link FileError} or the system's error. */
export async function readFile(path: string, sink: FileSink, options: ReadingOptions): Promise<FileFacts> {
  const source = await FileSource.open(options.disk, path, options.bytesMax);
  try {
    return await readSource(source, sink, { ...options, isRdb: path.endsWith(".rdb") });
  } finally {
    await source.close();
  }
}

interface SourceOptions extends Omit<ReadingOptions, "disk" | "bytesMax"> {
  /** Whether it must be an RDB file, so that others are not taken for damaged commands. */
  readonly isRdb?: boolean;
}

/** Reads a source. Its first bytes tell the format: an RDB file, after which commands may follow, or commands. */
export async function readSource(
  source: ByteSource,
  sink: FileSink,
  { environment, isRdb: mustBeRdb = false, onProgress, sliceMs, stringBytesMax }: SourceOptions,
): Promise<FileFacts> {
  const reader = new WindowReader(source, stringBytesMax);
  const pace = new Pace(environment, sliceMs, () => onProgress?.(reader.offset));
  if (mustBeRdb && source.left === 0) throw new FileError(source.name, 0, "it is empty");
  await reader.refill(HEADER_CHARS);
  if (!mustBeRdb && !isRdb(reader.held.toString("latin1", 0, HEADER_CHARS))) {
    return { rdb: undefined, aof: await new AofReader(reader, sink, pace).read() };
  }
  const rdb = await new RdbFileReader(reader, sink, pace).read();
  const more = reader.held.length > reader.offset - reader.markOffset || (await reader.refill(1));
  return { rdb, aof: more ? await new AofReader(reader, sink, pace).read() : undefined };
}
