/**
 * A stream: entries in the order of their IDs, and the consumer groups that read them.
 *
 * An entry is a flat array of field, value, field, value …. It never changes once stored, so replies may refer to it.
 * Entries are in nodes, as in Redis: approximate trimming removes whole nodes only.
 */
import { addInt64, negateInt64 } from "../../core/numbers.ts";
import type { Int64 } from "../../core/numbers.ts";
import { stringBytes } from "../value.ts";
import type { DataValue } from "../value.ts";
import { IdMap } from "./id-map.ts";
import type { ConsumerGroup } from "./stream-group.ts";
import { DEFAULT_STREAM_NODE_BOUNDS, NodeFill } from "./stream-node.ts";
import type { Fields, StreamNodeBounds } from "./stream-node.ts";
import { compareIds, MIN_ID, nextId } from "./stream-id.ts";
import type { StreamId } from "./stream-id.ts";

/** Heap bytes of an entry without its strings: its places in the columns, and its array. */
const ENTRY_BYTES = 24 + 32 + 16;
const NODE_BYTES = 240;
/** Nodes that {@link StreamValue.memoryBytes} looks at. */
const SAMPLED_NODES = 8;

/**
 * What happens to groups' references when an entry is to be removed: they stay pending, they are dropped, or the entry
 * is kept while it has any.
 */
export type References = "KEEPREF" | "DELREF" | "ACKED";

/** The rule of a trim clause. */
export interface TrimRule {
  /** The number of entries to keep, or the ID before which entries are removed. */
  readonly threshold: number | StreamId;
  /**
   * Whether to trim only when a whole node can be removed, as Redis counts nodes; then to the threshold, as the hosted
   * service does.
   */
  readonly approximate: boolean;
  /** The most entries to remove; 0 for no limit. */
  readonly limit: number;
  readonly references: References;
}

/** The value of a stream key. */
export class StreamValue implements DataValue {
  readonly type = "stream";
  readonly entries: IdMap<Fields>;
  /** Consumer groups by name. */
  readonly groups = new Map<string, ConsumerGroup>();
  /** The largest ID of an entry ever added. */
  lastId: StreamId = MIN_ID;
  /** The largest ID of an entry deleted from between others; 0-0 if there is none. */
  maxDeletedId: StreamId = MIN_ID;
  /** The number of entries ever added. */
  entriesAdded: Int64 = 0;
  /** Decides whether the last node is full. */
  private tail = new NodeFill();

  constructor(entries = new IdMap<Fields>()) {
    this.entries = entries;
  }

  get size(): number {
    return this.entries.size;
  }

  /** The ID of the first entry; 0-0 when there is none. */
  get firstId(): StreamId {
    return this.entries.first()?.id ?? MIN_ID;
  }

  /** The ID for an entry added now; undefined when IDs are exhausted. */
  newId(nowMs: number): StreamId | undefined {
    return nowMs > this.lastId.ms ? { ms: nowMs, seq: 0 } : nextId(this.lastId);
  }

  /** Adds an entry. Its ID must be after `lastId`. The array is stored and must not change. */
  append(id: StreamId, fields: string[], bounds: StreamNodeBounds = DEFAULT_STREAM_NODE_BOUNDS): void {
    const opensNode = this.entries.size === 0 || this.tail.isFullFor(fields, bounds);
    if (!opensNode) shareNames(fields, this.entries.last()!.value);
    this.entries.append(id, fields, opensNode);
    this.tail.add(id, fields, opensNode);
    this.lastId = id;
    this.entriesAdded = addInt64(this.entriesAdded, 1) ?? this.entriesAdded;
  }

  /** Removes an entry at any place; answers whether it was there. */
  delete(id: StreamId): boolean {
    if (!this.remove(id)) return false;
    if (compareIds(id, this.maxDeletedId) > 0) this.maxDeletedId = id;
    return true;
  }

  private remove(id: StreamId): boolean {
    const nodes = this.entries.nodeCount;
    const wasLast = compareIds(id, this.entries.last()?.id ?? MIN_ID) === 0;
    if (!this.entries.delete(id)) return false;
    // The node before was full, or this one would not have been begun.
    if (wasLast && this.entries.nodeCount < nodes) this.tail.close();
    return true;
  }

  /** Removes entries from the front by a rule; answers how many. */
  trim(rule: TrimRule): number {
    if (rule.references !== "KEEPREF" && this.groups.size > 0) return this.trimReferenced(rule);
    const { entries } = this;
    let removed = 0;
    while (entries.size > 0) {
      const size = entries.nodeSize(0);
      const surplus = this.surplus(0, rule);
      if (!mayTrim(rule, removed, surplus, surplus === size || removed > 0)) break;
      removed += surplus;
      if (surplus < size) {
        entries.removeWithinFirstNode(surplus);
        break;
      }
      entries.removeFirstNode();
    }
    return removed;
  }

  /** The number of entries in a node that the rule removes, given that those in earlier nodes are removed or kept. */
  private surplus(node: number, { threshold }: TrimRule): number {
    if (typeof threshold !== "number") return this.entries.countBefore(node, threshold);
    return Math.min(this.entries.nodeSize(node), Math.max(0, this.size - threshold));
  }

  /**
   * Trims entry by entry, for rules that look at the groups' references. Entries that are kept do not end the trimming.
   * Answers how many were removed.
   */
  private trimReferenced(rule: TrimRule): number {
    const { entries } = this;
    const { threshold } = rule;
    let removed = 0;
    for (let node = 0; node < entries.nodeCount;) {
      const nodes = entries.nodeCount;
      const surplus = this.surplus(node, rule);
      const nodeGoes = surplus === entries.nodeSize(node) || node > 0 || removed > 0;
      if (!mayTrim(rule, removed, surplus, nodeGoes)) break;
      for (const id of entries.nodeIds(node)) {
        if (typeof threshold === "number" ? this.size <= threshold : compareIds(id, threshold) >= 0) return removed;
        if (rule.references === "ACKED" && this.isReferenced(id)) continue;
        this.remove(id);
        if (rule.references === "DELREF") this.dropReferences(id);
        removed++;
      }
      if (entries.nodeCount === nodes) node++;
    }
    return removed;
  }

  /** Whether a group has the entry pending or has not read it yet. */
  isReferenced(id: StreamId): boolean {
    for (const group of this.groups.values()) {
      if (compareIds(group.lastId, id) < 0 || group.pending.has(id)) return true;
    }
    return false;
  }

  /** Drops an entry from the pending entries of all groups; answers whether it was pending. */
  dropReferences(id: StreamId): boolean {
    let dropped = false;
    for (const group of this.groups.values()) dropped = group.acknowledge(id) || dropped;
    return dropped;
  }

  /** Moves a group to an entry that is delivered to it for the first time. */
  advance(group: ConsumerGroup, id: StreamId): void {
    if (group.entriesRead !== undefined && !this.hasDeletedFrom(id)) {
      group.entriesRead = addInt64(group.entriesRead, 1) ?? group.entriesRead;
    } else if (this.entriesAdded !== 0) {
      group.entriesRead = this.entriesUpTo(id);
    }
    group.lastId = id;
  }

  /** The number of entries that a group has still to read; undefined when deletions have made it unknown. */
  lag(group: ConsumerGroup): Int64 | undefined {
    if (this.entriesAdded === 0 || this.size === 0) return 0;
    // All entries are after the group's position, so its lag is their number, whatever it is said to have read.
    const { firstId, maxDeletedId } = this;
    if (compareIds(group.lastId, firstId) < 0 && compareIds(maxDeletedId, firstId) < 0) return this.size;
    const known = group.entriesRead !== undefined && !this.hasDeletedFrom(group.lastId);
    const read = known ? group.entriesRead : this.entriesUpTo(group.lastId);
    if (read === undefined) return undefined;
    return addInt64(this.entriesAdded, negateInt64(read) ?? 0);
  }

  /** Whether an entry at or after this ID was deleted from between others. */
  private hasDeletedFrom(id: StreamId): boolean {
    if (this.size === 0 || compareIds(this.maxDeletedId, MIN_ID) === 0) return false;
    return compareIds(this.firstId, this.maxDeletedId) <= 0 && compareIds(id, this.maxDeletedId) <= 0;
  }

  /** The number of entries ever added up to this ID; undefined when it is unknown. */
  entriesUpTo(id: StreamId): Int64 | undefined {
    const toLast = compareIds(id, this.lastId);
    if (this.entriesAdded === 0) return 0;
    if (toLast === 0 || (toLast < 0 && this.size === 0)) return this.entriesAdded;
    const { firstId } = this;
    const holes = compareIds(this.maxDeletedId, MIN_ID) !== 0 && compareIds(this.maxDeletedId, firstId) >= 0;
    const toFirst = compareIds(id, firstId);
    if (toLast > 0 || holes || toFirst > 0) return undefined;
    return addInt64(this.entriesAdded, (toFirst === 0 ? 1 : 0) - this.size);
  }

  /**
   * The stream as it is now, to be read only; it shares with this one what {@link IdMap.freeze} shares. Adds the maps to
   * thaw to `frozen`.
   */
  freeze(frozen: IdMap<unknown>[]): StreamValue {
    const twin = new StreamValue(this.entries.freeze());
    frozen.push(this.entries);
    for (const [name, group] of this.groups) twin.groups.set(name, group.freeze(frozen));
    twin.lastId = this.lastId;
    twin.maxDeletedId = this.maxDeletedId;
    twin.entriesAdded = this.entriesAdded;
    return twin;
  }

  copy(): StreamValue {
    const twin = new StreamValue(this.entries.copy());
    for (const [name, group] of this.groups) twin.groups.set(name, group.copy());
    twin.lastId = this.lastId;
    twin.maxDeletedId = this.maxDeletedId;
    twin.entriesAdded = this.entriesAdded;
    twin.tail = this.tail.copy();
    return twin;
  }

  /** Estimated heap bytes, from a sample of nodes, so that it costs the same for every stream. */
  memoryBytes(): number {
    const { entries } = this;
    const samples = Math.min(entries.nodeCount, SAMPLED_NODES);
    let sampledEntries = 0;
    let sampledBytes = 0;
    for (let sample = 0; sample < samples; sample++) {
      const values = entries.nodeValues(Math.floor((sample * entries.nodeCount) / samples));
      sampledEntries += values.length;
      for (const fields of values) sampledBytes += ENTRY_BYTES + entryBytes(fields);
    }
    let bytes = entries.nodeCount * NODE_BYTES;
    if (sampledEntries > 0) bytes += Math.round((sampledBytes / sampledEntries) * entries.size);
    for (const [name, group] of this.groups) bytes += NODE_BYTES + stringBytes(name) + group.memoryBytes();
    return bytes;
  }
}

/**
 * Whether to go on trimming with a node that has `surplus` entries to remove. `nodeGoes`: a whole node goes, or has
 * gone.
 */
function mayTrim(rule: TrimRule, removed: number, surplus: number, nodeGoes: boolean): boolean {
  if (surplus === 0 || (rule.approximate && !nodeGoes)) return false;
  return rule.limit === 0 || removed + surplus <= rule.limit;
}

/** Pointers and values of an entry. Names are counted as shared. */
function entryBytes(fields: Fields): number {
  let bytes = 8 * fields.length;
  for (let i = 1; i < fields.length; i += 2) bytes += stringBytes(fields[i]!);
  return bytes;
}

/**
 * Replaces field names by the equal strings of the entry before, since most entries of a stream have the same names.
 */
function shareNames(fields: string[], before: Fields): void {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === before[i]) fields[i] = before[i]!;
}
