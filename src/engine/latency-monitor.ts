/**
 * Events that took long, by kind: `command`, and `fast-command` for commands that should never take long. Source:
 * https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency-monitor/
 */

/** Samples kept of each kind. */
const SAMPLES = 160;

/** The longest event of one second. */
export interface LatencySample {
  /** Seconds since the epoch. */
  readonly seconds: number;
  tookMs: number;
}

/** The samples of one kind. */
export interface LatencyEvent {
  /** Samples, oldest first. */
  readonly samples: LatencySample[];
  /** The longest ever, in milliseconds. */
  worstMs: number;
}

/** The samples of all kinds. */
export class LatencyMonitor {
  /** Milliseconds from which on an event is recorded; 0 for never. */
  thresholdMs = 0;
  /** By kind, in the order of the first event of each. */
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

  /** Drops the samples of a kind; answers whether there were any. */
  forget(kind: string): boolean {
    return this.events.delete(kind);
  }
}
