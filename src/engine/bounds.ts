/**
 * What a command must keep to beyond its own rules: sizes, memory and quotas. While none is set, a command costs one test of
 * {@link Bounds.isActive}.
 */
import type { CommandSpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import type { CommandError } from "../core/reply.ts";
import type { Engine } from "./engine.ts";
import { Quotas } from "./quotas.ts";
import type { Session } from "./session.ts";
import { hasSizeBounds, sizeRefusal } from "./sizes.ts";

export class Bounds {
  /** Whether commands have to be shown to {@link refusal}. */
  isActive = false;
  /** Whether the last command from outside found too much in memory and nothing that may go. */
  outOfMemory = false;
  private readonly engine: Engine;
  private readonly quotas: Quotas;
  private readonly sizesAreSet: boolean;

  constructor(engine: Engine) {
    this.engine = engine;
    this.quotas = new Quotas(engine.limits);
    this.sizesAreSet = hasSizeBounds(engine.limits);
    this.update();
  }

  /** To be called when a bound was set or taken back. */
  update(): void {
    this.isActive = this.sizesAreSet || this.quotas.isSet || this.engine.eviction.maxBytes > 0;
    this.outOfMemory = false;
  }

  /** Nothing is refused until {@link update}: what a journal repeats has been admitted before. */
  suspend(): void {
    this.isActive = false;
  }

  /** Why a command that has passed the other guards is not to run; undefined when it is. Counts it. */
  refusal(session: Session, command: CommandSpec, words: readonly string[]): CommandError | undefined {
    const { engine } = this;
    return (
      this.sizeRefusal(session, command, words) ??
      (engine.eviction.maxBytes > 0 ? this.memoryRefusal(session, command) : undefined) ??
      (this.quotas.isSet ? this.quotas.count(session, command.name, engine.instant.nowMs) : undefined)
    );
  }

  /** Why a command that a script runs exceeds a size limit; undefined when it does not. Quotas do not count it. */
  scriptRefusal(session: Session, command: CommandSpec, words: readonly string[]): CommandError | undefined {
    return this.sizeRefusal(session, command, words);
  }

  /** Makes room; answers whether the command may take some all the same. */
  private memoryRefusal(session: Session, command: CommandSpec): CommandError | undefined {
    this.outOfMemory = this.engine.eviction.makeRoom();
    return this.outOfMemory && takesMemory(session, command) ? outOfMemoryError(session) : undefined;
  }

  private sizeRefusal(session: Session, command: CommandSpec, words: readonly string[]): CommandError | undefined {
    if (!this.sizesAreSet) return undefined;
    return sizeRefusal(this.engine.limits, this.engine.databases[session.databaseNumber]!, command, words);
  }
}

/** Queueing takes memory, too; what ends a transaction does not, unless it runs commands that do. */
function takesMemory({ transaction }: Session, { name, flags }: CommandSpec): boolean {
  if (flags.has("denyoom")) return true;
  if (transaction === undefined || ENDS_TRANSACTION.has(name)) return false;
  return name !== "EXEC" || transaction.commands.some(({ entry }) => entry.command.flags.has("denyoom"));
}

const ENDS_TRANSACTION = new Set(["DISCARD", "QUIT", "RESET"]);

/** In the words of the door that the command came in by. */
export function outOfMemoryError({ door }: Session): CommandError {
  return door === "rest" || door === "stream" ? errors.DATABASE_FULL : errors.OUT_OF_MEMORY;
}
