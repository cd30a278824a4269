/** XREAD and XREADGROUP. */
import * as errors from "../core/errors.ts";
import * as streamErrors from "../core/errors/stream.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { addInt64 } from "../core/numbers.ts";
import { NULL_ARRAY, PairMap } from "../core/reply.ts";
import type { CommandError, Reply } from "../core/reply.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { StreamValue } from "../data/types/stream.ts";
import type { Consumer, ConsumerGroup } from "../data/types/stream-group.ts";
import { compareIds, formatId, MAX_ID, MIN_ID, nextId, previousId } from "../data/types/stream-id.ts";
import type { StreamId } from "../data/types/stream-id.ts";
import { integer, timeoutMilliseconds } from "./args.ts";
import { entryReply, rangeReply, streamId } from "./stream-args.ts";

/** Entries that a blocked XREAD without COUNT answers at most, as in Redis. */
const WAITED_ENTRIES_MAX = 1000;

interface ReadOptions {
  readonly count: number;
  readonly group: { readonly name: string; readonly consumer: string } | undefined;
  readonly noAck: boolean;
  /** The time-out of BLOCK in milliseconds, 0 for none; undefined without BLOCK. */
  readonly timeoutMs: number | undefined;
  /** The first key; as many IDs follow the keys. */
  readonly keysAt: number;
  readonly keyCount: number;
}

/** Reads the options up to the keys. `command` is the row's name. */
function readOptions(context: Context, words: Words, command: "XREAD" | "XREADGROUP"): ReadOptions {
  let count = 0;
  let noAck = false;
  let timeoutMs: number | undefined;
  let group: ReadOptions["group"];
  for (let i = 1; i < words.length; i++) {
    const option = words[i]!.toUpperCase();
    const more = words.length - 1 - i;
    if (option === "BLOCK" && more > 0) {
      timeoutMs = timeoutMilliseconds(words[++i]!, context.nowMs);
    } else if (option === "COUNT" && more > 0) {
      count = integer(words[++i]!);
    } else if (option === "STREAMS" && more > 0) {
      if (more % 2 === 1) throw streamErrors.unbalancedStreams(command);
      if (command === "XREADGROUP" && group === undefined) throw streamErrors.GROUP_OPTION_MISSING;
      return { count: count > 0 ? count : Infinity, group, noAck, timeoutMs, keysAt: i + 1, keyCount: more / 2 };
    } else if (option === "GROUP" && more > 1) {
      if (command === "XREAD") throw streamErrors.GROUP_IN_XREAD;
      group = { name: words[i + 1]!, consumer: words[i + 2]! };
      i += 2;
    } else if (option === "NOACK") {
      if (command === "XREAD") throw streamErrors.NOACK_IN_XREAD;
      noAck = true;
    } else {
      throw errors.SYNTAX;
    }
  }
  throw errors.SYNTAX;
}

/** XREAD [COUNT count] [BLOCK milliseconds] STREAMS key [key …] id [id …] */
export function xread(context: Context, words: Words): Reply {
  const { count, keysAt, keyCount, timeoutMs } = readOptions(context, words, "XREAD");
  const keys = words.slice(keysAt, keysAt + keyCount);
  const after = keys.map((key, i) => readAfter(context.db.read(key, StreamValue), words[keysAt + keyCount + i]!));
  const items = keys.flatMap((key, i) => entriesAfter(context.db.read(key, StreamValue), key, after[i]!, count));
  if (items.length > 0) return new PairMap(items);
  if (timeoutMs === undefined) return NULL_ARRAY;
  const waitedCount = Math.min(count, WAITED_ENTRIES_MAX);
  const serve = (later: Context, key: string): Reply | undefined => {
    // `peek`, since the look-ups were counted when the command began.
    const stream = later.db.peek(key) as StreamValue;
    const found = entriesAfter(stream, key, after[keys.indexOf(key)]!, waitedCount);
    return found.length > 0 ? new PairMap(found) : undefined;
  };
  return context.wait({ type: "stream", keys, timeoutMs, otherwise: NULL_ARRAY, serve });
}

/** The key of a stream and its entries after an ID; an empty array when there are none. */
function entriesAfter(stream: StreamValue | undefined, key: string, id: StreamId, count: number): Reply[] {
  const start = nextId(id);
  if (stream === undefined || start === undefined) return [];
  const entries = rangeReply(stream, start, MAX_ID, count);
  return entries.length > 0 ? [key, entries] : [];
}

/** The ID after which XREAD reads. `$` is the last ID, `+` the one before it. */
function readAfter(stream: StreamValue | undefined, word: string): StreamId {
  if (word === ">") throw streamErrors.NEW_ONLY_IN_GROUP;
  if (word === "$") return stream?.lastId ?? MIN_ID;
  if (word !== "+") return streamId(word);
  return stream === undefined ? MIN_ID : (previousId(stream.entries.last()?.id ?? stream.lastId) ?? MIN_ID);
}

/** One key of XREADGROUP: its stream and group, and the ID after which to read. */
interface GroupRead {
  readonly key: string;
  readonly stream: StreamValue;
  readonly group: ConsumerGroup;
  /**
   * The largest ID stands for `>`: entries that were not delivered to the group yet. Another ID reads the consumer's
   * pending entries.
   */
  readonly after: StreamId;
}

/** XREADGROUP GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key [key …] id [id …] */
export function xreadgroup(context: Context, words: Words): Reply {
  const options = readOptions(context, words, "XREADGROUP");
  const reads = groupReads(context, words, options);
  refuseTooManyPending(context, reads, options);
  const items: Reply[] = [];
  const effects: string[][] = [];
  for (const read of reads) {
    const consumer = seenConsumer(context, read, options, effects);
    const isNew = compareIds(read.after, MAX_ID) === 0;
    const entries = isNew
      ? deliverNew(context, read, consumer, options, effects)
      : deliverAgain(context, read, consumer, options.count);
    if (!isNew || entries.length > 0) items.push(read.key, entries);
  }
  context.propagateAll(effects);
  if (items.length > 0) return new PairMap(items);
  return options.timeoutMs === undefined ? NULL_ARRAY : waitForNew(context, reads, options, options.timeoutMs);
}

/** Waits until one of the streams has an entry that its group has not read. */
function waitForNew(context: Context, reads: readonly GroupRead[], options: ReadOptions, timeoutMs: number): Reply {
  const waited: ReadOptions = { ...options, count: Math.min(options.count, WAITED_ENTRIES_MAX) };
  const serve = (later: Context, key: string): Reply | undefined => {
    const stream = later.db.edit(key, StreamValue)!;
    const group = stream.groups.get(options.group!.name);
    if (group === undefined) throw noGroup(key, options);
    const start = nextId(group.lastId);
    if (start === undefined || stream.entries.range(start, MAX_ID, 1).length === 0) return undefined;
    const read = { key, stream, group, after: MAX_ID };
    refuseTooManyPending(later, [read], waited);
    const effects: string[][] = [];
    const consumer = seenConsumer(later, read, waited, effects);
    const entries = deliverNew(later, read, consumer, waited, effects);
    later.propagateAll(effects);
    return new PairMap([key, entries]);
  };
  const keys = reads.map(({ key }) => key);
  return context.wait({
    type: "stream",
    keys,
    timeoutMs,
    otherwise: NULL_ARRAY,
    serve,
    // The error that the command would answer now, as in Redis since 7.2.
    whenGone: (key, isThere) => (isThere ? errors.WRONG_TYPE : noGroup(key, options)),
  });
}

function noGroup(key: string, { group }: ReadOptions): CommandError {
  return streamErrors.noGroup(key, group!.name, " in XREADGROUP with GROUP option");
}

function groupReads(context: Context, words: Words, options: ReadOptions): GroupRead[] {
  const { group, keysAt, keyCount } = options;
  return Array.from({ length: keyCount }, (_, i) => {
    const key = words[keysAt + i]!;
    const stream = context.db.readToEdit(key, StreamValue);
    const found = stream?.groups.get(group!.name);
    if (stream === undefined || found === undefined) throw noGroup(key, options);
    const word = words[keysAt + keyCount + i]!;
    if (word === "$" || word === "+") throw streamErrors.meaninglessInGroup(word);
    return { key, stream, group: found, after: word === ">" ? MAX_ID : streamId(word) };
  });
}

/** Throws when a read would leave its consumer with more pending entries than it may have. */
function refuseTooManyPending(context: Context, reads: readonly GroupRead[], options: ReadOptions): void {
  const { pendingEntriesMax } = context.engine.limits;
  if (pendingEntriesMax === 0 || options.noAck) return;
  const { name, consumer } = options.group!;
  for (const { key, stream, group, after } of reads) {
    const start = nextId(group.lastId);
    if (compareIds(after, MAX_ID) !== 0 || start === undefined) continue;
    const pending = group.consumers.get(consumer)?.pending.size ?? 0;
    // One entry more than the limit allows is enough to refuse.
    const looked = Math.min(options.count, Math.max(0, pendingEntriesMax - pending) + 1);
    const found = stream.entries.range(start, MAX_ID, looked).length;
    if (pending + found <= pendingEntriesMax) continue;
    const requested = options.count === Infinity ? found : options.count;
    throw streamErrors.tooManyPending(pendingEntriesMax, pending, requested, [key, name, consumer]);
  }
}

/**
 * The consumer, created if it does not exist. NOACK creates none, as in the hosted service, since nothing is recorded
 * of it (see packages/redis/pkg/commands/xreadgroup.test.ts of upstash/redis-js).
 */
function seenConsumer(
  context: Context,
  { key, group }: GroupRead,
  { group: named, noAck }: ReadOptions,
  effects: string[][],
): Consumer | undefined {
  const consumer = group.consumers.get(named!.consumer);
  if (consumer !== undefined) {
    consumer.seenMs = context.nowMs;
    return consumer;
  }
  if (noAck) return undefined;
  const added = group.addConsumer(named!.consumer, context.nowMs);
  context.changed(EventClass.STREAM, "xgroup-createconsumer", key);
  effects.push(["XGROUP", "CREATECONSUMER", key, named!.name, named!.consumer]);
  return added;
}

/** Delivers entries that are new to the group. They become pending for the consumer, unless NOACK is given. */
function deliverNew(
  context: Context,
  { key, stream, group }: GroupRead,
  consumer: Consumer | undefined,
  { group: named, noAck, count }: ReadOptions,
  effects: string[][],
): Reply[] {
  const start = nextId(group.lastId);
  const entries = start === undefined ? [] : stream.entries.range(start, MAX_ID, count);
  if (entries.length === 0) return [];
  for (const { id } of entries) {
    stream.advance(group, id);
    if (!noAck) group.deliver(id, consumer!, context.nowMs, 1);
  }
  context.changedQuietly(key);
  const lastId = formatId(group.lastId);
  if (!noAck) {
    consumer!.activeMs = context.nowMs;
    const ids = entries.map(({ id }) => formatId(id));
    const state = ["TIME", String(context.nowMs), "RETRYCOUNT", "1", "FORCE", "JUSTID", "LASTID", lastId];
    effects.push(["XCLAIM", key, named!.name, named!.consumer, "0", ...ids, ...state]);
  }
  effects.push(["XGROUP", "SETID", key, named!.name, lastId, "ENTRIESREAD", String(group.entriesRead ?? -1)]);
  return entries.map(entryReply);
}

/** Delivers the consumer's pending entries after an ID again. A deleted entry has no fields in the reply. */
function deliverAgain(context: Context, read: GroupRead, consumer: Consumer | undefined, count: number): Reply[] {
  const start = nextId(read.after)!;
  if (consumer === undefined) return [];
  // Redis counts these deliveries and does not replicate the count.
  context.changedQuietly(read.key);
  return consumer.pending.range(start, MAX_ID, count).map(({ id, value: { deliveries } }) => {
    const fields = read.stream.entries.get(id);
    if (fields === undefined) return [formatId(id), NULL_ARRAY];
    read.group.deliver(id, consumer, context.nowMs, addInt64(deliveries, 1) ?? deliveries);
    return [formatId(id), fields];
  });
}
