/**
 * Writes values in RDB as Redis 7.0 does, for 7.0 and later. Only a hash with fields that expire takes a form of 7.4.
 */
import { formatDouble, parseInt64 } from "../../core/numbers.ts";
import { encodingOf, listNodeBounds } from "../encoding.ts";
import type { EncodingBounds } from "../encoding.ts";
import { ByteBuffer } from "../types/byte-buffer.ts";
import type { FrozenBytes } from "../types/frozen-bytes.ts";
import { HashValue } from "../types/hash.ts";
import { JsonValue } from "../types/json-document.ts";
import { ListValue } from "../types/list.ts";
import { SetValue } from "../types/set.ts";
import { SortedSetValue } from "../types/sorted-set.ts";
import { StreamValue } from "../types/stream.ts";
import type { StringValue, Value } from "../value.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { writeIntset } from "./intset.ts";
import { beginJsonModule, endJsonModule, jsonText } from "./json-module.ts";
import { elementBytes, EMPTY_LISTPACK_BYTES, ListpackWriter, packedBytes } from "./listpack.ts";
import { writeBlob, writeLength, writeString } from "./rdb-string.ts";
import { QUICKLIST_NODE_PACKED, QUICKLIST_NODE_PLAIN, RdbType } from "./rdb-types.ts";
import { streamParts } from "./stream-writer.ts";

/** RDB versions of Redis 7.0, and of 7.4, which has fields that expire. */
export const RDB_VERSION = 10;
const VERSION_WITH_FIELD_DEADLINES = 12;

/** The lowest RDB version of a reader of this value. */
export function rdbVersionOf(value: Value): number {
  const expiring = value instanceof HashValue && value.earliestDeadline !== undefined;
  return expiring ? VERSION_WITH_FIELD_DEADLINES : RDB_VERSION;
}

/** Writes a value's type and the value. Throws an RdbError for a value that is too large for one payload. */
export function writeValue(writer: ByteWriter, value: Value, bounds: Readonly<EncodingBounds>): void {
  const parts = valueParts(writer, value, bounds, undefined);
  while (parts.next().done !== true);
}

/** Writes a type and, in a file, the key after it. */
export function writeType(writer: ByteWriter, type: number, key: string | undefined): void {
  writer.byte(type);
  if (key !== undefined) writeString(writer, key);
}

/** Elements written between two pauses. */
export const PART_ELEMENTS = 256;

/**
 * Where a value is written in pieces, a longer string is not compressed: it would have to be compressed as a whole
 * first.
 */
const COMPRESSED_BYTES_MAX = 256 * 1024;

/** Bytes of a long string written between two pauses. */
const PART_BYTES = 64 * 1024;

/**
 * Writes a value's type, its key unless that is undefined, and the value, with pauses, in which the owner may take what
 * was written from the writer. The value must not change until the end.
 */
export function* valueParts(
  writer: ByteWriter,
  value: Value,
  bounds: Readonly<EncodingBounds>,
  key: string | undefined,
): Parts {
  if (typeof value === "string" || value instanceof ByteBuffer) {
    writeType(writer, RdbType.STRING, key);
    yield* stringParts(writer, value);
  } else if (value instanceof ListValue) {
    yield* listParts(writer, value, bounds, key);
  } else if (value instanceof SetValue) {
    yield* setParts(writer, value, bounds, key);
  } else if (value instanceof HashValue) {
    yield* hashParts(writer, value, bounds, key);
  } else if (value instanceof SortedSetValue) {
    yield* sortedSetParts(writer, value, bounds, key);
  } else if (value instanceof StreamValue) {
    writeType(writer, RdbType.STREAM_LISTPACKS_2, key);
    yield* streamParts(writer, value);
  } else if (value instanceof JsonValue) {
    writeType(writer, RdbType.MODULE_2, key);
    beginJsonModule(writer);
    yield* stringParts(writer, jsonText(value));
    endJsonModule(writer);
  } else {
    throw new Error("a type of value without a form in RDB");
  }
}

/** Writes while it is driven; what it has written may be taken at each pause. */
export type Parts = Generator<undefined, void, undefined>;

export function* stringParts(writer: ByteWriter, text: StringValue | FrozenBytes): Parts {
  if (text.length <= COMPRESSED_BYTES_MAX || !writer.isDrained) {
    writeString(writer, typeof text === "string" ? text : text.toString());
    return;
  }
  writeLength(writer, text.length);
  for (let at = 0; at < text.length; at += PART_BYTES) {
    writer.bytes(text.slice(at, at + PART_BYTES));
    yield;
  }
}

/** Counts the nodes of a list first, since their number comes before them. */
function* listParts(
  writer: ByteWriter,
  list: ListValue,
  bounds: Readonly<EncodingBounds>,
  key: string | undefined,
): Parts {
  const { bytesMax, elementsMax } = listNodeBounds(bounds.listNodeSize);
  let count = 0;
  let bytes = EMPTY_LISTPACK_BYTES;
  let elements = 0;
  let seen = 0;
  for (const element of list.values()) {
    if (++seen % PART_ELEMENTS === 0) yield;
    const needed = packedBytes(element);
    if (EMPTY_LISTPACK_BYTES + needed > bytesMax) {
      count += elements > 0 ? 2 : 1;
      bytes = EMPTY_LISTPACK_BYTES;
      elements = 0;
      continue;
    }
    if (elements > 0 && (bytes + needed > bytesMax || elements === elementsMax)) {
      count++;
      bytes = EMPTY_LISTPACK_BYTES;
      elements = 0;
    }
    bytes += elementBytes(element);
    elements++;
  }
  if (elements > 0) count++;
  writeType(writer, RdbType.LIST_QUICKLIST_2, key);
  writeLength(writer, count);
  yield* nodeParts(writer, list, bytesMax, elementsMax);
}

/** Writes the nodes of a list. An element that fills a node alone is a plain node. */
function* nodeParts(writer: ByteWriter, list: ListValue, bytesMax: number, elementsMax: number): Parts {
  let node = new ListpackWriter();
  let elements = 0;
  const endNode = (): void => {
    if (node.isEmpty) return;
    writeLength(writer, QUICKLIST_NODE_PACKED);
    writeBlob(writer, node.finish());
    node = new ListpackWriter();
    elements = 0;
  };
  for (const element of list.values()) {
    const bytes = packedBytes(element);
    if (EMPTY_LISTPACK_BYTES + bytes > bytesMax) {
      endNode();
      writeLength(writer, QUICKLIST_NODE_PLAIN);
      yield* stringParts(writer, element);
      continue;
    }
    if (node.length + bytes > bytesMax || elements === elementsMax) {
      endNode();
      yield;
    }
    node.append(element);
    elements++;
  }
  endNode();
}

function* setParts(
  writer: ByteWriter,
  set: SetValue,
  bounds: Readonly<EncodingBounds>,
  key: string | undefined,
): Parts {
  if (encodingOf(set, bounds) === "intset") {
    writeType(writer, RdbType.SET_INTSET, key);
    writeBlob(writer, writeIntset(set.toArray().map((member) => parseInt64(member)!)));
    return;
  }
  // Redis 7.0 has no sets in listpacks.
  writeType(writer, RdbType.SET, key);
  const { size } = set;
  writeLength(writer, size);
  for (let slot = 0; slot < size; slot++) {
    yield* stringParts(writer, set.memberAt(slot));
    if (slot % PART_ELEMENTS === PART_ELEMENTS - 1) yield;
  }
}

function* hashParts(
  writer: ByteWriter,
  hash: HashValue,
  bounds: Readonly<EncodingBounds>,
  key: string | undefined,
): Parts {
  const earliest = hash.earliestDeadline;
  if (earliest === undefined && encodingOf(hash, bounds) === "listpack") {
    const listpack = new ListpackWriter();
    for (const item of hash.toArray()) listpack.append(item);
    writeType(writer, RdbType.HASH_LISTPACK, key);
    writeBlob(writer, listpack.finish());
    return;
  }
  writeType(writer, earliest === undefined ? RdbType.HASH : RdbType.HASH_METADATA, key);
  if (earliest !== undefined) writer.int64le(earliest);
  const { size } = hash;
  writeLength(writer, size);
  for (let start = 0; start < size; start += PART_ELEMENTS) {
    const items = hash.itemsAt(start, Math.min(size, start + PART_ELEMENTS));
    for (let i = 0; i < items.length; i += 2) {
      if (earliest !== undefined) writeLength(writer, lateness(hash.deadline(items[i]!), earliest));
      yield* stringParts(writer, items[i]!);
      yield* stringParts(writer, items[i + 1]!);
    }
    yield;
  }
}

/** The distance of a field's deadline from the earliest one, plus one; zero for none. */
export function lateness(deadline: number | undefined, earliest: number): number {
  return deadline === undefined ? 0 : deadline - earliest + 1;
}

function* sortedSetParts(
  writer: ByteWriter,
  set: SortedSetValue,
  bounds: Readonly<EncodingBounds>,
  key: string | undefined,
): Parts {
  if (encodingOf(set, bounds) === "listpack") {
    const listpack = new ListpackWriter();
    for (const [member, score] of set.entries()) {
      listpack.append(member);
      listpack.append(formatDouble(score));
    }
    writeType(writer, RdbType.ZSET_LISTPACK, key);
    writeBlob(writer, listpack.finish());
    return;
  }
  writeType(writer, RdbType.ZSET_2, key);
  writeLength(writer, set.size);
  // Backwards, as Redis does: its reader is faster when it inserts each element before the others.
  for (let end = set.size; end > 0; end -= PART_ELEMENTS) {
    set.forEach({ start: Math.max(0, end - PART_ELEMENTS), end }, true, (member, score) => {
      writeString(writer, member);
      writer.doublele(score);
    });
    yield;
  }
}
