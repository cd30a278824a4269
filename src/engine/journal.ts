/**
 * The journal passes effects to every attached sink: append-only files and replicas. With no sink attached, it costs a
 * test.
 *
 * An **effect** is a command that repeats what another command did: deterministic, with absolute times. The effects of
 * a command, a transaction or a script are one **group**, which sinks get as a whole once it is complete; an empty
 * group is dropped. If a sink cannot take a group, the client gets an error: its write has happened in memory and may
 * be lost by a restart.
 */
import type { CommandSpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import { CommandError } from "../core/reply.ts";
import type { SentBytes } from "../core/sent-bytes.ts";
import type { Session } from "./session.ts";

/** The sinks that an effect is for. A published message is for replicas only. */
type Target = "all" | "replicas";

/** A command to repeat, with the database to repeat it on. */
export class Effect {
  /** The number of its database. */
  readonly database: number;
  readonly words: readonly string[];
  readonly target: Target;

  constructor(database: number, words: readonly string[], target: Target = "all") {
    this.database = database;
    this.words = words;
    this.target = target;
  }
}

/** Receives effects in order. Runs no command and never waits. */
export interface Sink {
  readonly kind: "file" | "replica";
  /**
   * Takes a group of one effect or more: after a crash, all of them count or none. Throws a CommandError for the client
   * when it has taken none. Closing the gap is up to the sink; until then it should refuse writes.
   */
  append(group: readonly Effect[]): void;
  /**
   * Takes a group of one effect in place of {@link append}, since most groups are: without a list and an object for it,
   * and perhaps with the bytes that the client has sent.
   */
  appendOne?(database: number, words: readonly string[], sent: SentBytes | undefined): void;
  /** Why a command must not run now; undefined when it may. `writes`: it may change data. */
  refusal?(command: CommandSpec, writes: boolean): CommandError | undefined;
}

/** The journal of one engine. */
export class Journal {
  /** Whether any sink is attached. */
  isOn = false;
  /** Changes since the start, journalled or not: commands that changed something, expired keys and expired fields. */
  writes = 0;
  /**
   * Called with the error when a sink did not take a group, evictions and expiries included. An exception that is no
   * CommandError is a fault of the server.
   */
  onLoss: ((error: unknown) => void) | undefined;
  private sinks: readonly Sink[] = [];
  /** Depth of transactions and scripts under way: a script may be part of a transaction. */
  private depth = 0;
  /** Effects of the group under way; empty outside of one. */
  private pending: Effect[] = [];
  /** Whether a command declared any of them. */
  private isClaimed = false;
  /** Whether an effect of the group is for replicas only. */
  private isForwarding = false;
  private failure: CommandError | undefined;

  attach(sink: Sink): void {
    this.sinks = [...this.sinks, sink];
    this.isOn = true;
  }

  detach(sink: Sink): void {
    this.sinks = this.sinks.filter((other) => other !== sink);
    this.isOn = this.sinks.length > 0;
  }

  /** Whether a transaction or script is under way. */
  get isInGroup(): boolean {
    return this.depth > 0;
  }

  /** Begins a group, which ends with {@link endGroup}. A group inside another is part of it. */
  beginGroup(): void {
    this.depth++;
  }

  endGroup(): void {
    if (--this.depth > 0 || this.pending.length === 0) return;
    const { pending } = this;
    this.pending = [];
    this.deliver(pending);
  }

  /** Adds the effects of a command: to the current group, or as a group of their own. */
  append(database: number, commands: readonly (readonly string[])[], target: Target = "all"): void {
    if (!this.isOn || commands.length === 0) return;
    const effects = commands.map((words) => new Effect(database, words, target));
    if (target === "replicas") this.isForwarding = true;
    this.isClaimed = true;
    if (this.depth === 0) this.deliver(effects);
    else for (const effect of effects) this.pending.push(effect);
  }

  /** Adds a command that is its own effect. `sent` may describe another command. */
  appendOne(database: number, words: readonly string[], sent: SentBytes | undefined): void {
    if (this.depth === 0) return this.deliverOne(database, words, sent, true);
    this.isClaimed = true;
    this.pending.push(new Effect(database, words));
  }

  /** Adds an effect of expiry or eviction. It would happen again after a restart, so no client gets an error for it. */
  appendUnasked(database: number, words: readonly string[]): void {
    this.writes++;
    if (!this.isOn) return;
    if (this.depth === 0) this.deliverOne(database, words, undefined, false);
    else this.pending.push(new Effect(database, words));
  }

  /** Why a command must not run now; undefined when it may. Ask only while {@link isOn}. */
  refusal({ transaction }: Pick<Session, "transaction">, command: CommandSpec): CommandError | undefined {
    const writes = command.isWrite || (command.name === "EXEC" && transaction?.writes === true);
    for (const sink of this.sinks) {
      const refusal = sink.refusal?.(command, writes);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  /** The error of a sink for the outermost command, once; undefined when there is none. */
  takeFailure(): CommandError | undefined {
    const { failure } = this;
    this.failure = undefined;
    return failure;
  }

  /** Passes a whole group on. */
  private deliver(effects: readonly Effect[]): void {
    const { isClaimed, isForwarding } = this;
    this.isClaimed = this.isForwarding = false;
    for (const sink of this.sinks) {
      const isAll = !isForwarding || sink.kind === "replica";
      const group = isAll ? effects : effects.filter(({ target }) => target === "all");
      if (group.length === 0) continue;
      try {
        sink.append(group);
      } catch (error) {
        this.lost(error, isClaimed);
      }
    }
  }

  /** Passes a group of one effect on. */
  private deliverOne(
    database: number,
    words: readonly string[],
    sent: SentBytes | undefined,
    isClaimed: boolean,
  ): void {
    let group: readonly Effect[] | undefined;
    for (const sink of this.sinks) {
      try {
        if (sink.appendOne !== undefined) sink.appendOne(database, words, sent);
        else sink.append((group ??= [new Effect(database, words)]));
      } catch (error) {
        this.lost(error, isClaimed);
      }
    }
  }

  private lost(error: unknown, isClaimed: boolean): void {
    this.onLoss?.(error);
    if (isClaimed) this.failure ??= error instanceof CommandError ? error : errors.NOT_JOURNALLED;
  }
}
