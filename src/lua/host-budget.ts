/**
 * Limits for the functions outside of the Lua binary: time, which the instruction hook does not see, and memory, which
 * they share with the machine. Both are charged before the work is done or a string grows, so no single call runs or
 * grows without bound.
 */

/** A script exceeded its time. Thrown through the machine, so no script can catch it. */
export class ScriptTimeout extends Error {}

/** A function exceeded the memory outside of the machine. In Lua it becomes the error `not enough memory`. */
export class HostMemoryError extends Error {}

/** Work between two looks at the clock, about a millisecond. */
const WORK_MOST = 10_000;

/** Bytes copied in the time of one element. */
export const BYTES_PER_WORK = 64;

/** The budget of one machine. */
export class HostBudget {
  /** Bytes held outside of the machine by the calls under way: strings read and strings under construction. */
  held = 0;
  /** Bytes of the machine. */
  machineBytes = 0;
  private readonly bytesMax: number;
  private readonly elapsedUs: () => number;
  private deadlineUs = Infinity;
  private workDone = 0;

  /** `bytesMax` bounds the machine and what is held outside of it together. `elapsedUs` is a monotonic clock, in microseconds. */
  constructor(bytesMax: number, elapsedUs: () => number) {
    this.bytesMax = bytesMax;
    this.elapsedUs = elapsedUs;
  }

  /** Starts a run with this deadline, in microseconds of the clock. */
  begin(deadlineUs: number): void {
    this.deadlineUs = deadlineUs;
    this.workDone = 0;
    this.held = 0;
  }

  /** Ends a run: nothing is held, and there is no deadline. */
  end(): void {
    this.begin(Infinity);
  }

  /** Whether the machine may grow to this many bytes. */
  mayGrow(machineBytes: number): boolean {
    return machineBytes + this.held <= this.bytesMax;
  }

  /** Throws a ScriptTimeout after the deadline. */
  checkTime(): void {
    if (this.elapsedUs() > this.deadlineUs) throw new ScriptTimeout("a script ran for too long");
  }

  /** Charges work, counted in elements, and looks at the clock when enough has accumulated. */
  work(amount: number): void {
    this.workDone += amount;
    if (this.workDone < WORK_MOST) return;
    this.workDone = 0;
    this.checkTime();
  }

  /**
   * Charges bytes held outside of the machine until the current host function returns, and the time to copy them.
   * Throws a HostMemoryError.
   */
  hold(bytes: number): void {
    if (!this.mayGrow(this.machineBytes + bytes)) throw new HostMemoryError("a script needs too much memory");
    this.held += bytes;
    this.work(bytes / BYTES_PER_WORK);
  }
}
