/**
 * Writes streams in RDB. Entries are in listpacks. A listpack starts with its numbers of entries and of deleted entries
 * and the field names of the first entry. An entry is flags, its ID as a difference from the first one's, its field
 * names unless they are the first entry's, its values, and the number of its elements.
 *
 * The time at which a consumer last received an entry is not written: Redis has it from 7.2 on.
 */
import { UINT64_MAX } from "../../core/numbers.ts";
import type { ConsumerGroup } from "../types/stream-group.ts";
import type { IdMap } from "../types/id-map.ts";
import type { StreamId, Uint64 } from "../types/stream-id.ts";
import type { StreamValue } from "../types/stream.ts";
import type { Fields } from "../types/stream-node.ts";
import type { Int64 } from "../../core/numbers.ts";
import { int64 } from "../../core/numbers.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { ListpackWriter } from "./listpack.ts";
import { writeBlob, writeLength, writeString } from "./rdb-string.ts";
import { STREAM_ENTRY_SAME_FIELDS } from "./rdb-types.ts";

/** Represents an unknown number of entries read. */
const UNKNOWN_READ = UINT64_MAX;

const ID_BYTES = 16;

/** Writes a stream, with pauses as in {@link valueParts}. */
export function* streamParts(writer: ByteWriter, stream: StreamValue): Generator<undefined, void, undefined> {
  const { entries } = stream;
  writeLength(writer, entries.nodeCount);
  for (let node = 0; node < entries.nodeCount; node++) {
    const ids = entries.nodeIds(node);
    writeLength(writer, ID_BYTES);
    writeRawId(writer, ids[0]!);
    writeBlob(writer, packedNode(ids, entries.nodeValues(node)));
    yield;
  }
  writeLength(writer, stream.size);
  writeId(writer, stream.lastId);
  writeId(writer, stream.firstId);
  writeId(writer, stream.maxDeletedId);
  writeLength(writer, stream.entriesAdded);
  writeLength(writer, stream.groups.size);
  for (const [name, group] of stream.groups) {
    writeString(writer, name);
    yield* groupParts(writer, group);
  }
}

function packedNode(ids: readonly StreamId[], entries: readonly Fields[]): Buffer {
  const [first] = ids as [StreamId];
  const names = entries[0]!.filter((_, i) => i % 2 === 0);
  const listpack = new ListpackWriter();
  listpack.appendInteger(entries.length);
  listpack.appendInteger(0);
  listpack.appendInteger(names.length);
  for (const name of names) listpack.append(name);
  listpack.appendInteger(0);
  entries.forEach((fields, i) => {
    const same = hasNames(fields, names);
    listpack.appendInteger(same ? STREAM_ENTRY_SAME_FIELDS : 0);
    listpack.appendInteger(difference(ids[i]!.ms, first.ms));
    listpack.appendInteger(difference(ids[i]!.seq, first.seq));
    if (!same) listpack.appendInteger(fields.length / 2);
    for (let at = same ? 1 : 0; at < fields.length; at += same ? 2 : 1) listpack.append(fields[at]!);
    listpack.appendInteger(same ? 3 + names.length : 4 + fields.length);
  });
  return listpack.finish();
}

function hasNames(fields: Fields, names: readonly string[]): boolean {
  return fields.length === names.length * 2 && names.every((name, i) => fields[i * 2] === name);
}

/** The difference modulo 2^64, as a signed number. */
function difference(a: Uint64, b: Uint64): Int64 {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return int64(BigInt.asIntN(64, BigInt(a) - BigInt(b)));
}

function* groupParts(writer: ByteWriter, group: ConsumerGroup): Generator<undefined, void, undefined> {
  writeId(writer, group.lastId);
  writeLength(writer, group.entriesRead ?? UNKNOWN_READ);
  writeLength(writer, group.pending.size);
  for (let node = 0; node < group.pending.nodeCount; node++) {
    forEachEntry(group.pending, node, (id, { deliveredMs, deliveries }) => {
      writeRawId(writer, id);
      writer.int64le(deliveredMs);
      writeLength(writer, deliveries);
    });
    yield;
  }
  writeLength(writer, group.consumers.size);
  for (const { name, seenMs, pending } of group.consumers.values()) {
    writeString(writer, name);
    writer.int64le(seenMs);
    writeLength(writer, pending.size);
    for (let node = 0; node < pending.nodeCount; node++) {
      forEachEntry(pending, node, (id) => writeRawId(writer, id));
      yield;
    }
  }
}

/** Visits the entries of a node. */
function forEachEntry<V>(map: IdMap<V>, node: number, visit: (id: StreamId, value: V) => void): void {
  const values = map.nodeValues(node);
  map.nodeIds(node).forEach((id, i) => visit(id, values[i]!));
}

function writeId(writer: ByteWriter, { ms, seq }: StreamId): void {
  writeLength(writer, ms);
  writeLength(writer, seq);
}

/** Writes an ID in sixteen bytes, whose order is that of IDs. */
function writeRawId(writer: ByteWriter, { ms, seq }: StreamId): void {
  writer.uint64be(ms);
  writer.uint64be(seq);
}
