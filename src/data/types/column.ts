/**
 * Values by slot, in chunks of {@link CHUNK_SIZE}. A plain array copies itself when it grows, which takes tens of
 * milliseconds at millions of elements; a column adds one more chunk.
 *
 * Invariant: all chunks but the last are full. A sparse column has 0 at every slot without a value, and no chunk where
 * all are 0 from the beginning. Cost: O(1) for each operation.
 */
import type { Int64 } from "../../core/numbers.ts";

const CHUNK_BITS = 13;
const CHUNK_SIZE = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_SIZE - 1;

/** Values by slot, from 0 to length - 1. */
export class Column<V> {
  private readonly chunks: V[][] = [];
  length = 0;

  get(slot: number): V {
    return this.chunks[slot >>> CHUNK_BITS]![slot & CHUNK_MASK]!;
  }

  set(slot: number, value: V): void {
    this.chunks[slot >>> CHUNK_BITS]![slot & CHUNK_MASK] = value;
  }

  push(value: V): void {
    const slot = this.length++;
    if ((slot & CHUNK_MASK) === 0) this.chunks.push([value]);
    else this.chunks[slot >>> CHUNK_BITS]!.push(value);
  }

  /** Removes the value at a slot by moving the last value into its place. */
  removeAt(slot: number): void {
    const last = --this.length;
    const chunk = this.chunks[last >>> CHUNK_BITS]!;
    const moved = chunk.pop()!;
    if (chunk.length === 0) this.chunks.pop();
    if (slot !== last) this.set(slot, moved);
  }
}

/**
 * 64-bit integers by slot, 0 where none was set. An integer that a double cannot hold is kept as the nearest double, and
 * exactly in a map, which most databases do not have. So a comparison with the clock reads one double.
 */
export class SparseInt64Column {
  private readonly nearest = new SparseNumberColumn();
  /** By slot; undefined before the first. */
  private beyondDoubles: Map<number, bigint> | undefined;

  /** The integer at a slot, or the nearest double to one beyond 2^53. */
  get(slot: number): number {
    return this.nearest.get(slot);
  }

  /** The integer at a slot, to the last digit. */
  exact(slot: number): Int64 {
    const nearest = this.nearest.get(slot);
    return Number.isSafeInteger(nearest) ? nearest : (this.beyondDoubles?.get(slot) ?? nearest);
  }

  set(slot: number, value: Int64): void {
    this.beyondDoubles?.delete(slot);
    if (typeof value === "bigint") (this.beyondDoubles ??= new Map()).set(slot, value);
    this.nearest.set(slot, Number(value));
  }

  /** Moves the integer at `last` into the hole at `slot`. */
  move(last: number, slot: number): void {
    if (slot !== last) this.set(slot, this.exact(last));
    this.set(last, 0);
  }
}

/** Numbers by slot, 0 where none was set. Only chunks with a number in them take memory. */
export class SparseNumberColumn {
  private readonly chunks: (Float64Array | undefined)[] = [];

  get(slot: number): number {
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    return chunk === undefined ? 0 : chunk[slot & CHUNK_MASK]!;
  }

  set(slot: number, value: number): void {
    const at = slot >>> CHUNK_BITS;
    let chunk = this.chunks[at];
    if (chunk === undefined) {
      if (value === 0) return;
      chunk = new Float64Array(CHUNK_SIZE);
      this.chunks[at] = chunk;
    }
    chunk[slot & CHUNK_MASK] = value;
  }

  /** Moves the number at slot `last` into the hole at `slot`. */
  move(last: number, slot: number): void {
    if (slot !== last) this.set(slot, this.get(last));
    this.set(last, 0);
  }
}

/** Unsigned 32-bit integers by slot, from 0 to length - 1, at four bytes each. */
export class Uint32Column {
  private readonly chunks: Uint32Array[] = [];
  length = 0;

  get(slot: number): number {
    return this.chunks[slot >>> CHUNK_BITS]![slot & CHUNK_MASK]!;
  }

  set(slot: number, value: number): void {
    this.chunks[slot >>> CHUNK_BITS]![slot & CHUNK_MASK] = value;
  }

  push(value: number): void {
    const slot = this.length++;
    if ((slot & CHUNK_MASK) === 0) this.chunks.push(new Uint32Array(CHUNK_SIZE));
    this.set(slot, value);
  }

  /** Removes the number at a slot by moving the last number into its place. */
  removeAt(slot: number): void {
    const last = --this.length;
    this.set(slot, this.get(last));
    if ((last & CHUNK_MASK) === 0) this.chunks.pop();
  }
}
