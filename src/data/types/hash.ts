/**
 * A hash: values by field, all byte strings. A small one is packed into one string, in the order of insertion; a large
 * one is indexed, in no order. Fields are in slots 0 … size - 1, so a random field is a random slot.
 *
 * A string that a packed hash answers may share its memory, of at most a few kilobytes, until the hash changes.
 *
 * Fields may have deadlines. A hash does not read the clock: a field whose deadline has passed stays until {@link
 * HashValue.removeExpired}.
 */
import { owned } from "../../core/bytes.ts";
import { stringBytes } from "../value.ts";
import type { DataValue } from "../value.ts";
import { DeadlineQueue } from "./deadline-queue.ts";
import { sampledSum } from "./flat.ts";
import { INDEX_ENTRY_BYTES, IndexedMap } from "./indexed-map.ts";
import type { SlotIndex } from "./indexed-map.ts";
import {
  appendPair,
  findPair,
  firstOf,
  PACKED_BYTES_MAX,
  pairAt,
  pairBytes,
  removePair,
  replaceSecond,
  secondOf,
  unpackPairs,
} from "./packed-pairs.ts";

/** A hash becomes indexed, for good, when it exceeds this or the bytes that can be packed. */
const PACKED_FIELDS_MAX = 128;

/** The value of a hash key. */
export class HashValue implements DataValue {
  /** The pairs of a packed hash. */
  private packed = "";
  private packedFields = 0;
  /** Fields and values of an indexed hash; undefined while it is packed. */
  private index: IndexedMap<string> | undefined;
  /** The deadlines of fields; undefined while no field has one. */
  private deadlines: DeadlineQueue | undefined;

  // A getter, because a property would take a word in each hash.
  get type(): "hash" {
    return "hash";
  }

  /** The index, to watch; undefined while the hash is packed. */
  get slots(): SlotIndex | undefined {
    return this.index?.index;
  }

  get size(): number {
    return this.index === undefined ? this.packedFields : this.index.size;
  }

  has(field: string): boolean {
    return this.index === undefined ? findPair(this.packed, field) >= 0 : this.index.has(field);
  }

  get(field: string): string | undefined {
    if (this.index !== undefined) return this.index.get(field);
    const at = findPair(this.packed, field);
    return at < 0 ? undefined : secondOf(this.packed, at);
  }

  /** Sets a field's value and drops its deadline; answers whether the field is new. */
  set(field: string, value: string): boolean {
    if (this.deadlines !== undefined) this.persist(field);
    return this.replace(field, value);
  }

  /** Sets a field's value and keeps its deadline; answers whether the field is new. */
  replace(field: string, value: string): boolean {
    if (this.index !== undefined) return this.index.set(field, value);
    const at = findPair(this.packed, field);
    const bytes = this.packed.length + pairBytes(field, value);
    if (bytes > PACKED_BYTES_MAX || (at < 0 && this.packedFields === PACKED_FIELDS_MAX)) {
      return this.grow().set(field, value);
    }
    if (at >= 0) {
      this.packed = replaceSecond(this.packed, at, value);
      return false;
    }
    this.packed = appendPair(this.packed, field, value);
    this.packedFields++;
    return true;
  }

  /** Removes a field; answers whether it was there. */
  delete(field: string): boolean {
    if (this.deadlines !== undefined) this.persist(field);
    if (this.index !== undefined) return this.index.delete(field);
    const at = findPair(this.packed, field);
    if (at < 0) return false;
    this.packed = removePair(this.packed, at);
    this.packedFields--;
    return true;
  }

  /** The deadline of a field, in milliseconds since the epoch; undefined when it has none or does not exist. */
  deadline(field: string): number | undefined {
    return this.deadlines?.get(field);
  }

  /** Sets the deadline of an existing field, in milliseconds since the epoch. */
  setDeadline(field: string, deadlineMs: number): void {
    this.index?.index.beforeChangeOf(field);
    this.deadlines ??= new DeadlineQueue();
    this.deadlines.set(field, deadlineMs);
  }

  /** Removes the deadline of a field; answers whether it had one. */
  persist(field: string): boolean {
    if (this.deadlines !== undefined) this.index?.index.beforeChangeOf(field);
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
    return this.index === undefined ? firstOf(this.packed, pairAt(this.packed, slot)) : this.index.keyAt(slot);
  }

  valueAt(slot: number): string {
    return this.index === undefined ? secondOf(this.packed, pairAt(this.packed, slot)) : this.index.valueAt(slot);
  }

  /** Fields and values, alternating, of the slots from `start` to `end - 1`. */
  itemsAt(start: number, end: number): string[] {
    if (this.index === undefined) return unpackPairs(this.packed).slice(start * 2, end * 2);
    const items: string[] = [];
    for (let slot = start; slot < end; slot++) items.push(this.index.keyAt(slot), this.index.valueAt(slot));
    return items;
  }

  /** Fields and values. The hash must not change meanwhile. */
  *entries(): Generator<[field: string, value: string], void, undefined> {
    const items = this.toArray();
    for (let i = 0; i < items.length; i += 2) yield [items[i]!, items[i + 1]!];
  }

  /** Fields and values, alternating. */
  toArray(): string[] {
    if (this.index === undefined) return unpackPairs(this.packed);
    const items: string[] = [];
    for (let slot = 0; slot < this.index.size; slot++) items.push(this.index.keyAt(slot), this.index.valueAt(slot));
    return items;
  }

  /** Visits slots as {@link SlotIndex.scan} does. A packed hash is visited in one step, in order. */
  scan(cursor: number, window: number, visit: (slot: number) => boolean): number {
    if (this.index !== undefined) return this.index.scan(cursor, window, visit);
    for (let slot = 0; slot < this.size; slot++) visit(slot);
    return 0;
  }

  copy(): HashValue {
    const copy = new HashValue();
    copy.packed = this.packed;
    copy.packedFields = this.packedFields;
    copy.index = this.index === undefined ? undefined : indexOf(this.toArray());
    copy.deadlines = this.deadlines?.copy();
    return copy;
  }

  memoryBytes(): number {
    const own = 64 + (this.deadlines?.memoryBytes() ?? 0);
    if (this.index === undefined) return own + stringBytes(this.packed);
    const bytesAt = (slot: number): number => stringBytes(this.fieldAt(slot)) + stringBytes(this.valueAt(slot));
    return own + sampledSum(this.size, (slot) => INDEX_ENTRY_BYTES + 8 + bytesAt(slot));
  }

  private grow(): IndexedMap<string> {
    this.index = indexOf(this.toArray());
    this.packed = "";
    this.packedFields = 0;
    return this.index;
  }
}

function indexOf(items: readonly string[]): IndexedMap<string> {
  const index = new IndexedMap<string>();
  for (let i = 0; i < items.length; i += 2) index.set(owned(items[i]!), owned(items[i + 1]!));
  return index;
}
