/** Suggests a known name for a misspelt one. */
import { closest, distance } from "fastest-levenshtein";

/** Letters that may differ; beyond it a suggestion would be a guess. */
const DISTANCE_MAX = 4;

/** The nearest known name; undefined when none is near. For a short name, less than half of it may differ. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const nearest = closest(name, known);
  return distance(name, nearest) <= Math.min(DISTANCE_MAX, name.length / 2) ? nearest : undefined;
}

/** What to say after an unknown name: the one that was probably meant, or all there are. */
export function knownNamesHint(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? `; there are ${known.join(", ")}` : ` (did you mean ${nearest}?)`;
}
