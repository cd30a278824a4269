/**
 * Measurements over time in bounded memory: as they were taken for an hour, then one of ten seconds, then one of a minute, for
 * a day. A value that is missing is null, which charts show as a gap.
 */

/** What becomes of the values of several instants: their mean, the largest, or the latest. */
export type Merge = "mean" | "max" | "last";

/** How old measurements become coarser: beyond an age, one remains for each span. Both in seconds. */
interface Level {
  readonly ageS: number;
  readonly spanS: number;
}

const LEVELS: readonly Level[] = [
  { ageS: 3600, spanS: 10 },
  { ageS: 6 * 3600, spanS: 60 },
];

/** Measurements that are kept, whatever their age: a day of them, with room for the latest hour. */
export const POINTS_MAX = 8000;

/** New measurements between two thinnings, which go through all of them. */
const THIN_EVERY = 60;

export class Timeline {
  /** Times in seconds since the epoch, ascending. */
  times: number[] = [];
  /** The values of each series, one for each time. */
  readonly columns: (number | null)[][];
  private readonly merges: readonly Merge[];
  private untilThin = THIN_EVERY;

  constructor(merges: readonly Merge[]) {
    this.merges = merges;
    this.columns = merges.map(() => []);
  }

  /** Adds values of an instant, in seconds since the epoch. One that is not after the latest is left out. */
  add(atS: number, values: readonly (number | undefined)[]): void {
    if (atS <= (this.times.at(-1) ?? -Infinity)) return;
    this.times.push(atS);
    this.columns.forEach((column, i) => column.push(values[i] ?? null));
    if (--this.untilThin <= 0) this.thin(atS);
  }

  /** Marks an instant without values, so that no line is drawn over it. */
  gap(atS: number): void {
    this.add(atS, []);
  }

  /** Index of the first time that is not before `atS`. */
  indexFrom(atS: number): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.times[middle]! < atS) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private thin(nowS: number): void {
    this.untilThin = THIN_EVERY;
    const groups = groupsOf(this.times, nowS).slice(-POINTS_MAX);
    if (groups.length === this.times.length) return;
    this.columns.forEach((column, i) => {
      const merged = groups.map(([from, to]) => merge(column, from, to, this.merges[i]!));
      column.splice(0, column.length, ...merged);
    });
    this.times = groups.map(([, to]) => this.times[to - 1]!);
  }
}

/** Stretches of indices, from inclusive to exclusive, each of which becomes one measurement. */
function groupsOf(times: readonly number[], nowS: number): [from: number, to: number][] {
  const groups: [number, number][] = [];
  let latest: string | undefined;
  times.forEach((timeS, i) => {
    const level = LEVELS.findLast(({ ageS }) => nowS - timeS > ageS);
    const group = level === undefined ? undefined : `${level.spanS}:${Math.floor(timeS / level.spanS)}`;
    if (group !== undefined && group === latest) groups.at(-1)![1] = i + 1;
    else groups.push([i, i + 1]);
    latest = group;
  });
  return groups;
}

function merge(column: readonly (number | null)[], from: number, to: number, how: Merge): number | null {
  if (to - from === 1) return column[from]!;
  const values = column.slice(from, to).filter((value) => value !== null);
  if (values.length === 0) return null;
  if (how === "last") return values.at(-1)!;
  if (how === "max") return Math.max(...values);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What a series was in a stretch of time; undefined without any value in it. */
interface Summary {
  readonly now: number | null;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** Sums up the values from one index to another, exclusive. */
export function summary(column: readonly (number | null)[], from: number, to: number): Summary | undefined {
  let [count, sum, min, max] = [0, 0, Infinity, -Infinity];
  for (let i = from; i < to; i++) {
    const value = column[i];
    if (value === null || value === undefined) continue;
    count++;
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return count === 0 ? undefined : { now: column[to - 1] ?? null, min, max, mean: sum / count };
}

/** The measurements as CSV, by RFC 4180. A value that is missing is empty. */
export function toCsv(times: readonly number[], names: readonly string[], columns: Timeline["columns"]): string {
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = times.map((timeS, i) =>
    [new Date(timeS * 1000).toISOString(), ...columns.map((column) => String(column[i] ?? ""))].join(","),
  );
  return [["time", ...names].map(cell).join(","), ...lines, ""].join("\r\n");
}
