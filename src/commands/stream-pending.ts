/** XPENDING, XCLAIM and XAUTOCLAIM: entries that were delivered to a consumer and not acknowledged. */
import * as errors from "../core/errors.ts";
import * as streamErrors from "../core/errors/stream.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { addInt64 } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import { NULL_ARRAY } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { StreamValue } from "../data/types/stream.ts";
import type { Consumer, ConsumerGroup, PendingEntry } from "../data/types/stream-group.ts";
import { compareIds, formatId, MIN_ID, nextId, parseId } from "../data/types/stream-id.ts";
import type { StreamId } from "../data/types/stream-id.ts";
import { exactInteger, integer, integerWithin, isOption } from "./args.ts";
import { byName, entryReply, groupOf, rangeEnd, rangeStart, streamId } from "./stream-args.ts";
import type { StreamGroup } from "./stream-args.ts";

/** Pending entries that XAUTOCLAIM looks at for each that it may claim. */
const ATTEMPTS_PER_CLAIM = 10;
/** Redis's largest COUNT of XAUTOCLAIM. */
const CLAIM_COUNT_MAX = 2 ** 59 - 1;

/** XPENDING key group [[IDLE min-idle-time] start end count [consumer]] */
export function xpending(context: Context, words: Words): Reply {
  const [, key, name] = words;
  if (words.length === 3) return pendingSummary(groupOf(context.db.read(key, StreamValue), key, name).group);
  if (words.length < 6 || words.length > 9) throw errors.SYNTAX;
  const withIdle = isOption(words[3], "IDLE");
  const idleMin = withIdle ? integer(words[4]) : 0;
  if (withIdle && words.length < 8) throw errors.SYNTAX;
  const at = withIdle ? 5 : 3;
  const count = integer(words[at + 2]!);
  const start = rangeStart(words[at]!);
  const end = rangeEnd(words[at + 1]!);
  const { group } = groupOf(context.db.read(key, StreamValue), key, name);
  const consumerName = words[at + 3];
  const pending = consumerName === undefined ? group.pending : group.consumers.get(consumerName)?.pending;
  const found: Reply[] = [];
  for (const { id, value } of pending?.from(start) ?? []) {
    if (found.length >= count || compareIds(id, end) > 0) break;
    const idle = context.nowMs - value.deliveredMs;
    if (idleMin !== 0 && idle < idleMin) continue;
    found.push([formatId(id), value.consumer.name, Math.max(0, idle), value.deliveries]);
  }
  return found;
}

/**
 * The summary form of XPENDING: the number of pending entries, the first and last ID, and the number of each consumer.
 */
function pendingSummary(group: ConsumerGroup): Reply {
  const { pending } = group;
  if (pending.size === 0) return [0, null, null, NULL_ARRAY];
  const consumers = byName(group.consumers).filter(([, consumer]) => consumer.pending.size > 0);
  return [
    pending.size,
    formatId(pending.first()!.id),
    formatId(pending.last()!.id),
    consumers.map(([name, consumer]) => [name, String(consumer.pending.size)]),
  ];
}

/** The parts of a claim, for the functions of XCLAIM and XAUTOCLAIM. */
interface Claim {
  readonly context: Context;
  readonly key: string;
  readonly groupName: string;
  readonly stream: StreamValue;
  readonly group: ConsumerGroup;
  readonly consumer: Consumer;
  readonly idleMin: number;
  readonly justId: boolean;
  readonly effects: string[][];
}

/** The group that XCLAIM and XAUTOCLAIM name, to edit. Throws NOGROUP. */
function claimedGroup(context: Context, [, key, groupName]: Words): StreamGroup {
  return groupOf(context.db.readToEdit(key, StreamValue), key, groupName);
}

function beginClaim(
  context: Context,
  words: Words,
  { stream, group }: StreamGroup,
  idleMin: number,
  justId: boolean,
): Claim {
  const [, key, groupName, consumerName] = words;
  const effects: string[][] = [];
  let consumer = group.consumers.get(consumerName);
  if (consumer === undefined) {
    consumer = group.addConsumer(consumerName, context.presentMs);
    context.changed(EventClass.STREAM, "xgroup-createconsumer", key);
    effects.push(["XGROUP", "CREATECONSUMER", key, groupName, consumerName]);
  }
  consumer.seenMs = context.presentMs;
  return { context, key, groupName, stream, group, consumer, idleMin: Math.max(0, idleMin), justId, effects };
}

/** Removes the pending entry of a deleted entry, which cannot be claimed. */
function forget({ context, key, groupName, group, effects }: Claim, id: StreamId): void {
  group.acknowledge(id);
  context.changedQuietly(key);
  effects.push(["XACK", key, groupName, formatId(id)]);
}

function isTooFresh({ context, idleMin }: Claim, pending: PendingEntry): boolean {
  return idleMin > 0 && context.nowMs - pending.deliveredMs < idleMin;
}

/** Makes an entry pending for the claiming consumer; answers its reply. */
function handOver(
  { context, key, groupName, stream, group, consumer, justId, effects }: Claim,
  id: StreamId,
  deliveredMs: number,
  deliveries: PendingEntry["deliveries"],
): Reply {
  group.deliver(id, consumer, deliveredMs, deliveries);
  consumer.activeMs = context.presentMs;
  context.changedQuietly(key);
  const text = formatId(id);
  const state = ["TIME", String(deliveredMs), "RETRYCOUNT", String(deliveries), "FORCE", "JUSTID"];
  effects.push(["XCLAIM", key, groupName, consumer.name, "0", text, ...state, "LASTID", formatId(group.lastId)]);
  return justId ? text : entryReply({ id, value: stream.entries.get(id)! });
}

/** The number of deliveries after a claim. JUSTID does not count as one. */
function deliveriesAfter(pending: PendingEntry, justId: boolean): PendingEntry["deliveries"] {
  return justId ? pending.deliveries : (addInt64(pending.deliveries, 1) ?? pending.deliveries);
}

interface ClaimOptions {
  readonly idleMin: number;
  readonly ids: readonly StreamId[];
  readonly deliveredMs: number;
  /** Negative when not given. */
  readonly retryCount: Int64;
  readonly force: boolean;
  readonly justId: boolean;
  readonly lastId: StreamId;
}

/** Reads the words from the minimum idle time on. The IDs end at the first word that is no ID. */
function claimOptions(words: Words, nowMs: number): ClaimOptions {
  const idleMin = claimInteger(words[4], "min-idle-time argument");
  const ids: StreamId[] = [];
  let i = 5;
  for (; i < words.length; i++) {
    const id = parseId(words[i]!, 0);
    if (id === undefined) break;
    ids.push(id);
  }
  let deliveredMs = -1;
  let retryCount: Int64 = -1;
  let force = false;
  let justId = false;
  let lastId = MIN_ID;
  for (; i < words.length; i++) {
    const option = words[i]!.toUpperCase();
    const hasValue = i + 1 < words.length;
    if (option === "FORCE") force = true;
    else if (option === "JUSTID") justId = true;
    else if (option === "IDLE" && hasValue) deliveredMs = nowMs - claimInteger(words[++i]!, "IDLE option argument");
    else if (option === "TIME" && hasValue) deliveredMs = claimInteger(words[++i]!, "TIME option argument");
    else if (option === "RETRYCOUNT" && hasValue)
      retryCount = exactInteger(words[++i]!, streamErrors.badClaim("RETRYCOUNT option argument"));
    else if (option === "LASTID" && hasValue) lastId = streamId(words[++i]!);
    else throw streamErrors.unknownClaimOption(words[i]!);
  }
  // A client's clock may differ, so a time in the future or before the epoch counts as now.
  if (deliveredMs < 0 || deliveredMs > nowMs) deliveredMs = nowMs;
  return { idleMin, ids, deliveredMs, retryCount, force, justId, lastId };
}

function claimInteger(word: string, what: string): number {
  return integer(word, streamErrors.badClaim(what));
}

/**
 * XCLAIM key group consumer min-idle-time id [id …] [IDLE ms] [TIME unix-time-milliseconds] [RETRYCOUNT count]
 *   [FORCE] [JUSTID] [LASTID id]
 */
export function xclaim(context: Context, words: Words): Reply {
  const [, key, groupName] = words;
  const found = claimedGroup(context, words);
  const options = claimOptions(words, context.presentMs);
  const claim = beginClaim(context, words, found, options.idleMin, options.justId);
  const { group, effects } = claim;
  if (compareIds(options.lastId, group.lastId) > 0) {
    group.lastId = options.lastId;
    context.changedQuietly(key);
    const read = ["ENTRIESREAD", String(group.entriesRead ?? -1)];
    effects.push(["XGROUP", "SETID", key, groupName, formatId(group.lastId), ...read]);
  }
  const claimed: Reply[] = [];
  for (const id of options.ids) {
    const pending = group.pending.get(id);
    if (!claim.stream.entries.has(id)) {
      if (pending !== undefined) forget(claim, id);
      continue;
    }
    if (pending === undefined ? !options.force : isTooFresh(claim, pending)) continue;
    // An entry that FORCE makes pending counts as delivered once before, and once by this claim.
    const counted = pending ?? { consumer: claim.consumer, deliveredMs: 0, deliveries: 1 };
    const deliveries = options.retryCount >= 0 ? options.retryCount : deliveriesAfter(counted, options.justId);
    claimed.push(handOver(claim, id, options.deliveredMs, deliveries));
  }
  context.propagateAll(effects);
  return claimed;
}

/** XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID] */
export function xautoclaim(context: Context, words: Words): Reply {
  const idleMin = integer(words[4], streamErrors.BAD_AUTOCLAIM_IDLE_TIME);
  const start = rangeStart(words[5]!);
  let count = 100;
  let justId = false;
  for (let i = 6; i < words.length; i++) {
    if (isOption(words[i], "COUNT") && i + 1 < words.length) {
      count = integerWithin(words[++i]!, 1, CLAIM_COUNT_MAX, errors.COUNT_OPTION_NOT_POSITIVE);
    } else if (isOption(words[i], "JUSTID")) {
      justId = true;
    } else {
      throw errors.SYNTAX;
    }
  }
  const claim = beginClaim(context, words, claimedGroup(context, words), idleMin, justId);
  const { group, stream, effects } = claim;
  const claimed: Reply[] = [];
  const deleted: Reply[] = [];
  let attempts = count * ATTEMPTS_PER_CLAIM;
  let cursor: StreamId | undefined = start;
  for (const { id, value: pending } of group.pending.from(start)) {
    if (attempts-- === 0 || claimed.length + deleted.length === count) break;
    cursor = nextId(id);
    if (!stream.entries.has(id)) {
      forget(claim, id);
      deleted.push(formatId(id));
    } else if (!isTooFresh(claim, pending)) {
      claimed.push(handOver(claim, id, context.nowMs, deliveriesAfter(pending, justId)));
    }
  }
  context.propagateAll(effects);
  const next = cursor === undefined ? undefined : group.pending.ceiling(cursor);
  return [formatId(next?.id ?? MIN_ID), claimed, deleted];
}
