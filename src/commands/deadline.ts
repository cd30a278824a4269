/** A key's time to live, as commands of several groups set and remove it: the change, its event, and what is journalled. */
import { invalidExpire } from "../core/errors.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { addInt64, multiplyInt64 } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import type { Context } from "../engine/context.ts";
import { NO_DEADLINE } from "../data/keyspace.ts";

/**
 * The deadline in milliseconds since the epoch that lies so many units after `baseMs`. Throws where a 64-bit integer
 * cannot hold it; `command` is named in that text.
 */
export function deadlineFrom(time: Int64, unitMs: number, baseMs: number, command: string): Int64 {
  const ms = multiplyInt64(time, unitMs);
  const deadline = ms === undefined ? undefined : addInt64(ms, baseMs);
  if (deadline === undefined) throw invalidExpire(command);
  return deadline;
}

/** Gives a key that is there a deadline in milliseconds since the epoch; one that has passed removes the key. */
export function setDeadline(context: Context, key: string, deadline: Int64): void {
  if (deadline <= context.nowMs) {
    context.delete(key);
    context.propagate(["DEL", key]);
    return;
  }
  context.db.setDeadline(key, deadline);
  context.changed(EventClass.GENERIC, "expire", key);
  context.propagate(["PEXPIREAT", key, String(deadline)]);
}

/** Takes the deadline from a key; answers whether there was one. */
export function persistKey(context: Context, key: string): boolean {
  const deadline = context.db.deadline(key);
  if (deadline === undefined || deadline === NO_DEADLINE) return false;
  context.db.setDeadline(key, NO_DEADLINE);
  context.changed(EventClass.GENERIC, "persist", key);
  context.propagate(["PERSIST", key]);
  return true;
}
