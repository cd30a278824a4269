/**
 * JSON lines, for people and fixtures: one key a line.
 *
 * ```
 * {"key":"user:1","type":"hash","expiresAt":1893456000000,"value":{"name":"Ada"}}
 * ```
 *
 * `db` is left out for database 0, `expiresAt` (milliseconds since the epoch) for a key without a deadline. A line may
 * have `ttl` (seconds from the import on) in place of `expiresAt`, and `fieldTtl` of `fieldExpiresAt`. A string that is not UTF-8 is `{"base64": "…"}`.
 *
 * | type   | value                                                                                       |
 * | ------ | ------------------------------------------------------------------------------------------- |
 * | string | a string                                                                                    |
 * | list, set | an array of strings                                                                      |
 * | hash   | an object, or pairs `[[field, value], …]`; deadlines in `fieldExpiresAt`, of the same form  |
 * | zset   | pairs `[[member, score], …]`; infinite scores are `"inf"` and `"-inf"`                      |
 * | stream | `{"entries": [[id, [field, value, …]], …], "lastId", "entriesAdded", "maxDeletedId", "groups"}` |
 * | json   | the document; where it is no UTF-8, its text stands in `base64` in place of `value`         |
 */
import { isUtf8 } from "node:buffer";
import { fromText, toText } from "../core/bytes.ts";
import { formatDouble, integerText } from "../core/numbers.ts";
import { jsonText } from "../data/rdb/json-module.ts";
import { ByteBuffer } from "../data/types/byte-buffer.ts";
import { HashValue } from "../data/types/hash.ts";
import { JsonValue } from "../data/types/json-document.ts";
import { ListValue } from "../data/types/list.ts";
import { SetValue } from "../data/types/set.ts";
import { SortedSetValue } from "../data/types/sorted-set.ts";
import { formatId, MIN_ID } from "../data/types/stream-id.ts";
import type { ConsumerGroup } from "../data/types/stream-group.ts";
import { StreamValue } from "../data/types/stream.ts";
import { typeOf } from "../data/value.ts";
import type { Value } from "../data/value.ts";
import type { Entry } from "./entry.ts";

interface LineForm {
  /** Deadlines are times to live from here on, in milliseconds since the epoch; undefined for times. */
  readonly relativeToMs?: number | undefined;
}

/** An entry as a line: a byte string of UTF-8, without the line break. */
export function entryLine({ database, key, value, deadlineMs }: Entry, { relativeToMs }: LineForm = {}): string {
  const members = [`"key":${quoted(key)}`, `"type":"${typeOf(value)}"`];
  if (database !== 0) members.unshift(`"db":${database}`);
  const isAbsolute = relativeToMs === undefined;
  if (deadlineMs !== 0) {
    members.push(
      isAbsolute ? `"expiresAt":${integerText(deadlineMs)}` : `"ttl":${seconds(Number(deadlineMs) - relativeToMs)}`,
    );
  }
  if (value instanceof HashValue && value.earliestDeadline !== undefined) {
    const texts = fieldDeadlines(value, (ms) => (isAbsolute ? String(ms) : seconds(ms - relativeToMs)));
    members.push(`"${isAbsolute ? "fieldExpiresAt" : "fieldTtl"}":${texts}`);
  }
  const text = valueText(value);
  const isWhole = !(value instanceof JsonValue) || isUtf8(Buffer.from(text, "latin1"));
  members.push(isWhole ? `"value":${text}` : `"base64":"${Buffer.from(text, "latin1").toString("base64")}"`);
  return `{${members.join(",")}}`;
}

function valueText(value: Value): string {
  if (typeof value === "string") return quoted(value);
  if (value instanceof ByteBuffer) return quoted(value.toString());
  if (value instanceof ListValue || value instanceof SetValue) return list(value.values(), quoted);
  if (value instanceof HashValue) return hashText(value);
  if (value instanceof SortedSetValue)
    return list(value.entries(), ([m, score]) => `[${quoted(m)},${scoreText(score)}]`);
  if (value instanceof StreamValue) return streamText(value);
  if (value instanceof JsonValue) return jsonText(value);
  throw new TypeError(`a value of the type ${value.type} has no form in JSON lines`);
}

function list<T>(items: Iterable<T>, text: (item: T) => string): string {
  return `[${Array.from(items, text).join(",")}]`;
}

/** A byte string as JSON, itself a byte string of UTF-8. */
function quoted(bytes: string): string {
  if (isUtf8(Buffer.from(bytes, "latin1"))) return fromText(JSON.stringify(toText(bytes)));
  return `{"base64":"${Buffer.from(bytes, "latin1").toString("base64")}"}`;
}

/** A score as JSON. Infinities are strings, since JSON has none, and so is -0, whose sign parsers lose. */
function scoreText(score: number): string {
  const text = formatDouble(score);
  return Number.isFinite(score) && text !== "-0" ? text : `"${text}"`;
}

/**
 * A hash as an object, or as pairs when a field cannot be the name of a member. The name `__proto__` has a special
 * meaning in JavaScript objects.
 */
function hashText(hash: HashValue): string {
  return pairsText(
    hash,
    [...hash.entries()].map(([field, value]) => [field, quoted(value)] as const),
  );
}

/** A time to live in seconds. What is about to expire keeps a millisecond, since a line cannot have less. */
function seconds(ms: number): string {
  return String(Math.max(1, ms) / 1000);
}

function fieldDeadlines(hash: HashValue, textOf: (ms: number) => string): string {
  const deadlines = [...hash.entries()].map(([field]) => [field, hash.deadline(field) ?? 0] as const);
  return pairsText(
    hash,
    deadlines.filter(([, ms]) => ms !== 0).map(([field, ms]) => [field, textOf(ms)] as const),
  );
}

function pairsText(hash: HashValue, pairs: readonly (readonly [field: string, text: string])[]): string {
  const isNamed = [...hash.entries()].every(([field]) => isUtf8(Buffer.from(field, "latin1")));
  if (!isNamed) return list(pairs, ([field, text]) => `[${quoted(field)},${text}]`);
  return `{${pairs.map(([field, text]) => `${quoted(field)}:${text}`).join(",")}}`;
}

function streamText(stream: StreamValue): string {
  const entries = list(stream.entries.from(MIN_ID), ({ id, value }) => `["${formatId(id)}",${list(value, quoted)}]`);
  const counts = `"lastId":"${formatId(stream.lastId)}","entriesAdded":${integerText(stream.entriesAdded)}`;
  const deleted = `"maxDeletedId":"${formatId(stream.maxDeletedId)}"`;
  const groups = list(stream.groups, ([name, group]) => groupText(name, group));
  return `{"entries":${entries},${counts},${deleted},"groups":${groups}}`;
}

function groupText(name: string, group: ConsumerGroup): string {
  const read = group.entriesRead === undefined ? "" : `"entriesRead":${integerText(group.entriesRead)},`;
  const consumers = list(group.consumers.values(), ({ name: consumer, pending }) => {
    const entries = list(pending.from(MIN_ID), ({ id, value: { deliveredMs, deliveries } }) => {
      return `{"id":"${formatId(id)}","deliveredAt":${deliveredMs},"deliveries":${integerText(deliveries)}}`;
    });
    return `{"name":${quoted(consumer)},"pending":${entries}}`;
  });
  return `{"name":${quoted(name)},"lastId":"${formatId(group.lastId)}",${read}"consumers":${consumers}}`;
}
