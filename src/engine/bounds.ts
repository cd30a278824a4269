/**
 * What a command must keep to beyond its own rules: sizes and quotas. While none is set, a command costs one test of
 * {@link Bounds.isActive}.
 */
import type { CommandSpec } from "../core/command-spec.ts";
import type { CommandError } from "../core/reply.ts";
import type { Engine } from "./engine.ts";
import { Quotas } from "./quotas.ts";
import type { Session } from "./session.ts";
import { hasSizeBounds, sizeRefusal } from "./sizes.ts";

export class Bounds {
  /** Whether commands have to be shown to {@link refusal}. */
  isActive = false;
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
    this.isActive = this.sizesAreSet || this.quotas.isSet;
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
      (this.quotas.isSet ? this.quotas.count(session, command.name, engine.instant.nowMs) : undefined)
    );
  }

  /** The same for a command that a script runs: it is not counted. */
  scriptRefusal(session: Session, command: CommandSpec, words: readonly string[]): CommandError | undefined {
    return this.sizeRefusal(session, command, words);
  }

  private sizeRefusal(session: Session, command: CommandSpec, words: readonly string[]): CommandError | undefined {
    if (!this.sizesAreSet) return undefined;
    return sizeRefusal(this.engine.limits, this.engine.databases[session.databaseNumber]!, command, words);
  }
}
