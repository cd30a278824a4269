/** The subcommands of XGROUP, XACK and XACKDEL. Their rows are in stream.ts. */
import * as errors from "../core/errors.ts";
import * as streamErrors from "../core/errors/stream.ts";
import { EventClass } from "../core/keyspace-events.ts";
import type { Int64 } from "../core/numbers.ts";
import { OK } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { StreamValue } from "../data/types/stream.ts";
import type { References } from "../data/types/stream.ts";
import { ConsumerGroup } from "../data/types/stream-group.ts";
import { compareIds, MIN_ID } from "../data/types/stream-id.ts";
import type { StreamId } from "../data/types/stream-id.ts";
import { exactInteger } from "./args.ts";
import { boundId, referencesAndIds, streamId } from "./stream-args.ts";

/** `[MKSTREAM] [ENTRIESREAD n]` from word 5. */
function groupOptions(words: Words, mkStreamAllowed: boolean): { mkStream: boolean; entriesRead: Int64 | undefined } {
  let mkStream = false;
  let entriesRead: Int64 = -1;
  for (let i = 5; i < words.length; i++) {
    const option = words[i]!.toUpperCase();
    if (option === "MKSTREAM" && mkStreamAllowed) {
      mkStream = true;
    } else if (option === "ENTRIESREAD" && i + 1 < words.length) {
      entriesRead = exactInteger(words[++i]!);
      if (entriesRead < -1) throw streamErrors.ENTRIES_READ_NEGATIVE;
    } else {
      throw errors.badSubcommand("XGROUP", words[1]);
    }
  }
  return { mkStream, entriesRead: entriesRead === -1 ? undefined : entriesRead };
}

/** XGROUP CREATE key groupname <id | $> [MKSTREAM] [ENTRIESREAD entries_read] */
export function xgroupCreate(context: Context, words: Words): Reply {
  const [, , key, name, id] = words;
  const { mkStream, entriesRead } = groupOptions(words, true);
  const old = context.db.edit(key, StreamValue);
  if (old === undefined && !mkStream) throw streamErrors.GROUP_KEY_MISSING;
  if (words.length > 8) throw errors.badSubcommand("XGROUP", words[1]);
  const lastId = id === "$" ? (old?.lastId ?? MIN_ID) : streamId(id);
  if (old?.groups.has(name) === true) throw streamErrors.BUSY_GROUP;
  const stream = old ?? new StreamValue();
  if (old === undefined) context.db.set(key, stream);
  stream.groups.set(name, new ConsumerGroup(lastId, entriesRead));
  context.changed(EventClass.STREAM, "xgroup-create", key);
  return OK;
}

/** XGROUP SETID key groupname <id | $> [ENTRIESREAD entries_read] */
export function xgroupSetid(context: Context, words: Words): Reply {
  const [, , key, name, id] = words;
  const { entriesRead } = groupOptions(words, false);
  const { stream, group } = existing(context, key, name);
  if (words.length > 7) throw errors.badSubcommand("XGROUP", words[1]);
  group.lastId = id === "$" ? stream.lastId : boundId(id, 0);
  group.entriesRead = entriesRead;
  context.changed(EventClass.STREAM, "xgroup-setid", key);
  return OK;
}

function existing(context: Context, key: string, name: string): { stream: StreamValue; group: ConsumerGroup } {
  const stream = context.db.edit(key, StreamValue);
  if (stream === undefined) throw streamErrors.GROUP_KEY_MISSING;
  const group = stream.groups.get(name);
  if (group === undefined) throw streamErrors.noGroupInKey(key, name);
  return { stream, group };
}

/** XGROUP DESTROY key groupname */
export function xgroupDestroy(context: Context, words: Words): Reply {
  const [, , key, name] = words;
  const stream = context.db.edit(key, StreamValue);
  if (stream === undefined) throw streamErrors.GROUP_KEY_MISSING;
  if (!stream.groups.delete(name)) return 0;
  context.changed(EventClass.STREAM, "xgroup-destroy", key);
  context.signal(key);
  return 1;
}

/** XGROUP CREATECONSUMER key groupname consumername */
export function xgroupCreateconsumer(context: Context, words: Words): Reply {
  const [, , key, name, consumer] = words;
  const { group } = existing(context, key, name);
  if (group.consumers.has(consumer)) return 0;
  group.addConsumer(consumer, context.presentMs);
  context.changed(EventClass.STREAM, "xgroup-createconsumer", key);
  return 1;
}

/** XGROUP DELCONSUMER key groupname consumername */
export function xgroupDelconsumer(context: Context, words: Words): Reply {
  const [, , key, name, consumerName] = words;
  const { group } = existing(context, key, name);
  const consumer = group.consumers.get(consumerName);
  if (consumer === undefined) return 0;
  const pending = consumer.pending.size;
  group.deleteConsumer(consumer);
  context.changed(EventClass.STREAM, "xgroup-delconsumer", key);
  return pending;
}

/** XACK key group id [id …] */
export function xack(context: Context, words: Words): Reply {
  const stream = context.db.readToEdit(words[1], StreamValue);
  const group = stream?.groups.get(words[2]);
  if (group === undefined) return 0;
  const ids = words.slice(3).map((word) => streamId(word));
  const acknowledged = ids.filter((id) => group.acknowledge(id)).length;
  if (acknowledged > 0) context.changedQuietly(words[1]);
  return acknowledged;
}

/** XACKDEL key group [KEEPREF | DELREF | ACKED] IDS numids id [id …] */
export function xackdel(context: Context, words: Words): Reply {
  const [, key, name] = words;
  const { references, ids } = referencesAndIds(words, 3);
  const stream = context.db.edit(key, StreamValue);
  const group = stream?.groups.get(name);
  if (stream === undefined || group === undefined) return ids.map(() => -1);
  const outcomes = ids.map((id) => acknowledgeAndDelete(context, stream, group, id, references));
  if (outcomes.includes(1)) context.changed(EventClass.STREAM, "xdel", key);
  return outcomes;
}

/**
 * Acknowledges and deletes an entry. Answers 1 when that was done, -1 for an ID that was not delivered to the group or
 * does not exist, 2 for an entry that was acknowledged and kept. An entry that was acknowledged before is deleted, as
 * in the hosted service; Redis answers -1 and keeps it.
 */
function acknowledgeAndDelete(
  context: Context,
  stream: StreamValue,
  group: ConsumerGroup,
  id: StreamId,
  references: References,
): number {
  const pending = group.acknowledge(id);
  const dropped = references === "DELREF" && stream.dropReferences(id);
  if (pending || dropped) context.changedQuietly(context.words[1]!);
  const isAcknowledged = pending || compareIds(id, group.lastId) <= 0;
  if (!isAcknowledged || !stream.entries.has(id)) return -1;
  if (references === "ACKED" && stream.isReferenced(id)) return 2;
  stream.delete(id);
  return 1;
}
