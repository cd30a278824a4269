/**
 * Which keys are selected: ranges of names, in order and apart from each other. A folder, and everything, is one range, so to
 * select a million keys costs what one costs.
 */
import type { ByteString } from "../client/bytes.ts";
import { LAST, lowerBound } from "./names.ts";
import type { Names } from "./names.ts";

/** From a name on, up to a name that is not part of it. */
export interface Range {
  readonly from: ByteString;
  readonly to: ByteString;
}

export type Selection = readonly Range[];

export const NOTHING: Selection = [];
export const EVERYTHING: Range = { from: "", to: LAST };

/** The range of one name. */
export const only = (name: ByteString): Range => ({ from: name, to: `${name}\0` });

/** The range of all names that begin with a prefix. */
export const beginningWith = (prefix: ByteString): Range => ({ from: prefix, to: prefix + LAST });

/** The range from one name to another, both part of it, in either order. */
export const between = (a: ByteString, b: ByteString): Range => ({ from: a < b ? a : b, to: `${a < b ? b : a}\0` });

/** Adds ranges. */
export function select(selection: Selection, ...added: readonly Range[]): Selection {
  const ranges = [...selection, ...added].sort((a, b) => (a.from < b.from ? -1 : 1));
  const joined: Range[] = [];
  for (const range of ranges) {
    const last = joined.at(-1);
    if (last === undefined || last.to < range.from) joined.push(range);
    else if (last.to < range.to) joined[joined.length - 1] = { from: last.from, to: range.to };
  }
  return joined;
}

/** Takes a range away. */
export function deselect(selection: Selection, { from, to }: Range): Selection {
  return selection.flatMap((range) => {
    if (range.to <= from || to <= range.from) return [range];
    const before = range.from < from ? [{ from: range.from, to: from }] : [];
    return range.to > to ? [...before, { from: to, to: range.to }] : before;
  });
}

/** Whether all of a range is selected. */
export function isSelected(selection: Selection, { from, to }: Range): boolean {
  const range = at(selection, from);
  return range !== undefined && from < range.to && to <= range.to;
}

/** Whether a part of a range is selected. */
export function isPartlySelected(selection: Selection, range: Range): boolean {
  return selection.some(({ from, to }) => from < range.to && range.from < to);
}

/** The last range that begins at a name or before it. */
function at(selection: Selection, name: ByteString): Range | undefined {
  let low = 0;
  let high = selection.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (selection[middle]!.from <= name) low = middle + 1;
    else high = middle;
  }
  return selection[low - 1];
}

/** How many of the names are selected. */
export function countOf(selection: Selection, names: Names): number {
  return selection.reduce((sum, { from, to }) => sum + lowerBound(names, to) - lowerBound(names, from), 0);
}

/** The names that are selected. */
export function selectedOf(selection: Selection, names: Names): Names {
  return selection.flatMap(({ from, to }) => names.slice(lowerBound(names, from), lowerBound(names, to)));
}
