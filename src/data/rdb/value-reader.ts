/**
 * RDB to values: every form that Redis has written from 2.8 to 7.4. What no server can have written, such as a set that
 * names a member twice or a sorted set out of order, is an RdbError: a value that is read is one that can be worked with.
 */
import { parseDouble } from "../../core/numbers.ts";
import { HashValue } from "../types/hash.ts";
import { ListValue } from "../types/list.ts";
import { SetValue } from "../types/set.ts";
import { SortedSetValue } from "../types/sorted-set.ts";
import type { Value } from "../value.ts";
import { readIntset } from "./intset.ts";
import { readJsonModule } from "./json-module.ts";
import { readListpack } from "./listpack.ts";
import { RdbError } from "./rdb-error.ts";
import type { RdbReader } from "./rdb-string.ts";
import { QUICKLIST_NODE_PACKED, QUICKLIST_NODE_PLAIN, RdbType } from "./rdb-types.ts";
import { readStream } from "./stream-reader.ts";
import { readZiplist, readZipmap } from "./ziplist.ts";

/** The newest RDB version that is read: Redis 7.4's. */
export const RDB_VERSION_MAX = 12;

const READERS: ReadonlyMap<number, (reader: RdbReader) => Value> = new Map([
  [RdbType.STRING, (reader: RdbReader): Value => reader.string()],
  [RdbType.LIST, (reader) => listOf(strings(reader, 1))],
  [RdbType.LIST_ZIPLIST, (reader) => listOf(readZiplist(reader.blob()))],
  [RdbType.LIST_QUICKLIST, (reader) => listOf(readNodes(reader, () => readZiplist(reader.blob())))],
  [RdbType.LIST_QUICKLIST_2, (reader) => listOf(readNodes(reader, () => readNode(reader)))],
  [RdbType.SET, (reader) => setOf(strings(reader, 1))],
  [RdbType.SET_INTSET, (reader) => setOf(readIntset(reader.blob()))],
  [RdbType.SET_LISTPACK, (reader) => setOf(readListpack(reader.blob()))],
  [RdbType.HASH, (reader) => hashOf(strings(reader, 2))],
  [RdbType.HASH_ZIPMAP, (reader) => hashOf(readZipmap(reader.blob()))],
  [RdbType.HASH_ZIPLIST, (reader) => hashOf(readZiplist(reader.blob()))],
  [RdbType.HASH_LISTPACK, (reader) => hashOf(readListpack(reader.blob()))],
  [RdbType.HASH_METADATA, readExpiringHash],
  [RdbType.HASH_LISTPACK_EX, readPackedExpiringHash],
  [RdbType.ZSET, (reader) => readSortedSet(reader, 1, decimalScore)],
  [RdbType.ZSET_2, (reader) => readSortedSet(reader, 8, () => reader.doublele())],
  [RdbType.ZSET_ZIPLIST, (reader) => orderedSetOf(readZiplist(reader.blob()))],
  [RdbType.ZSET_LISTPACK, (reader) => orderedSetOf(readListpack(reader.blob()))],
  [RdbType.STREAM_LISTPACKS, (reader) => readStream(reader, 1)],
  [RdbType.STREAM_LISTPACKS_2, (reader) => readStream(reader, 2)],
  [RdbType.STREAM_LISTPACKS_3, (reader) => readStream(reader, 3)],
  [RdbType.MODULE_2, readJsonModule],
]);

/** Reads a type and the value after it. Throws an RdbError where the bytes are not what the format says. */
export function readValue(reader: RdbReader): Value {
  const type = reader.byte();
  const read = READERS.get(type);
  if (read === undefined) throw new RdbError(`values of type ${type} are not known`);
  return read(reader);
}

/** A count, and that many times `each` strings. */
function strings(reader: RdbReader, each: number): string[] {
  const found: string[] = [];
  for (let left = reader.count(each) * each; left > 0; left--) found.push(reader.string());
  return found;
}

function listOf(elements: readonly string[]): ListValue {
  if (elements.length === 0) throw new RdbError("a list is empty");
  return ListValue.from(elements);
}

/** The elements of all nodes of a list. */
function readNodes(reader: RdbReader, readOne: () => string[]): string[] {
  const elements: string[] = [];
  for (let left = reader.count(1); left > 0; left--) for (const element of readOne()) elements.push(element);
  return elements;
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

/** `items` are fields and values in turn. */
function hashOf(items: readonly string[]): HashValue {
  if (items.length === 0 || items.length % 2 === 1)
    throw new RdbError("a hash is empty or has a field without a value");
  const hash = new HashValue();
  for (let i = 0; i < items.length; i += 2) addField(hash, items[i]!, items[i + 1]!, 0);
  return hash;
}

/** `deadline` is in milliseconds since the epoch, 0 for none. */
function addField(hash: HashValue, field: string, value: string, deadline: number): void {
  if (!hash.set(field, value)) throw new RdbError("a hash has a field twice");
  if (deadline === 0) return;
  if (!(Number.isSafeInteger(deadline) && deadline > 0)) throw new RdbError("a field expires at no time there is");
  hash.setDeadline(field, deadline);
}

/** The first deadline, and for each field what its deadline lies beyond that, plus one; zero is for none. */
function readExpiringHash(reader: RdbReader): HashValue {
  const earliest = Number(reader.int64le());
  const hash = new HashValue();
  for (let left = reader.count(3); left > 0; left--) {
    const beyond = Number(reader.length());
    const field = reader.string();
    addField(hash, field, reader.string(), beyond === 0 ? 0 : earliest + beyond - 1);
  }
  if (hash.size === 0) throw new RdbError("a hash is empty");
  return hash;
}

/** The first deadline, which is not needed, and a listpack of fields, values and deadlines. */
function readPackedExpiringHash(reader: RdbReader): HashValue {
  reader.int64le();
  const items = readListpack(reader.blob());
  if (items.length === 0 || items.length % 3 !== 0) throw new RdbError("a hash is empty or incomplete");
  const hash = new HashValue();
  for (let i = 0; i < items.length; i += 3) addField(hash, items[i]!, items[i + 1]!, Number(items[i + 2]!));
  return hash;
}

function readSortedSet(reader: RdbReader, scoreBytes: number, score: (reader: RdbReader) => number): SortedSetValue {
  const set = new SortedSetValue();
  for (let left = reader.count(1 + scoreBytes); left > 0; left--) addMember(set, reader.string(), score(reader));
  if (set.size === 0) throw new RdbError("a sorted set is empty");
  return set;
}

function addMember(set: SortedSetValue, member: string, score: number): void {
  if (Number.isNaN(score)) throw new RdbError("a score is not a number");
  if (set.add(member, score) !== undefined) throw new RdbError("a sorted set has a member twice");
}

/** What stands in place of the length of a score's text. */
const SCORE_NAN = 253;
const SCORE_INFINITY = 254;
const SCORE_MINUS_INFINITY = 255;

/** A score as text with its length before it, as it was written before 4.0. */
function decimalScore(reader: RdbReader): number {
  const length = reader.byte();
  if (length === SCORE_INFINITY) return Infinity;
  if (length === SCORE_MINUS_INFINITY) return -Infinity;
  return length === SCORE_NAN ? Number.NaN : (parseDouble(reader.bytes(length)) ?? Number.NaN);
}

/** `items` are members and scores in turn, in the order of the set. */
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
