/**
 * What a command must keep to beyond its own rules: sizes, memory and quotas. While none is set, a command costs one test of
 * {@link Bounds.isActive}.
 */
import type { CommandSpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import type { CommandError } from "../core/reply.ts";
import type { Instant, Keyspace } from "../data/keyspace.ts";
import type { Limits } from "../core/limits.ts";
import { Quotas } from "./quotas.ts";
import type { Session } from "./session.ts";
import { hasSizeBounds, sizeRefusal } from "./sizes.ts";

/** The limit on memory, as the bounds ask it. */
interface Memory {
  /** Bytes; 0 for no limit. */
  readonly maxBytes: number;
  /** Makes room; answers whether too much is left all the same. */
  makeRoom(): boolean;
}

/** What the bounds are of: the limits, the limit on memory, the data that commands would add to, and the present. */
interface Bounded {
  readonly limits: Readonly<Limits>;
  readonly eviction: Memory;
  readonly databases: readonly Keyspace[];
  readonly instant: Readonly<Instant>;
}

export class Bounds {
  /** Whether commands have to be shown to {@link refusal}. */
  isActive = false;
  /** Whether the last command from outside found too much in memory and nothing that may go. */
  outOfMemory = false;
  private readonly of: Bounded;
  private readonly quotas: Quotas;
  private readonly sizesAreSet: boolean;

  constructor(of: Bounded) {
    this.of = of;
    this.quotas = new Quotas(of.limits);
    this.sizesAreSet = hasSizeBounds(of.limits);
    this.update();
  }

  /** To be called when a bound was set or taken back. */
  update(): void {
    this.isActive = this.sizesAreSet || this.quotas.isSet || this.of.eviction.maxBytes > 0;
    this.outOfMemory = false;
  }

  /** Nothing is refused until {@link update}: what a journal repeats has been admitted before. */
  suspend(): void {
    this.isActive = false;
  }

  /** Why a command that has passed the other guards is not to run; undefined when it is. Counts it. */
  refusal(session: Session, command: CommandSpec, words: readonly string[]): CommandError | undefined {
    const { eviction, instant } = this.of;
    return (
      this.sizeRefusal(session, command, words) ??
      (eviction.maxBytes > 0 ? this.memoryRefusal(session, command) : undefined) ??
      (this.quotas.isSet ? this.quotas.count(session, command, instant.nowMs) : undefined)
    );
  }

  /** Why a command that a script runs exceeds a size limit; undefined when it does not. Quotas do not count it. */
  scriptRefusal(session: Session, command: CommandSpec, words: readonly string[]): CommandError | undefined {
    return this.sizeRefusal(session, command, words);
  }

  /** Makes room; answers whether the command may take some all the same. */
  private memoryRefusal(session: Session, command: CommandSpec): CommandError | undefined {
    this.outOfMemory = this.of.eviction.makeRoom();
    return this.outOfMemory && takesMemory(session, command) ? outOfMemoryError(session) : undefined;
  }

  private sizeRefusal(session: Session, command: CommandSpec, words: readonly string[]): CommandError | undefined {
    if (!this.sizesAreSet) return undefined;
    return sizeRefusal(this.of.limits, this.of.databases[session.databaseNumber]!, command, words);
  }
}

/** Queueing takes memory, too; what ends a transaction does not, unless it runs commands that do. */
function takesMemory({ transaction }: Session, { flags, inMulti }: CommandSpec): boolean {
  if (flags.has("denyoom")) return true;
  if (transaction === undefined || inMulti === "ends") return false;
  return inMulti !== "runs" || transaction.commands.some(({ entry }) => entry.command.flags.has("denyoom"));
}

/** In the words of the door that the command came in by. */
export function outOfMemoryError({ door }: Session): CommandError {
  return door === "rest" || door === "stream" ? errors.DATABASE_FULL : errors.OUT_OF_MEMORY;
}
