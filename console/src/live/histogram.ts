/** Distributions of the times of commands, as LATENCY HISTOGRAM tells them: calls by powers of two of microseconds. */

/** Calls that took at most so many microseconds and more than the bound before, by that bound, in order of the bounds. */
export type Histogram = readonly (readonly [boundUs: number, calls: number])[];

/** A histogram of pairs of a bound and the calls up to it, all smaller ones included. */
export function fromCumulative(pairs: readonly (readonly [boundUs: number, upTo: number])[]): Histogram {
  const sorted = pairs.toSorted((a, b) => a[0] - b[0]);
  return sorted.map(([boundUs, upTo], i) => [boundUs, Math.max(0, upTo - (sorted[i - 1]?.[1] ?? 0))] as const);
}

/** All calls of several histograms. */
export function sum(histograms: Iterable<Histogram>): Histogram {
  const calls = new Map<number, number>();
  for (const histogram of histograms) {
    for (const [boundUs, count] of histogram) calls.set(boundUs, (calls.get(boundUs) ?? 0) + count);
  }
  return [...calls].sort((a, b) => a[0] - b[0]);
}

/** The calls since an earlier histogram. Where there are fewer than then, counting began again, and all of them are new. */
export function since(before: Histogram, now: Histogram): Histogram {
  const earlier = new Map(before);
  if (total(now) < total(before)) return now;
  return now.map(([boundUs, calls]) => [boundUs, Math.max(0, calls - (earlier.get(boundUs) ?? 0))] as const);
}

/** The number of calls. */
export const total = (histogram: Histogram): number => histogram.reduce((calls, [, count]) => calls + count, 0);

/**
 * The time in microseconds that a part of the calls, from 0 to 1, did not exceed; undefined without calls. Within a bucket, the
 * calls are taken to be spread evenly.
 */
export function percentile(histogram: Histogram, part: number): number | undefined {
  const wanted = total(histogram) * part;
  if (!(wanted > 0)) return undefined;
  let before = 0;
  let lowUs = 0;
  for (const [boundUs, calls] of histogram) {
    // Buckets are powers of two, so one begins at half its bound at the least.
    if (calls > 0 && before + calls >= wanted) {
      const fromUs = Math.max(lowUs, boundUs / 2);
      return fromUs + ((boundUs - fromUs) * (wanted - before)) / calls;
    }
    before += calls;
    lowUs = boundUs;
  }
  return lowUs;
}
