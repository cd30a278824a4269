/**
 * Reports what happens to keys besides the changes that commands declare: keys are added, expire, are evicted, or are
 * not found.
 */
import { EventClass } from "../core/keyspace-events.ts";
import type { Keyspace, KeyspaceListener } from "../data/keyspace.ts";
import type { Journal } from "./journal.ts";
import type { KeyChanges } from "./key-changes.ts";
import type { KeyspaceEvents } from "./keyspace-events.ts";
import type { Stats } from "./stats.ts";
import type { Turn } from "./turn.ts";

/** The listener of all databases of an engine. */
export class KeyspaceReports implements KeyspaceListener {
  private readonly changes: KeyChanges;
  private readonly events: KeyspaceEvents;
  private readonly journal: Journal;
  private readonly stats: Stats;
  private readonly turn: Turn;

  constructor(changes: KeyChanges, events: KeyspaceEvents, journal: Journal, stats: Stats, turn: Turn) {
    this.changes = changes;
    this.events = events;
    this.journal = journal;
    this.stats = stats;
    this.turn = turn;
  }

  keyAdded(keyspace: Keyspace, key: string): void {
    if (this.changes.isHeard) this.changes.keyAdded(keyspace, key);
    if (this.events.asksFor(EventClass.NEW)) this.events.notify(keyspace, EventClass.NEW, "new", key);
  }

  keyMissed(keyspace: Keyspace, key: string): void {
    if (this.events.asksFor(EventClass.MISS)) this.events.notify(keyspace, EventClass.MISS, "keymiss", key);
  }

  keyExpired(keyspace: Keyspace, key: string): void {
    this.stats.expiredKeys++;
    this.reportUnasked(keyspace, key, ["DEL", key]);
    this.events.notify(keyspace, EventClass.EXPIRED, "expired", key);
  }

  keyEvicted(keyspace: Keyspace, key: string): void {
    this.stats.evictedKeys++;
    this.reportUnasked(keyspace, key, ["DEL", key], true);
    this.events.notify(keyspace, EventClass.EVICTED, "evicted", key);
  }

  fieldsExpired(keyspace: Keyspace, key: string, fields: readonly string[], emptied: boolean): void {
    this.stats.expiredFields += fields.length;
    this.reportUnasked(keyspace, key, ["HDEL", key, ...fields]);
    this.events.notify(keyspace, EventClass.HASH, "hexpired", key);
    if (emptied) this.events.notify(keyspace, EventClass.GENERIC, "del", key);
  }

  /** Reports a removal that no command asked for: by expiry or eviction. `effect` is the command that repeats it. */
  private reportUnasked(keyspace: Keyspace, key: string, effect: readonly string[], isEviction = false): void {
    const { changes, journal, turn } = this;
    journal.appendUnasked(keyspace.number, effect);
    if (!changes.isHeard) return;
    changes.keyChanged(keyspace, key, { caller: turn.caller, session: undefined, words: [], isEviction });
  }
}
