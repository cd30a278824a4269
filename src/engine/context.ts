/**
 * What a handler sees of the engine while its command runs: the database it works on, the present, chance, the session,
 * and the means to declare its effects. There is one per engine, set up anew for each command, so it costs nothing.
 */
import { EventClass } from "../core/keyspace-events.ts";
import type { Engine } from "./engine.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Session } from "./session.ts";
import type { DataValue } from "./value.ts";

export class Context {
  readonly engine: Engine;
  /** The database that the session has selected. */
  db: Keyspace;
  /** Changes made by the running command. A write that changed nothing is not journalled. */
  changes = 0;
  /** What to journal in place of the command's own words; undefined for the words themselves. */
  effects: (readonly string[])[] | undefined;

  /** The database that was selected when the command began, which its effects are journalled under. */
  startedOn: Keyspace;
  private currentSession: Session | undefined;

  constructor(engine: Engine, db: Keyspace) {
    this.engine = engine;
    this.db = db;
    this.startedOn = db;
  }

  /** Ready for the next command. */
  begin(session: Session, db: Keyspace): void {
    this.currentSession = session;
    this.db = db;
    this.startedOn = db;
    this.changes = 0;
    this.effects = undefined;
  }

  get session(): Session {
    return this.currentSession!;
  }

  /** The present in milliseconds since the epoch; one command sees one instant. */
  get nowMs(): number {
    return this.engine.instant.nowMs;
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
   * Declares that the command has changed a key of the selected database, and the event that tells of it: its class, a
   * bit of {@link EventClass}, and its name as Redis has it.
   */
  changed(eventClass: number, event: string, key: string): void {
    this.changes++;
    this.engine.keyModified(this.db, key);
    this.engine.notify(this.db, eventClass, event, key);
  }

  /** Declares a change to a key that no event tells of, as Redis has it for a new form of the same value. */
  changedQuietly(key: string): void {
    this.changes++;
    this.engine.keyModified(this.db, key);
  }

  /** Declares that any key of a database may have changed; no event tells of it. */
  databaseChanged(keyspace: Keyspace): void {
    this.changes++;
    this.engine.databaseModified(keyspace);
  }

  /** Declares a change to something that is no key, such as a library of functions. */
  changedElsewhere(): void {
    this.changes++;
  }

  /** An event beyond the one that told of the change. */
  notify(eventClass: number, event: string, key: string): void {
    this.engine.notify(this.db, eventClass, event, key);
  }

  /**
   * Journals these commands in place of the running command's own words. To be called by every command whose words
   * depend on time or chance. An empty list journals nothing.
   */
  propagate(...commands: (readonly string[])[]): void {
    this.effects = commands;
  }

  /** A key whose value has lost its last element goes, and the `del` event tells of it. */
  removeIfEmpty(key: string, value: DataValue): void {
    if (value.size > 0) return;
    this.db.delete(key);
    this.notify(EventClass.GENERIC, "del", key);
  }
}
