/**
 * One part of a {@link SlotIndex}: an open-addressing hash table from hash to slot number, with linear probing. It has
 * no keys: they stand in the owner's column, by slot, which look-ups are given. A bucket is two neighbouring numbers,
 * so a look-up mostly touches one cache line.
 *
 * Invariant: from an entry's home bucket to its own there is no empty bucket. At most three quarters of the buckets are
 * in use, so every search ends. No hash and slot pair occurs twice.
 *
 * Cost: O(1) to find, add, remove and renumber; growing and splitting copy one table, of a few thousand entries.
 *
 * References: only the {@link SlotIndex} holds a table. Buckets move, so none leaves this class.
 */
import type { Column } from "./column.ts";

/** Buckets of an empty table. */
const BUCKETS_MIN = 8;

/**
 * Spreads a hash over the buckets: 2^32 divided by the golden ratio. Entries of one table share their hash's low bits,
 * so these do not do.
 */
const SPREAD = 0x9e3779b1;

/** A table of pairs of hash and slot. */
export class SlotTable {
  /** For each bucket, the hash and the slot plus one; 0 there marks an empty bucket. */
  private cells: Int32Array;
  private mask: number;
  private shift: number;
  private entries = 0;

  /** `buckets` is a power of two. */
  constructor(buckets = BUCKETS_MIN) {
    this.cells = new Int32Array(buckets * 2);
    this.mask = buckets - 1;
    this.shift = Math.clz32(this.mask);
  }

  /** The slot of a key with this hash, or -1. `keys` has the keys by slot. */
  find(hash: number, key: string, keys: Column<string>): number {
    const { cells, mask } = this;
    for (let bucket = this.home(hash); ; bucket = (bucket + 1) & mask) {
      const slot = cells[bucket * 2 + 1]! - 1;
      if (slot < 0 || (cells[bucket * 2] === hash && keys.get(slot) === key)) return slot;
    }
  }

  /** Adds an entry that the table does not have. */
  add(hash: number, slot: number): void {
    if (this.entries * 4 >= (this.mask + 1) * 3) this.grow();
    this.put(hash, slot);
  }

  /** Removes an entry that the table has. */
  remove(hash: number, slot: number): void {
    const { cells, mask } = this;
    let hole = this.bucketOf(hash, slot);
    // Entries after the hole move into it, unless that would put them before their home. So no search ends too early.
    for (let bucket = (hole + 1) & mask; cells[bucket * 2 + 1] !== 0; bucket = (bucket + 1) & mask) {
      const distance = (bucket - this.home(cells[bucket * 2]!)) & mask;
      if (distance < ((bucket - hole) & mask)) continue;
      cells[hole * 2] = cells[bucket * 2]!;
      cells[hole * 2 + 1] = cells[bucket * 2 + 1]!;
      hole = bucket;
    }
    cells[hole * 2 + 1] = 0;
    this.entries--;
  }

  /** Changes the slot of an entry that the table has. */
  renumber(hash: number, from: number, to: number): void {
    this.cells[this.bucketOf(hash, from) * 2 + 1] = to + 1;
  }

  /** The entries as two tables: those whose hash lacks the bit, and those whose hash has it. */
  split(bit: number): [without: SlotTable, having: SlotTable] {
    const half = Math.max(BUCKETS_MIN, (this.mask + 1) / 2);
    const parts: [SlotTable, SlotTable] = [new SlotTable(half), new SlotTable(half)];
    this.forEach((hash, slot) => parts[(hash & bit) === 0 ? 0 : 1].add(hash, slot));
    return parts;
  }

  get size(): number {
    return this.entries;
  }

  /**
   * Visits the entries whose place is from `from` to `to - 1`, in no order. A place is 32 bits of the hash that the table
   * puts its entries in order by, so it stays as it is when the table grows or is split.
   */
  forEachWithin(from: number, to: number, visit: (place: number, slot: number) => void): void {
    if (this.entries === 0) return;
    const { cells, mask, shift } = this;
    const first = from >>> shift;
    const homes = ((to - 1) >>> shift) - first;
    // An entry stands at its home or behind it with no empty bucket between, so one behind the last home ends the walk.
    for (let walked = 0; walked <= mask; walked++) {
      const bucket = (first + walked) & mask;
      const slot = cells[bucket * 2 + 1]! - 1;
      if (slot < 0) {
        if (walked >= homes) return;
        continue;
      }
      const place = placeOf(cells[bucket * 2]!);
      if (place >= from && place < to) visit(place, slot);
    }
  }

  private grow(): void {
    const wider = new SlotTable((this.mask + 1) * 2);
    this.forEach((hash, slot) => wider.put(hash, slot));
    ({ cells: this.cells, mask: this.mask, shift: this.shift } = wider);
  }

  private put(hash: number, slot: number): void {
    const { cells, mask } = this;
    let bucket = this.home(hash);
    while (cells[bucket * 2 + 1] !== 0) bucket = (bucket + 1) & mask;
    cells[bucket * 2] = hash;
    cells[bucket * 2 + 1] = slot + 1;
    this.entries++;
  }

  private forEach(visit: (hash: number, slot: number) => void): void {
    const { cells } = this;
    for (let i = 0; i < cells.length; i += 2) if (cells[i + 1] !== 0) visit(cells[i]!, cells[i + 1]! - 1);
  }

  private bucketOf(hash: number, slot: number): number {
    let bucket = this.home(hash);
    while (this.cells[bucket * 2 + 1] !== slot + 1) bucket = (bucket + 1) & this.mask;
    return bucket;
  }

  private home(hash: number): number {
    return placeOf(hash) >>> this.shift;
  }
}

function placeOf(hash: number): number {
  return Math.imul(hash, SPREAD) >>> 0;
}
