/**
 * A hash: byte strings by field. A small one is an array of fields and values in turn, in the order of insertion; a large
 * one is indexed, in no order. Fields stand in slots 0 … size - 1, so a random field is a random slot.
 *
 * Redis also gives up the flat form for long values, because it moves their bytes; our array only holds references.
 *
 * Fields may have deadlines. The hash does not know what time it is: until {@link HashValue.removeExpired} is called, a
 * field whose deadline has passed is there like any other.
 */
import { stringBytes } from "../value.ts";
import type { DataValue } from "../value.ts";
import { DeadlineQueue } from "./deadline-queue.ts";
import { extended, sampledSum } from "./flat.ts";
import { INDEX_ENTRY_BYTES, IndexedMap, scanStep } from "./indexed-map.ts";

/** A hash that grows beyond this is indexed, and stays so. */
const FLAT_FIELDS_MAX = 128;

export class HashValue implements DataValue {
  private flat: string[] = [];
  /** In place of `flat` once the hash has grown. */
  private index: IndexedMap<string> | undefined;
  /** Of the fields that have one; undefined while none has. */
  private deadlines: DeadlineQueue | undefined;

  // Not a property of each hash, which would take a word.
  get type(): "hash" {
    return "hash";
  }

  get size(): number {
    return this.index === undefined ? this.flat.length / 2 : this.index.size;
  }

  has(field: string): boolean {
    return this.index === undefined ? this.place(field) >= 0 : this.index.has(field);
  }

  get(field: string): string | undefined {
    if (this.index !== undefined) return this.index.get(field);
    const place = this.place(field);
    return place < 0 ? undefined : this.flat[place + 1];
  }

  /** Stores a value; a deadline that the field had is gone. Answers whether the field is new. */
  set(field: string, value: string): boolean {
    if (this.deadlines !== undefined) this.persist(field);
    return this.replace(field, value);
  }

  /** Stores a value and leaves the field's deadline as it is. Answers whether the field is new. */
  replace(field: string, value: string): boolean {
    if (this.index !== undefined) return this.index.set(field, value);
    const place = this.place(field);
    if (place >= 0) {
      this.flat[place + 1] = value;
      return false;
    }
    if (this.flat.length < FLAT_FIELDS_MAX * 2) this.flat = extended(this.flat, [field, value]);
    else this.grow().set(field, value);
    return true;
  }

  /** Answers whether the field was there. */
  delete(field: string): boolean {
    if (this.deadlines !== undefined) this.persist(field);
    if (this.index !== undefined) return this.index.delete(field);
    const place = this.place(field);
    if (place >= 0) this.flat.splice(place, 2);
    return place >= 0;
  }

  /** When a field expires, in milliseconds since the epoch; undefined when it does not, or is not there. */
  deadline(field: string): number | undefined {
    return this.deadlines?.get(field);
  }

  /** Sets when a field that is there expires. */
  setDeadline(field: string, deadlineMs: number): void {
    this.deadlines ??= new DeadlineQueue();
    this.deadlines.set(field, deadlineMs);
  }

  /** Removes the deadline of a field; answers whether it had one. */
  persist(field: string): boolean {
    if (this.deadlines?.delete(field) !== true) return false;
    if (this.deadlines.size === 0) this.deadlines = undefined;
    return true;
  }

  get earliestDeadline(): number | undefined {
    return this.deadlines?.earliest;
  }

  removeExpired(nowMs: number, count: number): string[] {
    const expired: string[] = [];
    while (expired.length < count && this.deadlines !== undefined && this.deadlines.earliest <= nowMs) {
      const field = this.deadlines.first!;
      this.delete(field);
      expired.push(field);
    }
    return expired;
  }

  fieldAt(slot: number): string {
    return this.index === undefined ? this.flat[slot * 2]! : this.index.keyAt(slot);
  }

  valueAt(slot: number): string {
    return this.index === undefined ? this.flat[slot * 2 + 1]! : this.index.valueAt(slot);
  }

  /** Fields and values, which must not change meanwhile. */
  *entries(): Generator<[field: string, value: string], void, undefined> {
    for (let slot = 0; slot < this.size; slot++) yield [this.fieldAt(slot), this.valueAt(slot)];
  }

  /** Fields and values in turn. */
  toArray(): string[] {
    if (this.index === undefined) return this.flat.slice();
    const items: string[] = [];
    for (let slot = 0; slot < this.index.size; slot++) items.push(this.index.keyAt(slot), this.index.valueAt(slot));
    return items;
  }

  /** The slots from `end` to `start - 1` that one step of a scan visits; a small hash is visited in one step. */
  scanStep(cursor: number, count: number): { start: number; end: number } {
    return this.index === undefined ? { start: this.size, end: 0 } : scanStep(this.size, cursor, count);
  }

  copy(): HashValue {
    const copy = new HashValue();
    copy.flat = this.flat.slice();
    copy.index = this.index === undefined ? undefined : indexOf(this.toArray());
    copy.deadlines = this.deadlines?.copy();
    return copy;
  }

  memoryBytes(): number {
    const entry = this.index === undefined ? 16 : INDEX_ENTRY_BYTES + 8;
    const bytesAt = (slot: number): number => stringBytes(this.fieldAt(slot)) + stringBytes(this.valueAt(slot));
    const deadlines = this.deadlines?.memoryBytes() ?? 0;
    return 64 + deadlines + sampledSum(this.size, (slot) => entry + bytesAt(slot));
  }

  /** Where a field stands in the flat form, or -1. */
  private place(field: string): number {
    const { flat } = this;
    for (let place = 0; place < flat.length; place += 2) if (flat[place] === field) return place;
    return -1;
  }

  private grow(): IndexedMap<string> {
    this.index = indexOf(this.flat);
    this.flat = [];
    return this.index;
  }
}

function indexOf(items: readonly string[]): IndexedMap<string> {
  const index = new IndexedMap<string>();
  for (let i = 0; i < items.length; i += 2) index.set(items[i]!, items[i + 1]!);
  return index;
}
