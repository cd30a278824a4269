/**
 * A consumer group of a stream: how far it has read, its consumers, and the entries that were delivered and not yet
 * acknowledged. A pending entry stands in two maps, the group's and its consumer's, which hold one and the same object.
 */
import type { Int64 } from "../../core/numbers.ts";
import { stringBytes } from "../value.ts";
import { IdMap } from "./id-map.ts";
import type { StreamId } from "./stream-id.ts";

export interface PendingEntry {
  consumer: Consumer;
  /** When it was last delivered, in milliseconds since the epoch. */
  deliveredMs: number;
  deliveries: Int64;
}

/** {@link Consumer.activeMs} of a consumer that has never been given an entry. */
export const NEVER = -1;

export class Consumer {
  readonly name: string;
  readonly pending = new IdMap<PendingEntry>();
  /** When it last asked for entries, in milliseconds since the epoch. */
  seenMs: number;
  /** When it last was given one, in milliseconds since the epoch. */
  activeMs = NEVER;

  constructor(name: string, nowMs: number) {
    this.name = name;
    this.seenMs = nowMs;
  }
}

/** Heap bytes of a pending entry with its places in two maps, and of a consumer without its name. */
const PENDING_BYTES = 40 + 2 * 24;
const CONSUMER_BYTES = 160;

export class ConsumerGroup {
  /** The last entry delivered. */
  lastId: StreamId;
  /** How many entries of those ever added lie up to `lastId`; undefined when that is not known. */
  entriesRead: Int64 | undefined;
  readonly pending = new IdMap<PendingEntry>();
  readonly consumers = new Map<string, Consumer>();

  constructor(lastId: StreamId, entriesRead: Int64 | undefined) {
    this.lastId = lastId;
    this.entriesRead = entriesRead;
  }

  addConsumer(name: string, nowMs: number): Consumer {
    const consumer = new Consumer(name, nowMs);
    this.consumers.set(name, consumer);
    return consumer;
  }

  /** Removes a consumer and what it has pending. */
  deleteConsumer(consumer: Consumer): void {
    for (let node = 0; node < consumer.pending.nodeCount; node++) {
      for (const id of consumer.pending.nodeIds(node)) this.pending.delete(id);
    }
    this.consumers.delete(consumer.name);
  }

  /** Records that an entry was delivered to a consumer, whoever had it pending before. */
  deliver(id: StreamId, consumer: Consumer, deliveredMs: number, deliveries: Int64): void {
    const entry = this.pending.get(id);
    if (entry === undefined) {
      const added = { consumer, deliveredMs, deliveries };
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

  /** Takes an entry off the pending ones; answers whether it was among them. */
  acknowledge(id: StreamId): boolean {
    const entry = this.pending.get(id);
    if (entry === undefined) return false;
    this.pending.delete(id);
    entry.consumer.pending.delete(id);
    return true;
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
