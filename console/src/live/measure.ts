/** The series of the charts: what each is in one instant, made of two answers of the server and the time between them. */
import { percentile, since, sum, total } from "./histogram.ts";
import type { Histogram } from "./histogram.ts";
import { keysOf, numberIn, rate, worstPercentile } from "./info.ts";
import type { Info } from "./info.ts";
import type { Merge } from "./timeline.ts";

/** What the server said in one instant. */
export interface Reading {
  /** Seconds since the epoch, by the clock of the page. */
  readonly atS: number;
  /** The time that the answer took, as the page saw it. */
  readonly roundTripMs: number;
  /** Undefined where the user may not ask. */
  readonly info: Info | undefined;
  /** Calls by their time and by command; undefined where the server or the user's rights have no LATENCY HISTOGRAM. */
  readonly histograms: ReadonlyMap<string, Histogram> | undefined;
}

/** Where the times of commands come from. */
export type LatencySource = "histogram" | "percentiles" | "none";

/** Commands of the page itself, which would outweigh the others on a quiet server. */
const OWN_COMMANDS: ReadonlySet<string> = new Set(["info", "latency|histogram"]);

export const SERIES = [
  "commands",
  "errors",
  "p50",
  "p99",
  "p999",
  "roundTrip",
  "memoryUsed",
  "memoryRss",
  "memoryPeak",
  "memoryLimit",
  "hits",
  "misses",
  "clients",
  "blocked",
  "listening",
  "netIn",
  "netOut",
  "keys",
  "expiring",
  "expired",
  "evicted",
  "aofSize",
  "unsaved",
  "cpu",
] as const;

export type SeriesName = (typeof SERIES)[number];

type Values = Readonly<Partial<Record<SeriesName, number | undefined>>>;

/** Series whose peaks must not be lost when measurements are merged. */
const PEAKS: ReadonlySet<SeriesName> = new Set(["p99", "p999", "roundTrip", "memoryPeak"]);

/** How each series is merged. */
export const MERGES: readonly Merge[] = SERIES.map((name) => (PEAKS.has(name) ? "max" : "mean"));

/** Whether the server began anew between two readings, so that its counters mean nothing to each other. */
function isOtherRun(before: Reading, now: Reading): boolean {
  const [was, is] = [before.info?.get("run_id"), now.info?.get("run_id")];
  return was !== undefined && is !== undefined && was !== is;
}

/** Where the times of commands in a reading come from. */
export function latencySource({ histograms, info }: Reading): LatencySource {
  if (histograms !== undefined) return "histogram";
  return info !== undefined && worstPercentile(info, "p50") !== undefined ? "percentiles" : "none";
}

/** The values of an instant. Rates need a reading before it, of the same run of the server. */
export function valuesOf(now: Reading, earlier: Reading | undefined): Values {
  const before = earlier !== undefined && !isOtherRun(earlier, now) ? earlier : undefined;
  const roundTrip = now.roundTripMs;
  const { info } = now;
  if (info === undefined) return { roundTrip };
  const perSecond = (name: string): number | undefined =>
    before?.info === undefined
      ? undefined
      : rate(numberIn(before.info, name), numberIn(info, name), now.atS - before.atS);
  return {
    roundTrip,
    ...latencies(now, before),
    ...gauges(info),
    commands: perSecond("total_commands_processed"),
    errors: perSecond("total_error_replies"),
    hits: perSecond("keyspace_hits"),
    misses: perSecond("keyspace_misses"),
    netIn: perSecond("total_net_input_bytes"),
    netOut: perSecond("total_net_output_bytes"),
    expired: perSecond("expired_keys"),
    evicted: perSecond("evicted_keys"),
    cpu: percent(perSecond("used_cpu_user"), perSecond("used_cpu_sys")),
  };
}

function gauges(info: Info): Values {
  const limit = numberIn(info, "maxmemory") || numberIn(info, "maxmemory_of_heap");
  const { expiring, keys } = keysOf(info);
  return {
    memoryUsed: numberIn(info, "used_memory"),
    memoryRss: numberIn(info, "used_memory_rss"),
    memoryPeak: numberIn(info, "used_memory_peak"),
    memoryLimit: limit || undefined,
    clients: numberIn(info, "connected_clients"),
    blocked: numberIn(info, "blocked_clients"),
    listening: numberIn(info, "pubsub_clients"),
    keys,
    expiring,
    aofSize: numberIn(info, "aof_current_size"),
    unsaved: numberIn(info, "rdb_changes_since_last_save"),
  };
}

const percent = (user: number | undefined, system: number | undefined): number | undefined =>
  user === undefined || system === undefined ? undefined : (user + system) * 100;

/** The percentiles of the time between two readings, in ms; without a histogram, those since the server began. */
function latencies(now: Reading, before: Reading | undefined): Values {
  if (now.histograms === undefined) {
    const of = (name: string): number | undefined => inMs(worstPercentile(now.info!, name));
    return { p50: of("p50"), p99: of("p99"), p999: of("p99.9") };
  }
  if (before?.histograms === undefined) return {};
  const calls: Histogram[] = [];
  for (const [command, histogram] of now.histograms) {
    if (!OWN_COMMANDS.has(command)) calls.push(since(before.histograms.get(command) ?? [], histogram));
  }
  const all = sum(calls);
  if (total(all) === 0) return {};
  const of = (part: number): number | undefined => inMs(percentile(all, part));
  return { p50: of(0.5), p99: of(0.99), p999: of(0.999) };
}

const inMs = (us: number | undefined): number | undefined => (us === undefined ? undefined : us / 1000);
