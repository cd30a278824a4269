// The commands of the generic group that set, read and remove a key's time to live.
import { key } from "../core/command-spec.ts";
import * as genericErrors from "../core/errors/generic.ts";
import { addInt64, divideRounded } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import { NO_DEADLINE } from "../data/keyspace.ts";
import { exactInteger } from "./args.ts";
import { deadlineFrom, persistKey, setDeadline } from "./deadline.ts";

const UPDATE = key("RW update");
const READ = key("RO access");

export const expireCommands = commandTable("generic", [
  row("EXPIRE", -3, "write fast", UPDATE, "1.0.0", expire, "Sets the time to live of a key in seconds."),
  row("EXPIREAT", -3, "write fast", UPDATE, "1.2.0", expireat, "Sets the second at which a key expires."),
  row("EXPIRETIME", 2, "readonly fast", READ, "7.0.0", expiretime, "Returns the second at which a key expires."),
  row("PERSIST", 2, "write fast", UPDATE, "2.2.0", persist, "Removes the time to live of a key."),
  row("PEXPIRE", -3, "write fast", UPDATE, "2.6.0", pexpire, "Sets the time to live of a key in milliseconds."),
  row("PEXPIREAT", -3, "write fast", UPDATE, "2.6.0", pexpireat, "Sets the millisecond at which a key expires."),
  row("PEXPIRETIME", 2, "readonly fast", READ, "7.0.0", pexpiretime, "Returns the millisecond at which a key expires."),
  row("PTTL", 2, "readonly fast ~", READ, "2.6.0", pttl, "Returns the time to live of a key in milliseconds."),
  row("TTL", 2, "readonly fast ~", READ, "1.0.0", ttl, "Returns the time to live of a key in seconds."),
]);

/** EXPIRE key seconds [NX | XX | GT | LT] */
function expire(context: Context, words: Words): Reply {
  return expireKey(context, words, 1000, context.nowMs, "expire");
}

/** PEXPIRE key milliseconds [NX | XX | GT | LT] */
function pexpire(context: Context, words: Words): Reply {
  return expireKey(context, words, 1, context.nowMs, "pexpire");
}

/** EXPIREAT key unix-time-seconds [NX | XX | GT | LT] */
function expireat(context: Context, words: Words): Reply {
  return expireKey(context, words, 1000, 0, "expireat");
}

/** PEXPIREAT key unix-time-milliseconds [NX | XX | GT | LT] */
function pexpireat(context: Context, words: Words): Reply {
  return expireKey(context, words, 1, 0, "pexpireat");
}

function expireKey(context: Context, words: Words, unitMs: number, baseMs: number, command: string): Reply {
  const key = words[1];
  const conditions = parseConditions(words);
  const deadline = deadlineFrom(exactInteger(words[2]), unitMs, baseMs, command);
  if (context.db.editValue(key) === undefined) return 0;
  if (!conditionsHold(conditions, context.db.deadline(key)!, deadline)) return 0;
  setDeadline(context, key, deadline);
  return 1;
}

interface Conditions {
  nx: boolean;
  xx: boolean;
  gt: boolean;
  lt: boolean;
}

const UNCONDITIONAL: Readonly<Conditions> = { nx: false, xx: false, gt: false, lt: false };

function parseConditions(words: Words): Readonly<Conditions> {
  if (words.length === 3) return UNCONDITIONAL;
  const conditions = { ...UNCONDITIONAL };
  for (let i = 3; i < words.length; i++) {
    const option = words[i]!.toLowerCase();
    if (option !== "nx" && option !== "xx" && option !== "gt" && option !== "lt") {
      throw genericErrors.unsupportedOption(words[i]!);
    }
    conditions[option] = true;
  }
  const { nx, xx, gt, lt } = conditions;
  if (nx && (xx || gt || lt)) {
    throw genericErrors.NX_WITH_OTHERS;
  }
  if (gt && lt) throw genericErrors.GT_AND_LT;
  return conditions;
}

/** `current` is the present deadline of the key, infinite for none. */
function conditionsHold({ nx, xx, gt, lt }: Readonly<Conditions>, current: Int64, deadline: Int64): boolean {
  if (current === NO_DEADLINE) return !xx && !gt;
  return !nx && !(gt && deadline <= current) && !(lt && deadline >= current);
}

/** TTL key */
function ttl(context: Context, words: Words): Reply {
  return timeReply(context, words[1], context.nowMs, 1000);
}

/** PTTL key */
function pttl(context: Context, words: Words): Reply {
  return timeReply(context, words[1], context.nowMs, 1);
}

/** EXPIRETIME key */
function expiretime(context: Context, words: Words): Reply {
  return timeReply(context, words[1], 0, 1000);
}

/** PEXPIRETIME key */
function pexpiretime(context: Context, words: Words): Reply {
  return timeReply(context, words[1], 0, 1);
}

/** The time from `sinceMs` to a key's deadline, rounded to the unit; -2 without a key, -1 without a deadline. */
function timeReply(context: Context, key: string, sinceMs: number, unitMs: number): Reply {
  if (context.db.readUntouched(key) === undefined) return -2;
  const deadline = context.db.deadline(key)!;
  if (deadline === NO_DEADLINE) return -1;
  return divideRounded(addInt64(deadline, -sinceMs)!, unitMs);
}

/** PERSIST key */
function persist(context: Context, words: Words): Reply {
  return persistKey(context, words[1]) ? 1 : 0;
}
