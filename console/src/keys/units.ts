/** Times and sizes as short texts. */

const TIMES: readonly (readonly [unit: string, ms: number])[] = [
  ["y", 31_536_000_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
];

/** A span of time by its two largest units, such as `2 h 5 min`. */
export function spanText(ms: number): string {
  if (ms < 1000) return ms <= 0 ? "0 s" : "< 1 s";
  const at = TIMES.findIndex(([, size]) => ms >= size);
  const [unit, size] = TIMES[at]!;
  const [lesser, lesserSize] = TIMES[at + 1] ?? ["", Infinity];
  const rest = Math.floor((ms % size) / lesserSize);
  const whole = `${Math.floor(ms / size)} ${unit}`;
  return rest === 0 ? whole : `${whole} ${rest} ${lesser}`;
}

/** A span of time by its largest unit, for a narrow column. */
export const shortSpan = (ms: number): string => {
  const [unit, size] = TIMES.find(([, size]) => ms >= size) ?? TIMES.at(-1)!;
  return `${Math.max(0, Math.floor(ms / size))} ${unit}`;
};

/** Bytes in decimal units, such as `1.2 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1000;
  let at = 0;
  while (value >= 999.5 && at < units.length - 1) {
    value /= 1000;
    at++;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}
