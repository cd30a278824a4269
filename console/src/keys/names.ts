/** Sorted lists of names, in the order of their bytes and without repetition. All work on long lists is done in slices. */
import type { ByteString } from "../client/bytes.ts";
import type { Slices } from "./slices.ts";

export type Names = readonly ByteString[];

/** Greater than every byte: `prefix + LAST` ends the names that begin with `prefix`. */
export const LAST = "\u0100";

/** The first index whose name is not below `name`. */
export function lowerBound(names: Names, name: ByteString, from = 0, to = names.length): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (names[middle]! < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** As {@link lowerBound}, for a name that is likely near `from`. */
export function gallop(names: Names, name: ByteString, from: number, to: number): number {
  let step = 1;
  while (from + step < to && names[from + step]! < name) step *= 2;
  return lowerBound(names, name, from + (step >> 1), Math.min(to, from + step + 1));
}

/** Whether a name is in the list. */
export const includes = (names: Names, name: ByteString): boolean => names[lowerBound(names, name)] === name;

/** The union of two lists. */
export async function merge(left: Names, right: Names, slices: Slices): Promise<Names> {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  const merged: ByteString[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const a = left[i]!;
    const b = right[j]!;
    if (a <= b) i++;
    if (b <= a) j++;
    merged.push(a <= b ? a : b);
    if (slices.isOver) await slices.pause();
  }
  for (; i < left.length; i++) {
    merged.push(left[i]!);
    if (slices.isOver) await slices.pause();
  }
  for (; j < right.length; j++) {
    merged.push(right[j]!);
    if (slices.isOver) await slices.pause();
  }
  return merged;
}

/** The union of many lists, such as the pages of a SCAN. Each name is moved as often as the number of lists has bits. */
export async function mergeAll(lists: readonly Names[], slices: Slices): Promise<Names> {
  let rest = lists;
  while (rest.length > 1) {
    const next: Names[] = [];
    for (let i = 0; i < rest.length; i += 2) next.push(await merge(rest[i]!, rest[i + 1] ?? [], slices));
    rest = next;
  }
  return rest[0] ?? [];
}

/** The names that are not in `removed`. */
export async function without(names: Names, removed: Names, slices: Slices): Promise<Names> {
  const kept: ByteString[] = [];
  let j = 0;
  for (const name of names) {
    while (j < removed.length && removed[j]! < name) j++;
    if (removed[j] !== name) kept.push(name);
    if (slices.isOver) await slices.pause();
  }
  return kept;
}

/** A page of a SCAN as a list: sorted, each name once. */
export function sorted(page: readonly ByteString[]): Names {
  // Strings compare by their chars, which are bytes here.
  return [...page].sort().filter((name, i, all) => name !== all[i - 1]);
}

/** The indexes of `values` from the smallest value to the largest; equal ones stay in order, and NaN comes last. */
export async function sortedIndexes(values: Float64Array, slices: Slices): Promise<Uint32Array> {
  let from = Uint32Array.from(values, (_, i) => i);
  let to = new Uint32Array(values.length);
  const isInOrder = (a: number, b: number): boolean => {
    const [x, y] = [values[a]!, values[b]!];
    return x <= y || Number.isNaN(y);
  };
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length);
      const end = Math.min(start + 2 * width, values.length);
      for (let at = start, i = start, j = middle; at < end; at++) {
        to[at] = j >= end || (i < middle && isInOrder(from[i]!, from[j]!)) ? from[i++]! : from[j++]!;
        if (slices.isOver) await slices.pause();
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
