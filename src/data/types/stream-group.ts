/**
 * A consumer group of a stream: its position, its consumers, and its pending entries, that is, those delivered and not
 * acknowledged. A pending entry is in two maps, the group's and its consumer's, as one shared object.
 */
import type { Int64 } from "../../core/numbers.ts";
import { stringBytes } from "../value.ts";
import { IdMap } from "./id-map.ts";
import type { StreamId } from "./stream-id.ts";

/** A delivered entry that was not acknowledged. Shared by the group's map and the consumer's. */
export interface PendingEntry {
  consumer: Consumer;
  /** Time of the last delivery, in milliseconds since the epoch. */
  deliveredMs: number;
  deliveries: Int64;
}

/** {@link Consumer.activeMs} of a consumer that has never received an entry. */
export const NEVER = -1;

/** A consumer of a group. */
export class Consumer {
  readonly name: string;
  readonly pending: IdMap<PendingEntry>;
  /** Time of its last request for entries, in milliseconds since the epoch. */
  seenMs: number;
  /** Time of its last request that returned entries, in milliseconds since the epoch. */
  activeMs = NEVER;

  constructor(name: string, nowMs: number, pending = new IdMap<PendingEntry>()) {
    this.name = name;
    this.seenMs = nowMs;
    this.pending = pending;
  }
}

/** Heap bytes of a pending entry with its places in two maps; of a consumer without its name. */
const PENDING_BYTES = 40 + 2 * 24;
const CONSUMER_BYTES = 160;

/** A group of a stream, which owns its consumers and pending entries. */
export class ConsumerGroup {
  /** The ID of the last entry delivered. */
  lastId: StreamId;
  /** The number of entries ever added up to `lastId`; undefined when unknown. */
  entriesRead: Int64 | undefined;
  readonly pending: IdMap<PendingEntry>;
  readonly consumers = new Map<string, Consumer>();

  constructor(lastId: StreamId, entriesRead: Int64 | undefined, pending = new IdMap<PendingEntry>()) {
    this.lastId = lastId;
    this.entriesRead = entriesRead;
    this.pending = pending;
  }

  addConsumer(name: string, nowMs: number): Consumer {
    const consumer = new Consumer(name, nowMs);
    this.consumers.set(name, consumer);
    return consumer;
  }

  /** Removes a consumer and its pending entries. */
  deleteConsumer(consumer: Consumer): void {
    for (let node = 0; node < consumer.pending.nodeCount; node++) {
      for (const id of consumer.pending.nodeIds(node)) this.pending.delete(id);
    }
    this.consumers.delete(consumer.name);
  }

  /** Records the delivery of an entry to a consumer. If another consumer had it pending, the entry moves. */
  deliver(id: StreamId, consumer: Consumer, deliveredMs: number, deliveries: Int64): void {
    const entry = this.pending.get(id);
    if (entry === undefined || this.pending.isFrozen) {
      const added = { consumer, deliveredMs, deliveries };
      if (entry !== undefined && entry.consumer !== consumer) entry.consumer.pending.delete(id);
      this.pending.set(id, added);
      consumer.pending.set(id, added);
      return;
    }
    if (entry.consumer !== consumer) {
      entry.consumer.pending.delete(id);
      consumer.pending.set(id, entry);
      entry.consumer = consumer;
    }
    entry.deliveredMs = deliveredMs;
    entry.deliveries = deliveries;
  }

  /** Removes a pending entry; answers whether it was pending. */
  acknowledge(id: StreamId): boolean {
    const entry = this.pending.get(id);
    if (entry === undefined) return false;
    this.pending.delete(id);
    entry.consumer.pending.delete(id);
    return true;
  }

  /**
   * The group as it is now, to be read only; it shares with this one what {@link IdMap.freeze} shares. Adds the maps to
   * thaw to `frozen`.
   */
  freeze(frozen: IdMap<unknown>[]): ConsumerGroup {
    const twin = new ConsumerGroup(this.lastId, this.entriesRead, this.pending.freeze());
    frozen.push(this.pending);
    for (const { name, pending, seenMs } of this.consumers.values()) {
      twin.consumers.set(name, new Consumer(name, seenMs, pending.freeze()));
      frozen.push(pending);
    }
    return twin;
  }

  copy(): ConsumerGroup {
    const twin = new ConsumerGroup(this.lastId, this.entriesRead);
    for (const { name, seenMs, activeMs } of this.consumers.values()) {
      twin.addConsumer(name, seenMs).activeMs = activeMs;
    }
    for (let node = 0; node < this.pending.nodeCount; node++) {
      const entries = this.pending.nodeValues(node);
      this.pending.nodeIds(node).forEach((id, index) => {
        const { consumer, deliveredMs, deliveries } = entries[index]!;
        twin.deliver(id, twin.consumers.get(consumer.name)!, deliveredMs, deliveries);
      });
    }
    return twin;
  }

  memoryBytes(): number {
    let bytes = this.pending.size * PENDING_BYTES;
    for (const name of this.consumers.keys()) bytes += CONSUMER_BYTES + stringBytes(name);
    return bytes;
  }
}
