/**
 * What is told that keys have changed: watches, clients that wait, the memory account, client-side caches. They are told
 * in the order in which they were added. A listener that has nobody to tell says so, and is left out: while none listens,
 * a change costs a test.
 */
import type { Keyspace } from "../data/keyspace.ts";
import type { Session } from "./session.ts";

/** Whose doing a change is. */
export interface ChangeOrigin {
  /** The client whose command is running, for a script's command the script's; undefined when it is time's own doing. */
  readonly caller: Session | undefined;
  /** The session that the change was made on, a script's own for its commands; undefined when keys expire or are evicted. */
  readonly session: Session | undefined;
  /** The words that made the change; none when keys expire or are evicted. */
  readonly words: readonly string[];
}

export interface KeyChangeListener {
  /** A key has changed, or has gone. */
  keyChanged(keyspace: Keyspace, key: string, origin: ChangeOrigin): void;
  /** A key is there that was not. {@link keyChanged} follows once the command says what it did. */
  keyAdded?(keyspace: Keyspace, key: string): void;
  /** A database is about to be emptied, or to take over what another holds. */
  databaseChanging?(keyspace: Keyspace, successor: Keyspace | undefined): void;
}

/** Says whether a listener listens from now on. */
export type SetListening = (isListening: boolean) => void;

export class KeyChanges {
  private readonly listeners: KeyChangeListener[] = [];
  private readonly listening = new Set<KeyChangeListener>();
  /** Those that listen, in order. Replaced, never changed, so that a listener may stop while it is told. */
  private active: readonly KeyChangeListener[] = [];

  /** Adds a listener behind the others. It does not listen before it says so. */
  add(listener: KeyChangeListener): SetListening {
    this.listeners.push(listener);
    return (isListening) => {
      if (this.listening.has(listener) === isListening) return;
      if (isListening) this.listening.add(listener);
      else this.listening.delete(listener);
      this.active = this.listeners.filter((other) => this.listening.has(other));
    };
  }

  /** Somebody listens. */
  get isHeard(): boolean {
    return this.active.length > 0;
  }

  keyChanged(keyspace: Keyspace, key: string, origin: ChangeOrigin): void {
    const { active } = this;
    for (let i = 0; i < active.length; i++) active[i]!.keyChanged(keyspace, key, origin);
  }

  keyAdded(keyspace: Keyspace, key: string): void {
    for (const listener of this.active) listener.keyAdded?.(keyspace, key);
  }

  databaseChanging(keyspace: Keyspace, successor: Keyspace | undefined): void {
    for (const listener of this.active) listener.databaseChanging?.(keyspace, successor);
  }
}
