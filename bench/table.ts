/** Rows of measurements, and the table that is printed. */

export interface Row {
  readonly name: string;
  readonly server: string;
  /** Commands per second. */
  readonly perSecond: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** CPU time of the server per request, in microseconds. */
  readonly cpuUs?: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const HEADINGS = ["what", "server", "commands/s", "p50 ms", "p99 ms", "CPU µs/request", "ratio"];

/** Ratios are to the first row of the same name by another server: how many times as fast the first row's server is. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.name,
    row.server,
    Math.round(row.perSecond).toLocaleString("en"),
    fixed(row.p50Ms, 2),
    fixed(row.p99Ms, 2),
    fixed(row.cpuUs, 1),
    ratio(row, rows),
  ]);
  const widths = HEADINGS.map((heading, i) => Math.max(heading.length, ...cells.map((line) => line[i]!.length)));
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text, i) => (i < 2 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join(" | ")} |`;
  const rule = `| ${widths.map((width, i) => (i < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(HEADINGS), rule, ...cells.map(line)].join("\n");
}

function fixed(value: number | undefined, digits: number): string {
  return value === undefined || Number.isNaN(value) ? "" : value.toFixed(digits);
}

function ratio(row: Row, rows: readonly Row[]): string {
  const other = rows.find(({ name, server }) => name === row.name && server !== row.server);
  return other === undefined ? "" : `${(row.perSecond / other.perSecond).toFixed(2)}×`;
}
