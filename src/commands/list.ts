// Commands from https://redis.io/docs/latest/commands/?group=list.
import { countedKeys, key, keyRange } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import * as listErrors from "../core/errors/list.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { EMPTY_ARRAY, NULL_ARRAY, OK } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { WaitRequest } from "../engine/blocking.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import type { ListEnd } from "../data/types/chunk-list.ts";
import { ListValue } from "../data/types/list.ts";
import { clampRange, directedInteger, integer, integerWithin, isOption, multiPop, timeoutSeconds } from "./args.ts";

const POP = "RW access delete";
const READ = key("RO access");
const PUSH = key("RW insert");
const MOVE = [key(POP), key("RW insert", 2)];

/** Extras of commands that may block, which needs a connection: the time-out stands last, or first. */
const BLOCKING = { rest: "no", timeout: { at: -1, unit: "s" } } as const;
const TIMEOUT_FIRST = { rest: "no", timeout: { at: 1, unit: "s" } } as const;

export const listCommands = commandTable("list", [
  row("BLMOVE", 6, "write denyoom blocking", MOVE, "6.2.0", blmove, "LMOVE, waiting for an element.", BLOCKING),
  row("BLMPOP", -5, "write blocking", countedKeys(POP, 2), "7.0.0", blmpop, "LMPOP, waiting.", TIMEOUT_FIRST),
  row("BLPOP", -3, "write blocking", keyRange(POP, 1, -2), "2.0.0", blpop, "LPOP, waiting.", BLOCKING),
  row("BRPOP", -3, "write blocking", keyRange(POP, 1, -2), "2.0.0", brpop, "RPOP, waiting.", BLOCKING),
  row("BRPOPLPUSH", 4, "write denyoom blocking", MOVE, "2.2.0", brpoplpush, "RPOPLPUSH, waiting.", BLOCKING),
  row("LINDEX", 3, "readonly", READ, "1.0.0", lindex, "Returns an element of a list by its index."),
  row("LINSERT", 5, "write denyoom", PUSH, "2.2.0", linsert, "Inserts an element before or after another."),
  row("LLEN", 2, "readonly fast", key("RO"), "1.0.0", llen, "Returns the length of a list."),
  row("LMOVE", 5, "write denyoom", MOVE, "6.2.0", lmove, "Moves an element from a list's end to another's."),
  row("LMPOP", -4, "write", countedKeys(POP), "7.0.0", lmpop, "Pops elements from the first list that has any."),
  row("LPOP", -2, "write fast", key(POP), "1.0.0", lpop, "Removes and returns the first elements of a list."),
  row("LPOS", -3, "readonly", READ, "6.0.6", lpos, "Returns the indexes at which a list holds an element."),
  row("LPUSH", -3, "write denyoom fast", PUSH, "1.0.0", lpush, "Prepends elements to a list."),
  row("LPUSHX", -3, "write denyoom fast", PUSH, "2.2.0", lpushx, "Prepends elements to a list that exists."),
  row("LRANGE", 4, "readonly", READ, "1.0.0", lrange, "Returns a range of elements of a list."),
  row("LREM", 4, "write", key("RW delete"), "1.0.0", lrem, "Removes occurrences of an element from a list."),
  row("LSET", 4, "write denyoom", key("RW update"), "1.0.0", lset, "Sets an element of a list by its index."),
  row("LTRIM", 4, "write", key("RW delete"), "1.0.0", ltrim, "Removes what lies outside of a range of a list."),
  row("RPOP", -2, "write fast", key(POP), "1.0.0", rpop, "Removes and returns the last elements of a list."),
  row("RPOPLPUSH", 3, "write denyoom", MOVE, "1.2.0", rpoplpush, "Moves a list's last element to another's head."),
  row("RPUSH", -3, "write denyoom fast", PUSH, "1.0.0", rpush, "Appends elements to a list."),
  row("RPUSHX", -3, "write denyoom fast", PUSH, "2.2.0", rpushx, "Appends elements to a list that exists."),
]);

/** The end that LEFT or RIGHT names. */
function listEnd(word: string): ListEnd {
  if (isOption(word, "LEFT")) return "head";
  if (isOption(word, "RIGHT")) return "tail";
  throw errors.SYNTAX;
}

/** An index counted from the head. A negative one counts from the tail. */
function fromHead(index: number, list: ListValue): number {
  return index < 0 ? list.size + index : index;
}

function push(context: Context, listKey: string, list: ListValue, end: ListEnd, elements: readonly string[]): void {
  list.push(end, elements);
  context.changed(EventClass.LIST, end === "head" ? "lpush" : "rpush", listKey);
}

/** Declares that elements were popped, and removes the list if it is empty. */
function popped(context: Context, listKey: string, list: ListValue, end: ListEnd): void {
  context.changed(EventClass.LIST, end === "head" ? "lpop" : "rpop", listKey);
  context.removeIfEmpty(listKey, list);
}

/** LPUSH key element [element …] */
function lpush(context: Context, words: Words): Reply {
  return pushWords(context, words, "head");
}

/** RPUSH key element [element …] */
function rpush(context: Context, words: Words): Reply {
  return pushWords(context, words, "tail");
}

function pushWords(context: Context, words: Words, end: ListEnd): Reply {
  const listKey = words[1];
  const list = context.db.edit(listKey, ListValue) ?? create(context, listKey);
  push(context, listKey, list, end, words.slice(2));
  return list.size;
}

function create(context: Context, listKey: string): ListValue {
  const list = new ListValue();
  context.db.set(listKey, list);
  return list;
}

/** LPUSHX key element [element …] */
function lpushx(context: Context, words: Words): Reply {
  return pushWordsIfExists(context, words, "head");
}

/** RPUSHX key element [element …] */
function rpushx(context: Context, words: Words): Reply {
  return pushWordsIfExists(context, words, "tail");
}

function pushWordsIfExists(context: Context, words: Words, end: ListEnd): Reply {
  const list = context.db.edit(words[1], ListValue);
  if (list === undefined) return 0;
  push(context, words[1], list, end, words.slice(2));
  return list.size;
}

/** LPOP key [count] */
function lpop(context: Context, words: Words): Reply {
  return pop(context, words, "head");
}

/** RPOP key [count] */
function rpop(context: Context, words: Words): Reply {
  return pop(context, words, "tail");
}

function pop(context: Context, words: Words, end: ListEnd): Reply {
  if (words.length > 3) throw errors.wrongArity(words[0]);
  const listKey = words[1];
  if (words.length === 2) {
    const list = context.db.edit(listKey, ListValue);
    if (list === undefined) return null;
    const element = list.pop(end);
    popped(context, listKey, list, end);
    return element;
  }
  const count = integerWithin(words[2], 0, Infinity, errors.NOT_POSITIVE);
  const list = context.db.edit(listKey, ListValue);
  if (list === undefined) return NULL_ARRAY;
  if (count === 0) return EMPTY_ARRAY;
  const elements = list.take(end, count);
  popped(context, listKey, list, end);
  return elements;
}

/** LMPOP numkeys key [key …] <LEFT | RIGHT> [COUNT count] */
function lmpop(context: Context, words: Words): Reply {
  const { keys, end, count } = listMultiPop(words, 1);
  for (const listKey of keys) {
    const reply = popSome(context, listKey, end, count);
    if (reply !== undefined) return reply;
  }
  return NULL_ARRAY;
}

/** BLMPOP timeout numkeys key [key …] <LEFT | RIGHT> [COUNT count] */
function blmpop(context: Context, words: Words): Reply {
  const { keys, end, count } = listMultiPop(words, 2);
  return popOrWait(context, keys, words[1], (later, listKey) => popSome(later, listKey, end, count));
}

/** Pops at most `count` elements of a list and answers them with its key; undefined when there is no such list. */
function popSome(context: Context, listKey: string, end: ListEnd, count: number): Reply | undefined {
  const list = context.db.edit(listKey, ListValue);
  if (list === undefined) return undefined;
  const elements = list.take(end, count);
  popped(context, listKey, list, end);
  context.propagate([popOf(end), listKey, String(elements.length)]);
  return [listKey, elements];
}

function popOf(end: ListEnd): string {
  return end === "head" ? "LPOP" : "RPOP";
}

/** BLPOP key [key …] timeout */
function blpop(context: Context, words: Words): Reply {
  return blockingPop(context, words, "head");
}

/** BRPOP key [key …] timeout */
function brpop(context: Context, words: Words): Reply {
  return blockingPop(context, words, "tail");
}

function blockingPop(context: Context, words: Words, end: ListEnd): Reply {
  return popOrWait(context, words.slice(1, -1), words.at(-1)!, (later, listKey) => {
    const list = later.db.edit(listKey, ListValue);
    if (list === undefined) return undefined;
    const element = list.pop(end);
    popped(later, listKey, list, end);
    later.propagate([popOf(end), listKey]);
    return [listKey, element];
  });
}

/** Pops from the first list that exists, or waits for one. */
function popOrWait(context: Context, keys: readonly string[], timeout: string, serve: WaitRequest["serve"]): Reply {
  const timeoutMs = timeoutSeconds(timeout, context.nowMs);
  for (const listKey of keys) {
    const reply = serve(context, listKey);
    if (reply !== undefined) return reply;
  }
  return context.wait({ type: "list", keys, timeoutMs, otherwise: NULL_ARRAY, serve });
}

/** The words of LMPOP from the number of keys at word `at`. */
function listMultiPop(words: Words, at: number): { keys: readonly string[]; end: ListEnd; count: number } {
  const { keys, choice, count } = multiPop(words, at, ["LEFT", "RIGHT"]);
  return { keys, end: choice === "LEFT" ? "head" : "tail", count };
}

/** LMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT> */
function lmove(context: Context, words: Words): Reply {
  return move(context, words[1], listEnd(words[3]), words[2], listEnd(words[4]));
}

/** RPOPLPUSH source destination */
function rpoplpush(context: Context, words: Words): Reply {
  return move(context, words[1], "tail", words[2], "head");
}

/** BLMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout */
function blmove(context: Context, words: Words): Reply {
  const [from, to] = [listEnd(words[3]), listEnd(words[4])];
  return moveOrWait(context, words, words[5]!, from, to, ["LMOVE", ...words.slice(1, 5)]);
}

/** BRPOPLPUSH source destination timeout */
function brpoplpush(context: Context, words: Words): Reply {
  return moveOrWait(context, words, words[3], "tail", "head", ["RPOPLPUSH", words[1], words[2]]);
}

/** Moves an element, or waits for one. `effect` is journalled for the move. */
function moveOrWait(
  context: Context,
  [, source, destination]: Words,
  timeout: string,
  from: ListEnd,
  to: ListEnd,
  effect: readonly string[],
): Reply {
  const timeoutMs = timeoutSeconds(timeout, context.nowMs);
  const serve = (later: Context): Reply | undefined => {
    const element = move(later, source, from, destination, to);
    if (element === null) return undefined;
    later.propagate(effect);
    return element;
  };
  const request: WaitRequest = { type: "list", keys: [source], timeoutMs, otherwise: null, serve };
  return serve(context) ?? context.wait(request);
}

/** Moves an element, perhaps within one list. The event of the push precedes that of the pop, as in Redis. */
function move(context: Context, sourceKey: string, from: ListEnd, destinationKey: string, to: ListEnd): Reply {
  const source = context.db.edit(sourceKey, ListValue);
  if (source === undefined) return null;
  const destination = context.db.edit(destinationKey, ListValue) ?? create(context, destinationKey);
  const element = source.pop(from);
  push(context, destinationKey, destination, to, [element]);
  popped(context, sourceKey, source, from);
  return element;
}

/** LLEN key */
function llen(context: Context, words: Words): Reply {
  return context.db.read(words[1], ListValue)?.size ?? 0;
}

/** LINDEX key index; Redis looks at the index only when there is a list. */
function lindex(context: Context, words: Words): Reply {
  const list = context.db.read(words[1], ListValue);
  if (list === undefined) return null;
  return list.at(fromHead(integer(words[2]), list)) ?? null;
}

/** LSET key index element; Redis looks at the index only when there is a list. */
function lset(context: Context, words: Words): Reply {
  const [, listKey, indexWord, element] = words;
  const list = context.db.edit(listKey, ListValue);
  if (list === undefined) throw errors.NO_SUCH_KEY;
  const index = fromHead(integer(indexWord), list);
  if (index < 0 || index >= list.size) throw listErrors.INDEX_OUT_OF_RANGE;
  list.set(index, element);
  context.changed(EventClass.LIST, "lset", listKey);
  return OK;
}

/** LINSERT key <BEFORE | AFTER> pivot element */
function linsert(context: Context, words: Words): Reply {
  const [, listKey, place, pivot, element] = words;
  const after = isOption(place, "AFTER");
  if (!after && !isOption(place, "BEFORE")) throw errors.SYNTAX;
  const list = context.db.edit(listKey, ListValue);
  if (list === undefined) return 0;
  const index = list.indexOf(pivot);
  if (index < 0) return -1;
  list.insert(after ? index + 1 : index, element);
  context.changed(EventClass.LIST, "linsert", listKey);
  return list.size;
}

/** LRANGE key start stop */
function lrange(context: Context, words: Words): Reply {
  const first = integer(words[2]);
  const last = integer(words[3]);
  const list = context.db.read(words[1], ListValue);
  if (list === undefined) return EMPTY_ARRAY;
  const { start, end } = clampRange(first, last, list.size);
  return list.slice(start, end);
}

/** LTRIM key start stop; a range that is empty removes the list. */
function ltrim(context: Context, words: Words): Reply {
  const listKey = words[1];
  const first = integer(words[2]);
  const last = integer(words[3]);
  const list = context.db.edit(listKey, ListValue);
  if (list === undefined) return OK;
  const { size } = list;
  const { start, end } = clampRange(first, last, size);
  list.drop("tail", size - end);
  list.drop("head", start);
  // Redis sends the event and marks watches even if nothing was removed. Then nothing is journalled.
  context.changed(EventClass.LIST, "ltrim", listKey);
  if (list.size === size) context.propagate();
  context.removeIfEmpty(listKey, list);
  return OK;
}

/** LREM key count element; a negative count removes from the tail, 0 removes all. */
function lrem(context: Context, words: Words): Reply {
  const [, listKey, countWord, element] = words;
  const count = Number(directedInteger(countWord));
  const list = context.db.edit(listKey, ListValue);
  if (list === undefined) return 0;
  const removed = list.remove(element, count < 0 ? "tail" : "head", count === 0 ? Infinity : Math.abs(count));
  if (removed > 0) {
    context.changed(EventClass.LIST, "lrem", listKey);
    context.removeIfEmpty(listKey, list);
  }
  return removed;
}

interface PositionOptions {
  /** The first match to report, counted from 1; negative to search from the tail. */
  readonly rank: number;
  /** Matches to report, 0 for all. Undefined for one, whose index is the reply itself. */
  readonly count: number | undefined;
  /** Elements to compare, 0 for all. */
  readonly lengthMax: number;
}

/** LPOS key element [RANK rank] [COUNT num-matches] [MAXLEN len] */
function lpos(context: Context, words: Words): Reply {
  const options = parsePositionOptions(words);
  const list = context.db.read(words[1], ListValue);
  const positions = list === undefined ? [] : findPositions(list, words[2], options);
  return options.count === undefined ? (positions[0] ?? null) : positions;
}

function parsePositionOptions(words: Words): PositionOptions {
  let rank = 1;
  let count: number | undefined;
  let lengthMax = 0;
  for (let i = 3; i < words.length; i += 2) {
    const value = words[i + 1];
    if (value === undefined) throw errors.SYNTAX;
    if (isOption(words[i], "RANK")) {
      rank = Number(directedInteger(value));
      if (rank === 0) throw listErrors.RANK_ZERO;
    } else if (isOption(words[i], "COUNT")) {
      count = integerWithin(value, 0, Infinity, listErrors.COUNT_NEGATIVE);
    } else if (isOption(words[i], "MAXLEN")) {
      lengthMax = integerWithin(value, 0, Infinity, listErrors.MAXLEN_NEGATIVE);
    } else {
      throw errors.SYNTAX;
    }
  }
  return { rank, count, lengthMax };
}

function findPositions(list: ListValue, element: string, { rank, count, lengthMax }: PositionOptions): number[] {
  const wanted = count === 0 ? Infinity : (count ?? 1);
  const fromTail = rank < 0;
  const looked = lengthMax === 0 ? list.size : Math.min(lengthMax, list.size);
  let start = fromTail ? list.size - looked : 0;
  let end = fromTail ? list.size : looked;
  const positions: number[] = [];
  for (let match = 1; positions.length < wanted; match++) {
    const index = fromTail ? list.lastIndexOf(element, start, end) : list.indexOf(element, start, end);
    if (index < 0) break;
    if (match >= Math.abs(rank)) positions.push(index);
    if (fromTail) end = index;
    else start = index + 1;
  }
  return positions;
}
