/** The sorted set commands that take a range of ranks, scores or members. */
import { EventClass } from "../core/keyspace-events.ts";
import { Double, EMPTY_ARRAY, Pairs } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { SortedSetValue } from "../data/types/sorted-set.ts";
import { storeSortedSet } from "./sorted-set-algebra.ts";
import { memberSelection, parseRange, rankSelection, scoreSelection } from "./sorted-set-args.ts";
import type { RangeForm, Selection } from "./sorted-set-args.ts";

/** ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES] */
export function zrange(context: Context, words: Words): Reply {
  return answerRange(context, words, {});
}

/** ZREVRANGE key start stop [WITHSCORES] */
export function zrevrange(context: Context, words: Words): Reply {
  return answerRange(context, words, { by: "rank", reverse: true });
}

/** ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count] */
export function zrangebyscore(context: Context, words: Words): Reply {
  return answerRange(context, words, { by: "score", reverse: false });
}

/** ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count] */
export function zrevrangebyscore(context: Context, words: Words): Reply {
  return answerRange(context, words, { by: "score", reverse: true });
}

/** ZRANGEBYLEX key min max [LIMIT offset count] */
export function zrangebylex(context: Context, words: Words): Reply {
  return answerRange(context, words, { by: "member", reverse: false });
}

/** ZREVRANGEBYLEX key max min [LIMIT offset count] */
export function zrevrangebylex(context: Context, words: Words): Reply {
  return answerRange(context, words, { by: "member", reverse: true });
}

function answerRange(context: Context, words: Words, form: RangeForm): Reply {
  const { select, reverse, withScores } = parseRange(words, 2, form);
  const set = context.db.read(words[1], SortedSetValue);
  if (set === undefined) return EMPTY_ARRAY;
  const items: Reply[] = [];
  if (!withScores) {
    set.forEach(select(set), reverse, (member) => items.push(member));
    return items;
  }
  set.forEach(select(set), reverse, (member, score) => items.push(member, new Double(score)));
  return new Pairs(items);
}

/** ZRANGESTORE dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count] */
export function zrangestore(context: Context, words: Words): Reply {
  const { select, reverse } = parseRange(words, 3, { stores: true });
  const source = context.db.read(words[2], SortedSetValue);
  const result = new SortedSetValue();
  if (source !== undefined) source.forEach(select(source), reverse, (member, score) => result.add(member, score));
  return storeSortedSet(context, words[1], result, "zrangestore");
}

/** ZCOUNT key min max */
export function zcount(context: Context, words: Words): Reply {
  return count(context, words[1], scoreSelection(words[2], words[3]));
}

/** ZLEXCOUNT key min max */
export function zlexcount(context: Context, words: Words): Reply {
  return count(context, words[1], memberSelection(words[2], words[3]));
}

function count(context: Context, key: string, select: Selection): Reply {
  const set = context.db.read(key, SortedSetValue);
  if (set === undefined) return 0;
  const { start, end } = select(set);
  return end - start;
}

/** ZREMRANGEBYRANK key start stop */
export function zremrangebyrank(context: Context, words: Words): Reply {
  return remove(context, words[1], rankSelection(words[2], words[3]), "zremrangebyrank");
}

/** ZREMRANGEBYSCORE key min max */
export function zremrangebyscore(context: Context, words: Words): Reply {
  return remove(context, words[1], scoreSelection(words[2], words[3]), "zremrangebyscore");
}

/** ZREMRANGEBYLEX key min max */
export function zremrangebylex(context: Context, words: Words): Reply {
  return remove(context, words[1], memberSelection(words[2], words[3]), "zremrangebylex");
}

function remove(context: Context, key: string, select: Selection, event: string): Reply {
  const set = context.db.edit(key, SortedSetValue);
  if (set === undefined) return 0;
  const range = select(set);
  const removed = range.end - range.start;
  if (removed === 0) return 0;
  set.deleteRange(range);
  context.changed(EventClass.SORTED_SET, event, key);
  context.removeIfEmpty(key, set);
  return removed;
}
