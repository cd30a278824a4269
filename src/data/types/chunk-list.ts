/**
 * A large list of byte strings: short arrays, called chunks, in a directory from head to tail. `offsets` says where
 * chunks begin, for finding an element by its index.
 *
 * Invariant: there is at least one chunk, and no chunk is empty unless the list is. No chunk has more than {@link
 * CHUNK_ELEMENTS_MAX} elements. `offsets` is right as far as it goes; it is computed when needed, and an edit in the
 * middle cuts it off there. That suffices, since such an edit follows a search that has walked the list anyway, and
 * edits at the ends leave it right.
 *
 * Cost: to push or pop at either end, a push or pop of one chunk. To find an index, O(log n) once the offsets up to it
 * are known, and a step for each chunk before that. To insert in the middle, a move of one chunk's elements and of the
 * directory if the chunk splits.
 *
 * References: nothing outside holds a chunk but the lists that {@link ChunkList.freeze} answers; {@link
 * ChunkList.slice} copies. Generators must be used up before the list changes.
 */
import { Shared } from "./shared.ts";

/** An end of a list. */
export type ListEnd = "head" | "tail";

/**
 * Elements of a full chunk. V8 grows an array in steps, one of which is 131 places, so a full chunk wastes next to
 * none. Moving its elements takes less than 100 ns.
 */
export const CHUNK_ELEMENTS_MAX = 128;

/** Neighbours with at most this many elements together are merged; a chunk that overflows is split in half. */
const CHUNK_ELEMENTS_HALF = CHUNK_ELEMENTS_MAX / 2;

/** A list in chunks. */
export class ChunkList {
  private chunks: string[][] = [[]];
  /**
   * Where chunk `i + 1` begins, counted from the end of chunk 0, so that pushes and pops at the head do not change it.
   * May be shorter than the directory; {@link learnOffsets} extends it.
   */
  private readonly offsets: number[] = [];
  /** What frozen lists share with this one; undefined while there is none. */
  private shared: Shared<string[]> | undefined;
  length = 0;

  static from(elements: readonly string[]): ChunkList {
    const list = new ChunkList();
    for (let at = 0; at < elements.length; at += CHUNK_ELEMENTS_MAX) {
      const chunk = elements.slice(at, at + CHUNK_ELEMENTS_MAX);
      if (at === 0) list.chunks[0] = chunk;
      else list.chunks.push(chunk);
    }
    list.length = elements.length;
    return list;
  }

  copy(): ChunkList {
    const copy = new ChunkList();
    copy.chunks = this.chunks.map((chunk) => chunk.slice());
    copy.length = this.length;
    return copy;
  }

  /**
   * The list as it is now, to be read only. The two share their chunks; this list copies a chunk before it changes it,
   * until {@link thaw}. Costs a copy of the directory.
   */
  freeze(): ChunkList {
    const frozen = new ChunkList();
    frozen.chunks = this.chunks.slice();
    frozen.length = this.length;
    this.shared = Shared.once(this.shared);
    return frozen;
  }

  /** A list that {@link freeze} answered is not needed any more. */
  thaw(): void {
    this.shared = this.shared?.less();
  }

  /** Bytes that were copied since the list was frozen: an estimate. */
  get copiedBytes(): number {
    return this.shared?.copiedBytes ?? 0;
  }

  /** A chunk that may be changed in place. */
  private writable(number: number): string[] {
    const chunk = this.chunks[number]!;
    return this.shared === undefined
      ? chunk
      : (this.chunks[number] = this.shared.writable(chunk, copyOfChunk, bytesOfChunk));
  }

  /** The elements from head to tail. */
  *values(): Generator<string, void, undefined> {
    for (const chunk of this.chunks) for (const element of chunk) yield element;
  }

  /** The elements from tail to head. */
  *valuesFromTail(): Generator<string, void, undefined> {
    for (let number = this.chunks.length - 1; number >= 0; number--) {
      const chunk = this.chunks[number]!;
      for (let i = chunk.length - 1; i >= 0; i--) yield chunk[i]!;
    }
  }

  push(end: ListEnd, element: string): void {
    const { chunks } = this;
    this.length++;
    if (end === "tail") {
      const last = chunks.length - 1;
      if (chunks[last]!.length < CHUNK_ELEMENTS_MAX) this.writable(last).push(element);
      else chunks.push([element]);
    } else if (chunks[0]!.length < CHUNK_ELEMENTS_MAX) {
      this.writable(0).unshift(element);
    } else {
      chunks.unshift([element]);
      this.forgetOffsets(0);
    }
  }

  /** Removes and answers the element at an end. The list must not be empty. */
  pop(end: ListEnd): string {
    const { chunks } = this;
    const chunk = this.writable(end === "head" ? 0 : chunks.length - 1);
    const element = end === "head" ? chunk.shift()! : chunk.pop()!;
    this.length--;
    if (chunk.length === 0) this.dropChunks(end, 1);
    return element;
  }

  /** Removes `count` elements from an end, at most all. */
  drop(end: ListEnd, count: number): void {
    const { chunks } = this;
    this.length -= count;
    const step = end === "head" ? 1 : -1;
    let left = count;
    let whole = 0;
    for (let number = end === "head" ? 0 : chunks.length - 1; whole < chunks.length; number += step) {
      if (chunks[number]!.length > left) break;
      left -= chunks[number]!.length;
      whole++;
    }
    this.dropChunks(end, whole);
    if (left > 0 && end === "head") this.writable(0).splice(0, left);
    else if (left > 0) this.writable(chunks.length - 1).length -= left;
  }

  /** Removes chunks from an end of the directory. One chunk always stays, empty if need be. */
  private dropChunks(end: ListEnd, count: number): void {
    if (count === 0) return;
    this.chunks.splice(end === "head" ? 0 : this.chunks.length - count, count);
    if (this.chunks.length === 0) this.chunks.push([]);
    this.forgetOffsets(end === "head" ? 0 : this.chunks.length - 1);
  }

  /** The element at an index from 0 to length - 1. */
  at(index: number): string {
    const number = this.chunkOf(index);
    return this.chunks[number]![index - this.startOf(number)]!;
  }

  /** Replaces the element at an index from 0 to length - 1. */
  set(index: number, element: string): void {
    const number = this.chunkOf(index);
    this.writable(number)[index - this.startOf(number)] = element;
  }

  /** Inserts an element before the one at an index from 0 to length - 1. */
  insert(index: number, element: string): void {
    const number = this.chunkOf(index);
    const chunk = this.writable(number);
    const place = index - this.startOf(number);
    this.length++;
    this.forgetOffsets(number);
    if (chunk.length < CHUNK_ELEMENTS_MAX) {
      chunk.splice(place, 0, element);
      return;
    }
    const right = chunk.splice(CHUNK_ELEMENTS_HALF);
    this.chunks.splice(number + 1, 0, right);
    if (place <= CHUNK_ELEMENTS_HALF) chunk.splice(place, 0, element);
    else right.splice(place - CHUNK_ELEMENTS_HALF, 0, element);
  }

  /** A copy of the elements from `start` to `end - 1`, both within 0 … length. */
  slice(start: number, end: number): string[] {
    if (start >= end) return [];
    const elements: string[] = [];
    // Reserved at once: growing to a million elements takes longer than filling them in.
    elements.length = end - start;
    let number = this.chunkOf(start);
    let place = start - this.startOf(number);
    for (let filled = 0; filled < elements.length; number++) {
      const chunk = this.chunks[number]!;
      const stop = Math.min(chunk.length, place + elements.length - filled);
      for (let i = place; i < stop; i++) elements[filled++] = chunk[i]!;
      place = 0;
    }
    return elements;
  }

  /** The first index from `start` to `end - 1` that holds the element, or -1. Both lie within 0 … length. */
  indexOf(element: string, start: number, end: number): number {
    if (start >= end) return -1;
    let number = this.chunkOf(start);
    for (let begin = this.startOf(number); begin < end; number++) {
      const chunk = this.chunks[number]!;
      const place = chunk.indexOf(element, Math.max(0, start - begin));
      if (place >= 0) return begin + place < end ? begin + place : -1;
      begin += chunk.length;
    }
    return -1;
  }

  /** The last index from `start` to `end - 1` that holds the element, or -1. Both lie within 0 … length. */
  lastIndexOf(element: string, start: number, end: number): number {
    if (start >= end) return -1;
    let number = this.chunkOf(end - 1);
    let begin = this.startOf(number);
    for (;;) {
      const place = this.chunks[number]!.lastIndexOf(element, end - 1 - begin);
      if (place >= 0) return begin + place >= start ? begin + place : -1;
      if (begin <= start) return -1;
      begin -= this.chunks[--number]!.length;
    }
  }

  /** Removes up to `limit` occurrences of an element, those nearest to an end first; answers how many. */
  remove(element: string, end: ListEnd, limit: number): number {
    const { chunks } = this;
    const step = end === "head" ? 1 : -1;
    let removed = 0;
    let low = chunks.length;
    let high = -1;
    let number = end === "head" ? 0 : chunks.length - 1;
    for (; number >= 0 && number < chunks.length && removed < limit; number += step) {
      if (!chunks[number]!.includes(element)) continue;
      const fromChunk = removeFrom(this.writable(number), element, end, limit - removed);
      removed += fromChunk;
      low = Math.min(low, number);
      high = Math.max(high, number);
    }
    this.length -= removed;
    if (removed > 0) this.mergeSmall(low, high);
    return removed;
  }

  /**
   * Merges small neighbours among the chunks from `low` to `high`, which have lost elements, and the two beside them.
   */
  private mergeSmall(low: number, high: number): void {
    const { chunks } = this;
    const stop = Math.min(chunks.length, high + 2);
    let kept = Math.max(0, low - 1);
    this.forgetOffsets(kept);
    for (let number = kept + 1; number < stop; number++) {
      const chunk = chunks[number]!;
      const { length } = chunks[kept]!;
      if (chunk.length === 0) continue;
      if (length === 0) chunks[kept] = chunk;
      else if (length + chunk.length <= CHUNK_ELEMENTS_HALF) this.writable(kept).push(...chunk);
      else chunks[++kept] = chunk;
    }
    chunks.splice(kept + 1, stop - kept - 1);
  }

  /** The number of the chunk that has an index from 0 to length - 1. */
  private chunkOf(index: number): number {
    const { chunks } = this;
    const beyond = index - chunks[0]!.length;
    if (beyond < 0) return 0;
    const last = chunks.length - 1;
    if (index >= this.length - chunks[last]!.length) return last;
    this.learnOffsets(beyond);
    let low = 0;
    let high = this.offsets.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.offsets[middle]! <= beyond) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** The index at which a chunk begins. Only for a chunk that {@link chunkOf} has just answered. */
  private startOf(number: number): number {
    const { chunks } = this;
    if (number === 0) return 0;
    if (number === chunks.length - 1) return this.length - chunks[number]!.length;
    return chunks[0]!.length + this.offsets[number - 1]!;
  }

  /** Computes offsets until one is beyond a place, counted from the end of chunk 0, or all are known. */
  private learnOffsets(beyond: number): void {
    const { chunks, offsets } = this;
    if (offsets.length === 0) offsets.push(0);
    let offset = offsets[offsets.length - 1]!;
    while (offset <= beyond && offsets.length < chunks.length - 1) {
      offset += chunks[offsets.length]!.length;
      offsets.push(offset);
    }
  }

  /** Forgets the offsets after a chunk. Call it when a chunk's length, or the number of chunks, has changed. */
  private forgetOffsets(number: number): void {
    if (this.offsets.length > number) this.offsets.length = number;
  }
}

function copyOfChunk(chunk: string[]): string[] {
  return chunk.slice();
}

function bytesOfChunk(chunk: readonly string[]): number {
  let bytes = 0;
  for (const element of chunk) bytes += 24 + element.length;
  return bytes;
}

/** Does what {@link ChunkList.remove} does for an array: in one pass, in place. */
export function removeFrom(elements: string[], element: string, end: ListEnd, limit: number): number {
  const first = elements.indexOf(element);
  if (first < 0) return 0;
  let toSkip = end === "head" ? 0 : Math.max(0, occurrences(elements, element) - limit);
  let removed = 0;
  let kept = first;
  for (let i = first; i < elements.length; i++) {
    const matches = elements[i] === element;
    if (matches && toSkip === 0 && removed < limit) {
      removed++;
      continue;
    }
    if (matches) toSkip--;
    elements[kept++] = elements[i]!;
  }
  elements.length = kept;
  return removed;
}

function occurrences(elements: readonly string[], element: string): number {
  let count = 0;
  for (const other of elements) if (other === element) count++;
  return count;
}
