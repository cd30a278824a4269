/**
 * The structure under the keyspace and under large hashes and sets: a map from byte string to slot number, beside dense
 * columns of keys and values. Removal moves the last element into the hole, so that there are no holes: a random
 * element is a random slot, and a scan that walks the slots downwards returns whatever stays, with a number as cursor.
 *
 * A JavaScript Map ends at 2^24 entries and rehashes in one go when it grows. The index is therefore spread over several
 * Maps by linear hashing: each time the average Map is full, one of them is split in two, a few milliseconds' work.
 */
import { Column } from "./column.ts";

/** Average entries of one Map before the next split. Splitting one takes about 2 ms at this size, 20 ms at 2^15. */
const SHARD_ENTRIES = 1 << 12;

/**
 * Estimated heap bytes of one entry of a {@link SlotIndex} without its key: three words and its share of the buckets in
 * a Map that is two thirds full, and one word in the column of keys.
 */
export const INDEX_ENTRY_BYTES = 44;

/** Byte strings to slots 0 … size - 1, with the keys by slot. Owners keep further columns beside it. */
export class SlotIndex {
  private readonly shards: Map<string, number>[] = [new Map()];
  /** Largest power of two not above the number of shards. */
  private base = 1;
  private readonly keys = new Column<string>();

  get size(): number {
    return this.keys.length;
  }

  keyAt(slot: number): string {
    return this.keys.get(slot);
  }

  /** The slot of a key, or undefined. */
  find(key: string): number | undefined {
    return this.shardOf(key).get(key);
  }

  /** Adds a key that is known to be absent; its slot is the old size. */
  add(key: string): number {
    const slot = this.keys.length;
    if (slot >= this.shards.length * SHARD_ENTRIES) this.split();
    this.shardOf(key).set(key, slot);
    this.keys.push(key);
    return slot;
  }

  /**
   * Removes the key at a slot. The last key moves into its place: the owner does the same in its columns, from the slot
   * that is now `size` to `slot`.
   */
  removeAt(slot: number): void {
    this.shardOf(this.keys.get(slot)).delete(this.keys.get(slot));
    this.keys.removeAt(slot);
    if (slot < this.keys.length) {
      const moved = this.keys.get(slot);
      this.shardOf(moved).set(moved, slot);
    }
  }

  private shardOf(key: string): Map<string, number> {
    const shards = this.shards;
    if (shards.length === 1) return shards[0]!;
    return shards[this.shardNumber(hash(key))]!;
  }

  private shardNumber(hashed: number): number {
    const wide = hashed & (this.base * 2 - 1);
    return wide < this.shards.length ? wide : wide & (this.base - 1);
  }

  /**
   * One step of linear hashing: the entries of the next shard in turn go to two new ones, by one bit more of their hash.
   * Moving all of them is faster than deleting half, and leaves no Map with room it does not need.
   */
  private split(): void {
    const target = this.shards.length;
    const source = target - this.base;
    const mask = this.base * 2 - 1;
    const kept = new Map<string, number>();
    const fresh = new Map<string, number>();
    // A callback, since for … of makes an array of every entry, which the optimizer does not always take away.
    this.shards[source]!.forEach((slot, key) => ((hash(key) & mask) === target ? fresh : kept).set(key, slot));
    this.shards[source] = kept;
    this.shards.push(fresh);
    if (this.shards.length === this.base * 2) this.base *= 2;
  }
}

/** FNV-1a over all chars, folded. It only spreads keys over Maps, which have a seeded hash of their own. */
function hash(key: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  return (h ^ (h >>> 15)) >>> 0;
}

/** A {@link SlotIndex} with one value per key. */
export class IndexedMap<V> {
  private readonly index = new SlotIndex();
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

  /** Answers whether the key is new. */
  set(key: string, value: V): boolean {
    const slot = this.index.find(key);
    if (slot !== undefined) {
      this.values.set(slot, value);
      return false;
    }
    this.index.add(key);
    this.values.push(value);
    return true;
  }

  /** Answers whether the key was there. */
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
}

/**
 * The slots that one step of a scan visits, downwards: from `start - 1` to `end`, both within the size. A cursor is the
 * number of slots still to visit; 0 begins, and 0 ends.
 */
export function scanStep(size: number, cursor: number, count: number): { start: number; end: number } {
  const start = cursor === 0 || cursor > size ? size : cursor;
  return { start, end: Math.max(0, start - count) };
}
