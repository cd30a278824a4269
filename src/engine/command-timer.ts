/**
 * How long commands take, at the price of one reading of the clock for each, which tells what time it is as well.
 *
 * Commands that come in together run one after another in a turn, so the beginning of one is the end of the one before;
 * only the last needs a reading of its own. What a command is charged thus includes the encoding of its reply and the
 * reading of the next command. Each command of a transaction and of a script is timed by itself, and is part of the time
 * of the EXEC or EVAL around it.
 */
import { LatencyHistogram } from "./latency-histogram.ts";
import { LatencyMonitor } from "./latency-monitor.ts";
import type { CommandEntry } from "./command-registry.ts";
import type { Session } from "./session.ts";
import { SlowLog } from "./slow-log.ts";

export class CommandTimer {
  readonly slowLog = new SlowLog();
  readonly latency = new LatencyMonitor();
  /** The least time that is of interest to either of them, in microseconds. */
  private slowUs = this.slowLog.slowerThanUs;

  /** Notes how long a command took that has just ended. One that waits is noted when it is served. */
  record(entry: CommandEntry, session: Session, words: readonly string[], tookUs: number, nowUs: number): void {
    if (session.wait?.entry === entry) {
      session.wait.tookUs += tookUs;
      return;
    }
    entry.tookUs += tookUs;
    entry.histogram ??= new LatencyHistogram();
    entry.histogram.add(tookUs);
    if (tookUs >= this.slowUs) this.noteSlow(entry, session, words, tookUs, nowUs);
  }

  private noteSlow(
    { command }: CommandEntry,
    session: Session,
    words: readonly string[],
    tookUs: number,
    nowUs: number,
  ): void {
    const { latency, slowLog } = this;
    if (slowLog.slowerThanUs >= 0 && tookUs >= slowLog.slowerThanUs) {
      slowLog.add(session, command, words, tookUs, nowUs);
    }
    const tookMs = Math.floor(tookUs / 1000);
    if (latency.thresholdMs === 0 || tookMs < latency.thresholdMs) return;
    latency.add(command.flags.has("fast") ? "fast-command" : "command", tookMs, nowUs);
  }

  /** Sets from how many microseconds on a command goes into the slow log; negative for none. */
  setSlowerThan(us: number): void {
    this.slowLog.slowerThanUs = us;
    this.findLeast();
  }

  /** Sets from how many milliseconds on the latency monitor notes it; 0 for never. */
  setLatencyThreshold(ms: number): void {
    this.latency.thresholdMs = ms;
    this.findLeast();
  }

  private findLeast(): void {
    const { slowLog, latency } = this;
    const slowUs = slowLog.slowerThanUs < 0 ? Infinity : slowLog.slowerThanUs;
    this.slowUs = Math.min(slowUs, latency.thresholdMs === 0 ? Infinity : latency.thresholdMs * 1000);
  }
}
