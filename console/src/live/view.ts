/** Which stretch of time the charts show: the latest so many seconds, or one that a person has chosen. */
import { signal } from "@preact/signals";

export const SPANS = ["300", "900", "3600", "all"] as const;

type Span = (typeof SPANS)[number];

/** How much of the latest time is shown while no stretch is chosen. */
export const span = signal<Span>("300");

/** The stretch that was chosen, in seconds since the epoch; undefined for the latest. */
export const zoom = signal<readonly [fromS: number, toS: number] | undefined>(undefined);

/** The time under the pointer, which all charts show. */
export const hoveredS = signal<number | undefined>(undefined);

/** Seconds that a stretch has at the least. */
const STRETCH_S_MIN = 2;

/** Seconds that are shown while there are fewer. */
const EMPTY_S = 60;

/** Shows a stretch in all charts. */
export function zoomTo(fromS: number, toS: number): void {
  const was = zoom.value;
  if (was?.[0] !== fromS || was[1] !== toS) zoom.value = [fromS, Math.max(toS, fromS + STRETCH_S_MIN)];
}

/** What is shown of a timeline that begins and ends then. */
export function shown(firstS: number, lastS: number): readonly [fromS: number, toS: number] {
  if (zoom.value !== undefined) return zoom.value;
  const seconds = span.value === "all" ? Infinity : Number(span.value);
  return [lastS - Math.min(seconds, Math.max(EMPTY_S, lastS - firstS)), lastS];
}

/** Shows a stretch that many times as long as the present one, with the same middle, or moved by parts of its length. */
export function change(firstS: number, lastS: number, factor: number, move = 0): void {
  const [fromS, toS] = shown(firstS, lastS);
  const seconds = (toS - fromS) * factor;
  const middleS = (fromS + toS) / 2 + (toS - fromS) * move;
  zoomTo(middleS - seconds / 2, middleS + seconds / 2);
}
