/** The end of the executable: the first signal lets what is in flight finish, a second ends the process at once. */
import type { Environment } from "../core/environment.ts";

/**
 * One press of Ctrl-C may come as two signals, from the terminal and from npm, so a second one counts only when the first
 * has had this time to close in peace, in milliseconds.
 */
const PEACE_MS = 200;

interface Exit {
  /** Lets what is in flight finish. */
  close(): Promise<void>;
  /** Ends the process. */
  exit(code: number): void;
  /** Calls back after so many milliseconds. */
  later(callback: () => void, ms: number): void;
}

export class Ending {
  private readonly environment: Pick<Environment, "elapsedUs">;
  private readonly target: Exit;
  private firstUs: number | undefined;

  constructor(target: Exit, environment: Pick<Environment, "elapsedUs">) {
    this.target = target;
    this.environment = environment;
  }

  /** `code` is the exit status of an end that could not be awaited. */
  request(code: number): void {
    const { target } = this;
    const nowUs = this.environment.elapsedUs();
    if (this.firstUs === undefined) {
      this.firstUs = nowUs;
      void target.close().then(() => target.exit(0));
      return;
    }
    const leftMs = PEACE_MS - (nowUs - this.firstUs) / 1000;
    if (leftMs <= 0) target.exit(code);
    else target.later(() => target.exit(code), leftMs);
  }
}
