/**
 * Lets time pass for an engine. What is due on the way happens at its own time and in that order: a command that blocks
 * times out before or after a key expires, as if the time had really passed. Keys that are due at the same time expire in
 * no order, as in Redis. Clients that were answered on the way get the time to act before the clock moves on, so one that
 * blocks again and again does so as often as it would have.
 */
import { setImmediate } from "../core/timers.ts";
import type { Keyspace } from "../data/keyspace.ts";
import { endDueWaits } from "../engine/blocking.ts";
import type { Engine } from "../engine/engine.ts";
import type { MovableClock } from "./movable-clock.ts";

/** A key and its deadline. */
interface DueKey {
  readonly keyspace: Keyspace;
  readonly key: string;
  readonly dueMs: number;
}

/** Fields of hashes that are removed at once. */
const FIELDS_AT_ONCE = 1024;

/** Iterations of the event loop in which a client of this process reads its reply and sends another command. */
const SETTLING_TURNS = 6;

/** Resolves when clients in this process have read what was sent to them, and what they sent then was served. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < SETTLING_TURNS; turn++) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Moves the engine's clock on to a time, in milliseconds since the epoch. Resolves when all of it has happened. */
export async function passTime(engine: Engine, clock: MovableClock, untilMs: number): Promise<void> {
  while (stepOn(engine, clock, untilMs)) await settled();
}

/** Moves on until clients were answered, in which case it answers true, or else until the end. */
function stepOn(engine: Engine, clock: MovableClock, untilMs: number): boolean {
  const { pause, waitingRoom } = engine;
  const keys = engine.dataset.activeExpiry ? keysDue(engine, untilMs) : [];
  for (let next = 0; ;) {
    const pauseMs = pause.untilMs === 0 ? Infinity : pause.untilMs;
    const dueMs = Math.min(keys[next]?.dueMs ?? Infinity, waitingRoom.earliestMs, fieldsDueMs(engine), pauseMs);
    const isOver = dueMs > untilMs;
    clock.moveTo(Math.max(isOver ? untilMs : dueMs, clock.now()));
    if (isOver) return false;
    const { size } = waitingRoom;
    next = happen(engine, keys, next);
    if (pauseMs <= clock.now()) pause.end();
    if (waitingRoom.size !== size || pause.untilMs !== (pauseMs === Infinity ? 0 : pauseMs)) return true;
  }
}

/** Expires fields, and the keys from `next` on that are due, and ends waits. Answers the first key that is not due. */
function happen(engine: Engine, keys: readonly DueKey[], next: number): number {
  const { dataset, turn } = engine;
  turn.enter(undefined);
  try {
    const { nowMs } = dataset.instant;
    let at = next;
    // A look-up removes an expired key.
    for (; at < keys.length && keys[at]!.dueMs <= nowMs; at++) keys[at]!.keyspace.peek(keys[at]!.key);
    if (dataset.activeExpiry) {
      for (const keyspace of dataset.databases) while (keyspace.expireSomeFields(FIELDS_AT_ONCE));
    }
    endDueWaits(engine);
    return at;
  } finally {
    turn.leave();
  }
}

/** The keys that expire until a time, the earliest first. While clients are paused, nothing expires. */
function keysDue({ dataset }: Engine, untilMs: number): DueKey[] {
  const { keepsExpiredUntilMs } = dataset.instant;
  const due: DueKey[] = [];
  for (const keyspace of dataset.databases) {
    for (let place = 0; place < keyspace.volatileSize; place++) {
      const slot = keyspace.volatileSlotAt(place);
      const dueMs = Math.max(keyspace.deadlineAt(slot), keepsExpiredUntilMs);
      if (dueMs <= untilMs) due.push({ keyspace, key: keyspace.keyAt(slot), dueMs });
    }
  }
  return due.sort((a, b) => a.dueMs - b.dueMs);
}

/** When the next field of a hash expires, in milliseconds since the epoch; Infinity for never. */
function fieldsDueMs({ dataset }: Engine): number {
  if (!dataset.activeExpiry) return Infinity;
  const earliestMs = Math.min(...dataset.databases.map(({ earliestFieldMs }) => earliestFieldMs));
  return Math.max(earliestMs, dataset.instant.keepsExpiredUntilMs);
}
