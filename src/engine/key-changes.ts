/**
 * Reports changes of keys to listeners (watches, the waiting room, the memory account, client-side caching), in the
 * order in which they were added. A listener with nothing to do stops listening, so that a change costs a test while
 * none listens.
 */
import type { Keyspace } from "../data/keyspace.ts";
import type { Session } from "./session.ts";

/** The origin of a change. */
export interface ChangeOrigin {
  /** The client whose command runs or is about to, also for the commands of its script; undefined between commands. */
  readonly caller: Session | undefined;
  /**
   * The session of the change, which for a script's commands is the scripts' own; undefined for expiry and eviction.
   */
  readonly session: Session | undefined;
  /** The words of the command; none for expiry and eviction. */
  readonly words: readonly string[];
  /** Whether the key was evicted, which makes room for the caller's command before that begins. */
  readonly isEviction: boolean;
}

/** A part that needs to know of changes. It runs no command meanwhile. */
export interface KeyChangeListener {
  /** A key has changed or was removed. */
  keyChanged(keyspace: Keyspace, key: string, origin: ChangeOrigin): void;
  /** A key was added. {@link keyChanged} follows when the command declares its change. */
  keyAdded?(keyspace: Keyspace, key: string): void;
  /** A database is about to be emptied, or to take over another's keys. */
  databaseChanging?(keyspace: Keyspace, successor: Keyspace | undefined): void;
}

/** Turns listening on or off. */
export type SetListening = (isListening: boolean) => void;

/** The listeners of one engine. */
export class KeyChanges {
  /** Whether any listener is on. Test it before reporting a change. */
  isHeard = false;
  private readonly listeners: KeyChangeListener[] = [];
  private readonly listening = new Set<KeyChangeListener>();
  /** Listeners that are on, in order. Replaced and never changed, so that a listener may stop while it is called. */
  private active: readonly KeyChangeListener[] = [];

  /** Adds a listener after the others. It is off until it turns listening on. */
  add(listener: KeyChangeListener): SetListening {
    this.listeners.push(listener);
    return (isListening) => {
      if (this.listening.has(listener) === isListening) return;
      if (isListening) this.listening.add(listener);
      else this.listening.delete(listener);
      this.active = this.listeners.filter((other) => this.listening.has(other));
      this.isHeard = this.active.length > 0;
    };
  }

  keyChanged(keyspace: Keyspace, key: string, origin: ChangeOrigin): void {
    for (const listener of this.active) listener.keyChanged(keyspace, key, origin);
  }

  keyAdded(keyspace: Keyspace, key: string): void {
    for (const listener of this.active) listener.keyAdded?.(keyspace, key);
  }

  databaseChanging(keyspace: Keyspace, successor: Keyspace | undefined): void {
    for (const listener of this.active) listener.databaseChanging?.(keyspace, successor);
  }
}
