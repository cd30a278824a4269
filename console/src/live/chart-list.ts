/** The charts: which series stand in each, and the unit of their values. */
import type { SeriesName } from "./measure.ts";

export type Unit = "count" | "perSecond" | "ms" | "bytes" | "bytesPerSecond" | "percent";

export interface ChartSpec {
  /** Its title in the texts, and its element's id. */
  readonly id: ChartId;
  readonly unit: Unit;
  readonly series: readonly SeriesName[];
}

const CHART_IDS = [
  "commands",
  "latency",
  "roundTrip",
  "memory",
  "lookups",
  "clients",
  "network",
  "keys",
  "removed",
  "persistence",
  "unsaved",
  "cpu",
] as const;

type ChartId = (typeof CHART_IDS)[number];

export const CHARTS: readonly ChartSpec[] = [
  { id: "commands", unit: "perSecond", series: ["commands", "errors"] },
  { id: "latency", unit: "ms", series: ["p50", "p99", "p999"] },
  { id: "roundTrip", unit: "ms", series: ["roundTrip"] },
  { id: "memory", unit: "bytes", series: ["memoryUsed", "memoryRss", "memoryPeak", "memoryLimit"] },
  { id: "lookups", unit: "perSecond", series: ["hits", "misses"] },
  { id: "clients", unit: "count", series: ["clients", "blocked", "listening"] },
  { id: "network", unit: "bytesPerSecond", series: ["netIn", "netOut"] },
  { id: "keys", unit: "count", series: ["keys", "expiring"] },
  { id: "removed", unit: "perSecond", series: ["expired", "evicted"] },
  { id: "persistence", unit: "bytes", series: ["aofSize"] },
  { id: "unsaved", unit: "count", series: ["unsaved"] },
  { id: "cpu", unit: "percent", series: ["cpu"] },
];

const BYTE_UNITS = ["B", "KB", "MB", "GB", "TB"];

/** Bytes in the largest unit of 1,024 in which they are at least one. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (Math.abs(value) >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${short(value)} ${BYTE_UNITS[unit]}`;
}

/** Three digits, or all of those before the point. */
function short(value: number): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en", { maximumFractionDigits: digits });
}

/** A value with its unit; a dash for none. */
export function formatValue(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined) return "–";
  switch (unit) {
    case "count":
      return short(value);
    case "perSecond":
      return `${short(value)}/s`;
    case "ms":
      return value !== 0 && Math.abs(value) < 1 ? `${short(value * 1000)} µs` : `${short(value)} ms`;
    case "bytes":
      return formatBytes(value);
    case "bytesPerSecond":
      return `${formatBytes(value)}/s`;
    case "percent":
      return `${short(value)} %`;
  }
}
