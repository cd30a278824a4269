/**
 * A value as commands that create it, as in an append-only file. Each command has a bounded number of elements, so a
 * large value becomes many commands.
 */
import { formatDouble, integerText } from "../../core/numbers.ts";
import type { Int64 } from "../../core/numbers.ts";
import { jsonText } from "./json-module.ts";
import { ByteBuffer } from "../types/byte-buffer.ts";
import { HashValue } from "../types/hash.ts";
import { JsonValue } from "../types/json-document.ts";
import { ListValue } from "../types/list.ts";
import { SetValue } from "../types/set.ts";
import { SortedSetValue } from "../types/sorted-set.ts";
import { compareIds, formatId, MIN_ID } from "../types/stream-id.ts";
import type { ConsumerGroup } from "../types/stream-group.ts";
import { StreamValue } from "../types/stream.ts";
import type { Value } from "../value.ts";

/** A key to create. */
interface KeyToCreate {
  readonly key: string;
  readonly value: Value;
  /** Milliseconds since the epoch; 0 for none. */
  readonly deadlineMs: Int64;
}

type Commands = Generator<readonly string[], void>;

/** Elements of one command, as many as in Redis's rewriting of an append-only file. */
const ELEMENTS_MAX = 64;

/** The commands that create a key in the selected database, in which it must not exist. */
export function* entryCommands({ key, value, deadlineMs }: KeyToCreate): Commands {
  yield* valueCommands(key, value);
  if (deadlineMs !== 0) yield ["PEXPIREAT", key, integerText(deadlineMs)];
}

function* valueCommands(key: string, value: Value): Commands {
  if (typeof value === "string") yield ["SET", key, value];
  else if (value instanceof ByteBuffer) yield ["SET", key, value.toString()];
  else if (value instanceof ListValue) yield* inBatches(["RPUSH", key], value.values());
  else if (value instanceof SetValue) yield* inBatches(["SADD", key], value.values());
  else if (value instanceof HashValue) yield* hashCommands(key, value);
  else if (value instanceof SortedSetValue) yield* inBatches(["ZADD", key], scoreWords(value), 2);
  else if (value instanceof StreamValue) yield* streamCommands(key, value);
  else if (value instanceof JsonValue) yield ["JSON.SET", key, "$", jsonText(value)];
  else throw new TypeError(`a value of the type ${value.type} has no commands`);
}

/** Commands with the words `head`, each with some of the elements. An element has `width` words. */
function* inBatches(head: readonly string[], words: Iterable<string>, width = 1): Commands {
  let batch = [...head];
  for (const word of words) {
    batch.push(word);
    if (batch.length < head.length + ELEMENTS_MAX * width) continue;
    yield batch;
    batch = [...head];
  }
  if (batch.length > head.length) yield batch;
}

function* scoreWords(value: SortedSetValue): Generator<string, void> {
  for (const [member, score] of value.entries()) yield* [formatDouble(score), member];
}

function* hashCommands(key: string, hash: HashValue): Commands {
  yield* inBatches(["HSET", key], flat(hash.entries()), 2);
  if (hash.earliestDeadline === undefined) return;
  for (const [field] of hash.entries()) {
    const deadlineMs = hash.deadline(field) ?? 0;
    if (deadlineMs !== 0) yield ["HPEXPIREAT", key, integerText(deadlineMs), "FIELDS", "1", field];
  }
}

function* flat(pairs: Iterable<readonly [string, string]>): Generator<string, void> {
  for (const pair of pairs) yield* pair;
}

/**
 * The commands of a stream. Pending entries that were deleted from the stream are left out, since no command creates
 * them, and so are the times of consumers' last activity.
 */
function* streamCommands(key: string, stream: StreamValue): Commands {
  for (const { id, value: fields } of stream.entries.from(MIN_ID)) yield ["XADD", key, formatId(id), ...fields];
  if (stream.size === 0) {
    const id = compareIds(stream.lastId, MIN_ID) === 0 ? "0-1" : formatId(stream.lastId);
    yield ["XADD", key, "MAXLEN", "0", id, "x", "y"];
  }
  const { entriesAdded, lastId, maxDeletedId } = stream;
  const counts = ["ENTRIESADDED", integerText(entriesAdded), "MAXDELETEDID", formatId(maxDeletedId)];
  yield ["XSETID", key, formatId(lastId), ...counts];
  for (const [name, group] of stream.groups) yield* groupCommands(key, name, group, stream);
}

function* groupCommands(key: string, name: string, group: ConsumerGroup, stream: StreamValue): Commands {
  const read = group.entriesRead === undefined ? [] : ["ENTRIESREAD", integerText(group.entriesRead)];
  yield ["XGROUP", "CREATE", key, name, formatId(group.lastId), ...read];
  for (const consumer of group.consumers.values()) {
    yield ["XGROUP", "CREATECONSUMER", key, name, consumer.name];
    for (const { id, value: pending } of consumer.pending.from(MIN_ID)) {
      if (!stream.entries.has(id)) continue;
      const { deliveredMs, deliveries } = pending;
      const state = ["TIME", integerText(deliveredMs), "RETRYCOUNT", integerText(deliveries), "JUSTID", "FORCE"];
      yield ["XCLAIM", key, name, consumer.name, "0", formatId(id), ...state];
    }
  }
}
