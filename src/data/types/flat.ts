/**
 * Small containers as flat arrays. When an array grows in place, V8 reserves room for 16 or more further elements,
 * which is most of what a small container would take. So short arrays are replaced by ones that fit, and only longer
 * ones grow in place.
 */

/** An array of up to this many elements is replaced by one that fits. */
const TIGHT_ELEMENTS_MAX = 16;

/** The elements, then `more`, as the array to store in place of `elements`. It may be the same array. */
export function extended<T>(elements: T[], more: readonly T[]): T[] {
  if (elements.length + more.length <= TIGHT_ELEMENTS_MAX) return elements.concat(more);
  for (const element of more) elements.push(element);
  return elements;
}

/** `more`, then the elements, as the array to store in place of `elements`. It may be the same array. */
export function prepended(more: string[], elements: string[]): string[] {
  if (elements.length + more.length <= TIGHT_ELEMENTS_MAX) return more.concat(elements);
  elements.unshift(...more);
  return elements;
}

/** The elements with one more at an index, as the array to store in place of `elements`. It may be the same array. */
export function inserted<T>(elements: T[], at: number, element: T): T[] {
  if (elements.length < TIGHT_ELEMENTS_MAX) return elements.toSpliced(at, 0, element);
  elements.splice(at, 0, element);
  return elements;
}

/** Slots that {@link sampledSum} measures at most. */
const SAMPLED_SLOTS_MAX = 64;

/** The sum of a measure over all slots. With many slots it is estimated from evenly spread ones. */
export function sampledSum(size: number, measure: (slot: number) => number): number {
  const sampled = Math.min(size, SAMPLED_SLOTS_MAX);
  let sum = 0;
  for (let i = 0; i < sampled; i++) sum += measure(Math.floor((i * size) / sampled));
  return sampled === 0 ? 0 : Math.round((sum / sampled) * size);
}
