/**
 * A map from stream IDs to values, in the order of IDs: the entries of a stream, and the pending entries of groups and
 * consumers. A node has up to {@link NODE_ENTRIES_MAX} entries in three columns: milliseconds, sequence numbers and
 * values. A directory lists the nodes in order.
 *
 * Invariant: IDs are strictly ascending, within nodes and across them. No node is empty. Directory places before `head`
 * are freed.
 *
 * Cost: O(log n) to find, O(1) to append and to remove from the front, a move of one node's entries to insert or delete
 * elsewhere.
 *
 * References: nothing outside holds a node but the maps that {@link IdMap.freeze} answers; {@link IdMap.nodeValues} must
 * be used at once. Values are shared with the caller.
 */
import { Shared } from "./shared.ts";
import { compareIds, nextId } from "./stream-id.ts";
import type { StreamId, Uint64 } from "./stream-id.ts";

/** Entries of a node, as in Redis's nodes. */
const NODE_ENTRIES_MAX = 100;

/** Freed places are cut off when there are more than this, and more than half of the directory. */
const FREED_MAX = 64;

interface Node<V> {
  ms: Uint64[];
  seq: Uint64[];
  values: V[];
}

/** An entry of the map. */
export interface IdEntry<V> {
  readonly id: StreamId;
  readonly value: V;
}

/** A map in nodes. */
export class IdMap<V> {
  size = 0;
  /** No entry is empty from `head` on; before it the nodes are gone. */
  private nodes: (Node<V> | undefined)[] = [];
  private head = 0;
  /** What frozen maps share with this one; undefined while there is none. */
  private shared: Shared<Node<V>> | undefined;

  /**
   * The map as it is now, to be read only. The two share their nodes; this map copies a node before it changes it, until
   * {@link thaw}. Costs a copy of the directory.
   */
  freeze(): IdMap<V> {
    const frozen = new IdMap<V>();
    frozen.nodes = this.nodes.slice(this.head);
    frozen.size = this.size;
    this.shared = Shared.once(this.shared);
    return frozen;
  }

  /** A map that {@link freeze} answered is not needed any more. */
  thaw(): void {
    this.shared = this.shared?.less();
  }

  /** Whether a frozen map may hold values of this one, which must then be replaced and not changed. */
  get isFrozen(): boolean {
    return this.shared !== undefined;
  }

  /** Bytes that were copied since the map was frozen: an estimate. */
  get copiedBytes(): number {
    return this.shared?.copiedBytes ?? 0;
  }

  /** A node that may be changed in place. */
  private writable(at: number): Node<V> {
    const node = this.nodes[at]!;
    return this.shared === undefined ? node : (this.nodes[at] = this.shared.writable(node, copyOfNode<V>, bytesOfNode));
  }

  get nodeCount(): number {
    return this.nodes.length - this.head;
  }

  first(): IdEntry<V> | undefined {
    return this.size === 0 ? undefined : entryAt(this.nodes[this.head]!, 0);
  }

  last(): IdEntry<V> | undefined {
    if (this.size === 0) return undefined;
    const node = this.nodes.at(-1)!;
    return entryAt(node, node.ms.length - 1);
  }

  has(id: StreamId): boolean {
    return this.find(id) !== undefined;
  }

  get(id: StreamId): V | undefined {
    const found = this.find(id);
    return found === undefined ? undefined : found.node.values[found.index];
  }

  /** The first entry at or after an ID. */
  ceiling(id: StreamId): IdEntry<V> | undefined {
    const at = this.nodeFor(id);
    if (at === this.nodes.length) return undefined;
    const node = this.nodes[at]!;
    return entryAt(node, lowerBound(node, id));
  }

  /** The entries from an ID on, one at a time. Entries may be deleted meanwhile, also the one just yielded. */
  *from(start: StreamId): Generator<IdEntry<V>, void> {
    let entry = this.ceiling(start);
    while (entry !== undefined) {
      yield entry;
      const next = nextId(entry.id);
      entry = next === undefined ? undefined : this.ceiling(next);
    }
  }

  /** Adds an entry whose ID is after all others, to the last node or to a new one. */
  append(id: StreamId, value: V, toNewNode: boolean): void {
    if (toNewNode || this.size === 0) {
      this.nodes.push({ ms: [id.ms], seq: [id.seq], values: [value] });
    } else {
      const node = this.writable(this.nodes.length - 1);
      node.ms.push(id.ms);
      node.seq.push(id.seq);
      node.values.push(value);
    }
    this.size++;
  }

  /** Adds an entry, or replaces the value of the one with this ID. */
  set(id: StreamId, value: V): void {
    const at = this.nodeFor(id);
    if (at === this.nodes.length) {
      this.append(id, value, this.size === 0 || this.nodes.at(-1)!.ms.length >= NODE_ENTRIES_MAX);
      return;
    }
    const node = this.writable(at);
    const index = lowerBound(node, id);
    if (isAt(node, index, id)) {
      node.values[index] = value;
      return;
    }
    node.ms.splice(index, 0, id.ms);
    node.seq.splice(index, 0, id.seq);
    node.values.splice(index, 0, value);
    if (node.ms.length > NODE_ENTRIES_MAX) this.split(at, node);
    this.size++;
  }

  private split(at: number, node: Node<V>): void {
    const half = node.ms.length >>> 1;
    const upper = { ms: node.ms.splice(half), seq: node.seq.splice(half), values: node.values.splice(half) };
    this.nodes.splice(at + 1, 0, upper);
  }

  /** Removes an entry; answers whether it was there. */
  delete(id: StreamId): boolean {
    const found = this.find(id);
    if (found === undefined) return false;
    const { index, at } = found;
    this.size--;
    if (found.node.ms.length === 1) {
      this.removeNode(at);
      return true;
    }
    const node = this.writable(at);
    node.ms.splice(index, 1);
    node.seq.splice(index, 1);
    node.values.splice(index, 1);
    return true;
  }

  /** The entries from `start` to `end`, both included, at most `count`; from the end backwards when `reverse`. */
  range(start: StreamId, end: StreamId, count: number, reverse = false): IdEntry<V>[] {
    return this.collect(start, end, count, reverse, (ms, seq, value) => ({ id: { ms, seq }, value }));
  }

  /**
   * Calls `make` for the entries from `start` to `end`, both included, at most `count`, and answers its results in
   * order; from the end backwards when `reverse`.
   */
  collect<R>(
    start: StreamId,
    end: StreamId,
    count: number,
    reverse: boolean,
    make: (ms: Uint64, seq: Uint64, value: V) => R,
  ): R[] {
    const found: R[] = [];
    if (compareIds(start, end) > 0 || count <= 0) return found;
    const first = this.nodeFor(start);
    const last = Math.min(this.nodeFor(end), this.nodes.length - 1);
    const step = reverse ? -1 : 1;
    for (let at = reverse ? last : first; at >= first && at <= last; at += step) {
      const node = this.nodes[at]!;
      const { ms, seq, values } = node;
      // Only the first and the last node can have entries outside of the range, so bounds are searched once per node.
      const from = at === first ? lowerBound(node, start) : 0;
      const to = at === last ? upperBound(node, end) : ms.length;
      const stop = reverse ? from - 1 : to;
      for (let index = reverse ? to - 1 : from; index !== stop; index += step) {
        found.push(make(ms[index]!, seq[index]!, values[index]!));
        if (found.length === count) return found;
      }
    }
    return found;
  }

  /** The IDs of a node, in order. Nodes are numbered from 0 at the front. */
  nodeIds(number: number): StreamId[] {
    const node = this.nodes[this.head + number]!;
    return node.ms.map((ms, index) => ({ ms, seq: node.seq[index]! }));
  }

  nodeSize(number: number): number {
    return this.nodes[this.head + number]!.ms.length;
  }

  /** The number of entries in a node whose ID is before this one. */
  countBefore(number: number, id: StreamId): number {
    return lowerBound(this.nodes[this.head + number]!, id);
  }

  /** The values of a node, in order. Nodes are numbered from 0 at the front. */
  nodeValues(number: number): readonly V[] {
    return this.nodes[this.head + number]!.values;
  }

  /** Removes the first node. */
  removeFirstNode(): void {
    this.size -= this.nodes[this.head]!.ms.length;
    this.removeNode(this.head);
  }

  /** Removes `count` entries from the front of the first node, fewer than it has. */
  removeWithinFirstNode(count: number): void {
    const node = this.writable(this.head);
    node.ms.splice(0, count);
    node.seq.splice(0, count);
    node.values.splice(0, count);
    this.size -= count;
  }

  /** A copy with nodes of the same sizes and the same values. */
  copy(): IdMap<V> {
    const twin = new IdMap<V>();
    for (let at = this.head; at < this.nodes.length; at++) {
      twin.nodes.push(copyOfNode(this.nodes[at]!));
    }
    twin.size = this.size;
    return twin;
  }

  private removeNode(at: number): void {
    if (at !== this.head) {
      this.nodes.splice(at, 1);
      return;
    }
    this.nodes[at] = undefined;
    this.head++;
    if (this.head < FREED_MAX || this.head * 2 < this.nodes.length) return;
    this.nodes = this.nodes.slice(this.head);
    this.head = 0;
  }

  private find(id: StreamId): { node: Node<V>; index: number; at: number } | undefined {
    const at = this.nodeFor(id);
    if (at === this.nodes.length) return undefined;
    const node = this.nodes[at]!;
    const index = lowerBound(node, id);
    return isAt(node, index, id) ? { node, index, at } : undefined;
  }

  /** The place in the directory of the first node whose last ID is not before this one. */
  private nodeFor(id: StreamId): number {
    let low = this.head;
    let high = this.nodes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const node = this.nodes[middle]!;
      if (isBefore(node, node.ms.length - 1, id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function copyOfNode<V>({ ms, seq, values }: Node<V>): Node<V> {
  return { ms: ms.slice(), seq: seq.slice(), values: values.slice() };
}

/** Without the entries, which a stream mostly keeps. */
function bytesOfNode({ ms }: Node<unknown>): number {
  return 100 + ms.length * 24;
}

function entryAt<V>(node: Node<V>, index: number): IdEntry<V> {
  return { id: { ms: node.ms[index]!, seq: node.seq[index]! }, value: node.values[index]! };
}

/** The index of the first entry in a node whose ID is not before this one. */
function lowerBound(node: Node<unknown>, id: StreamId): number {
  let low = 0;
  let high = node.ms.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(node, middle, id)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(node: Node<unknown>, index: number, id: StreamId): boolean {
  const ms = node.ms[index]!;
  return ms < id.ms || (ms === id.ms && node.seq[index]! < id.seq);
}

function isAt(node: Node<unknown>, index: number, id: StreamId): boolean {
  return node.ms[index] === id.ms && node.seq[index] === id.seq;
}

/** The index of the first entry in a node whose ID is after this one. */
function upperBound(node: Node<unknown>, id: StreamId): number {
  const index = lowerBound(node, id);
  return isAt(node, index, id) ? index + 1 : index;
}
