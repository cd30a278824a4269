/**
 * Notices that the system's clock was set, or that the machine slept, by comparing it with the monotonic clock. Deadlines
 * are instants: keys expire early or late by as much.
 */
import type { Environment } from "../core/environment.ts";
import { logEvent } from "../core/log-events.ts";
import type { Log } from "../core/log.ts";

/** Adjustments of a clock that are not worth a line are below this, in milliseconds. */
const JUMP_MS_MIN = 1000;

/** Watches the clock of one process. */
export class ClockWatch {
  private readonly environment: Pick<Environment, "elapsedUs" | "now">;
  private readonly log: Log;
  /** The wall clock less the monotonic one, at the last look. */
  private offsetMs: number;

  constructor(environment: Pick<Environment, "elapsedUs" | "now">, log: Log) {
    this.environment = environment;
    this.log = log;
    this.offsetMs = this.offset();
  }

  /** Logs a jump since the last look. */
  look(): void {
    const offsetMs = this.offset();
    const jumpMs = Math.round(offsetMs - this.offsetMs);
    this.offsetMs = offsetMs;
    if (Math.abs(jumpMs) >= JUMP_MS_MIN) logEvent(this.log, "clock-jumped", { jumpMs });
  }

  private offset(): number {
    return this.environment.now() - this.environment.elapsedUs() / 1000;
  }
}
