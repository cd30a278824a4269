/** Work that a fault delays. It goes by the timers of the test, which may be fake ones. */

/** The longest delay of a timer, in milliseconds; a longer one never ends. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The delays of one database. */
export class Latency {
  /** What to do with work whose time has not come, by its timer or, for work without an end, by itself. */
  private readonly waiting = new Map<object, () => void>();

  /** Runs `work` after a time, at once without one, or never for Infinity. `abandon` is called when the database closes before. */
  wait(ms: number | undefined, work: () => void, abandon: () => void): void {
    if (ms === undefined || ms === 0) return work();
    if (ms > TIMER_MS_MAX) return void this.waiting.set({}, abandon);
    const { clearTimeout, setTimeout } = globalThis;
    const timer = setTimeout(() => {
      this.waiting.delete(timer);
      work();
    }, ms);
    this.waiting.set(timer, () => {
      clearTimeout(timer);
      abandon();
    });
  }

  close(): void {
    for (const abandon of this.waiting.values()) abandon();
    this.waiting.clear();
  }
}
