/** Save points (`save` in Redis): an RDB file is written after a number of seconds if a number of changes were made. */

/** A number of seconds and of changes. */
export interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

/** No save points, since the append-only file has all changes. */
export const DEFAULT_SAVE_POINTS: readonly SavePoint[] = [];

/** Save points as CONFIG GET shows them: `seconds changes`, repeated. */
export function formatSavePoints(points: readonly SavePoint[]): string {
  return points.map(({ changes, seconds }) => `${seconds} ${changes}`).join(" ");
}

/** Parses `seconds changes`, repeated. Undefined for another text. */
export function parseSavePoints(text: string): readonly SavePoint[] | undefined {
  const words = text.trim() === "" ? [] : text.trim().split(/\s+/);
  if (words.length % 2 === 1 || words.some((word) => !/^\d{1,9}$/.test(word))) return undefined;
  const points: SavePoint[] = [];
  for (let i = 0; i < words.length; i += 2) points.push({ seconds: Number(words[i]), changes: Number(words[i + 1]) });
  return points.some(({ seconds }) => seconds < 1) ? undefined : points;
}

/** Whether a save is due after so many changes and milliseconds. */
export function isSaveDue(points: readonly SavePoint[], changes: number, passedMs: number): boolean {
  return points.some((point) => changes >= Math.max(1, point.changes) && passedMs > point.seconds * 1000);
}
