/** Reads one data file after another, whatever its format, and tells how far it has come. */
import type { Environment } from "../core/environment.ts";
import type { AofFacts, AofSink } from "./aof-reader.ts";
import { AofReader } from "./aof-reader.ts";
import { FileSource } from "./byte-source.ts";
import type { ByteSource } from "./byte-source.ts";
import type { Disk } from "./disk.ts";
import { Pace } from "./pace.ts";
import { isRdb, RdbFileReader } from "./rdb-reader.ts";
import type { RdbFacts, RdbSink } from "./rdb-reader.ts";
import { HEADER_CHARS } from "./rdb-opcodes.ts";
import { WindowReader } from "./window-reader.ts";

interface ReadingOptions {
  readonly disk: Disk;
  readonly environment: Environment;
  /** How long the event loop may be held up at a time. */
  readonly sliceMs: number;
  readonly stringBytesMax: number;
  /** How much of a file counts; all of it where that is undefined. */
  readonly bytesMax?: number | undefined;
  /** Told of how much was read, after each slice. */
  readonly onProgress?: (bytes: number) => void;
}

/** What was read of a file: an RDB file, commands, or the one and then the other. */
export interface FileFacts {
  readonly rdb: RdbFacts | undefined;
  readonly aof: AofFacts | undefined;
}

/** Takes what a file holds, whatever its format. */
type FileSink = RdbSink & AofSink;

/** Reads a file from the beginning to the end. */
export async function readFile(path: string, sink: FileSink, options: ReadingOptions): Promise<FileFacts> {
  const source = await FileSource.open(options.disk, path, options.bytesMax);
  try {
    return await readSource(source, sink, options);
  } finally {
    await source.close();
  }
}

/** Reads a source whose format its first bytes tell: an RDB file, after which commands may stand, or commands. */
export async function readSource(
  source: ByteSource,
  sink: FileSink,
  { environment, onProgress, sliceMs, stringBytesMax }: Omit<ReadingOptions, "disk" | "bytesMax">,
): Promise<FileFacts> {
  const reader = new WindowReader(source, stringBytesMax);
  const pace = new Pace(environment, sliceMs, () => onProgress?.(reader.offset));
  await reader.refill(HEADER_CHARS);
  if (!isRdb(reader.held.latin1Slice(0, HEADER_CHARS))) {
    return { rdb: undefined, aof: await new AofReader(reader, sink, pace).read() };
  }
  const rdb = await new RdbFileReader(reader, sink, pace).read();
  const more = reader.held.length > reader.offset - reader.markOffset || (await reader.refill(1));
  return { rdb, aof: more ? await new AofReader(reader, sink, pace).read() : undefined };
}
