/**
 * What commands ask of the files: saving, syncing, shutting down. Implemented by persistence/, so that the engine does
 * not depend on it. Without it the data ends with the process.
 */
import type { CommandSpec } from "../core/command-spec.ts";
import type { CommandError } from "../core/reply.ts";

/** Whether a save or a rewrite has started, waits for other work, or is refused. */
export type WorkStart = "started" | "scheduled" | CommandError;

/** The files of an engine. None of the methods waits. */
export interface Durability {
  /** The fields of INFO persistence, as lines. */
  readonly infoLines: readonly string[];
  /** The time of the last RDB file, in whole seconds since the epoch. */
  readonly lastSaveSeconds: number;
  /** Effects that wait to be written to the append-only file, in bytes. */
  readonly bufferedBytes: number;
  /** Why a command must not run now, as while data is loaded; undefined when it may. */
  refusal(command: CommandSpec): CommandError | undefined;
  /** Whether {@link refusal} may refuse anything now. {@link Bounds.update} is called when that changes. */
  readonly isRefusing: boolean;
  /** BGSAVE. `mayWait`: it may be scheduled for the time after other work. */
  startSave(mayWait: boolean): WorkStart;
  /** BGREWRITEAOF. */
  startRewrite(): WorkStart;
  /** SAVE. Calls back when a file with the data of this instant or a later one is synced, or with the error. */
  save(done: (error: CommandError | undefined) => void): void;
  /**
   * DEBUG RELOAD and DEBUG LOADAOF: replaces the data with that in the files. Commands are refused meanwhile. Calls back
   * when the data is there, or with the error.
   */
  reload(mode: ReloadMode, done: (error: CommandError | undefined) => void): void;
  /**
   * WAITAOF. Calls back when all writes until now are synced, or with the error when they will not be, since the
   * append-only file is turned off. Undefined without one.
   */
  whenSynced: ((done: (error?: CommandError) => void) => void) | undefined;
  /**
   * SHUTDOWN. Ends the process now, or once the data is saved; answers which, or why it cannot. Calls `saved` before it
   * ends the process, or with the error when it could not save and the process continues.
   */
  shutdown(mode: ShutdownMode, saved: (error: CommandError | undefined) => void): "ended" | "saving" | CommandError;
  /** SHUTDOWN ABORT. Calls `saved` of each SHUTDOWN that saves with an error. Answers false when there is none. */
  abortShutdown(): boolean;
}

/** What DEBUG RELOAD and DEBUG LOADAOF load, and how. */
export interface ReloadMode {
  readonly from: "rdb" | "aof";
  /** Whether the RDB file is written first. */
  readonly saves: boolean;
  /** Whether the data in memory is removed before the file is loaded. */
  readonly flushes: boolean;
  /** Whether keys of the file may replace those in memory. */
  readonly merges: boolean;
}

/** The options of SHUTDOWN. */
export interface ShutdownMode {
  /** Undefined: saves if there are save points. */
  readonly save: boolean | undefined;
  readonly force: boolean;
}
