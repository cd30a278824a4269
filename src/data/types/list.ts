/**
 * A list of byte strings. A small one is an array, a large one a {@link ChunkList}. Indexes start from 0 at the head.
 */
import { stringBytes } from "../value.ts";
import type { DataValue } from "../value.ts";
import { CHUNK_ELEMENTS_MAX, ChunkList, removeFrom } from "./chunk-list.ts";
import type { ListEnd } from "./chunk-list.ts";
import { extended, prepended, sampledSum } from "./flat.ts";

/** A longer list is a list of chunks. */
const FLAT_ELEMENTS_MAX = CHUNK_ELEMENTS_MAX;

/**
 * A list of chunks that shrinks to this becomes an array again. Well below the bound above, so that it does not
 * alternate.
 */
const SHRUNK_ELEMENTS_MAX = FLAT_ELEMENTS_MAX / 2;

/** The value of a list key. */
export class ListValue implements DataValue {
  readonly type = "list";
  private flat: string[] = [];
  /** The list of chunks; undefined while the list is an array. */
  private large: ChunkList | undefined;

  /** A list of values, from head to tail. */
  static from(values: Iterable<string>): ListValue {
    const list = new ListValue();
    const elements = Array.from(values);
    if (elements.length > FLAT_ELEMENTS_MAX) list.large = ChunkList.from(elements);
    else list.flat = elements.slice();
    return list;
  }

  get size(): number {
    return this.large === undefined ? this.flat.length : this.large.length;
  }

  /** The elements from head to tail. The list must not change meanwhile. */
  values(): Iterable<string> {
    return this.large === undefined ? this.flat : this.large.values();
  }

  /** The elements from tail to head. The list must not change meanwhile. */
  valuesFromTail(): Iterable<string> {
    return this.large === undefined ? this.flat.toReversed() : this.large.valuesFromTail();
  }

  /** Pushes elements at an end, one after another. At the head that reverses their order. */
  push(end: ListEnd, elements: readonly string[]): void {
    if (this.large === undefined) {
      if (this.flat.length + elements.length <= FLAT_ELEMENTS_MAX) {
        this.flat = end === "tail" ? extended(this.flat, elements) : prepended(elements.toReversed(), this.flat);
        return;
      }
      this.large = ChunkList.from(this.flat);
      this.flat = [];
    }
    for (const element of elements) this.large.push(end, element);
  }

  /** Removes and answers the element at an end. The list must not be empty. */
  pop(end: ListEnd): string {
    if (this.large === undefined) return end === "head" ? this.flat.shift()! : this.flat.pop()!;
    const element = this.large.pop(end);
    this.shrink();
    return element;
  }

  /** Removes up to `count` elements from an end; answers them, the outermost first. */
  take(end: ListEnd, count: number): string[] {
    const { size } = this;
    const taken = end === "head" ? this.slice(0, Math.min(count, size)) : this.slice(Math.max(0, size - count), size);
    this.drop(end, taken.length);
    return end === "head" ? taken : taken.reverse();
  }

  /** Removes `count` elements from an end, at most all. */
  drop(end: ListEnd, count: number): void {
    if (this.large !== undefined) {
      this.large.drop(end, count);
      this.shrink();
    } else {
      this.flat.splice(end === "head" ? 0 : this.flat.length - count, count);
    }
  }

  /** The element at an index; undefined outside of the list. */
  at(index: number): string | undefined {
    if (!(index >= 0 && index < this.size)) return undefined;
    return this.large === undefined ? this.flat[index] : this.large.at(index);
  }

  /** Replaces the element at an index of the list. */
  set(index: number, element: string): void {
    if (this.large === undefined) this.flat[index] = element;
    else this.large.set(index, element);
  }

  /** Inserts an element before the one at an index, or at the tail for an index equal to the size. */
  insert(index: number, element: string): void {
    if (index === 0) this.push("head", [element]);
    else if (index === this.size) this.push("tail", [element]);
    else if (this.large !== undefined) this.large.insert(index, element);
    else this.insertFlat(index, element);
  }

  private insertFlat(index: number, element: string): void {
    this.flat.splice(index, 0, element);
    if (this.flat.length <= FLAT_ELEMENTS_MAX) return;
    this.large = ChunkList.from(this.flat);
    this.flat = [];
  }

  /** A copy of the elements from `start` to `end - 1`, both within 0 … size. */
  slice(start: number, end: number): string[] {
    return this.large === undefined ? this.flat.slice(start, end) : this.large.slice(start, end);
  }

  /** The first index from `start` to `end - 1` that holds the element, or -1. Both lie within 0 … size. */
  indexOf(element: string, start = 0, end = this.size): number {
    if (this.large !== undefined) return this.large.indexOf(element, start, end);
    const index = this.flat.indexOf(element, start);
    return index < end ? index : -1;
  }

  /** The last index from `start` to `end - 1` that holds the element, or -1. Both lie within 0 … size. */
  lastIndexOf(element: string, start = 0, end = this.size): number {
    if (start >= end) return -1;
    if (this.large !== undefined) return this.large.lastIndexOf(element, start, end);
    const index = this.flat.lastIndexOf(element, end - 1);
    return index >= start ? index : -1;
  }

  /** Removes up to `limit` occurrences of an element, those nearest to an end first; answers how many. */
  remove(element: string, end: ListEnd, limit: number): number {
    if (this.large === undefined) return removeFrom(this.flat, element, end, limit);
    const removed = this.large.remove(element, end, limit);
    this.shrink();
    return removed;
  }

  /**
   * The list as it is now, to be read only, and what to thaw when it is not needed any more. A list of chunks shares
   * them: see {@link ChunkList.freeze}.
   */
  freeze(): { readonly frozen: ListValue; readonly sharing: ChunkList | undefined } {
    const { large } = this;
    if (large === undefined) return { frozen: this.copy(), sharing: undefined };
    const frozen = new ListValue();
    frozen.large = large.freeze();
    return { frozen, sharing: large };
  }

  copy(): ListValue {
    const copy = new ListValue();
    if (this.large === undefined) copy.flat = this.flat.slice();
    else copy.large = this.large.copy();
    return copy;
  }

  memoryBytes(): number {
    return 96 + sampledSum(this.size, (index) => 8 + stringBytes(this.at(index)!));
  }

  private shrink(): void {
    if (this.large === undefined || this.large.length > SHRUNK_ELEMENTS_MAX) return;
    this.flat = this.large.slice(0, this.large.length);
    this.large = undefined;
  }
}
