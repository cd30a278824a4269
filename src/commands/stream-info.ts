/** The subcommands of XINFO. Their rows are in stream.ts. */
import * as errors from "../core/errors.ts";
import { FlatMap } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { StreamValue } from "../data/types/stream.ts";
import { NEVER } from "../data/types/stream-group.ts";
import type { Consumer, ConsumerGroup, PendingEntry } from "../data/types/stream-group.ts";
import type { IdEntry, IdMap } from "../data/types/id-map.ts";
import { formatId, MAX_ID, MIN_ID } from "../data/types/stream-id.ts";
import { integer, isOption } from "./args.ts";
import { byName, entryReply, rangeReply } from "./stream-args.ts";

/** Entries and pending entries that FULL lists when no COUNT is given. */
const FULL_COUNT = 10;

function existingStream(context: Context, key: string): StreamValue {
  const stream = context.db.read(key, StreamValue);
  if (stream === undefined) throw errors.NO_SUCH_KEY;
  return stream;
}

/** XINFO STREAM key [FULL [COUNT count]] */
export function xinfoStream(context: Context, words: Words): Reply {
  const stream = existingStream(context, words[2]);
  const facts: Reply[] = [
    "length",
    stream.size,
    "radix-tree-keys",
    stream.entries.nodeCount,
    // There is no radix tree. One with these keys would have a root and about a node for each.
    "radix-tree-nodes",
    stream.entries.nodeCount + 1,
    "last-generated-id",
    formatId(stream.lastId),
    "max-deleted-entry-id",
    formatId(stream.maxDeletedId),
    "entries-added",
    stream.entriesAdded,
    "recorded-first-entry-id",
    formatId(stream.firstId),
  ];
  if (words.length > 3) return new FlatMap([...facts, ...fullFacts(stream, fullCount(words))]);
  const [first, last] = [stream.entries.first(), stream.entries.last()];
  facts.push("groups", stream.groups.size);
  facts.push("first-entry", first === undefined ? null : entryReply(first));
  facts.push("last-entry", last === undefined ? null : entryReply(last));
  return new FlatMap(facts);
}

/** `FULL [COUNT count]`; 0 lists everything. */
function fullCount(words: Words): number {
  const withCount = words.length === 6 && isOption(words[4], "COUNT");
  if (!isOption(words[3], "FULL") || (words.length !== 4 && !withCount)) throw errors.badSubcommand("XINFO", words[1]);
  const count = withCount ? integer(words[5]!) : FULL_COUNT;
  return count < 0 ? FULL_COUNT : count === 0 ? Infinity : count;
}

function fullFacts(stream: StreamValue, count: number): Reply[] {
  return [
    "entries",
    rangeReply(stream, MIN_ID, MAX_ID, count),
    "groups",
    byName(stream.groups).map(([name, group]) => fullGroup(stream, name, group, count)),
  ];
}

/** How far a group has read: names and values, alternating. */
function progress(stream: StreamValue, group: ConsumerGroup): Reply[] {
  return [
    "last-delivered-id",
    formatId(group.lastId),
    "entries-read",
    group.entriesRead ?? null,
    "lag",
    stream.lag(group) ?? null,
  ];
}

function fullGroup(stream: StreamValue, name: string, group: ConsumerGroup, count: number): Reply {
  return new FlatMap([
    "name",
    name,
    ...progress(stream, group),
    "pel-count",
    group.pending.size,
    "pending",
    firstPending(group.pending, count).map(({ id, value }) => [
      formatId(id),
      value.consumer.name,
      value.deliveredMs,
      value.deliveries,
    ]),
    "consumers",
    byName(group.consumers).map(([, consumer]) => fullConsumer(consumer, count)),
  ]);
}

function fullConsumer(consumer: Consumer, count: number): Reply {
  const pending = firstPending(consumer.pending, count);
  return new FlatMap([
    "name",
    consumer.name,
    "seen-time",
    consumer.seenMs,
    "active-time",
    consumer.activeMs,
    "pel-count",
    consumer.pending.size,
    "pending",
    pending.map(({ id, value }) => [formatId(id), value.deliveredMs, value.deliveries]),
  ]);
}

function firstPending(pending: IdMap<PendingEntry>, count: number): IdEntry<PendingEntry>[] {
  return pending.range(MIN_ID, MAX_ID, count);
}

/** XINFO GROUPS key */
export function xinfoGroups(context: Context, words: Words): Reply {
  const stream = existingStream(context, words[2]);
  return byName(stream.groups).map(
    ([name, group]) =>
      new FlatMap([
        "name",
        name,
        "consumers",
        group.consumers.size,
        "pending",
        group.pending.size,
        ...progress(stream, group),
      ]),
  );
}

/**
 * XINFO CONSUMERS key groupname. A group that is not there has none, as in the hosted service; Redis answers NOGROUP.
 */
export function xinfoConsumers(context: Context, words: Words): Reply {
  const group = existingStream(context, words[2]).groups.get(words[3]);
  if (group === undefined) return [];
  return byName(group.consumers).map(
    ([name, { pending, seenMs, activeMs }]) =>
      new FlatMap([
        "name",
        name,
        "pending",
        pending.size,
        "idle",
        Math.max(0, context.nowMs - seenMs),
        "inactive",
        activeMs === NEVER ? NEVER : Math.max(0, context.nowMs - activeMs),
      ]),
  );
}
