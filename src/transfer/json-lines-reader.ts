/**
 * Reads JSON lines: those that {@link entryLine} writes, and those written by hand. `json-lines.ts` describes the form.
 */
import { INT64_MAX, parseDouble } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import { HashValue } from "../data/types/hash.ts";
import { IntegralDouble, JsonError, JsonValue } from "../data/types/json-document.ts";
import type { JsonNode, JsonObject } from "../data/types/json-document.ts";
import { parseJson } from "../data/types/json-parser.ts";
import { ListValue } from "../data/types/list.ts";
import { SetValue } from "../data/types/set.ts";
import { SortedSetValue } from "../data/types/sorted-set.ts";
import { compareIds, parseId } from "../data/types/stream-id.ts";
import type { StreamId } from "../data/types/stream-id.ts";
import { ConsumerGroup } from "../data/types/stream-group.ts";
import { StreamValue } from "../data/types/stream.ts";
import type { Value } from "../data/value.ts";
import type { Entry } from "./entry.ts";

/** The reason why a line is no entry. */
export class LineError extends Error {}

const DATABASE_MAX = 15;

/** The entry of one line, a byte string. `nowMs` is the time of the import. Throws a {@link LineError}. */
export function parseEntryLine(line: string, nowMs: number): Entry {
  const members = object(parsed(line), "the line");
  for (const name of members.keys()) {
    if (!MEMBERS.has(name)) throw new LineError(`there is no member ${JSON.stringify(name)} in this format`);
  }
  const key = text(members.get("key"), "key");
  const database = integer(members.get("db") ?? 0, "db");
  if (database < 0 || database > DATABASE_MAX) throw new LineError(`db must be from 0 to ${DATABASE_MAX}`);
  const value = valueOf(members, nowMs);
  return { database: Number(database), key, value, deadlineMs: deadline(members, nowMs) };
}

const MEMBERS = new Set(["db", "key", "type", "value", "expiresAt", "ttl", "fieldExpiresAt", "fieldTtl", "base64"]);

function parsed(line: string): JsonNode {
  try {
    return parseJson(line);
  } catch (error) {
    throw error instanceof JsonError ? new LineError(`this is no JSON: ${error.message}`) : error;
  }
}

function deadline(members: JsonObject, nowMs: number): Int64 {
  const [at, ttl] = [members.get("expiresAt"), members.get("ttl")];
  if (at !== undefined && ttl !== undefined) throw new LineError("expiresAt and ttl exclude each other");
  if (ttl !== undefined) return nowMs + positive(Math.round(number(ttl, "ttl") * 1000), "ttl");
  return at === undefined ? 0 : positive(integer(at, "expiresAt"), "expiresAt");
}

function positive<T extends Int64>(value: T, name: string): T {
  if (value < 1 || value > INT64_MAX) throw new LineError(`${name} must be positive`);
  return value;
}

function valueOf(members: JsonObject, nowMs: number): Value {
  const type = members.get("type") ?? "string";
  const value = members.get("value") ?? encodedDocument(type, members.get("base64"));
  if (value === undefined) throw new LineError("there is no value");
  switch (type) {
    case "string":
      return text(value, "value");
    case "list":
      return ListValue.from(filled(array(value, "value").map((element) => text(element, "an element"))));
    case "set":
      return SetValue.from(filled(array(value, "value").map((member) => text(member, "a member"))));
    case "hash":
      return hash(value, members, nowMs);
    case "zset":
      return SortedSetValue.from(filled(pairs(value, "value").map(([member, score]) => scored(member, score))));
    case "stream":
      return stream(object(value, "value"));
    case "json":
      return new JsonValue(value);
    default:
      throw new LineError("type must be string, list, set, hash, zset, stream or json");
  }
}

/** A JSON document whose text is not UTF-8; undefined for another value. */
function encodedDocument(type: JsonNode, base64: JsonNode | undefined): JsonNode | undefined {
  if (type !== "json" || typeof base64 !== "string") return undefined;
  return parsed(Buffer.from(base64, "base64").latin1Slice());
}

/** Checks that a list is not empty: only a stream may be. */
function filled<T>(items: readonly T[]): readonly T[] {
  if (items.length === 0) throw new LineError("the value has no elements");
  return items;
}

function hash(fields: JsonNode, members: JsonObject, nowMs: number): HashValue {
  const value = new HashValue();
  const [deadlines, ttls] = [members.get("fieldExpiresAt"), members.get("fieldTtl")];
  if (deadlines !== undefined && ttls !== undefined)
    throw new LineError("fieldExpiresAt and fieldTtl exclude each other");
  for (const [field, content] of filled(named(fields, "value"))) value.set(field, text(content, "a field's value"));
  for (const [field, ms] of deadlines === undefined ? [] : named(deadlines, "fieldExpiresAt")) {
    if (!value.has(field)) throw new LineError("fieldExpiresAt names a field that is not there");
    value.setDeadline(field, Number(positive(integer(ms, "a field's deadline"), "a field's deadline")));
  }
  for (const [field, ttl] of ttls === undefined ? [] : named(ttls, "fieldTtl")) {
    if (!value.has(field)) throw new LineError("fieldTtl names a field that is not there");
    value.setDeadline(field, nowMs + positive(Math.round(number(ttl, "a field's ttl") * 1000), "a field's ttl"));
  }
  return value;
}

/** The members of an object, or the pairs of an array of pairs. */
function named(node: JsonNode, name: string): (readonly [string, JsonNode])[] {
  if (node instanceof Map) return [...node];
  return pairs(node, name).map(([field, value]) => [text(field, "a field"), value]);
}

function pairs(node: JsonNode, name: string): (readonly [JsonNode, JsonNode])[] {
  return array(node, name).map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw new LineError(`${name} must consist of pairs`);
    return [pair[0]!, pair[1]!];
  });
}

function scored(member: JsonNode, score: JsonNode): readonly [string, number] {
  const value = typeof score === "string" ? parseDouble(score) : number(score, "a score");
  if (value === undefined || Number.isNaN(value)) throw new LineError("a score must be a number, inf or -inf");
  return [text(member, "a member"), value];
}

function stream(members: JsonObject): StreamValue {
  const value = new StreamValue();
  for (const [id, fields] of pairs(members.get("entries") ?? [], "entries")) {
    const words = array(fields, "an entry's fields").map((word) => text(word, "an entry's field"));
    if (words.length === 0 || words.length % 2 === 1)
      throw new LineError("an entry must have fields and values in turn");
    const entryId = streamId(id, "an entry's ID");
    if (compareIds(entryId, value.lastId) <= 0) throw new LineError("the IDs of entries must ascend from 0-1");
    value.append(entryId, words);
  }
  const lastId = members.has("lastId") ? streamId(members.get("lastId")!, "lastId") : value.lastId;
  if (compareIds(lastId, value.lastId) < 0) throw new LineError("lastId lies before an entry");
  value.lastId = lastId;
  if (members.has("maxDeletedId")) value.maxDeletedId = streamId(members.get("maxDeletedId")!, "maxDeletedId");
  if (members.has("entriesAdded")) value.entriesAdded = natural(members.get("entriesAdded")!, "entriesAdded");
  if (value.entriesAdded < value.size) throw new LineError("entriesAdded is less than the number of entries");
  for (const group of array(members.get("groups") ?? [], "groups")) addGroup(value, object(group, "a group"));
  return value;
}

function addGroup(stream: StreamValue, members: JsonObject): void {
  const name = text(members.get("name"), "a group's name");
  const read = members.get("entriesRead");
  const entriesRead = read === undefined ? undefined : natural(read, "entriesRead");
  const group = new ConsumerGroup(streamId(members.get("lastId") ?? "0-0", "a group's lastId"), entriesRead);
  for (const node of array(members.get("consumers") ?? [], "consumers")) {
    const consumerMembers = object(node, "a consumer");
    const consumer = group.addConsumer(text(consumerMembers.get("name"), "a consumer's name"), 0);
    for (const item of array(consumerMembers.get("pending") ?? [], "pending")) {
      const pending = object(item, "a pending entry");
      const id = streamId(pending.get("id") ?? null, "a pending entry's ID");
      const deliveredMs = Number(natural(pending.get("deliveredAt") ?? 0, "deliveredAt"));
      if (group.pending.has(id)) throw new LineError("an entry is pending twice");
      group.deliver(id, consumer, deliveredMs, natural(pending.get("deliveries") ?? 1, "deliveries"));
      consumer.seenMs = Math.max(consumer.seenMs, deliveredMs);
    }
  }
  stream.groups.set(name, group);
}

function streamId(node: JsonNode, name: string): StreamId {
  const id = typeof node === "string" ? parseId(node, 0) : undefined;
  if (id === undefined) throw new LineError(`${name} must be an ID such as "1700000000000-0"`);
  return id;
}

/** A byte string: text, or `{"base64": "…"}`. */
function text(node: JsonNode | undefined, name: string): string {
  if (typeof node === "string") return node;
  const encoded = node instanceof Map && node.size === 1 ? node.get("base64") : undefined;
  if (typeof encoded === "string") return Buffer.from(encoded, "base64").latin1Slice();
  throw new LineError(`${name} must be a string or {"base64": "…"}`);
}

function array(node: JsonNode, name: string): readonly JsonNode[] {
  if (!Array.isArray(node)) throw new LineError(`${name} must be an array`);
  return node;
}

function object(node: JsonNode, name: string): JsonObject {
  if (!(node instanceof Map)) throw new LineError(`${name} must be an object`);
  return node;
}

function integer(node: JsonNode, name: string): Int64 {
  if (typeof node !== "bigint" && !(typeof node === "number" && Number.isInteger(node)))
    throw new LineError(`${name} must be an integer`);
  return node;
}

function natural(node: JsonNode, name: string): Int64 {
  const value = integer(node, name);
  if (value < 0) throw new LineError(`${name} must not be negative`);
  return value;
}

function number(node: JsonNode, name: string): number {
  if (node instanceof IntegralDouble) return node.value;
  if (typeof node !== "number" && typeof node !== "bigint") throw new LineError(`${name} must be a number`);
  return Number(node);
}
