/**
 * A set of byte strings. A small one is an array in the order of insertion, a large one an index in no order. Members
 * are in slots 0 … size - 1, so a random member is a random slot.
 */
import { stringBytes } from "../value.ts";
import type { DataValue } from "../value.ts";
import { extended, sampledSum } from "./flat.ts";
import { INDEX_ENTRY_BYTES, SlotIndex } from "./indexed-map.ts";

/** A set becomes indexed, for good, when it exceeds this. */
const FLAT_MEMBERS_MAX = 128;

/** The value of a set key. */
export class SetValue implements DataValue {
  readonly type = "set";
  private flat: string[] = [];
  /** The index of a large set; undefined while the set is an array. */
  private index: SlotIndex | undefined;

  static from(members: Iterable<string>): SetValue {
    const set = new SetValue();
    for (const member of members) set.add(member);
    return set;
  }

  get size(): number {
    return this.index === undefined ? this.flat.length : this.index.size;
  }

  has(member: string): boolean {
    return this.index === undefined ? this.flat.includes(member) : this.index.find(member) !== undefined;
  }

  /** The index, to watch; undefined while the set is an array. */
  get slots(): SlotIndex | undefined {
    return this.index;
  }

  /** Adds a member; answers whether it is new. */
  add(member: string): boolean {
    if (this.has(member)) return false;
    if (this.index === undefined && this.flat.length === FLAT_MEMBERS_MAX) this.grow();
    if (this.index === undefined) this.flat = extended(this.flat, [member]);
    else this.index.add(member);
    return true;
  }

  /** Removes a member; answers whether it was there. */
  delete(member: string): boolean {
    const slot = this.index === undefined ? this.flat.indexOf(member) : (this.index.find(member) ?? -1);
    if (slot < 0) return false;
    this.removeAt(slot);
    return true;
  }

  memberAt(slot: number): string {
    return this.index === undefined ? this.flat[slot]! : this.index.keyAt(slot);
  }

  /** Removes the member at a slot. Members at later slots may move. */
  removeAt(slot: number): void {
    if (this.index === undefined) this.flat.splice(slot, 1);
    else this.index.removeAt(slot);
  }

  /** The members. The set must not change meanwhile. */
  *values(): Generator<string, void, undefined> {
    for (let slot = 0; slot < this.size; slot++) yield this.memberAt(slot);
  }

  toArray(): string[] {
    if (this.index === undefined) return this.flat.slice();
    const members: string[] = [];
    for (let slot = 0; slot < this.index.size; slot++) members.push(this.index.keyAt(slot));
    return members;
  }

  /**
   * Visits slots from a cursor on until `visit` answers false; see {@link SlotIndex.scan}. A small set is visited in
   * one step, in order.
   */
  scan(cursor: number, window: number, visit: (slot: number) => boolean): number {
    if (this.index !== undefined) return this.index.scan(cursor, window, visit);
    for (let slot = 0; slot < this.size; slot++) visit(slot);
    return 0;
  }

  copy(): SetValue {
    const copy = new SetValue();
    if (this.index === undefined) copy.flat = this.flat.slice();
    else copy.index = indexOf(this.toArray());
    return copy;
  }

  memoryBytes(): number {
    const entry = this.index === undefined ? 8 : INDEX_ENTRY_BYTES;
    return 64 + sampledSum(this.size, (slot) => entry + stringBytes(this.memberAt(slot)));
  }

  private grow(): void {
    this.index = indexOf(this.flat);
    this.flat = [];
  }
}

function indexOf(members: readonly string[]): SlotIndex {
  const index = new SlotIndex();
  for (const member of members) index.add(member);
  return index;
}
