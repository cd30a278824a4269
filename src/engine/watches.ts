/** The keys that sessions WATCH. A change of a key marks its watches, each of which is removed when it is marked. */
import type { Keyspace } from "../data/keyspace.ts";
import type { KeyChangeListener, KeyChanges, SetListening } from "./key-changes.ts";

/** The watch of a session. */
export interface Watch {
  readonly keys: { readonly keyspace: Keyspace; readonly key: string }[];
  /** Whether one of the keys has changed. The others are not watched any more then. */
  hasChanged: boolean;
  /** What the keys take in memory, in bytes. */
  heldBytes: number;
}

/** What a watched key takes beside its name, in bytes: its record, an entry in the table, and a set there. */
const WATCHED_KEY_BYTES = 350;

/** The watches of all sessions. */
export class Watches implements KeyChangeListener {
  /** Watches by database and key. Only watched keys are in it. */
  private readonly byKeyspace = new Map<Keyspace, Map<string, Set<Watch>>>();
  private readonly setListening: SetListening;

  constructor(changes: KeyChanges) {
    this.setListening = changes.add(this);
  }

  /** Whether no key is watched. */
  get isEmpty(): boolean {
    return this.byKeyspace.size === 0;
  }

  add(watch: Watch, keyspace: Keyspace, key: string): void {
    const byKey = this.byKeyspace.get(keyspace) ?? new Map<string, Set<Watch>>();
    const watchers = byKey.get(key) ?? new Set<Watch>();
    if (watchers.has(watch)) return;
    this.byKeyspace.set(keyspace, byKey.set(key, watchers.add(watch)));
    watch.keys.push({ keyspace, key });
    watch.heldBytes += WATCHED_KEY_BYTES + key.length;
    this.setListening(true);
  }

  /** Removes a watch. */
  remove(watch: Watch): void {
    watch.heldBytes = 0;
    for (const { keyspace, key } of watch.keys.splice(0)) {
      const byKey = this.byKeyspace.get(keyspace)!;
      const watchers = byKey.get(key)!;
      watchers.delete(watch);
      if (watchers.size > 0) continue;
      byKey.delete(key);
      if (byKey.size === 0) this.byKeyspace.delete(keyspace);
    }
    if (this.isEmpty) this.setListening(false);
  }

  /** Marks the watches of a changed key. */
  keyChanged(keyspace: Keyspace, key: string): void {
    const watchers = this.byKeyspace.get(keyspace)?.get(key);
    if (watchers === undefined) return;
    for (const watch of watchers) {
      watch.hasChanged = true;
      this.remove(watch);
    }
  }

  /**
   * Marks the watches of all keys in a database that is about to be emptied, or to take over another's keys, and in
   * that one.
   */
  databaseChanging(keyspace: Keyspace, successor: Keyspace | undefined): void {
    const byKey = this.byKeyspace.get(keyspace);
    if (byKey === undefined) return;
    for (const key of byKey.keys()) {
      const isThere = keyspace.deadline(key) !== undefined || successor?.deadline(key) !== undefined;
      if (isThere) this.keyChanged(keyspace, key);
    }
  }
}
