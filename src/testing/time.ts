/** Times and durations as tests write them. */

/** The largest time of a Date, in milliseconds since the epoch. */
const DATE_MS_MAX = 8.64e15;

/** A time in whole milliseconds since the epoch. Throws a RangeError that says what is wrong with it. */
export function timeOf(at: Date | number | string): number {
  const ms = typeof at === "number" ? at : at instanceof Date ? at.getTime() : Date.parse(at);
  if (Number.isFinite(ms) && ms >= 0 && ms <= DATE_MS_MAX) return Math.floor(ms);
  const shown = typeof at === "string" ? JSON.stringify(at) : String(at);
  throw new RangeError(
    `${shown} is no time: give a Date, milliseconds since 1970, or a text such as "2030-01-31T12:00:00Z"`,
  );
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const DURATION = /^\s*(?:\d+(?:\.\d+)?\s*(?:ms|[smhdw])\s*)+$/;
const PART = /(\d+(?:\.\d+)?)\s*(ms|[smhdw])/g;

/** A duration in whole milliseconds. Throws a RangeError that says what is wrong with it. */
export function durationOf(by: number | string): number {
  const ms = typeof by === "number" ? by : partsOf(by).reduce((sum, part) => sum + part, 0);
  if (Number.isFinite(ms) && ms >= 0) return Math.floor(ms);
  if (ms < 0)
    throw new RangeError(`time cannot advance by ${by}; clock.set() moves the clock of an empty database back`);
  throw new RangeError(
    `${JSON.stringify(by)} is no duration: give milliseconds, or a text such as "250ms", "90s", "1h30m" or "7d"`,
  );
}

function partsOf(text: string): number[] {
  if (!DURATION.test(text)) return [NaN];
  return Array.from(text.matchAll(PART), ([, count, unit]) => Number(count) * UNIT_MS[unit!]!);
}
