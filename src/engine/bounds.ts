/**
 * Limits on commands apart from their own rules: sizes, memory and quotas. While none is set, a command costs one test
 * of {@link Bounds.isActive}.
 */
import type { CommandSpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import type { CommandError } from "../core/reply.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Limits } from "../core/limits.ts";
import type { Durability } from "./durability.ts";
import { Quotas } from "./quotas.ts";
import type { Session } from "./session.ts";
import { hasSizeBounds, sizeRefusal } from "./sizes.ts";

/** The limit on memory, as seen from here. */
interface Memory {
  /** Bytes; 0 for no limit. */
  readonly limitBytes: number;
  readonly isHeapExceeded: boolean;
  /** Evicts keys; answers whether the data still exceed the limit. */
  makeRoom(): boolean;
}

/** What the bounds apply to: limits, memory, the data that commands add to, and the current time. */
interface Bounded {
  readonly limits: Readonly<Limits>;
  readonly eviction: Memory;
  readonly dataset: Pick<Dataset, "databases" | "instant">;
  /** What keeps the data on a disk, if anything does. */
  readonly durability: Durability | undefined;
}

/** The limits of one engine. They answer an error and never throw one. */
export class Bounds {
  /** Whether any bound is set, so that commands must be checked. */
  isActive = false;
  /** Whether the data exceeded the limit at the last command from outside, and no key could be evicted. */
  isOutOfMemory = false;
  readonly quotas: Quotas;
  private readonly of: Bounded;
  private readonly sizesAreSet: boolean;

  constructor(of: Bounded) {
    this.of = of;
    this.quotas = new Quotas(of.limits);
    this.sizesAreSet = hasSizeBounds(of.limits);
    this.update();
  }

  /** Call it when a bound was set or removed. */
  update(): void {
    this.isActive = this.sizesAreSet || this.quotas.isSet || this.of.eviction.limitBytes > 0;
    if (this.of.durability?.isRefusing === true) this.isActive = true;
    this.isOutOfMemory = false;
  }

  /** Refuses nothing until {@link update}: a journal's commands were admitted before. */
  suspend(): void {
    this.isActive = false;
  }

  /** Why a command that has passed the other checks exceeds a bound; undefined when it does not. Counts it. */
  refusal(session: Session, command: CommandSpec, words: readonly string[]): CommandError | undefined {
    const { dataset, durability, eviction } = this.of;
    return (
      durability?.refusal(command) ??
      this.sizeRefusal(session, command, words) ??
      (eviction.limitBytes > 0 ? this.memoryRefusal(session, command) : undefined) ??
      (this.quotas.isSet ? this.quotas.count(session, command, dataset.instant.nowMs) : undefined)
    );
  }

  /**
   * Why a command that a script runs exceeds a size limit, or what the heap can hold; undefined when it does not. Quotas do
   * not count it. `session` is the script's.
   */
  scriptRefusal(
    session: Session,
    caller: Session,
    command: CommandSpec,
    words: readonly string[],
  ): CommandError | undefined {
    if (command.flags.has("denyoom") && this.of.eviction.isHeapExceeded) return outOfMemoryError(caller);
    return this.sizeRefusal(session, command, words);
  }

  /**
   * Evicts keys if needed. Answers why the command is refused if that did not free enough; undefined when it is not
   * refused.
   */
  private memoryRefusal(session: Session, command: CommandSpec): CommandError | undefined {
    this.isOutOfMemory = this.of.eviction.makeRoom();
    return this.isOutOfMemory && takesMemory(session, command) ? outOfMemoryError(session) : undefined;
  }

  private sizeRefusal(session: Session, command: CommandSpec, words: readonly string[]): CommandError | undefined {
    if (!this.sizesAreSet) return undefined;
    return sizeRefusal(this.of.limits, this.of.dataset.databases[session.databaseNumber]!, command, words);
  }
}

/** Queueing takes memory as well. A command that ends a transaction does not, unless it runs commands that do. */
function takesMemory({ transaction }: Session, { flags, inMulti }: CommandSpec): boolean {
  if (flags.has("denyoom")) return true;
  if (transaction === undefined || inMulti === "ends") return false;
  return inMulti !== "runs" || transaction.commands.some(({ entry }) => entry.command.flags.has("denyoom"));
}

/** The error for the session's door. */
export function outOfMemoryError({ door }: Session): CommandError {
  return door === "rest" || door === "stream" ? errors.DATABASE_FULL : errors.OUT_OF_MEMORY;
}
