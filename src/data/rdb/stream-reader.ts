/** Reads streams in the form that `stream-writer.ts` describes, and in those before and after it. */
import { INT64_MAX, parseInt64, UINT64_MAX } from "../../core/numbers.ts";
import type { Int64 } from "../../core/numbers.ts";
import { ConsumerGroup, NEVER } from "../types/stream-group.ts";
import type { Consumer, PendingEntry } from "../types/stream-group.ts";
import { IdMap } from "../types/id-map.ts";
import { compareIds, uint64 } from "../types/stream-id.ts";
import type { StreamId, Uint64 } from "../types/stream-id.ts";
import { StreamValue } from "../types/stream.ts";
import { ByteReader } from "./byte-reader.ts";
import { readListpack } from "./listpack.ts";
import { RdbError } from "./rdb-error.ts";
import type { RdbReader } from "./rdb-string.ts";
import { STREAM_ENTRY_DELETED, STREAM_ENTRY_SAME_FIELDS } from "./rdb-types.ts";

const ID_BYTES = 16;

/**
 * Reads a stream: each node is a part, and all the rest is one. `form` is 1 before Redis 7.0, 2 from 7.0, 3 from 7.2.
 */
export class StreamParts {
  readonly value = new StreamValue();
  private readonly form: 1 | 2 | 3;
  /** Nodes to read; -1 while their number is unknown. */
  private left = -1;

  constructor(form: 1 | 2 | 3) {
    this.form = form;
  }

  next(reader: RdbReader, count: number): boolean {
    const { value } = this;
    if (this.left < 0) {
      this.left = reader.count(ID_BYTES + 1);
      reader.markPart();
    }
    for (let part = Math.min(count, this.left); part > 0; part--) {
      readNode(reader, value);
      this.left--;
      reader.markPart();
    }
    if (this.left > 0) return false;
    const tail = readTail(reader, value, this.form);
    Object.assign(value, tail);
    reader.markPart();
    return true;
  }
}

type Tail = Pick<StreamValue, "lastId" | "maxDeletedId" | "entriesAdded">;

/** Reads what follows the entries. If it is read again, it replaces the groups of the first time. */
function readTail(reader: RdbReader, stream: StreamValue, form: 1 | 2 | 3): Tail {
  if (reader.length() !== stream.size) throw new RdbError("a stream has another number of entries");
  const lastId = readId(reader);
  if (compareIds(lastId, stream.lastId) < 0) throw new RdbError("a stream ends after its last ID");
  const tail: Tail = { lastId, maxDeletedId: stream.maxDeletedId, entriesAdded: stream.size };
  if (form >= 2) {
    // The first ID, which the entries tell as well.
    readId(reader);
    tail.maxDeletedId = readId(reader);
    tail.entriesAdded = readInt64(reader);
    if (compareIds(tail.maxDeletedId, lastId) > 0) throw new RdbError("a stream has lost an entry it never had");
    if (tail.entriesAdded < stream.size) throw new RdbError("a stream has more entries than were ever added");
  }
  const before = { lastId: stream.lastId, maxDeletedId: stream.maxDeletedId, entriesAdded: stream.entriesAdded };
  // {@link StreamValue.advance} and lags depend on these.
  Object.assign(stream, tail);
  stream.groups.clear();
  try {
    for (let left = reader.count(4); left > 0; left--) {
      const name = reader.string();
      if (stream.groups.has(name)) throw new RdbError("a stream has a group twice");
      stream.groups.set(name, readGroup(reader, form, stream));
    }
  } finally {
    Object.assign(stream, before);
  }
  return tail;
}

/** Reads a node: its first ID and its listpack. */
function readNode(reader: RdbReader, stream: StreamValue): void {
  const raw = reader.string();
  if (raw.length !== ID_BYTES) throw new RdbError("a stream has a node without an ID");
  const first = readRawId(new ByteReader(Buffer.from(raw, "latin1")));
  const elements = new Elements(readListpack(reader.blob()));
  let entries = elements.count();
  let deleted = elements.count();
  const names = elements.take(elements.count());
  if (elements.integer() !== 0) throw new RdbError("a stream has a node that begins otherwise");
  for (let left = entries + deleted; left > 0; left--) {
    const start = elements.at;
    const marks = Number(elements.integer());
    const id = { ms: plus(first.ms, elements.integer()), seq: plus(first.seq, elements.integer()) };
    const fields = readFields(elements, (marks & STREAM_ENTRY_SAME_FIELDS) === 0 ? undefined : names);
    const size = elements.at - start;
    if (elements.count() !== size) throw new RdbError("an entry of a stream has another size");
    if ((marks & STREAM_ENTRY_DELETED) !== 0) {
      deleted--;
      continue;
    }
    entries--;
    if (compareIds(id, stream.lastId) <= 0) throw new RdbError("a stream is not in the order of its IDs");
    stream.append(id, fields);
  }
  if (entries !== 0 || deleted !== 0 || !elements.isAtEnd) throw new RdbError("a stream has a node of another size");
}

/** Fields and values, alternating. */
function readFields(elements: Elements, names: readonly string[] | undefined): string[] {
  if (names === undefined) return elements.take(elements.count() * 2);
  const values = elements.take(names.length);
  return names.flatMap((name, i) => [name, values[i]!]);
}

/** The sum modulo 2^64. */
function plus(base: Uint64, difference: Int64): Uint64 {
  if (typeof base === "number" && typeof difference === "number") {
    const sum = base + difference;
    if (sum >= 0 && Number.isSafeInteger(sum)) return sum;
  }
  return uint64(BigInt.asUintN(64, BigInt(base) + BigInt(difference)));
}

/** Reads the elements of a node in order. */
class Elements {
  private readonly elements: readonly string[];
  at = 0;

  constructor(elements: readonly string[]) {
    this.elements = elements;
  }

  get isAtEnd(): boolean {
    return this.at === this.elements.length;
  }

  take(count: number): string[] {
    if (count > this.elements.length - this.at) throw new RdbError("a stream has a node that ends too early");
    this.at += count;
    return this.elements.slice(this.at - count, this.at);
  }

  integer(): Int64 {
    const [text] = this.take(1) as [string];
    const value = parseInt64(text);
    if (value === undefined) throw new RdbError("a stream has a text where a number is due");
    return value;
  }

  /** A number of elements, checked against those left. */
  count(): number {
    const value = this.integer();
    if (value < 0 || value > this.elements.length) throw new RdbError("a stream has a node with too many entries");
    return Number(value);
  }
}

function readGroup(reader: RdbReader, form: number, stream: StreamValue): ConsumerGroup {
  const lastId = readId(reader);
  const group = new ConsumerGroup(lastId, form >= 2 ? readEntriesRead(reader) : stream.entriesUpTo(lastId));
  const pending = readPending(reader);
  for (let left = reader.count(10); left > 0; left--) {
    const name = reader.string();
    if (group.consumers.has(name)) throw new RdbError("a group has a consumer twice");
    const seenMs = readTime(reader);
    const consumer = group.addConsumer(name, seenMs);
    // A guess, for forms that do not have it.
    consumer.activeMs = form >= 3 ? readActiveTime(reader) : seenMs;
    readConsumerPending(reader, group, consumer, pending);
  }
  if (group.pending.size !== pending.size) throw new RdbError("an entry is pending for no consumer");
  return group;
}

type Delivery = Pick<PendingEntry, "deliveredMs" | "deliveries">;

/** Reads the pending entries of a group, which do not name their consumers yet. */
function readPending(reader: RdbReader): IdMap<Delivery> {
  const pending = new IdMap<Delivery>();
  for (let left = reader.count(ID_BYTES + 9); left > 0; left--) {
    const id = readRawId(reader);
    if (pending.has(id)) throw new RdbError("an entry is pending twice");
    pending.set(id, { deliveredMs: readTime(reader), deliveries: readInt64(reader) });
  }
  return pending;
}

function readConsumerPending(
  reader: RdbReader,
  group: ConsumerGroup,
  consumer: Consumer,
  pending: IdMap<Delivery>,
): void {
  for (let left = reader.count(ID_BYTES); left > 0; left--) {
    const id = readRawId(reader);
    const delivery = pending.get(id);
    if (delivery === undefined) throw new RdbError("an entry is pending for a consumer and not in its group");
    if (group.pending.has(id)) throw new RdbError("an entry is pending for two consumers");
    group.deliver(id, consumer, delivery.deliveredMs, delivery.deliveries);
  }
}

/** The number of entries read; undefined when it is written as unknown. */
function readEntriesRead(reader: RdbReader): Int64 | undefined {
  const read = reader.length();
  if (read === UINT64_MAX) return undefined;
  if (read > INT64_MAX) throw new RdbError("a number is out of range");
  return read;
}

function readInt64(reader: RdbReader): Int64 {
  const value = reader.length();
  if (value > INT64_MAX) throw new RdbError("a number is out of range");
  return value;
}

/** A time in milliseconds since the epoch. Throws for a negative one. */
function readTime(reader: ByteReader): number {
  const time = reader.int64le();
  if (typeof time === "bigint" || time < 0) throw new RdbError("there is no such time");
  return time;
}

function readActiveTime(reader: ByteReader): number {
  const time = reader.int64le();
  if (typeof time === "bigint" || time < NEVER) throw new RdbError("there is no such time");
  return time;
}

function readId(reader: RdbReader): StreamId {
  const ms = reader.length();
  return { ms, seq: reader.length() };
}

function readRawId(reader: ByteReader): StreamId {
  const ms = reader.uint64be();
  return { ms, seq: reader.uint64be() };
}
