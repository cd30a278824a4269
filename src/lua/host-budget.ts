/**
 * What functions outside of the Lua binary may use: time, which the hook on instructions does not see, and memory beside
 * the machine's own. Both are charged before the work is done or the string grows, so that no single call can run or
 * grow without end.
 */

/** The script has run for too long. It is thrown through the machine, so no script can catch it. */
export class ScriptTimeout extends Error {}

/** A function needs more memory outside of the machine than it may have. Lua sees it as its own `not enough memory`. */
export class HostMemoryError extends Error {}

/** Work between two looks at the clock: about a millisecond. */
const WORK_MOST = 10_000;

/** Bytes that are copied in the time of one element. */
export const BYTES_PER_WORK = 64;

export class HostBudget {
  /** Bytes that the calls under way hold outside of the machine: strings they have read and strings they build. */
  held = 0;
  private readonly heldBytesMax: number;
  private readonly elapsedUs: () => number;
  private deadlineUs = Infinity;
  private workDone = 0;

  /** `elapsedUs` is a monotonic clock, in microseconds. */
  constructor(heldBytesMax: number, elapsedUs: () => number) {
    this.heldBytesMax = heldBytesMax;
    this.elapsedUs = elapsedUs;
  }

  /** Gives a run until this instant, in microseconds. */
  begin(deadlineUs: number): void {
    this.deadlineUs = deadlineUs;
    this.workDone = 0;
    this.held = 0;
  }

  /** The run is over: what it held is free, and nothing is due. */
  end(): void {
    this.begin(Infinity);
  }

  /** Throws a ScriptTimeout when the time is up. */
  checkTime(): void {
    if (this.elapsedUs() > this.deadlineUs) throw new ScriptTimeout("a script ran for too long");
  }

  /** Charges work in elements gone through, and looks at the clock once enough has added up. */
  work(amount: number): void {
    this.workDone += amount;
    if (this.workDone < WORK_MOST) return;
    this.workDone = 0;
    this.checkTime();
  }

  /**
   * Charges bytes held outside of the machine, and the time to copy them. They count until the call of the host function
   * that holds them ends. Throws a HostMemoryError.
   */
  hold(bytes: number): void {
    if (this.held + bytes > this.heldBytesMax) throw new HostMemoryError("a script needs too much memory");
    this.held += bytes;
    this.work(bytes / BYTES_PER_WORK);
  }
}
