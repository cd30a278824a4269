/**
 * Reads values from RDB, in every form that Redis has written from 2.8 to 7.4. What no server can have written, such as
 * a set with a repeated member or a sorted set out of order, is an RdbError, so a value that was read is valid.
 */
import { parseDouble } from "../../core/numbers.ts";
import { ByteBuffer } from "../types/byte-buffer.ts";
import { HashValue } from "../types/hash.ts";
import { ListValue } from "../types/list.ts";
import { SetValue } from "../types/set.ts";
import { SortedSetValue } from "../types/sorted-set.ts";
import type { DataValue, Value } from "../value.ts";
import { readIntset } from "./intset.ts";
import { readJsonModule } from "./json-module.ts";
import { readListpack } from "./listpack.ts";
import { RdbError, UnknownType } from "./rdb-error.ts";
import type { RdbReader } from "./rdb-string.ts";
import { QUICKLIST_NODE_PACKED, QUICKLIST_NODE_PLAIN, RdbType } from "./rdb-types.ts";
import { StreamParts } from "./stream-reader.ts";
import { readZiplist, readZipmap } from "./ziplist.ts";

/** The newest RDB version of which all types are known: Redis 7.4's. */
export const RDB_VERSION_MAX = 12;

/** A value that is read part by part. */
export interface ValueParts {
  /**
   * Reads up to `count` parts, and marks the reader after each. Answers whether the value is complete. After an
   * EndOfBytes, call it again with the reader at its mark and more bytes.
   */
  next(reader: RdbReader, count: number): boolean;
  /** The value, once it is complete. */
  readonly value: Value;
}

/** Parts to read before asking again whether the value is complete, where no other work waits. */
const PARTS_AT_ONCE = 1024;

/** Reads a type and a value. Throws an RdbError for malformed bytes. */
export function readValue(reader: RdbReader): Value {
  const parts = beginValue(reader.byte());
  while (!parts.next(reader, PARTS_AT_ONCE));
  return parts.value;
}

/** Begins to read a value of a type. Throws an {@link UnknownType}. */
export function beginValue(type: number): ValueParts {
  const begin = BEGINNINGS.get(type);
  if (begin === undefined) throw new UnknownType(type);
  return begin();
}

/** A value that is read as one part. */
class Whole implements ValueParts {
  value!: Value;
  private readonly read: (reader: RdbReader) => Value;

  constructor(read: (reader: RdbReader) => Value) {
    this.read = read;
  }

  next(reader: RdbReader): boolean {
    this.value = this.read(reader);
    reader.markPart();
    return true;
  }
}

/** A number of elements, after a head if the type has one, and then the elements, each of which is a part. */
class Counted<V extends DataValue, H = undefined> implements ValueParts {
  readonly value: V;
  private left = -1;
  private head!: H;
  private readonly form: CountedForm<V, H>;

  constructor(value: V, form: CountedForm<V, H>) {
    this.value = value;
    this.form = form;
  }

  next(reader: RdbReader, count: number): boolean {
    const { form, value } = this;
    if (this.left < 0) {
      const head = form.head?.(reader) as H;
      this.left = reader.count(form.bytesEach);
      this.head = head;
      reader.markPart();
    }
    for (let part = Math.min(count, this.left); part > 0; part--) {
      form.read(reader, value, this.head);
      this.left--;
      reader.markPart();
    }
    if (this.left > 0) return false;
    if (value.size === 0) throw new RdbError(`a ${value.type} is empty`);
    return true;
  }
}

interface CountedForm<V, H> {
  /** The fewest bytes of an element. */
  readonly bytesEach: number;
  /** Reads what comes before the number of elements. */
  readonly head?: (reader: RdbReader) => H;
  /** Reads an element, and adds it once it is complete. */
  readonly read: (reader: RdbReader, value: V, head: H) => void;
}

/** A longer plain string is read in pieces into a buffer. */
const WHOLE_STRING_BYTES_MAX = 1024 * 1024;

class StringParts implements ValueParts {
  value: Value = "";
  private buffer: ByteBuffer | undefined;
  private filled = 0;

  next(reader: RdbReader): boolean {
    if (this.buffer === undefined) {
      const length = reader.lengthOfLong(WHOLE_STRING_BYTES_MAX);
      if (length === undefined) {
        this.value = reader.string();
        reader.markPart();
        return true;
      }
      this.value = this.buffer = new ByteBuffer(length);
      reader.markPart();
    }
    const { buffer } = this;
    // At least one byte, so that reading beyond the end throws.
    const piece = reader.view(Math.max(1, Math.min(reader.left, buffer.length - this.filled, WHOLE_STRING_BYTES_MAX)));
    buffer.put(this.filled, piece);
    this.filled += piece.length;
    reader.markPart();
    return this.filled === buffer.length;
  }
}

const LIST_OF_STRINGS: CountedForm<ListValue, undefined> = {
  bytesEach: 1,
  read: (reader, list) => list.push("tail", [reader.string()]),
};

const SET_OF_STRINGS: CountedForm<SetValue, undefined> = {
  bytesEach: 1,
  read: (reader, set) => {
    if (!set.add(reader.string())) throw new RdbError("a set has a member twice");
  },
};

const HASH_OF_STRINGS: CountedForm<HashValue, undefined> = {
  bytesEach: 2,
  read: (reader, hash) => {
    const field = reader.string();
    addField(hash, field, reader.string(), 0);
  },
};

/** The earliest deadline; for each field, its deadline less that plus one, or zero for none. */
const EXPIRING_HASH: CountedForm<HashValue, number> = {
  bytesEach: 3,
  head: (reader) => Number(reader.int64le()),
  read: (reader, hash, earliest) => {
    const beyond = Number(reader.length());
    const field = reader.string();
    addField(hash, field, reader.string(), beyond === 0 ? 0 : earliest + beyond - 1);
  },
};

/** Valkey's mark of a field without deadline. */
const NEVER = -1;

/** Valkey's form: for each field, its value and its deadline. */
const VALKEY_HASH: CountedForm<HashValue, undefined> = {
  bytesEach: 10,
  read: (reader, hash) => {
    const field = reader.string();
    const value = reader.string();
    const deadline = Number(reader.int64le());
    addField(hash, field, value, deadline === NEVER ? 0 : deadline);
  },
};

function sortedSet(scoreBytes: number, score: (reader: RdbReader) => number): CountedForm<SortedSetValue, undefined> {
  return {
    bytesEach: 1 + scoreBytes,
    read: (reader, set) => {
      const member = reader.string();
      addMember(set, member, score(reader));
    },
  };
}

const SORTED_SET_OF_TEXTS = sortedSet(1, decimalScore);
const SORTED_SET = sortedSet(8, (reader) => reader.doublele());

function nodes(readOne: (reader: RdbReader) => string[]): CountedForm<ListValue, undefined> {
  return { bytesEach: 1, read: (reader, list) => list.push("tail", readOne(reader)) };
}

const ZIPLISTS = nodes((reader) => readZiplist(reader.blob()));
const NODES = nodes(readNode);

const BEGINNINGS: ReadonlyMap<number, () => ValueParts> = new Map<number, () => ValueParts>([
  [RdbType.STRING, () => new StringParts()],
  [RdbType.LIST, () => new Counted(new ListValue(), LIST_OF_STRINGS)],
  [RdbType.LIST_ZIPLIST, () => new Whole((reader) => listOf(readZiplist(reader.blob())))],
  [RdbType.LIST_QUICKLIST, () => new Counted(new ListValue(), ZIPLISTS)],
  [RdbType.LIST_QUICKLIST_2, () => new Counted(new ListValue(), NODES)],
  [RdbType.SET, () => new Counted(new SetValue(), SET_OF_STRINGS)],
  [RdbType.SET_INTSET, () => new Whole((reader) => setOf(readIntset(reader.blob())))],
  [RdbType.SET_LISTPACK, () => new Whole((reader) => setOf(readListpack(reader.blob())))],
  [RdbType.HASH, () => new Counted(new HashValue(), HASH_OF_STRINGS)],
  [RdbType.HASH_ZIPMAP, () => new Whole((reader) => hashOf(readZipmap(reader.blob())))],
  [RdbType.HASH_ZIPLIST, () => new Whole((reader) => hashOf(readZiplist(reader.blob())))],
  [RdbType.HASH_LISTPACK, () => new Whole((reader) => hashOf(readListpack(reader.blob())))],
  [RdbType.HASH_METADATA, () => new Counted(new HashValue(), EXPIRING_HASH)],
  [RdbType.HASH_LISTPACK_EX, () => new Whole(readPackedExpiringHash)],
  [RdbType.ZSET, () => new Counted(new SortedSetValue(), SORTED_SET_OF_TEXTS)],
  [RdbType.ZSET_2, () => new Counted(new SortedSetValue(), SORTED_SET)],
  [RdbType.ZSET_ZIPLIST, () => new Whole((reader) => orderedSetOf(readZiplist(reader.blob())))],
  [RdbType.ZSET_LISTPACK, () => new Whole((reader) => orderedSetOf(readListpack(reader.blob())))],
  [RdbType.STREAM_LISTPACKS, () => new StreamParts(1)],
  [RdbType.STREAM_LISTPACKS_2, () => new StreamParts(2)],
  [RdbType.STREAM_LISTPACKS_3, () => new StreamParts(3)],
  [RdbType.MODULE_2, () => new Whole(readJsonModule)],
]);

/** Begins to read a hash with deadlines of fields in the form of Valkey 9, which has a type number of its own. */
export function beginValkeyHash(): ValueParts {
  return new Counted(new HashValue(), VALKEY_HASH);
}

function listOf(elements: readonly string[]): ListValue {
  if (elements.length === 0) throw new RdbError("a list is empty");
  return ListValue.from(elements);
}

function readNode(reader: RdbReader): string[] {
  const container = reader.length();
  if (container === QUICKLIST_NODE_PACKED) return readListpack(reader.blob());
  if (container === QUICKLIST_NODE_PLAIN) return [reader.string()];
  throw new RdbError("a list has a node of an unknown kind");
}

function setOf(members: readonly string[]): SetValue {
  if (members.length === 0) throw new RdbError("a set is empty");
  const set = new SetValue();
  for (const member of members) if (!set.add(member)) throw new RdbError("a set has a member twice");
  return set;
}

/** A hash of `items`: fields and values, alternating. */
function hashOf(items: readonly string[]): HashValue {
  if (items.length === 0 || items.length % 2 === 1)
    throw new RdbError("a hash is empty or has a field without a value");
  const hash = new HashValue();
  for (let i = 0; i < items.length; i += 2) addField(hash, items[i]!, items[i + 1]!, 0);
  return hash;
}

/** Adds a field with a deadline in milliseconds since the epoch, or 0 for none. */
function addField(hash: HashValue, field: string, value: string, deadline: number): void {
  if (!hash.set(field, value)) throw new RdbError("a hash has a field twice");
  if (deadline === 0) return;
  if (!(Number.isSafeInteger(deadline) && deadline > 0)) throw new RdbError("a field expires at no time there is");
  hash.setDeadline(field, deadline);
}

/** Reads the earliest deadline, which is not used, and a listpack of fields, values and deadlines. */
function readPackedExpiringHash(reader: RdbReader): HashValue {
  reader.int64le();
  const items = readListpack(reader.blob());
  if (items.length === 0 || items.length % 3 !== 0) throw new RdbError("a hash is empty or incomplete");
  const hash = new HashValue();
  for (let i = 0; i < items.length; i += 3) addField(hash, items[i]!, items[i + 1]!, Number(items[i + 2]!));
  return hash;
}

function addMember(set: SortedSetValue, member: string, score: number): void {
  if (Number.isNaN(score)) throw new RdbError("a score is not a number");
  if (set.add(member, score) !== undefined) throw new RdbError("a sorted set has a member twice");
}

/** Marks in place of the length of a score's text. */
const SCORE_NAN = 253;
const SCORE_INFINITY = 254;
const SCORE_MINUS_INFINITY = 255;

/** A score as text with its length before it, the form before Redis 4.0. */
function decimalScore(reader: RdbReader): number {
  const length = reader.byte();
  if (length === SCORE_INFINITY) return Infinity;
  if (length === SCORE_MINUS_INFINITY) return -Infinity;
  return length === SCORE_NAN ? Number.NaN : (parseDouble(reader.bytes(length)) ?? Number.NaN);
}

/** A sorted set of `items`: members and scores, alternating, in order. */
function orderedSetOf(items: readonly string[]): SortedSetValue {
  if (items.length === 0 || items.length % 2 === 1) throw new RdbError("a sorted set is empty or lacks a score");
  const set = new SortedSetValue();
  let scoreBefore = -Infinity;
  let memberBefore = "";
  for (let i = 0; i < items.length; i += 2) {
    const member = items[i]!;
    const score = parseDouble(items[i + 1]!) ?? Number.NaN;
    const misplaced = score < scoreBefore || (score === scoreBefore && member < memberBefore);
    if (misplaced) throw new RdbError("a sorted set is not in order");
    addMember(set, member, score);
    scoreBefore = score;
    memberBefore = member;
  }
  return set;
}
