/**
 * Where effects go: to every sink that is attached, an append-only file or a replica. None is attached at first, and
 * while none is, the journal costs a test.
 *
 * An **effect** is a command that repeats what another command did: deterministic, with absolute times. The effects of a
 * command, a transaction or a script are one **group**, which a sink gets in one piece once it is complete; a group
 * without effects is none. A sink that cannot take a group says so, and the client that caused it is answered an error:
 * its write has happened in memory, and may not be there after a restart.
 */
import type { CommandSpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import { CommandError } from "../core/reply.ts";
import { respCommand } from "../core/resp-command.ts";
import type { Session } from "./session.ts";

/** Which sinks an effect is for: a message that is published is for replicas only. */
type Target = "all" | "replicas";

export class Effect {
  /** The number of the database it acts on. */
  readonly database: number;
  readonly words: readonly string[];
  readonly target: Target;
  private pieces: readonly string[] | undefined;

  constructor(database: number, words: readonly string[], target: Target = "all") {
    this.database = database;
    this.words = words;
    this.target = target;
  }

  /** The command in the Redis protocol, as byte strings one after another. Made once, for all sinks. */
  get encoded(): readonly string[] {
    return (this.pieces ??= respCommand(this.words));
  }
}

/** Takes effects in their order. Runs no command, and never waits. */
export interface Sink {
  readonly kind: "file" | "replica";
  /**
   * Takes the effects of one group, at least one: after a crash either all of them count or none. Throws a CommandError,
   * which the client is answered, when it has taken none of them. What becomes of the gap is its own concern: until that
   * is settled it should refuse further writes.
   */
  append(group: readonly Effect[]): void;
  /** Why a command is not to run now; undefined when it may. `writes`: it may change data. */
  refusal?(command: CommandSpec, writes: boolean): CommandError | undefined;
}

export class Journal {
  /** Some sink is attached. */
  isOn = false;
  /** Changes since the start, journalled or not: commands that changed something, keys and fields that time removed. */
  writes = 0;
  /**
   * Is told when a sink could not take a group, also of one that no client is answered for: keys that expired or were
   * evicted. What is no CommandError is a fault of ours.
   */
  onLoss: ((error: unknown) => void) | undefined;
  private sinks: readonly Sink[] = [];
  /** Transactions and scripts under way: a script may be part of a transaction. */
  private depth = 0;
  /** Effects of the group that is under way. */
  private pending: Effect[] = [];
  /** Some of them were declared by a command. */
  private isClaimed = false;
  private failure: CommandError | undefined;

  attach(sink: Sink): void {
    this.sinks = [...this.sinks, sink];
    this.isOn = true;
  }

  detach(sink: Sink): void {
    this.sinks = this.sinks.filter((other) => other !== sink);
    this.isOn = this.sinks.length > 0;
  }

  /** A transaction or a script is under way. */
  get isInGroup(): boolean {
    return this.depth > 0;
  }

  /** The effects from here to {@link endGroup} are one group. Groups within it are parts of it. */
  beginGroup(): void {
    this.depth++;
  }

  endGroup(): void {
    if (--this.depth === 0 && this.pending.length > 0) this.deliver();
  }

  /** Takes the effects of a command, as one group unless one is under way. */
  append(database: number, commands: readonly (readonly string[])[], target: Target = "all"): void {
    if (!this.isOn || commands.length === 0) return;
    for (const words of commands) this.pending.push(new Effect(database, words, target));
    this.isClaimed = true;
    if (this.depth === 0) this.deliver();
  }

  /** Takes an effect of time or of the limit on memory. It repeats itself after a restart, so nobody is answered for it. */
  appendUnasked(database: number, words: readonly string[]): void {
    this.writes++;
    if (!this.isOn) return;
    this.pending.push(new Effect(database, words));
    if (this.depth === 0) this.deliver();
  }

  /** Why a command is not to run now. To be asked while {@link isOn}. */
  refusal({ transaction }: Session, command: CommandSpec): CommandError | undefined {
    const writes = command.isWrite || (command.name === "EXEC" && transaction?.writes === true);
    for (const sink of this.sinks) {
      const refusal = sink.refusal?.(command, writes);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  /** Why what the outermost command did was not taken, once; undefined when it was. */
  takeFailure(): CommandError | undefined {
    const { failure } = this;
    this.failure = undefined;
    return failure;
  }

  private deliver(): void {
    const { pending, isClaimed } = this;
    this.pending = [];
    this.isClaimed = false;
    for (const sink of this.sinks) {
      const group = sink.kind === "replica" ? pending : pending.filter(({ target }) => target === "all");
      if (group.length === 0) continue;
      try {
        sink.append(group);
      } catch (error) {
        this.onLoss?.(error);
        if (isClaimed) this.failure ??= error instanceof CommandError ? error : errors.NOT_JOURNALLED;
      }
    }
  }
}
