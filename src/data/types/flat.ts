/**
 * Small containers are flat arrays. V8 leaves room for at least 16 more elements each time an array grows, which is most
 * of what a small container takes; so short arrays are replaced by one that fits, and only longer ones grow in place.
 */

/** Up to this many elements an array is kept without room to spare. */
const TIGHT_ELEMENTS_MAX = 16;

/** The elements and `more` after them, in an array to keep in place of `elements`, which may be the same one. */
export function extended<T>(elements: T[], more: readonly T[]): T[] {
  if (elements.length + more.length <= TIGHT_ELEMENTS_MAX) return elements.concat(more);
  for (const element of more) elements.push(element);
  return elements;
}

/** The elements with `more` before them, in an array to keep in place of `elements`, which may be the same one. */
export function prepended(more: string[], elements: string[]): string[] {
  if (elements.length + more.length <= TIGHT_ELEMENTS_MAX) return more.concat(elements);
  elements.unshift(...more);
  return elements;
}

/** Slots a container's size is estimated from. */
const SAMPLED_SLOTS_MAX = 64;

/** The sum of a measure over all slots, estimated from evenly spread ones where there are many. */
export function sampledSum(size: number, measure: (slot: number) => number): number {
  const sampled = Math.min(size, SAMPLED_SLOTS_MAX);
  let sum = 0;
  for (let i = 0; i < sampled; i++) sum += measure(Math.floor((i * size) / sampled));
  return sampled === 0 ? 0 : Math.round((sum / sampled) * size);
}
