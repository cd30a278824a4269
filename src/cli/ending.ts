/** Ends the executable: the first signal lets requests in flight finish, a second ends the process at once. */
import { faultOf, logEvent } from "../core/log-events.ts";
import type { Log } from "../core/log.ts";
import type { Environment } from "../core/environment.ts";

/**
 * One press of Ctrl-C may send two signals, by the terminal and by npm. So a second one counts only after this time, in
 * milliseconds.
 */
const REPEAT_MS_MIN = 200;

/** Exit status of a fault of the program: EX_SOFTWARE of sysexits.h. */
export const FAULT_EXIT = 70;

/** Ends the process with a line in the log when an exception is caught nowhere. */
export function endAtFaults(log: Log): void {
  process.on("uncaughtException", (error) => {
    logEvent(log, "crashed", faultOf(error));
    process.exit(FAULT_EXIT);
  });
}

interface Exit {
  /** Closes the server, after requests in flight. */
  close(): Promise<void>;
  /** Ends the process. */
  exit(code: number): void;
  /** Calls back after `ms` milliseconds. */
  later(callback: () => void, ms: number): void;
}

/** The end of one process. */
export class Ending {
  private readonly environment: Pick<Environment, "elapsedUs">;
  private readonly target: Exit;
  private firstUs: number | undefined;

  constructor(target: Exit, environment: Pick<Environment, "elapsedUs">) {
    this.target = target;
    this.environment = environment;
  }

  /**
   * Ends the process, for a signal or SHUTDOWN. `code` is the exit status if this is the second request. Answers whether
   * it is the first.
   */
  request(code: number): boolean {
    const { target } = this;
    const nowUs = this.environment.elapsedUs();
    if (this.firstUs === undefined) {
      this.firstUs = nowUs;
      void target.close().then(() => target.exit(0));
      return true;
    }
    const leftMs = REPEAT_MS_MIN - (nowUs - this.firstUs) / 1000;
    if (leftMs <= 0) target.exit(code);
    else target.later(() => target.exit(code), leftMs);
    return false;
  }
}
