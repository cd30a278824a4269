/**
 * Values to RDB. What is written is what Redis 7.0 writes, so that it can be read from 7.0 on; only a hash whose fields
 * expire takes a form that came with 7.4.
 */
import { formatDouble, parseInt64 } from "../../core/numbers.ts";
import { encodingOf, listNodeBounds } from "../encoding.ts";
import type { EncodingBounds } from "../encoding.ts";
import { HashValue } from "../types/hash.ts";
import { JsonValue } from "../types/json-document.ts";
import { ListValue } from "../types/list.ts";
import { SetValue } from "../types/set.ts";
import { SortedSetValue } from "../types/sorted-set.ts";
import { StreamValue } from "../types/stream.ts";
import { asByteString } from "../value.ts";
import type { Value } from "../value.ts";
import { ByteWriter } from "./byte-writer.ts";
import { writeIntset } from "./intset.ts";
import { writeJsonModule } from "./json-module.ts";
import { EMPTY_LISTPACK_BYTES, ListpackWriter, packedBytes } from "./listpack.ts";
import { writeBlob, writeLength, writeString } from "./rdb-string.ts";
import { QUICKLIST_NODE_PACKED, QUICKLIST_NODE_PLAIN, RdbType } from "./rdb-types.ts";
import { writeStream } from "./stream-writer.ts";

/** RDB version of Redis 7.0, and of 7.4, which brought fields that expire. */
const VERSION = 10;
const VERSION_WITH_FIELD_DEADLINES = 12;

/** The RDB version that a reader of this value must know at least. */
export function rdbVersionOf(value: Value): number {
  const expiring = value instanceof HashValue && value.earliestDeadline !== undefined;
  return expiring ? VERSION_WITH_FIELD_DEADLINES : VERSION;
}

/** Writes the type of a value and the value. Throws an RdbError for one that is too large. */
export function writeValue(writer: ByteWriter, value: Value, bounds: Readonly<EncodingBounds>): void {
  const text = asByteString(value);
  if (text !== undefined) {
    writer.byte(RdbType.STRING);
    writeString(writer, text);
  } else if (value instanceof ListValue) {
    writeList(writer, value, bounds);
  } else if (value instanceof SetValue) {
    writeSet(writer, value, bounds);
  } else if (value instanceof HashValue) {
    writeHash(writer, value, bounds);
  } else if (value instanceof SortedSetValue) {
    writeSortedSet(writer, value, bounds);
  } else if (value instanceof StreamValue) {
    writer.byte(RdbType.STREAM_LISTPACKS_2);
    writeStream(writer, value);
  } else if (value instanceof JsonValue) {
    writer.byte(RdbType.MODULE_2);
    writeJsonModule(writer, value);
  } else {
    throw new Error("a type of value without a form in RDB");
  }
}

/** An element that fills a node by itself stands in it plainly. */
function writeList(writer: ByteWriter, list: ListValue, bounds: Readonly<EncodingBounds>): void {
  const { bytesMax, elementsMax } = listNodeBounds(bounds.listNodeSize);
  const nodes = new ByteWriter();
  let count = 0;
  let node = new ListpackWriter();
  let elements = 0;
  const endNode = (): void => {
    if (node.isEmpty) return;
    writeLength(nodes, QUICKLIST_NODE_PACKED);
    writeBlob(nodes, node.finish());
    node = new ListpackWriter();
    elements = 0;
    count++;
  };
  for (const element of list.values()) {
    const bytes = packedBytes(element);
    if (EMPTY_LISTPACK_BYTES + bytes > bytesMax) {
      endNode();
      writeLength(nodes, QUICKLIST_NODE_PLAIN);
      writeString(nodes, element);
      count++;
      continue;
    }
    if (node.length + bytes > bytesMax || elements === elementsMax) endNode();
    node.append(element);
    elements++;
  }
  endNode();
  writer.byte(RdbType.LIST_QUICKLIST_2);
  writeLength(writer, count);
  writer.buffered(nodes.view());
}

function writeSet(writer: ByteWriter, set: SetValue, bounds: Readonly<EncodingBounds>): void {
  if (encodingOf(set, bounds) === "intset") {
    writer.byte(RdbType.SET_INTSET);
    writeBlob(writer, writeIntset(set.toArray().map((member) => parseInt64(member)!)));
    return;
  }
  // Redis 7.0 does not know sets in a listpack yet.
  writer.byte(RdbType.SET);
  writeLength(writer, set.size);
  for (const member of set.values()) writeString(writer, member);
}

function writeHash(writer: ByteWriter, hash: HashValue, bounds: Readonly<EncodingBounds>): void {
  if (hash.earliestDeadline !== undefined) {
    writeExpiringHash(writer, hash, hash.earliestDeadline);
  } else if (encodingOf(hash, bounds) === "listpack") {
    const listpack = new ListpackWriter();
    for (const item of hash.toArray()) listpack.append(item);
    writer.byte(RdbType.HASH_LISTPACK);
    writeBlob(writer, listpack.finish());
  } else {
    writer.byte(RdbType.HASH);
    writeLength(writer, hash.size);
    for (const item of hash.toArray()) writeString(writer, item);
  }
}

/** Deadlines are written as what they lie beyond the first one, plus one; zero is for none. */
function writeExpiringHash(writer: ByteWriter, hash: HashValue, earliest: number): void {
  writer.byte(RdbType.HASH_METADATA);
  writer.int64le(earliest);
  writeLength(writer, hash.size);
  for (const [field, value] of hash.entries()) {
    const deadline = hash.deadline(field);
    writeLength(writer, deadline === undefined ? 0 : deadline - earliest + 1);
    writeString(writer, field);
    writeString(writer, value);
  }
}

function writeSortedSet(writer: ByteWriter, set: SortedSetValue, bounds: Readonly<EncodingBounds>): void {
  if (encodingOf(set, bounds) === "listpack") {
    const listpack = new ListpackWriter();
    for (const [member, score] of set.entries()) {
      listpack.append(member);
      listpack.append(formatDouble(score));
    }
    writer.byte(RdbType.ZSET_LISTPACK);
    writeBlob(writer, listpack.finish());
    return;
  }
  writer.byte(RdbType.ZSET_2);
  writeLength(writer, set.size);
  // From the last one on, as Redis does: it inserts each before the others, which is quick.
  set.forEach({ start: 0, end: set.size }, true, (member, score) => {
    writeString(writer, member);
    writer.doublele(score);
  });
}
