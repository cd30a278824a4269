/**
 * The structure under the keyspace, large hashes and large sets: an index from byte string to slot number, beside dense
 * columns of keys and values by slot.
 *
 * Invariant: the slots in use are 0 … size - 1. Removal moves the last element into the hole, so a random element is a
 * random slot. A scan follows the order of hashes, which no addition or removal changes: it visits each element that
 * stays exactly once, with a plain number as its cursor and no state.
 *
 * The index is spread over small tables by linear hashing: when tables are full on average, the next one in turn is
 * split in two, which takes a fraction of a millisecond. A JavaScript Map would end at 2^24 entries, rehash in one go,
 * and take three times the memory.
 *
 * Cost: O(1) for each operation, one hash of the key included; {@link INDEX_ENTRY_BYTES} for an entry.
 *
 * References: a slot holds until the next removal, so nothing outside of `data/` may keep one between two calls.
 */
import { hashBytes } from "../../core/string-hash.ts";
import { Column } from "./column.ts";
import { ScanPosition, PLACES } from "./scan-position.ts";
import { SlotTable } from "./slot-table.ts";
import { withoutWatcher, withWatcher } from "./watchers.ts";

/** Entries per table, on average, before the next split. */
const TABLE_ENTRIES = 1 << 12;

/** Informed before the elements of an index change, as a {@link SlotWalk} needs it. */
export interface SlotWatcher {
  /** The element at a slot is about to change or to be removed. */
  beforeChange(slot: number): void;
  /** The element at a slot is about to be removed, and that at the last slot to take its place. */
  beforeRemove(slot: number, last: number): void;
}

/**
 * Estimated heap bytes of an entry of a {@link SlotIndex}, without its key: a share of a table, and a word for the key.
 */
export const INDEX_ENTRY_BYTES = 24;

/**
 * An index from byte strings to slots 0 … size - 1, with the keys by slot. Its owner keeps further columns in step with
 * it.
 */
export class SlotIndex {
  private readonly tables: SlotTable[] = [new SlotTable()];
  /** Largest power of two not above the number of tables. */
  private base = 1;
  private readonly keys = new Column<string>();
  /** Undefined while there are none. */
  private watchers: readonly SlotWatcher[] | undefined;

  get size(): number {
    return this.keys.length;
  }

  /** Informs a watcher of changes until {@link unwatch}: of removals, and of what the owner announces. */
  watch(watcher: SlotWatcher): void {
    this.watchers = withWatcher(this.watchers, watcher);
  }

  unwatch(watcher: SlotWatcher): void {
    this.watchers = withoutWatcher(this.watchers, watcher);
  }

  /** Informs the watchers that what the owner has at a slot is about to change. */
  beforeChange(slot: number): void {
    if (this.watchers !== undefined) for (const watcher of this.watchers) watcher.beforeChange(slot);
  }

  /** Informs the watchers that what the owner has for a key is about to change. */
  beforeChangeOf(key: string): void {
    if (this.watchers === undefined) return;
    const slot = this.find(key);
    if (slot !== undefined) this.beforeChange(slot);
  }

  keyAt(slot: number): string {
    return this.keys.get(slot);
  }

  /** The slot of a key, or undefined. */
  find(key: string): number | undefined {
    const hash = hashBytes(key);
    const slot = this.tableOf(hash).find(hash, key, this.keys);
    return slot < 0 ? undefined : slot;
  }

  /** Adds a key that the index does not have. Its slot is the old size. */
  add(key: string): number {
    const slot = this.keys.length;
    if (slot >= this.tables.length * TABLE_ENTRIES) this.split();
    const hash = hashBytes(key);
    this.tableOf(hash).add(hash, slot);
    this.keys.push(key);
    return slot;
  }

  /**
   * Removes the key at a slot, and moves the last key into its place. The owner does so in its columns: from slot
   * `size`, as it is now, to `slot`.
   */
  removeAt(slot: number): void {
    if (this.watchers !== undefined) this.beforeRemove(slot);
    const hash = hashBytes(this.keys.get(slot));
    this.tableOf(hash).remove(hash, slot);
    this.keys.removeAt(slot);
    const last = this.keys.length;
    if (slot === last) return;
    const movedHash = hashBytes(this.keys.get(slot));
    this.tableOf(movedHash).renumber(movedHash, last, slot);
  }

  private beforeRemove(slot: number): void {
    this.beforeChange(slot);
    for (const watcher of this.watchers!) watcher.beforeRemove(slot, this.keys.length - 1);
  }

  /**
   * Visits slots in the order of their keys' hashes, from a cursor on (0 to begin), until `visit` answers false.
   * Answers the next cursor, or 0 at the end. Keys added or removed between two calls do not affect the others: each is
   * visited once. `window` is the number of slots likely to be visited. Nothing may change during a call.
   */
  scan(cursor: number, window: number, visit: (slot: number) => boolean): number {
    const level = Math.log2(this.base);
    const position = new ScanPosition(cursor, level);
    const batch = new Batch();
    let goesOn = true;
    for (; !position.isAtEnd; position.advance(level)) {
      const tables = this.tablesAt(position);
      let entries = 0;
      for (const table of tables) entries += table.size;
      if (entries === 0) continue;
      const places = Math.ceil((PLACES / entries) * Math.min(window, BATCH_ENTRIES));
      let last = -1;
      while (position.place < PLACES) {
        const end = Math.min(PLACES, position.place + places);
        batch.clear();
        for (const table of tables) table.forEachWithin(position.place, end, batch.add);
        for (let i = 0; i < batch.places.length; i++) {
          const place = batch.places[i]!;
          // Keys with equal hashes go together, since no cursor can stand between them.
          if (!goesOn && place !== last) return position.at(place);
          last = place;
          goesOn = visit(batch.slots[i]!) && goesOn;
        }
        position.place = end;
      }
    }
    return 0;
  }

  /** The tables that have the keys of a position. */
  private tablesAt({ suffix, level }: ScanPosition): SlotTable[] {
    const tables: SlotTable[] = [];
    for (let i = suffix; i < this.tables.length; i += 2 ** level) tables.push(this.tables[i]!);
    return tables;
  }

  private tableOf(hash: number): SlotTable {
    const wide = hash & (this.base * 2 - 1);
    return this.tables[wide < this.tables.length ? wide : wide & (this.base - 1)]!;
  }

  /** A step of linear hashing: splits the next table in turn by one more bit of its entries' hashes. */
  private split(): void {
    const source = this.tables.length - this.base;
    const [kept, fresh] = this.tables[source]!.split(this.base);
    this.tables[source] = kept;
    this.tables.push(fresh);
    if (this.tables.length === this.base * 2) this.base *= 2;
  }
}

/** A {@link SlotIndex} with a column of values. */
export class IndexedMap<V> {
  readonly index = new SlotIndex();
  private readonly values = new Column<V>();

  get size(): number {
    return this.index.size;
  }

  has(key: string): boolean {
    return this.index.find(key) !== undefined;
  }

  get(key: string): V | undefined {
    const slot = this.index.find(key);
    return slot === undefined ? undefined : this.values.get(slot);
  }

  /** Sets the value of a key; answers whether the key is new. */
  set(key: string, value: V): boolean {
    const slot = this.index.find(key);
    if (slot !== undefined) {
      this.index.beforeChange(slot);
      this.values.set(slot, value);
      return false;
    }
    this.index.add(key);
    this.values.push(value);
    return true;
  }

  /** Removes a key; answers whether it was there. */
  delete(key: string): boolean {
    const slot = this.index.find(key);
    if (slot === undefined) return false;
    this.index.removeAt(slot);
    this.values.removeAt(slot);
    return true;
  }

  keyAt(slot: number): string {
    return this.index.keyAt(slot);
  }

  valueAt(slot: number): V {
    return this.values.get(slot);
  }

  /** Visits slots in the order of hashes, from a cursor on, until `visit` answers false; see {@link SlotIndex.scan}. */
  scan(cursor: number, window: number, visit: (slot: number) => boolean): number {
    return this.index.scan(cursor, window, visit);
  }
}

/** Entries that a scan takes from the tables at once, to sort them by insertion. */
const BATCH_ENTRIES = 32;

/** A few entries, ordered by place. */
class Batch {
  readonly places: number[] = [];
  readonly slots: number[] = [];

  /** Entries of a table come nearly in order, so this mostly appends. */
  readonly add = (place: number, slot: number): void => {
    const { places, slots } = this;
    let at = places.length;
    places.push(place);
    slots.push(slot);
    for (; at > 0 && places[at - 1]! > place; at--) {
      places[at] = places[at - 1]!;
      slots[at] = slots[at - 1]!;
    }
    places[at] = place;
    slots[at] = slot;
  };

  clear(): void {
    this.places.length = 0;
    this.slots.length = 0;
  }
}
