/**
 * The rows of the list of keys, of which only those in sight are ever made: a flat list in some order, or a tree by a separator.
 * A view does not change; another list, order or open folder makes another view.
 */
import type { ByteString } from "../client/bytes.ts";
import { gallop, LAST, lowerBound } from "./names.ts";
import type { Names } from "./names.ts";
import type { Slices } from "./slices.ts";

interface Placed {
  /** What the row is called: the name, or what follows its folder's prefix. */
  readonly label: ByteString;
  /** Chars of the prefix of the folder that the row is in. */
  readonly outer: number;
  /** 0 for the outermost rows. */
  readonly depth: number;
  /** Among its siblings, from 1 on. */
  readonly position: number;
  readonly siblings: number;
  /** The names of the row: `names[from]` up to `names[to]`, which is not part of it. */
  readonly from: number;
  readonly to: number;
}

interface KeyRow extends Placed {
  readonly kind: "key";
  readonly name: ByteString;
}

interface FolderRow extends Placed {
  readonly kind: "folder";
  /** What all its names begin with. */
  readonly name: ByteString;
  readonly isOpen: boolean;
}

export type Row = KeyRow | FolderRow;

export interface RowView {
  readonly names: Names;
  /** Whether rows stand in the order of the names. */
  readonly isByName: boolean;
  /** Whether there may be folders. */
  readonly isTree: boolean;
  readonly count: number;
  /** The row at an index below {@link count}. */
  rowAt(index: number): Row;
  /** The index of the row of a key, or of the innermost closed folder that has it; undefined where it is not in the list. */
  indexOf(name: ByteString, kind: Row["kind"]): number | undefined;
  /** The index of the first row beside the one at `index` whose label begins with a text. */
  find(text: ByteString, index: number): number | undefined;
}

/** All names, in the order of `order`, or in their own; backwards if asked. */
export function flatView(names: Names, order?: Uint32Array, isBackwards = false): RowView {
  const count = names.length;
  const turned = (index: number): number => (isBackwards ? count - 1 - index : index);
  const placeOf = (at: number): number => turned(order === undefined ? at : order.indexOf(at));
  return {
    names,
    isByName: order === undefined && !isBackwards,
    isTree: false,
    count,
    rowAt(index) {
      const at = order?.[turned(index)] ?? turned(index);
      const name = names[at]!;
      const placed = { outer: 0, depth: 0, position: index + 1, siblings: count, from: at, to: at + 1 };
      return { kind: "key", name, label: name, ...placed };
    },
    indexOf(name) {
      const at = lowerBound(names, name);
      return names[at] === name ? placeOf(at) : undefined;
    },
    find(text) {
      const at = lowerBound(names, text);
      return names[at]?.startsWith(text) === true ? placeOf(at) : undefined;
    },
  };
}

/** The children of an open folder. A child of one name is a key, others are folders. */
interface Folder {
  readonly prefix: ByteString;
  readonly depth: number;
  /** Where each child's names begin, and where the last one's end. */
  readonly starts: Uint32Array;
  /** Folders among the children that are open, by the child's number. */
  readonly open: readonly (readonly [child: number, folder: Folder])[];
}

/** Children that stand together, without an open folder between them, or with one at the end. */
interface Run {
  readonly folder: Folder;
  readonly child: number;
  /** The index of the first one's row. */
  readonly row: number;
}

/**
 * Names as a tree. Folders are those of two names or more, and one that holds nothing but another folder is one row with it.
 * `open` has the prefixes of the open folders.
 */
export async function treeView(
  names: Names,
  separator: ByteString,
  open: ReadonlySet<ByteString>,
  slices: Slices,
): Promise<RowView> {
  const root = await openFolder(
    { names, separator, open, slices },
    { prefix: "", depth: 0, from: 0, to: names.length },
  );
  const runs: Run[] = [];
  const count = addRuns(root, runs, 0);
  return new Tree(names, separator, open, runs, count);
}

interface Building {
  readonly names: Names;
  readonly separator: ByteString;
  readonly open: ReadonlySet<ByteString>;
  readonly slices: Slices;
}

async function openFolder(
  building: Building,
  { prefix, depth, from, to }: { readonly prefix: ByteString; depth: number; from: number; to: number },
): Promise<Folder> {
  const { names, separator, open, slices } = building;
  const starts: number[] = [];
  const opened: (readonly [number, Folder])[] = [];
  for (let at = from; at < to;) {
    const end = childEnd(names, separator, prefix.length, at, to);
    if (end - at > 1 && open.size > 0) {
      const inner = commonPrefix(names[at]!, names[end - 1]!, separator, prefix.length);
      if (isOpen(open, inner, separator, prefix.length)) {
        const folder = await openFolder(building, { prefix: inner, depth: depth + 1, from: at, to: end });
        opened.push([starts.length, folder]);
      }
    }
    starts.push(at);
    at = end;
    if (slices.isOver) await slices.pause();
  }
  starts.push(to);
  return { prefix, depth, starts: Uint32Array.from(starts), open: opened };
}

/** Where the names of the child that begins at `at` end. */
function childEnd(names: Names, separator: ByteString, prefixLength: number, at: number, to: number): number {
  const name = names[at]!;
  const cut = separator === "" ? -1 : name.indexOf(separator, prefixLength);
  if (cut < 0) return at + 1;
  return gallop(names, name.slice(0, cut + separator.length) + LAST, at, to);
}

/** The longest prefix that ends with the separator and begins both names, which are the first and the last of a folder. */
function commonPrefix(first: ByteString, last: ByteString, separator: ByteString, prefixLength: number): ByteString {
  let end = prefixLength;
  for (;;) {
    const cut = first.indexOf(separator, end);
    if (cut < 0 || !last.startsWith(first.slice(end, cut + separator.length), end)) return first.slice(0, end);
    end = cut + separator.length;
  }
}

/** Whether a folder is open, or one that had been a row of its own before the list changed. */
function isOpen(open: ReadonlySet<ByteString>, prefix: ByteString, separator: ByteString, outer: number): boolean {
  for (let cut = prefix.indexOf(separator, outer); cut >= 0; cut = prefix.indexOf(separator, cut + separator.length)) {
    if (open.has(prefix.slice(0, cut + separator.length))) return true;
  }
  return false;
}

/** Adds the runs of a folder; answers the index of the row after it. */
function addRuns(folder: Folder, runs: Run[], row: number): number {
  let child = 0;
  let next = row;
  const children = folder.starts.length - 1;
  for (const [at, inner] of folder.open) {
    runs.push({ folder, child, row: next });
    next = addRuns(inner, runs, next + at + 1 - child);
    child = at + 1;
  }
  if (child < children) runs.push({ folder, child, row: next });
  return next + children - child;
}

class Tree implements RowView {
  readonly names: Names;
  readonly count: number;
  readonly isByName = true;
  readonly isTree = true;
  private readonly separator: ByteString;
  private readonly open: ReadonlySet<ByteString>;
  private readonly runs: readonly Run[];

  constructor(names: Names, separator: ByteString, open: ReadonlySet<ByteString>, runs: readonly Run[], count: number) {
    this.names = names;
    this.separator = separator;
    this.open = open;
    this.runs = runs;
    this.count = count;
  }

  rowAt(index: number): Row {
    const { folder, child, row } = this.runAt(index);
    return this.childRow(folder, child + index - row);
  }

  indexOf(name: ByteString, kind: Row["kind"]): number | undefined {
    const at = lowerBound(this.names, name);
    const isThere = kind === "key" ? this.names[at] === name : this.names[at]?.startsWith(name) === true;
    if (!isThere) return undefined;
    // Rows stand in the order of their first names, a folder before what it holds.
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = this.rowAt(middle);
      const isBefore =
        row.from < at ||
        (row.from === at && row.kind === "folder" && (kind === "key" || row.name.length < name.length));
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    const row = low < this.count ? this.rowAt(low) : undefined;
    if (row?.from === at && (kind === "folder" || row.kind === "key")) return low;
    return low === 0 ? undefined : low - 1;
  }

  find(text: ByteString, index: number): number | undefined {
    const { folder } = this.runAt(index);
    const at = lowerBound(this.names, folder.prefix + text, folder.starts[0], folder.starts.at(-1));
    if (this.names[at]?.startsWith(folder.prefix + text) !== true) return undefined;
    const child = childAt(folder.starts, at);
    // Open folders before the child shift its row.
    const run = this.runs.findLast((run) => run.folder === folder && run.child <= child)!;
    return run.row + child - run.child;
  }

  private runAt(index: number): Run {
    let low = 0;
    let high = this.runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.runs[middle]!.row <= index) low = middle + 1;
      else high = middle;
    }
    return this.runs[low - 1]!;
  }

  private childRow({ prefix, depth, starts }: Folder, child: number): Row {
    const from = starts[child]!;
    const to = starts[child + 1]!;
    const first = this.names[from]!;
    const placed = { outer: prefix.length, depth, position: child + 1, siblings: starts.length - 1, from, to };
    if (to - from === 1) return { kind: "key", name: first, label: first.slice(prefix.length), ...placed };
    const name = commonPrefix(first, this.names[to - 1]!, this.separator, prefix.length);
    const label = name.slice(prefix.length, name.length - this.separator.length);
    return { kind: "folder", name, label, isOpen: isOpen(this.open, name, this.separator, prefix.length), ...placed };
  }
}

/** The child that has the name at an index. */
function childAt(starts: Uint32Array, at: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The prefixes of the folders that a name is in, as {@link treeView} takes them. */
export function foldersOf(name: ByteString, separator: ByteString): ByteString[] {
  const prefixes: ByteString[] = [];
  if (separator === "") return prefixes;
  for (let cut = name.indexOf(separator); cut >= 0; cut = name.indexOf(separator, cut + separator.length)) {
    prefixes.push(name.slice(0, cut + separator.length));
  }
  return prefixes;
}
