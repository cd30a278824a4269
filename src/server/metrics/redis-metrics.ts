/**
 * The `redis_*` metrics. They are read from what INFO answers, so that they tell the same of the engine here and of a
 * Redis behind this server, and cost nothing between two scrapes.
 */
import { Counter, Gauge } from "prom-client";
import type { Aggregator, Registry } from "prom-client";
import { INFO_METRICS } from "./info-metrics.ts";

/** What one database answers to a scrape. */
export interface Facts {
  /** Its name where a process has several; else undefined. */
  readonly database: string | undefined;
  /** The text of INFO; undefined when it was not answered. */
  readonly info: string | undefined;
  /** Commands in the slow log. */
  readonly slowLogLength: number;
}

/** Metrics with labels of their own, beside the database: their kind, labels and help. */
const LABELLED = {
  commands_total: ["counter", ["cmd"], "Calls of a command."],
  commands_duration_seconds_total: ["counter", ["cmd"], "Time that the calls of a command took."],
  commands_rejected_calls_total: ["counter", ["cmd"], "Calls of a command that were refused before it ran."],
  commands_failed_calls_total: ["counter", ["cmd"], "Calls of a command that ended in an error."],
  errors_total: ["counter", ["err"], "Errors answered, by their code."],
  latency_percentiles_usec: ["gauge", ["cmd", "quantile"], "Percentiles of the time of a command, in microseconds."],
  db_keys: ["gauge", ["db"], "Keys of a database."],
  db_keys_expiring: ["gauge", ["db"], "Keys with a deadline."],
  db_avg_ttl_seconds: ["gauge", ["db"], "Mean time to live of the keys with a deadline."],
  slowlog_length: ["gauge", [], "Commands in the slow log."],
  start_time_seconds: ["gauge", [], "Time of the start, in seconds since the epoch."],
  up: ["gauge", [], "Whether the server that holds the data has answered."],
  instance_info: [
    "gauge",
    ["role", "redis_version", "redis_mode", "os", "maxmemory_policy", "tcp_port", "run_id", "process_id"],
    "Facts about the server that holds the data.",
  ],
} as const;

type LabelledName = keyof typeof LABELLED;

const US_PER_SECOND = 1e6;
const MS_PER_SECOND = 1e3;

/** The metrics of one process. */
export class RedisMetrics {
  private readonly metrics = new Map<string, Gauge | Counter>();
  /** Metrics without any label. */
  private readonly plain: (Gauge | Counter)[] = [];
  private readonly databaseLabels: readonly string[];

  /** `isLabelled`: each metric has a label with the name of the database. */
  constructor(registry: Registry, isLabelled: boolean) {
    this.databaseLabels = isLabelled ? ["database"] : [];
    for (const { name, kind, help } of INFO_METRICS.values()) this.add(registry, name, kind, [], help);
    for (const [name, [kind, labels, help]] of Object.entries(LABELLED)) this.add(registry, name, kind, labels, help);
  }

  /** Sets all metrics anew. */
  update(all: readonly Facts[]): void {
    for (const metric of this.metrics.values()) metric.reset();
    // A reset sets those without labels to 0, which would tell of a field that there is not.
    for (const metric of this.plain) metric.remove();
    for (const { database, info, slowLogLength } of all) {
      const common = database === undefined ? {} : { database };
      this.set("up", info === undefined ? 0 : 1, common);
      if (info === undefined) continue;
      this.set("slowlog_length", slowLogLength, common);
      this.setInfo(info, common);
    }
  }

  private setInfo(info: string, common: Labels): void {
    const fields = new Map<string, string>();
    for (const line of info.split("\r\n")) {
      const colon = line.indexOf(":");
      if (colon > 0 && !line.startsWith("#")) fields.set(line.slice(0, colon), line.slice(colon + 1));
    }
    for (const [field, value] of fields) {
      const metric = INFO_METRICS.get(field);
      if (metric !== undefined) this.set(metric.name, numberOf(value), common);
      else this.setLabelled(field, value, common);
    }
    const text = (field: string): string => fields.get(field) ?? "";
    const uptimeS = Number(text("uptime_in_seconds"));
    const nowS = Number(text("server_time_usec")) / US_PER_SECOND;
    if (nowS > 0) this.set("start_time_seconds", nowS - uptimeS, common);
    const labels = LABELLED.instance_info[1].map((label) => [label, text(label)]);
    this.set("instance_info", 1, { ...common, ...Object.fromEntries(labels) });
  }

  /** A field with several figures, such as `cmdstat_get:calls=21,usec=175`. */
  private setLabelled(field: string, value: string, common: Labels): void {
    const [, prefix, rest] = /^(cmdstat_|errorstat_|latency_percentiles_usec_|db(?=\d))(.*)$/.exec(field) ?? [];
    if (prefix === undefined || rest === undefined) return;
    const figures = new Map(value.split(",").map((part) => part.split("=", 2) as [string, string]));
    const figure = (name: string): number => Number(figures.get(name));
    const set = (name: LabelledName, number: number, labels: Labels): void =>
      this.set(name, number, { ...common, ...labels });
    if (prefix === "cmdstat_") {
      const labels = { cmd: rest };
      set("commands_total", figure("calls"), labels);
      set("commands_duration_seconds_total", figure("usec") / US_PER_SECOND, labels);
      set("commands_rejected_calls_total", figure("rejected_calls"), labels);
      set("commands_failed_calls_total", figure("failed_calls"), labels);
    } else if (prefix === "errorstat_") set("errors_total", figure("count"), { err: rest });
    else if (prefix === "db") {
      const labels = { db: field };
      set("db_keys", figure("keys"), labels);
      set("db_keys_expiring", figure("expires"), labels);
      set("db_avg_ttl_seconds", figure("avg_ttl") / MS_PER_SECOND, labels);
    } else {
      for (const [name, number] of figures) {
        set("latency_percentiles_usec", Number(number), { cmd: rest, quantile: String(Number(name.slice(1)) / 100) });
      }
    }
  }

  private set(name: string, value: number, labels: Labels): void {
    // An older server lacks a figure that newer ones have.
    if (!Number.isFinite(value)) return;
    const metric = this.metrics.get(name)!;
    if (metric instanceof Gauge) metric.set(labels, value);
    else metric.inc(labels, value);
  }

  private add(
    registry: Registry,
    name: string,
    kind: "gauge" | "counter",
    labels: readonly string[],
    help: string,
  ): void {
    const labelNames = [...this.databaseLabels, ...labels];
    // Processes on the same ports tell of the same server. What one of them finds wrong with it counts.
    const aggregator: Aggregator = name === "up" ? "min" : "max";
    const configuration = { name: `redis_${name}`, help, labelNames, aggregator, registers: [registry] };
    const metric = kind === "gauge" ? new Gauge(configuration) : new Counter(configuration);
    this.metrics.set(name, metric);
    if (labelNames.length === 0) this.plain.push(metric);
  }
}

type Labels = Readonly<Record<string, string>>;

/** The number of a field. Redis says of some whether they are well in words. */
function numberOf(value: string): number {
  if (value === "ok" || value === "true") return 1;
  if (value === "err" || value === "fail" || value === "false") return 0;
  return Number(value);
}
