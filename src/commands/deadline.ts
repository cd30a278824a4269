/** Sets and removes a key's deadline, for commands of several groups: the change, its event, and what is journalled. */
import { invalidExpire } from "../core/errors.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { addInt64, multiplyInt64 } from "../core/numbers.ts";
import type { Int64 } from "../core/numbers.ts";
import type { Context } from "../engine/context.ts";
import { NO_DEADLINE } from "../data/keyspace.ts";

/**
 * The deadline `time` units after `baseMs`, in milliseconds since the epoch. Throws when it does not fit a 64-bit
 * integer; the error names `command`.
 */
export function deadlineFrom(time: Int64, unitMs: number, baseMs: number, command: string): Int64 {
  const ms = multiplyInt64(time, unitMs);
  const deadline = ms === undefined ? undefined : addInt64(ms, baseMs);
  if (deadline === undefined) throw invalidExpire(command);
  return deadline;
}

/**
 * Sets the deadline of an existing key, in milliseconds since the epoch. A deadline that has passed removes the key.
 */
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

/** Removes the deadline of a key; answers whether there was one. */
export function persistKey(context: Context, key: string): boolean {
  if (context.db.editValue(key) === undefined || context.db.deadline(key) === NO_DEADLINE) return false;
  context.db.setDeadline(key, NO_DEADLINE);
  context.changed(EventClass.GENERIC, "persist", key);
  context.propagate(["PERSIST", key]);
  return true;
}
