/** What keys take in memory: the largest of each type, and sums by prefix, out of a scan. */
import type { ByteString } from "../client/bytes.ts";

export interface KeyFacts {
  readonly key: ByteString;
  readonly type: string;
  readonly bytes: number;
}

export interface TypeFacts {
  readonly type: string;
  count: number;
  bytes: number;
  /** The largest keys, in order of their size. */
  largest: KeyFacts[];
}

/** Keys that are kept of each type. */
const LARGEST_MAX = 20;

/** A part of the keyspace: all keys with a prefix. */
export interface PrefixNode {
  /** The part of the name behind the parent's, with its separator. */
  readonly label: ByteString;
  count: number;
  bytes: number;
  readonly children: Map<ByteString, PrefixNode>;
}

/** Prefixes that are told apart; beyond, keys count for the prefixes that are there. */
const PREFIXES_MAX = 50_000;

const node = (label: ByteString): PrefixNode => ({ label, count: 0, bytes: 0, children: new Map() });

/** The result of a scan that is under way or over. */
export class KeySums {
  readonly types = new Map<string, TypeFacts>();
  readonly root: PrefixNode = node("");
  count = 0;
  bytes = 0;
  private prefixes = 0;
  private readonly separator: ByteString;

  constructor(separator: ByteString) {
    this.separator = separator;
  }

  add(facts: KeyFacts): void {
    this.count++;
    this.bytes += facts.bytes;
    this.addToType(facts);
    this.addToPrefixes(facts);
  }

  private addToType(facts: KeyFacts): void {
    const { bytes, type } = facts;
    let of = this.types.get(type);
    if (of === undefined) this.types.set(type, (of = { type, count: 0, bytes: 0, largest: [] }));
    of.count++;
    of.bytes += bytes;
    if (of.largest.length === LARGEST_MAX && bytes <= of.largest.at(-1)!.bytes) return;
    const at = of.largest.findIndex((other) => other.bytes < bytes);
    of.largest.splice(at < 0 ? of.largest.length : at, 0, facts);
    of.largest.length = Math.min(of.largest.length, LARGEST_MAX);
  }

  private addToPrefixes({ bytes, key }: KeyFacts): void {
    let at = this.root;
    at.count++;
    at.bytes += bytes;
    for (const label of prefixesOf(key, this.separator)) {
      let child = at.children.get(label);
      if (child === undefined) {
        if (this.prefixes >= PREFIXES_MAX) return;
        this.prefixes++;
        at.children.set(label, (child = node(label)));
      }
      child.count++;
      child.bytes += bytes;
      at = child;
    }
  }
}

/** The parts of a name that end in a separator: `user:` and `1:` of `user:1:name`. */
export function prefixesOf(key: ByteString, separator: ByteString): ByteString[] {
  const parts: ByteString[] = [];
  if (separator === "") return parts;
  for (let from = 0; ;) {
    const at = key.indexOf(separator, from);
    if (at < 0) return parts;
    parts.push(key.slice(from, at + separator.length));
    from = at + separator.length;
  }
}

/** The node of a path of labels; undefined where there is none. */
export function nodeAt(root: PrefixNode, path: readonly ByteString[]): PrefixNode | undefined {
  return path.reduce<PrefixNode | undefined>((at, label) => at?.children.get(label), root);
}

/** The children of a node by their size, and what of it belongs to none of them. */
export function partsOf(of: PrefixNode): { readonly children: readonly PrefixNode[]; readonly own: PrefixNode } {
  const children = [...of.children.values()].sort((a, b) => b.bytes - a.bytes);
  const own = node("");
  own.count = of.count - children.reduce((sum, { count }) => sum + count, 0);
  own.bytes = of.bytes - children.reduce((sum, { bytes }) => sum + bytes, 0);
  return { children, own };
}

export interface Tile {
  readonly index: number;
  /** Place and size, as parts of the whole. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Tiles that fill a rectangle, each with an area by its weight, as square as can be (Bruls, Huizing, van Wijk: Squarified
 * Treemaps). Weights are positive and descend. `aspect` is the rectangle's width by its height.
 */
export function tilesOf(weights: readonly number[], aspect: number): Tile[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const tiles: Tile[] = [];
  // In a rectangle of the height 1, whose free part begins at x and y.
  let [x, y, width, height] = [0, 0, aspect, 1];
  for (let from = 0; from < weights.length;) {
    const scale = aspect / total;
    const side = Math.min(width, height);
    let to = from + 1;
    while (to < weights.length && worst(weights, from, to + 1, side, scale) <= worst(weights, from, to, side, scale))
      to++;
    const area = sumOf(weights, from, to) * scale;
    const isColumn = width >= height;
    const thick = area / side;
    let along = 0;
    for (let index = from; index < to; index++) {
      const long = (weights[index]! * scale) / thick;
      tiles.push(
        isColumn
          ? { index, x: x / aspect, y: y + along, width: thick / aspect, height: long }
          : { index, x: (x + along) / aspect, y, width: long / aspect, height: thick },
      );
      along += long;
    }
    if (isColumn) [x, width] = [x + thick, width - thick];
    else [y, height] = [y + thick, height - thick];
    from = to;
  }
  return tiles;
}

const sumOf = (weights: readonly number[], from: number, to: number): number => {
  let sum = 0;
  for (let i = from; i < to; i++) sum += weights[i]!;
  return sum;
};

/** The longest side by the shortest of the worst tile when a row has these weights. */
function worst(weights: readonly number[], from: number, to: number, side: number, scale: number): number {
  const area = sumOf(weights, from, to) * scale;
  const [most, least] = [weights[from]! * scale, weights[to - 1]! * scale];
  return Math.max((side * side * most) / (area * area), (area * area) / (side * side * least));
}
