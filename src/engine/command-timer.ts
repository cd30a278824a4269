/**
 * Times commands, with one reading of the clock for each, which also serves as the current time.
 *
 * Commands of a turn run one after another, so the start of one is the end of the one before; only the last needs a
 * reading of its own. A command's time thus includes encoding its reply and reading the next command. Each command of a
 * transaction or script is timed by itself, and is part of the time of its EXEC or EVAL.
 */
import { LatencyHistogram } from "./latency-histogram.ts";
import { LatencyMonitor } from "./latency-monitor.ts";
import type { CommandEntry } from "./command-registry.ts";
import type { Session } from "./session.ts";
import { SlowLog } from "./slow-log.ts";

/** Where the times of commands are recorded: their entries, the slow log and the latency monitor; a listener beside. */
export class CommandTimer {
  readonly slowLog = new SlowLog();
  readonly latency = new LatencyMonitor();
  /** The shortest time that the slow log, the latency monitor or the listener is told, in microseconds. */
  private slowUs = this.slowLog.slowerThanUs;
  private longUs = Infinity;
  private onLong = (_tookUs: number): void => {};

  /** Records the time of a command that has ended. A blocking command is recorded when it is served. */
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
    if (tookUs >= this.longUs) this.onLong(tookUs);
    if (slowLog.slowerThanUs >= 0 && tookUs >= slowLog.slowerThanUs) {
      slowLog.add(session, command, words, tookUs, nowUs);
    }
    const tookMs = Math.floor(tookUs / 1000);
    if (latency.thresholdMs === 0 || tookMs < latency.thresholdMs) return;
    latency.add(command.flags.has("fast") ? "fast-command" : "command", tookMs, nowUs);
  }

  /** Calls `listener` after each command that took `us` microseconds or more, with its time. There is one listener. */
  watch(us: number, listener: (tookUs: number) => void): void {
    this.longUs = us;
    this.onLong = listener;
    this.findLeast();
  }

  /** Sets the time from which on commands are in the slow log, in microseconds; negative for none. */
  setSlowerThan(us: number): void {
    this.slowLog.slowerThanUs = us;
    this.findLeast();
  }

  /** Sets the time from which on the latency monitor records commands, in milliseconds; 0 for never. */
  setLatencyThreshold(ms: number): void {
    this.latency.thresholdMs = ms;
    this.findLeast();
  }

  private findLeast(): void {
    const { slowLog, latency, longUs } = this;
    const slowUs = slowLog.slowerThanUs < 0 ? Infinity : slowLog.slowerThanUs;
    this.slowUs = Math.min(longUs, slowUs, latency.thresholdMs === 0 ? Infinity : latency.thresholdMs * 1000);
  }
}
