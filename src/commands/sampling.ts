/** Random elements, for SRANDMEMBER, HRANDFIELD and ZRANDMEMBER: a signed count, and slots drawn for it. */
import * as errors from "../core/errors.ts";
import { INT64_MAX } from "../core/numbers.ts";
import type { Context } from "../engine/context.ts";
import { directedInteger } from "./args.ts";

const PAIRS_MAX = INT64_MAX / 2n;

/**
 * A count of random elements: distinct ones if positive, with repetition if negative. `inPairs` halves the range, for
 * two replies an element.
 */
export function sampleCount(word: string, inPairs = false): number {
  const count = directedInteger(word);
  if (inPairs && (count < -PAIRS_MAX || count > PAIRS_MAX)) throw errors.OUT_OF_RANGE;
  return Number(count);
}

/** Random slots among 0 … size - 1, as many as the count asks for. Distinct ones are in no particular order. */
export function sampleSlots(context: Context, size: number, count: number): ArrayLike<number> & Iterable<number> {
  if (count < 0) return repeatedSlots(context, size, -count);
  if (count >= size) return Array.from({ length: size }, (_, slot) => slot);
  // For a sixteenth of the slots or more, shuffling all costs less than remembering those that are taken.
  return count * 16 > size ? shuffledSlots(context, size, count) : sparseSlots(context, size, count);
}

function repeatedSlots(context: Context, size: number, count: number): number[] {
  if (count > context.engine.limits.randomElementsMax) throw errors.OUT_OF_RANGE;
  const slots: number[] = [];
  for (let i = 0; i < count; i++) slots.push(context.randomBelow(size));
  return slots;
}

/** Distinct slots by the first steps of a Fisher-Yates shuffle. */
function shuffledSlots(context: Context, size: number, count: number): Uint32Array {
  const slots = new Uint32Array(size);
  for (let slot = 0; slot < size; slot++) slots[slot] = slot;
  for (let i = 0; i < count; i++) {
    const chosen = i + context.randomBelow(size - i);
    const slot = slots[chosen]!;
    slots[chosen] = slots[i]!;
    slots[i] = slot;
  }
  return slots.subarray(0, count);
}

/** Distinct slots by Floyd's sampling: each draw adds one slot, so none is repeated. */
function sparseSlots(context: Context, size: number, count: number): number[] {
  const taken = new Set<number>();
  for (let bound = size - count; bound < size; bound++) {
    const slot = context.randomBelow(bound + 1);
    taken.add(taken.has(slot) ? bound : slot);
  }
  return [...taken];
}
