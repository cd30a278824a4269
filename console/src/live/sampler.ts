/** Asks the server how it is, once a second while the page is seen, and keeps the answers in a timeline. */
import { signal } from "@preact/signals";
import { fromText } from "../client/bytes.ts";
import { itemsOf, numberOf, pairsOf, ReplyError, textOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import type { RestClient } from "../client/rest-client.ts";
import { isFinal } from "./follower.ts";
import { fromCumulative } from "./histogram.ts";
import type { Histogram } from "./histogram.ts";
import { infoOf } from "./info.ts";
import { latencySource, MERGES, SERIES, valuesOf } from "./measure.ts";
import type { LatencySource, Reading } from "./measure.ts";
import { Timeline } from "./timeline.ts";

const VISIBLE_MS = 1000;
const HIDDEN_MS = 15_000;

const INFO = ["INFO", "all"].map(fromText);
const HISTOGRAM = ["LATENCY", "HISTOGRAM"].map(fromText);
const PING = [fromText("PING")];

export class Sampler {
  readonly timeline = new Timeline(MERGES);
  /** Counts what was added to the timeline, so that what shows it is drawn again. */
  readonly version = signal(0);
  readonly isPaused = signal(false);
  /** Why INFO is refused; undefined where it is not. */
  readonly refusal = signal<string | undefined>(undefined);
  readonly source = signal<LatencySource>("none");
  /** The latest reading, and the one before it. */
  latest: Reading | undefined;
  private readonly client: RestClient;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private mayAskHistogram = true;
  private isStopped = false;
  private readonly onVisible = (): void => this.plan(document.hidden ? HIDDEN_MS : 0);

  constructor(client: RestClient) {
    this.client = client;
    document.addEventListener("visibilitychange", this.onVisible);
    this.plan(0);
  }

  /** Ends the asking for good. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onVisible);
  }

  pause(isPaused: boolean): void {
    this.isPaused.value = isPaused;
    if (!isPaused) this.plan(0);
  }

  private plan(inMs: number): void {
    clearTimeout(this.timer);
    if (!this.isStopped && !this.isPaused.value) this.timer = setTimeout(() => void this.sample(), inMs);
  }

  private async sample(): Promise<void> {
    const startMs = performance.now();
    try {
      const reading = await this.read(startMs);
      if (this.isStopped || this.isPaused.value) return;
      const values = valuesOf(reading, this.latest);
      this.timeline.add(
        reading.atS,
        SERIES.map((name) => values[name]),
      );
      this.source.value = latencySource(reading);
      this.latest = reading;
    } catch {
      // The line ends here, and rates begin anew when the server is back.
      this.timeline.gap(Date.now() / 1000);
      this.latest = undefined;
    }
    this.version.value++;
    this.plan((document.hidden ? HIDDEN_MS : VISIBLE_MS) - Math.min(VISIBLE_MS / 2, performance.now() - startMs));
  }

  private async read(startMs: number): Promise<Reading> {
    const asked = this.refusal.value === undefined ? INFO : PING;
    const [first, histogram] = await this.client.many(this.mayAskHistogram ? [asked, HISTOGRAM] : [asked]);
    const roundTripMs = performance.now() - startMs;
    for (const reply of [first!, histogram]) {
      // Others are not for ever, such as what is answered while data is loaded.
      if (reply?.kind === "error" && !isFinal(new ReplyError(reply.text))) throw new ReplyError(reply.text);
    }
    if (first!.kind === "error") this.refusal.value = first!.text;
    if (histogram?.kind === "error") this.mayAskHistogram = false;
    const info = first!.kind === "bulk" ? infoOf(textOf(first!)) : undefined;
    const histograms = histogram === undefined || histogram.kind === "error" ? undefined : histogramsOf(histogram);
    return { atS: Date.now() / 1000, roundTripMs, info, histograms };
  }
}

/** The answer of LATENCY HISTOGRAM: of each command, how many calls it had and a list of bounds and calls up to them. */
function histogramsOf(reply: Reply): ReadonlyMap<string, Histogram> {
  const histograms = new Map<string, Histogram>();
  for (const [command, facts] of pairsOf(reply)) {
    const buckets = itemsOf(facts).at(-1);
    if (buckets === undefined) continue;
    const pairs = pairsOf(buckets).map(([boundUs, upTo]) => [numberOf(boundUs), numberOf(upTo)] as const);
    histograms.set(textOf(command), fromCumulative(pairs));
  }
  return histograms;
}
