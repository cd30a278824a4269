/**
 * What Prometheus reads at `/metrics`: the database by the names of redis_exporter, the HTTP door as `stashd_*`, the
 * process by the names of prom-client. Loaded only where somebody asked for it.
 */
import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { UNRESTRICTED_USER } from "../../core/authority.ts";
import { Verbatim } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import { Later } from "../../backends/later.ts";
import type { ClientMemory } from "../../engine/client-memory.ts";
import type { Session } from "../../engine/session.ts";
import type { Aggregator } from "prom-client";
import type { AnsweredRequest, RequestObserver } from "../observed-handler.ts";
import type { ServedDatabase } from "../served-database.ts";
import type { MetricsOfProcess, Sharing } from "../shared-messages.ts";
import { VERSION } from "../version.ts";
import { RedisMetrics } from "./redis-metrics.ts";
import type { Facts } from "./redis-metrics.ts";

/** The bounds of the histogram of request times, in seconds. */
const BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** The metrics of a process. */
export class Metrics implements RequestObserver {
  readonly contentType: string;
  private readonly registry = new Registry();
  private readonly requests: Counter;
  private readonly durations: Histogram;
  private readonly openStreams: Gauge;
  /** The counters by route and status: looking labels up takes longer than counting. */
  private readonly counts = new Map<string, Counter.Internal>();
  private readonly times = new Map<string, Histogram.Internal<string>>();
  private readonly redis: RedisMetrics;
  private readonly databases: readonly ServedDatabase[];
  /** The session that asks each database. */
  private readonly sessions = new Map<ServedDatabase, Session>();

  private readonly sharing: Sharing | undefined;

  /** `databases` may be filled later. */
  constructor(
    databases: readonly ServedDatabase[],
    hasSeveral: boolean,
    clientMemory: ClientMemory,
    sharing: Sharing | undefined,
  ) {
    const { registry } = this;
    this.sharing = sharing;
    sharing?.onMetricsAsked(() => this.own());
    this.databases = databases;
    this.contentType = registry.contentType;
    const registers = [registry];
    collectDefaultMetrics({ register: registry });
    this.redis = new RedisMetrics(registry, hasSeveral);
    this.requests = new Counter({
      name: "stashd_http_requests_total",
      help: "Requests answered, by route and status.",
      labelNames: ["route", "status"],
      registers,
    });
    this.durations = new Histogram({
      name: "stashd_http_request_duration_seconds",
      help: "Time from the head of a request to its answer.",
      labelNames: ["route"],
      buckets: BUCKETS,
      registers,
    });
    this.openStreams = new Gauge({ name: "stashd_http_streams", help: "Open event streams.", registers });
    this.addProcess(registers, clientMemory);
  }

  answered({ route, status, tookUs }: AnsweredRequest): void {
    const key = `${status} ${route}`;
    let count = this.counts.get(key);
    if (count === undefined) this.counts.set(key, (count = this.requests.labels(route, String(status))));
    count.inc();
    let times = this.times.get(route);
    if (times === undefined) this.times.set(route, (times = this.durations.labels(route)));
    times.observe(tookUs / 1e6);
  }

  streaming(): () => void {
    this.openStreams.inc();
    return () => this.openStreams.dec();
  }

  /** Asks the databases, and answers all metrics as Prometheus's text; those of all processes on the same ports. */
  async text(): Promise<string> {
    if (this.sharing !== undefined) {
      return AggregatorRegistry.aggregate([...(await this.sharing.metricsOfAll())]).metrics();
    }
    await this.update();
    return this.registry.metrics();
  }

  /** The metrics of this process, for another one. */
  private async own(): Promise<MetricsOfProcess> {
    await this.update();
    return this.registry.getMetricsAsJSON();
  }

  private async update(): Promise<void> {
    this.redis.update(await Promise.all(this.databases.map((database) => this.factsOf(database))));
  }

  /** What the server itself knows beside INFO. */
  private addProcess(registers: Registry[], clientMemory: ClientMemory): void {
    const { databases } = this;
    const gauge = (name: string, aggregator: Aggregator, help: string, read: () => number): Gauge =>
      new Gauge({
        name,
        aggregator,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    new Gauge({
      name: "stashd_build_info",
      aggregator: "first",
      help: "The version.",
      labelNames: ["version"],
      registers,
    }).set({ version: VERSION }, 1);
    gauge("stashd_databases", "max", "Databases that tokens choose from.", () => databases.length);
    gauge(
      "stashd_databases_ready",
      "min",
      "Databases that serve commands: loaded, with a disk or a backend that answers.",
      () => databases.filter(({ backend }) => backend.problem === undefined).length,
    );
    gauge(
      "stashd_client_memory_bytes",
      "sum",
      "Input, replies and messages held for clients.",
      () => clientMemory.totalBytes,
    );
    gauge("stashd_client_memory_max_bytes", "sum", "Their limit; 0 for none.", () => clientMemory.maxBytes);
  }

  private async factsOf(database: ServedDatabase): Promise<Facts> {
    const info = await this.ask(database, ["INFO", "ALL"]);
    const length = await this.ask(database, ["SLOWLOG", "LEN"]);
    return {
      database: database.name,
      info: info instanceof Verbatim ? info.text : typeof info === "string" ? info : undefined,
      slowLogLength: typeof length === "number" ? length : Number.NaN,
    };
  }

  private ask(database: ServedDatabase, words: readonly string[]): Promise<Reply> {
    const { backend, engine } = database;
    let session = this.sessions.get(database);
    // SLOWLOG is not for clients of REST.
    if (session === undefined) this.sessions.set(database, (session = engine.openSession("stream", UNRESTRICTED_USER)));
    const reply = backend.execute(session, words);
    return new Promise((resolve) => (reply instanceof Later ? reply.whenThere(resolve) : resolve(reply)));
  }
}
