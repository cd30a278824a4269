// Commands from https://redis.io/docs/latest/commands/?group=stream; references and XDELEX are Redis 8.2's.
import { key } from "../core/command-spec.ts";
import type { KeySpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as streamErrors from "../core/errors/stream.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { UINT64_MAX } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import { NULL_ARRAY, OK } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { StreamValue } from "../data/types/stream.ts";
import type { References, TrimRule } from "../data/types/stream.ts";
import { compareIds, formatId, MIN_ID, nextId } from "../data/types/stream-id.ts";
import type { StreamId } from "../data/types/stream-id.ts";
import { exactInteger, isOption } from "./args.ts";
import { help } from "./help.ts";
import {
  countOption,
  rangeEnd,
  rangeReply,
  rangeStart,
  referencesAndIds,
  streamId,
  trimOptions,
} from "./stream-args.ts";
import type { NewId } from "./stream-args.ts";
import * as groups from "./stream-group.ts";
import { xinfoConsumers, xinfoGroups, xinfoStream } from "./stream-info.ts";
import { xautoclaim, xclaim, xpending } from "./stream-pending.ts";
import { xread, xreadgroup } from "./stream-read.ts";

const READ = key("RO access");
const UPDATE = key("RW update");
const DELETE = key("RW delete");
const ACK_DELETE = key("RW update delete");
const READ_2 = key("RO access", 2);
const INSERT_2 = key("RW insert", 2);
const UPDATE_2 = key("RW update", 2);
const DELETE_2 = key("RW delete", 2);

/** The keys of XREAD: the first half of the words after STREAMS. */
const afterStreams = (from: number): KeySpec => ({
  begin: { keyword: "STREAMS", from },
  find: { last: -1, step: 1, limit: 2 },
  flags: "RO access",
});
const STREAMS = afterStreams(1);
const GROUP_STREAMS = afterStreams(4);

/** The time-out of XREAD and XREADGROUP follows BLOCK, one of the options before STREAMS. */
function blockIndex(words: readonly string[]): number | undefined {
  for (let i = 1; i < words.length - 1; i++) {
    if (isOption(words[i], "STREAMS")) return undefined;
    if (isOption(words[i], "BLOCK")) return i + 1;
    // The names of group and consumer may be any words.
    if (isOption(words[i], "GROUP")) i += 2;
  }
  return undefined;
}
const BLOCK = { rest: "nonblocking", timeout: { at: blockIndex, unit: "ms" } } as const;

const create = groups.xgroupCreate;
const setId = groups.xgroupSetid;
const destroy = groups.xgroupDestroy;
const addConsumer = groups.xgroupCreateconsumer;
const delConsumer = groups.xgroupDelconsumer;

export const streamCommands = commandTable("stream", [
  row("XACK", -4, "write fast", UPDATE, "5.0.0", groups.xack, "Acknowledges entries of a group."),
  row("XACKDEL", -6, "write fast", ACK_DELETE, "8.2.0", groups.xackdel, "Acknowledges and deletes entries."),
  row("XADD", -5, "write denyoom fast ~", UPDATE, "5.0.0", xadd, "Appends an entry to a stream."),
  row("XAUTOCLAIM", -6, "write fast ~", DELETE, "6.2.0", xautoclaim, "Hands long pending entries to a consumer."),
  row("XCLAIM", -6, "write fast ~", UPDATE, "5.0.0", xclaim, "Hands named pending entries to a consumer."),
  row("XDEL", -3, "write fast", DELETE, "5.0.0", xdel, "Deletes entries."),
  row("XDELEX", -5, "write fast", DELETE, "8.2.0", xdelex, "Deletes entries with regard to the groups."),
  containerRow("XGROUP", "5.0.0", "Commands that manage consumer groups."),
  row("XGROUP CREATE", -5, "write denyoom", INSERT_2, "5.0.0", create, "Creates a group."),
  row("XGROUP CREATECONSUMER", 5, "write denyoom", INSERT_2, "6.2.0", addConsumer, "Creates a consumer in a group."),
  row("XGROUP DELCONSUMER", 5, "write", DELETE_2, "5.0.0", delConsumer, "Deletes a consumer of a group."),
  row("XGROUP DESTROY", 4, "write", DELETE_2, "5.0.0", destroy, "Deletes a group."),
  row("XGROUP HELP", 2, "loading stale", undefined, "5.0.0", help, "Lists the subcommands."),
  row("XGROUP SETID", -5, "write", UPDATE_2, "5.0.0", setId, "Sets the last delivered ID of a group."),
  containerRow("XINFO", "5.0.0", "Commands that tell about streams."),
  row("XINFO CONSUMERS", 4, "readonly ~", READ_2, "5.0.0", xinfoConsumers, "Lists the consumers of a group."),
  row("XINFO GROUPS", 3, "readonly", READ_2, "5.0.0", xinfoGroups, "Lists the groups of a stream."),
  row("XINFO HELP", 2, "loading stale", undefined, "5.0.0", help, "Lists the subcommands."),
  row("XINFO STREAM", -3, "readonly", READ_2, "5.0.0", xinfoStream, "Tells about a stream."),
  row("XLEN", 2, "readonly fast", key("RO"), "5.0.0", xlen, "Returns the number of entries."),
  row("XPENDING", -3, "readonly ~", READ, "5.0.0", xpending, "Tells what is pending in a group."),
  row("XRANGE", -4, "readonly", READ, "5.0.0", xrange, "Returns entries of a range of IDs."),
  row("XREAD", -4, "readonly blocking", STREAMS, "5.0.0", xread, "Returns entries after given IDs.", BLOCK),
  row("XREADGROUP", -7, "write blocking", GROUP_STREAMS, "5.0.0", xreadgroup, "Returns entries for a consumer.", BLOCK),
  row("XREVRANGE", -4, "readonly", READ, "5.0.0", xrevrange, "Returns entries of a range of IDs, the last first."),
  row("XSETID", -3, "write denyoom fast", UPDATE, "5.0.0", xsetid, "Sets the last ID of a stream."),
  row("XTRIM", -4, "write ~", DELETE, "5.0.0", xtrim, "Deletes entries from the front."),
]);

/**
 * XADD key [NOMKSTREAM] [KEEPREF | DELREF | ACKED] [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | id> field
 *   value [field value …]
 */
function xadd(context: Context, words: Words): Reply {
  const name = words[1];
  const { rule, noMkStream, id: wanted, next } = trimOptions(context, words, "XADD");
  const fields = words.slice(next + 1);
  if (fields.length < 2 || fields.length % 2 === 1) throw errors.wrongArity("xadd");
  if (wanted !== "*" && !wanted.autoSeq && compareIds(wanted.id, MIN_ID) === 0) throw streamErrors.ADDED_ID_ZERO;
  const old = context.db.edit(name, StreamValue);
  if (old === undefined && noMkStream) return null;
  const stream = old ?? new StreamValue();
  const id = chooseId(stream, wanted, context.nowMs);
  const text = formatId(id);
  if (old === undefined) context.db.set(name, stream);
  stream.append(id, fields, context.engine.parameters.encodingBounds);
  const trimmed = rule !== undefined && stream.trim(rule) > 0;
  context.changed(EventClass.STREAM, "xadd", name);
  context.signal(name);
  if (trimmed) context.notify(EventClass.STREAM, "xtrim", name);
  context.propagate(["XADD", name, ...(trimmed ? trimmedTo(stream, rule) : []), text, ...fields]);
  return text;
}

function chooseId(stream: StreamValue, wanted: NewId, nowMs: number): StreamId {
  const next = nextId(stream.lastId);
  if (next === undefined) throw streamErrors.IDS_EXHAUSTED;
  if (wanted === "*") return stream.newId(nowMs)!;
  const { autoSeq, id } = wanted;
  // After the last sequence number the ID is in the next millisecond, which is not the one that was asked for.
  const chosen = autoSeq && id.ms === stream.lastId.ms ? (stream.lastId.seq === UINT64_MAX ? id : next) : id;
  if (compareIds(chosen, stream.lastId) <= 0) throw streamErrors.ADDED_ID_TOO_SMALL;
  return chosen;
}

/**
 * The trim clause that repeats a trim. Approximate trimming depends on the nodes, so the clause states the length that
 * is left; entries are removed from the front, so the length determines them.
 */
function trimmedTo(stream: StreamValue, rule: TrimRule): string[] {
  const clause = ["MAXLEN", "=", String(stream.size)];
  return rule.references === "KEEPREF" ? clause : [...clause, rule.references];
}

/** XTRIM key <MAXLEN | MINID> [= | ~] threshold [LIMIT count] [KEEPREF | DELREF | ACKED] */
function xtrim(context: Context, words: Words): Reply {
  const rule = trimOptions(context, words, "XTRIM").rule!;
  const stream = context.db.edit(words[1], StreamValue);
  const removed = stream?.trim(rule) ?? 0;
  if (removed === 0) return 0;
  context.changed(EventClass.STREAM, "xtrim", words[1]);
  context.propagate(["XTRIM", words[1], ...trimmedTo(stream!, rule)]);
  return removed;
}

/** XDEL key id [id …] */
function xdel(context: Context, words: Words): Reply {
  const stream = context.db.edit(words[1], StreamValue);
  if (stream === undefined) return 0;
  const ids = words.slice(2).map((word) => streamId(word));
  const deleted = ids.filter((id) => stream.delete(id)).length;
  if (deleted > 0) context.changed(EventClass.STREAM, "xdel", words[1]);
  return deleted;
}

/** XDELEX key [KEEPREF | DELREF | ACKED] IDS numids id [id …] */
function xdelex(context: Context, words: Words): Reply {
  const { references, ids } = referencesAndIds(words, 2);
  const stream = context.db.edit(words[1], StreamValue);
  if (stream === undefined) return ids.map(() => -1);
  const outcomes = ids.map((id) => deleteReferenced(context, stream, id, references));
  if (outcomes.includes(1)) context.changed(EventClass.STREAM, "xdel", words[1]);
  return outcomes;
}

/**
 * Deletes an entry. Answers 1 when it was deleted, -1 when it does not exist, 2 when it was kept because a group refers
 * to it.
 */
function deleteReferenced(context: Context, stream: StreamValue, id: StreamId, references: References): number {
  if (references === "DELREF" && stream.dropReferences(id)) context.changedQuietly(context.words[1]!);
  if (!stream.entries.has(id)) return -1;
  if (references === "ACKED" && stream.isReferenced(id)) return 2;
  stream.delete(id);
  return 1;
}

/** XLEN key */
function xlen(context: Context, words: Words): Reply {
  return context.db.read(words[1], StreamValue)?.size ?? 0;
}

/** XRANGE key start end [COUNT count] */
function xrange(context: Context, words: Words): Reply {
  return range(context, words, words[2], words[3], false);
}

/** XREVRANGE key end start [COUNT count] */
function xrevrange(context: Context, words: Words): Reply {
  return range(context, words, words[3], words[2], true);
}

function range(context: Context, words: Words, first: string, last: string, reverse: boolean): Reply {
  const start = rangeStart(first);
  const end = rangeEnd(last);
  const count = countOption(words, 4) ?? Infinity;
  const stream = context.db.read(words[1], StreamValue);
  if (stream === undefined) return [];
  if (count === 0) return NULL_ARRAY;
  return rangeReply(stream, start, end, count, reverse);
}

/** XSETID key last-id [ENTRIESADDED entries_added] [MAXDELETEDID max_deleted_entry_id] */
function xsetid(context: Context, words: Words): Reply {
  const id = streamId(words[2]);
  let added: Int64 | undefined;
  let maxDeleted = MIN_ID;
  for (let i = 3; i < words.length; i += 2) {
    const option = words[i]!.toUpperCase();
    const value = words[i + 1];
    if (option === "ENTRIESADDED" && value !== undefined) {
      added = exactInteger(value);
      if (added < 0) throw streamErrors.ENTRIES_ADDED_NEGATIVE;
    } else if (option === "MAXDELETEDID" && value !== undefined) {
      maxDeleted = streamId(value);
      if (compareIds(id, maxDeleted) < 0) {
        throw streamErrors.SET_ID_BELOW_GIVEN_DELETED;
      }
    } else {
      throw errors.SYNTAX;
    }
  }
  const stream = context.db.edit(words[1], StreamValue);
  if (stream === undefined) throw errors.NO_SUCH_KEY;
  checkLastId(stream, id, added);
  stream.lastId = id;
  if (added !== undefined) stream.entriesAdded = added;
  if (compareIds(maxDeleted, MIN_ID) !== 0) stream.maxDeletedId = maxDeleted;
  context.changed(EventClass.STREAM, "xsetid", words[1]);
  return OK;
}

/** Throws when the last ID would be below an existing or deleted one, or the count below the number of entries. */
function checkLastId(stream: StreamValue, id: StreamId, added: Int64 | undefined): void {
  if (compareIds(id, stream.maxDeletedId) < 0) {
    throw streamErrors.SET_ID_BELOW_DELETED;
  }
  if (stream.size === 0) return;
  if (compareIds(id, stream.entries.last()!.id) < 0) {
    throw streamErrors.SET_ID_BELOW_TOP;
  }
  if (added !== undefined && added < stream.size) {
    throw streamErrors.ENTRIES_ADDED_TOO_SMALL;
  }
}
