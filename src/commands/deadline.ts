/** A key's time to live, as commands of several groups set and remove it: the change, its event, and what is journalled. */
import { EventClass } from "../core/keyspace-events.ts";
import type { Context } from "../engine/context.ts";
import { NO_DEADLINE } from "../data/keyspace.ts";

/** Gives a key that is there a deadline in milliseconds since the epoch; one that has passed removes the key. */
export function setDeadline(context: Context, key: string, deadline: number): void {
  if (deadline <= context.nowMs) {
    context.delete(key);
    context.propagate(["DEL", key]);
    return;
  }
  context.db.setDeadline(key, deadline);
  context.changed(EventClass.GENERIC, "expire", key);
  context.propagate(["PEXPIREAT", key, String(BigInt(deadline))]);
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
