/** The known name that a misspelt one was probably meant to be. */
import { closest, distance } from "fastest-levenshtein";

/** Letters that may differ before a suggestion would be a guess. */
const DISTANCE_MAX = 4;

/** Undefined when nothing known is near. A short name is near when less than half of it differs. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const nearest = closest(name, known);
  return distance(name, nearest) <= Math.min(DISTANCE_MAX, name.length / 2) ? nearest : undefined;
}
