/**
 * Scores in REST's replies. Until 7.2 Redis prints a double with seventeen digits (0.1 as 0.10000000000000001). Published
 * clients turn a string into a number only if the number prints as that string, so REST answers the shortest form, as the
 * hosted service does. Connections of the Redis protocol get what the backend says.
 */
import { formatDouble } from "../../core/numbers.ts";
import { isReplyArray } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import { isOption } from "../../commands/args.ts";
import type { Adjustment } from "./adjustment.ts";

/** A double of more digits than the shortest form ever has. */
const LONG = /^-?(?=[0-9.]{17,})[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?$/;

function short(reply: Reply): Reply {
  if (isReplyArray(reply)) return reply.map(short);
  return typeof reply === "string" && LONG.test(reply) ? formatDouble(Number(reply)) : reply;
}

const whole: Adjustment = (_words, reply) => short(reply);

/** Members and scores in turn. */
const pairs: Adjustment = (_words, reply) =>
  isReplyArray(reply) ? reply.map((item, i) => (i % 2 === 1 ? short(item) : item)) : reply;

const withScores: Adjustment = (words, reply) =>
  words.some((word) => isOption(word, "WITHSCORES")) ? pairs(words, reply) : reply;

/** A key, and a list of members with their scores. */
const popped: Adjustment = (words, reply) => {
  if (!isReplyArray(reply) || !isReplyArray(reply[1]!)) return reply;
  return [reply[0]!, reply[1].map((pair) => pairs(words, pair))];
};

/** By the command's name. */
export const SHORT_DOUBLES: ReadonlyMap<string, Adjustment> = new Map([
  ["ZADD", whole],
  ["ZDIFF", withScores],
  ["ZINCRBY", whole],
  ["ZINTER", withScores],
  ["ZMPOP", popped],
  ["ZMSCORE", whole],
  ["ZPOPMAX", pairs],
  ["ZPOPMIN", pairs],
  ["ZRANDMEMBER", withScores],
  ["ZRANGE", withScores],
  ["ZRANGEBYSCORE", withScores],
  ["ZREVRANGE", withScores],
  ["ZREVRANGEBYSCORE", withScores],
  ["ZSCAN", (words, reply) => (isReplyArray(reply) ? [reply[0]!, pairs(words, reply[1]!)] : reply)],
  ["ZSCORE", whole],
  ["ZUNION", withScores],
]);
