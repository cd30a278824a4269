/** Who watches which keys. A key that changes marks its watchers, and each of them is marked once and forgotten here. */
import type { Keyspace } from "../data/keyspace.ts";
import type { KeyChangeListener, KeyChanges, SetListening } from "./key-changes.ts";

/** What one session watches. */
export interface Watch {
  readonly keys: { readonly keyspace: Keyspace; readonly key: string }[];
  /** One of the keys has changed since; the others are no longer watched. */
  changed: boolean;
}

export class Watches implements KeyChangeListener {
  /** Watchers by database and key; only keys that have some are in it. */
  private readonly byKeyspace = new Map<Keyspace, Map<string, Set<Watch>>>();
  private readonly setListening: SetListening;

  constructor(changes: KeyChanges) {
    this.setListening = changes.add(this);
  }

  /** Nobody watches anything. */
  get isEmpty(): boolean {
    return this.byKeyspace.size === 0;
  }

  add(watch: Watch, keyspace: Keyspace, key: string): void {
    const byKey = this.byKeyspace.get(keyspace) ?? new Map<string, Set<Watch>>();
    const watchers = byKey.get(key) ?? new Set<Watch>();
    if (watchers.has(watch)) return;
    this.byKeyspace.set(keyspace, byKey.set(key, watchers.add(watch)));
    watch.keys.push({ keyspace, key });
    this.setListening(true);
  }

  /** Forgets all that it watches. */
  remove(watch: Watch): void {
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

  /** A key has changed. */
  keyChanged(keyspace: Keyspace, key: string): void {
    const watchers = this.byKeyspace.get(keyspace)?.get(key);
    if (watchers === undefined) return;
    for (const watch of watchers) {
      watch.changed = true;
      this.remove(watch);
    }
  }

  /** A database is about to be emptied, or to take over what another holds: keys that are in either of them change. */
  databaseChanging(keyspace: Keyspace, successor: Keyspace | undefined): void {
    const byKey = this.byKeyspace.get(keyspace);
    if (byKey === undefined) return;
    for (const key of byKey.keys()) {
      const isThere = keyspace.deadline(key) !== undefined || successor?.deadline(key) !== undefined;
      if (isThere) this.keyChanged(keyspace, key);
    }
  }
}
