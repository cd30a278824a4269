/** What commands ask of whoever keeps the data on a disk. Implemented by persistence/; without it nothing is kept. */
import type { CommandSpec } from "../core/command-spec.ts";
import type { CommandError } from "../core/reply.ts";

/** When what was written is made safe: before it is acknowledged, every second, or whenever the system likes. */
export const FSYNC_POLICIES = ["everysec", "always", "no"] as const;

export type FsyncPolicy = (typeof FSYNC_POLICIES)[number];

/** How a save or a rewrite was taken up. */
export type WorkStart = "started" | "scheduled" | CommandError;

export interface Durability {
  /** The fields of INFO persistence, as lines. */
  readonly infoLines: readonly string[];
  /** When an RDB file was last written, in whole seconds since the epoch. */
  readonly lastSaveSeconds: number;
  /** Why a command is not to run now: data is being loaded. Undefined when it is. */
  refusal(command: CommandSpec): CommandError | undefined;
  /** Whether {@link refusal} may refuse anything now. {@link Bounds.update} is called when that changes. */
  readonly isRefusing: boolean;
  /** BGSAVE. `mayWait`: it may be scheduled for when other work is done. */
  startSave(mayWait: boolean): WorkStart;
  /** BGREWRITEAOF. */
  startRewrite(): WorkStart;
  /** SAVE. Calls back when a file with the data of this instant, or of a later one, is safe, or could not be written. */
  save(done: (error: CommandError | undefined) => void): void;
  /** WAITAOF. Calls back when everything that has been written until now is synced; undefined when there is no file for it. */
  whenSynced: ((done: () => void) => void) | undefined;
  /** SHUTDOWN. Ends the process unless it cannot: then it answers why. */
  shutdown(mode: ShutdownMode): CommandError | undefined;
}

export interface ShutdownMode {
  /** Undefined: saves if there are save points. */
  readonly save: boolean | undefined;
  readonly force: boolean;
}
