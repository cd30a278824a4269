/** The times of a command's calls, counted by powers of two: bucket `i` counts those of up to 2^i microseconds. */

/** The last bucket counts all longer ones too: 2^30 microseconds are 18 minutes. */
const BUCKETS = 31;

/** The histogram of one command. */
export class LatencyHistogram {
  private readonly counts = new Uint32Array(BUCKETS);

  add(tookUs: number): void {
    const whole = Math.ceil(tookUs) - 1;
    this.counts[whole <= 0 ? 0 : Math.min(32 - Math.clz32(whole), BUCKETS - 1)]!++;
  }

  /** The buckets in use: upper bound in microseconds, and number of calls up to it. */
  cumulative(): { readonly upToUs: number; readonly calls: number }[] {
    const buckets: { upToUs: number; calls: number }[] = [];
    let calls = 0;
    this.counts.forEach((count, i) => {
      calls += count;
      if (count > 0) buckets.push({ upToUs: 2 ** i, calls });
    });
    return buckets;
  }

  get calls(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /**
   * The time that `percent` of the calls did not exceed, as the upper bound of a bucket in microseconds. Only after a
   * call.
   */
  percentile(percent: number): number {
    const wanted = (this.calls * percent) / 100;
    return this.cumulative().find(({ calls }) => calls >= wanted)!.upToUs;
  }
}
