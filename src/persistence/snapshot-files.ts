/** Snapshots as files: RDB files, and bases of the append-only file in RDB or as commands. */
import type { Engine } from "../engine/engine.ts";
import { writeAsCommands } from "./aof-commands.ts";
import type { AofFiles, BaseInWork, FinishedBase } from "./aof-files.ts";
import type { AppendFile } from "./disk.ts";
import { Pace } from "./pace.ts";
import { Snapshot } from "./snapshot.ts";

interface SnapshotFileOptions {
  /** Whether the file is the base of an append-only file. */
  readonly isAofBase: boolean;
  /** Length of a slice, in milliseconds. */
  readonly sliceMs: number;
}

/** Writes a snapshot of this instant to a file, syncs and closes it. Answers its length. */
export async function writeSnapshot(
  engine: Engine,
  file: AppendFile,
  { isAofBase, sliceMs }: SnapshotFileOptions,
): Promise<number> {
  let bytes = 0;
  try {
    const snapshot = new Snapshot({
      engine,
      pace: new Pace(engine.environment, sliceMs),
      isAofBase,
      write: async (piece) => {
        bytes += piece.length;
        await file.append(piece);
      },
    });
    await snapshot.run();
    await file.sync();
  } finally {
    await file.close().catch(() => {});
  }
  return bytes;
}

interface BaseOptions {
  readonly engine: Engine;
  readonly files: AofFiles;
  /** Length of a slice, in milliseconds. */
  readonly sliceMs: number;
  /** The time of the snapshot, in seconds since the epoch, for an annotation before commands; undefined for none. */
  readonly stampSeconds: number | undefined;
}

/** Writes a snapshot of this instant as a base in RDB. */
export async function writeRdbBase(base: BaseInWork, { engine, sliceMs }: BaseOptions): Promise<FinishedBase> {
  return { ...base, bytes: await writeSnapshot(engine, base.file, { isAofBase: true, sliceMs }) };
}

/** Writes a snapshot of this instant as a base of commands, made from one in RDB. */
export async function writeCommandBase(base: BaseInWork, options: BaseOptions): Promise<FinishedBase> {
  const { engine, files, sliceMs, stampSeconds } = options;
  const { path } = await writeRdbBase(base, options);
  const commands = await files.beginBase("aof");
  const { environment, limits } = engine;
  const { stringBytesMax } = limits;
  try {
    const writing = { disk: files.disk, environment, sliceMs, stringBytesMax, stampSeconds };
    const bytes = await writeAsCommands(path, commands.file, writing);
    return { ...commands, bytes, generation: base.generation };
  } catch (error) {
    await files.dropBase(commands).catch(() => {});
    throw error;
  } finally {
    await commands.file.close().catch(() => {});
  }
}
