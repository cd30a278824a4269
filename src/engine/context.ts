/**
 * What a handler sees of the engine while its command runs: the selected database, the time, randomness, the session,
 * and methods to declare its effects. An engine has two and sets them up anew for each command, so a command allocates
 * none: one for commands of sessions, one for commands that a script runs.
 */
import type { CommandSpec } from "../core/command-spec.ts";
import { EventClass } from "../core/keyspace-events.ts";
import type { Reply } from "../core/reply.ts";
import { beginWait } from "./blocking.ts";
import type { WaitRequest } from "./blocking.ts";
import type { Engine } from "./engine.ts";
import type { Instant, Keyspace } from "../data/keyspace.ts";
import type { ChangeOrigin, KeyChanges } from "./key-changes.ts";
import type { KeyspaceEvents } from "./keyspace-events.ts";
import type { Session } from "./session.ts";
import type { DataValue } from "../data/value.ts";

/** The context of one command at a time. A handler must not keep it beyond its return. */
export class Context implements ChangeOrigin {
  readonly engine: Engine;
  /** The database that the session has selected. */
  db: Keyspace;
  /** Changes made by the running command. A write that changed nothing is not journalled. */
  changes = 0;
  /** The running command. Set when it begins. */
  command!: CommandSpec;
  words!: readonly string[];
  /** Commands to journal in place of the command's own words; undefined for the words themselves. */
  effects: (readonly string[])[] | undefined;

  /** The database that was selected when the command began. Its effects are journalled for that one. */
  startedOn: Keyspace;
  /** As a {@link ChangeOrigin}, a context reports what its command changes. */
  readonly isEviction = false;
  private currentSession: Session | undefined;
  private readonly instant: Instant;
  private readonly keyChanges: KeyChanges;
  private readonly events: KeyspaceEvents;

  constructor(engine: Engine, db: Keyspace) {
    this.engine = engine;
    this.instant = engine.dataset.instant;
    this.keyChanges = engine.keyChanges;
    this.events = engine.events;
    this.db = db;
    this.startedOn = db;
  }

  /** Sets the context up for the next command. */
  begin(session: Session, db: Keyspace): void {
    this.currentSession = session;
    this.instant.noTouch = session.noTouch;
    this.db = db;
    this.startedOn = db;
    this.changes = 0;
    this.effects = undefined;
  }

  get session(): Session {
    return this.currentSession!;
  }

  /** The client that sent the command, or the script that the command belongs to. */
  get caller(): Session | undefined {
    return this.engine.turn.caller;
  }

  /** The current time in milliseconds since the epoch. It does not change while a command runs. */
  get nowMs(): number {
    return this.instant.nowMs;
  }

  /**
   * The current time to store in data, as for consumers of streams. It is {@link nowMs}, except that replaying a
   * journal sets that to before every deadline.
   */
  get presentMs(): number {
    return this.nowMs > 0 ? this.nowMs : this.engine.environment.now();
  }

  /** Uniform in [0, 1). */
  random(): number {
    return this.engine.environment.random();
  }

  /** A random integer from 0 to `limit - 1`. */
  randomBelow(limit: number): number {
    return Math.floor(this.engine.environment.random() * limit);
  }

  /**
   * Declares that the command has changed a key of a database, by default the selected one, and the event of the
   * change: its class, a bit of {@link EventClass}, and its name in Redis.
   */
  changed(eventClass: number, event: string, key: string, db = this.db): void {
    this.changes++;
    if (this.keyChanges.isHeard) this.keyChanges.keyChanged(db, key, this);
    this.events.notify(db, eventClass, event, key);
  }

  /** Declares a change of a key without an event, as Redis makes for a new form of the same value. */
  changedQuietly(key: string): void {
    this.changes++;
    if (this.keyChanges.isHeard) this.keyChanges.keyChanged(this.db, key, this);
  }

  /**
   * Declares that a database is about to be emptied, or to take over another's keys. No event reports it. Call it
   * before that happens, while the keys are still there.
   */
  databaseChanging(keyspace: Keyspace, successor?: Keyspace): void {
    this.changes++;
    this.keyChanges.databaseChanging(keyspace, successor);
  }

  /** Declares a change of something other than a key, such as a library of functions. */
  changedElsewhere(): void {
    this.changes++;
  }

  /** Reports the running command to monitors now instead of after it, since it is about to run others. */
  begins(): void {
    const { monitors } = this.engine;
    if (!monitors.isEmpty) monitors.tellAnyway(this.session, this.command, this.words, this.nowMs);
  }

  /** Sends an event in addition to that of the change. */
  notify(eventClass: number, event: string, key: string): void {
    this.events.notify(this.db, eventClass, event, key);
  }

  /**
   * Journals these commands in place of the command's own words. Every command whose words depend on time or chance
   * must call it. An empty list journals nothing.
   */
  propagate(...commands: (readonly string[])[]): void {
    this.propagateAll(commands);
  }

  /** As {@link propagate}, for commands of which there may be more than a call takes arguments. */
  propagateAll(commands: (readonly string[])[]): void {
    this.effects = commands;
  }

  /** Replicates the running command, which changes no data but has an effect on replicas too, as PUBLISH does. */
  forward(): void {
    const { journal } = this.engine;
    if (journal.isOn) journal.append(this.startedOn.number, [this.words], "replicas");
  }

  /**
   * Blocks the session until a key serves its command. Answers what to reply now. Call it last, after the command has
   * found nothing.
   */
  wait(request: WaitRequest): Reply {
    return beginWait(this, request);
  }

  /** Wakes sessions that wait for a key which has grown or lost a part. An added key wakes them by itself. */
  signal(key: string): void {
    const { waitingRoom } = this.engine;
    if (waitingRoom.size > 0) waitingRoom.signal(this.db, key);
  }

  /** Removes a key and declares the change; answers whether it existed. */
  delete(key: string): boolean {
    if (!this.db.delete(key)) return false;
    this.changed(EventClass.GENERIC, "del", key);
    return true;
  }

  /** Removes a key whose value has no elements left, with the event `del`. */
  removeIfEmpty(key: string, value: DataValue): void {
    if (value.size > 0) return;
    this.db.delete(key);
    this.notify(EventClass.GENERIC, "del", key);
  }
}
