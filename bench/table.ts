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
  return formatCells(HEADINGS, cells);
}

/** Texts as a table; figures, which begin with a digit, to the right. */
export function formatCells(headings: readonly string[], cells: readonly (readonly string[])[]): string {
  const isFigure = headings.map((_, i) => cells.every((line) => /^[0-9]|^$/.test(line[i]!)) && i > 0);
  const widths = headings.map((heading, i) => Math.max(heading.length, ...cells.map((line) => line[i]!.length)));
  const pad = (text: string, i: number): string => (isFigure[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!));
  const line = (texts: readonly string[]): string => `| ${texts.map(pad).join(" | ")} |`;
  const rule = `| ${widths.map((width, i) => (isFigure[i] ? `${"-".repeat(width - 1)}:` : "-".repeat(width))).join(" | ")} |`;
  return [line(headings), rule, ...cells.map(line)].join("\n");
}

function fixed(value: number | undefined, digits: number): string {
  return value === undefined || Number.isNaN(value) ? "" : value.toFixed(digits);
}

function ratio(row: Row, rows: readonly Row[]): string {
  const other = rows.find(({ name, server }) => name === row.name && server !== row.server);
  return other === undefined ? "" : `${(row.perSecond / other.perSecond).toFixed(2)}×`;
}
