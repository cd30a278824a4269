/**
 * What a handler sees of the engine while its command runs: the database it works on, the present, chance, the session,
 * and the means to declare its effects. An engine has two and sets them up anew for each command, so a command
 * allocates none: one for commands of sessions, one for commands that a script runs.
 */
import type { CommandSpec } from "../core/command-spec.ts";
import { EventClass } from "../core/keyspace-events.ts";
import type { Reply } from "../core/reply.ts";
import { beginWait } from "./blocking.ts";
import type { WaitRequest } from "./blocking.ts";
import type { Engine } from "./engine.ts";
import type { Keyspace } from "../data/keyspace.ts";
import type { ChangeOrigin, KeyChanges } from "./key-changes.ts";
import type { KeyspaceEvents } from "./keyspace-events.ts";
import type { Session } from "./session.ts";
import type { DataValue } from "../data/value.ts";

export class Context implements ChangeOrigin {
  readonly engine: Engine;
  /** The database that the session has selected. */
  db: Keyspace;
  /** Changes made by the running command. A write that changed nothing is not journalled. */
  changes = 0;
  /** The running command, which is set when it begins. */
  command!: CommandSpec;
  words!: readonly string[];
  /** What to journal in place of the command's own words; undefined for the words themselves. */
  effects: (readonly string[])[] | undefined;

  /** The database that was selected when the command began, which its effects are journalled under. */
  startedOn: Keyspace;
  private currentSession: Session | undefined;
  private readonly keyChanges: KeyChanges;
  private readonly events: KeyspaceEvents;

  constructor(engine: Engine, db: Keyspace) {
    this.engine = engine;
    this.keyChanges = engine.keyChanges;
    this.events = engine.events;
    this.db = db;
    this.startedOn = db;
  }

  /** Ready for the next command. */
  begin(session: Session, db: Keyspace): void {
    this.currentSession = session;
    this.engine.instant.noTouch = session.noTouch;
    this.db = db;
    this.startedOn = db;
    this.changes = 0;
    this.effects = undefined;
  }

  get session(): Session {
    return this.currentSession!;
  }

  /** The client whose command this is; for a command of a script, the one that runs the script. */
  get caller(): Session | undefined {
    return this.engine.turn.caller;
  }

  /** The present in milliseconds since the epoch; one command sees one instant. */
  get nowMs(): number {
    return this.engine.instant.nowMs;
  }

  /**
   * The present to note in data, as consumers of streams do. It is {@link nowMs}, save that a journal which is repeated
   * moves that before every deadline.
   */
  get presentMs(): number {
    return this.nowMs > 0 ? this.nowMs : this.engine.environment.now();
  }

  /** Uniform in [0, 1). */
  random(): number {
    return this.engine.environment.random();
  }

  /** A whole number from 0 to `limit - 1`. */
  randomBelow(limit: number): number {
    return Math.floor(this.engine.environment.random() * limit);
  }

  /**
   * Declares that the command has changed a key, of the selected database unless another is named, and the event that
   * tells of it: its class, a bit of {@link EventClass}, and its name as Redis has it.
   */
  changed(eventClass: number, event: string, key: string, db = this.db): void {
    this.changes++;
    this.keyChanges.keyChanged(db, key, this);
    this.events.notify(db, eventClass, event, key);
  }

  /** Declares a change to a key that no event tells of, as Redis has it for a new form of the same value. */
  changedQuietly(key: string): void {
    this.changes++;
    this.keyChanges.keyChanged(this.db, key, this);
  }

  /**
   * Declares that a database is about to be emptied, or to take over what another holds; no event tells of it. To be
   * called before that happens, while it can be seen which keys there are.
   */
  databaseChanging(keyspace: Keyspace, successor?: Keyspace): void {
    this.changes++;
    this.keyChanges.databaseChanging(keyspace, successor);
  }

  /** Declares a change to something that is no key, such as a library of functions. */
  changedElsewhere(): void {
    this.changes++;
  }

  /** Tells monitors of the running command now, and not when it has run: it is about to run others. */
  begins(): void {
    const { monitors } = this.engine;
    if (!monitors.isEmpty) monitors.tellAnyway(this.session, this.command, this.words, this.nowMs);
  }

  /** An event beyond the one that told of the change. */
  notify(eventClass: number, event: string, key: string): void {
    this.events.notify(this.db, eventClass, event, key);
  }

  /**
   * Journals these commands in place of the running command's own words. To be called by every command whose words
   * depend on time or chance. An empty list journals nothing.
   */
  propagate(...commands: (readonly string[])[]): void {
    this.effects = commands;
  }

  /** Repeats the running command on replicas: it changes no data, and has an effect there too, as PUBLISH has. */
  forward(): void {
    const { journal } = this.engine;
    if (journal.isOn) journal.append(this.startedOn.number, [this.words], "replicas");
  }

  /**
   * Lets the session wait until a key is there for its command, and answers what is to be said now. To be called last,
   * after the command has found that there is nothing for it yet.
   */
  wait(request: WaitRequest): Reply {
    return beginWait(this, request);
  }

  /** Tells those who wait for a key that has grown or lost a part. A key that comes into being tells them by itself. */
  signal(key: string): void {
    const { waitingRoom } = this.engine;
    if (waitingRoom.size > 0) waitingRoom.signal(this.db, key);
  }

  /** Removes a key, whatever it holds, and declares it; answers whether it was there. */
  delete(key: string): boolean {
    if (!this.db.delete(key)) return false;
    this.changed(EventClass.GENERIC, "del", key);
    return true;
  }

  /** A key whose value has lost its last element goes, and the `del` event tells of it. */
  removeIfEmpty(key: string, value: DataValue): void {
    if (value.size > 0) return;
    this.db.delete(key);
    this.notify(EventClass.GENERIC, "del", key);
  }
}
