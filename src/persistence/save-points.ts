/** When an RDB file is written by itself: after so many seconds, if so many changes were made. Redis's `save`. */

export interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

/** None: the append-only file keeps everything. */
export const DEFAULT_SAVE_POINTS: readonly SavePoint[] = [];

export function formatSavePoints(points: readonly SavePoint[]): string {
  return points.map(({ changes, seconds }) => `${seconds} ${changes}`).join(" ");
}

/** Undefined for a text that is no list of pairs of positive numbers. */
export function parseSavePoints(text: string): readonly SavePoint[] | undefined {
  const words = text.trim() === "" ? [] : text.trim().split(/\s+/);
  if (words.length % 2 === 1 || words.some((word) => !/^\d{1,9}$/.test(word))) return undefined;
  const points: SavePoint[] = [];
  for (let i = 0; i < words.length; i += 2) points.push({ seconds: Number(words[i]), changes: Number(words[i + 1]) });
  return points.some(({ seconds }) => seconds < 1) ? undefined : points;
}

/** Whether it is time to save. */
export function isSaveDue(points: readonly SavePoint[], changes: number, passedMs: number): boolean {
  return points.some((point) => changes >= Math.max(1, point.changes) && passedMs > point.seconds * 1000);
}
