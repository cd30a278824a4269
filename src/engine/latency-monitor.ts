/**
 * What took so long that clients may have felt it, by the kind of event. https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency-monitor/
 * There are two kinds: `command`, and `fast-command` for those that should never take long.
 */

/** Samples that are kept of one kind. */
const SAMPLES = 160;

/** The worst of one second. */
export interface LatencySample {
  /** Since the epoch. */
  readonly seconds: number;
  tookMs: number;
}

export interface LatencyEvent {
  /** The oldest first. */
  readonly samples: LatencySample[];
  /** The worst ever. */
  worstMs: number;
}

export class LatencyMonitor {
  /** From how many milliseconds on something is noted; 0 for never. */
  thresholdMs = 0;
  /** By kind, in the order in which they happened first. */
  readonly events = new Map<string, LatencyEvent>();

  add(kind: string, tookMs: number, nowUs: number): void {
    const seconds = Math.floor(nowUs / 1e6);
    const event = this.events.get(kind) ?? { samples: [], worstMs: 0 };
    this.events.set(kind, event);
    event.worstMs = Math.max(event.worstMs, tookMs);
    const last = event.samples.at(-1);
    if (last?.seconds === seconds) {
      last.tookMs = Math.max(last.tookMs, tookMs);
      return;
    }
    event.samples.push({ seconds, tookMs });
    if (event.samples.length > SAMPLES) event.samples.shift();
  }

  /** Forgets one kind; answers whether there was anything to forget. */
  forget(kind: string): boolean {
    return this.events.delete(kind);
  }
}
