/** The figures of the screen Live, without a page: rates of counters, percentiles, measurements that become coarser. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { formatBytes, formatValue } from "../../console/src/live/chart-list.ts";
import { fromCumulative, percentile, since, sum, total } from "../../console/src/live/histogram.ts";
import type { Histogram } from "../../console/src/live/histogram.ts";
import { commandCosts, errorCounts, infoOf, keysOf, numberIn, rate } from "../../console/src/live/info.ts";
import { valuesOf } from "../../console/src/live/measure.ts";
import type { Reading } from "../../console/src/live/measure.ts";
import { POINTS_MAX, summary, Timeline, toCsv } from "../../console/src/live/timeline.ts";

const INFO = `# Server\r
run_id:a\r
maxmemory:0\r
maxmemory_of_heap:100\r
empty:\r
executable:C:\\redis\r
total_commands_processed:50\r
cmdstat_config|get:calls=2,usec=10,usec_per_call=5.00,rejected_calls=1,failed_calls=2\r
errorstat_ERR:count=3\r
errorstat_NOPERM:count=7\r
db0:keys=3,expires=1,avg_ttl=0\r
db15:keys=4,expires=2,avg_ttl=9\r
`;

const reading = (atS: number, fields: string, histograms?: Reading["histograms"]): Reading => ({
  atS,
  roundTripMs: 1,
  info: infoOf(fields),
  histograms,
});

describe("INFO", () => {
  test("fields, numbers, databases, commands and errors are read", () => {
    const info = infoOf(INFO);
    assert.equal(info.get("executable"), "C:\\redis");
    assert.equal(numberIn(info, "maxmemory_of_heap"), 100);
    for (const name of ["empty", "none", "executable"]) assert.equal(numberIn(info, name), undefined);
    assert.deepEqual(keysOf(info), { keys: 7, expiring: 3 });
    assert.deepEqual([...commandCosts(info)], [["config|get", { calls: 2, us: 10, failed: 3 }]]);
    assert.deepEqual(errorCounts(info), [
      ["NOPERM", 7],
      ["ERR", 3],
    ]);
  });

  test("a rate is never negative, and a counter that was reset counts from 0", () => {
    assert.equal(rate(10, 30, 2), 10);
    assert.equal(rate(1000, 6, 2), 3);
    assert.equal(rate(undefined, 6, 2), undefined);
    assert.equal(rate(1, 2, 0), undefined);
    const counter = fc.nat();
    fc.assert(fc.property(counter, counter, (before, now) => rate(before, now, 1)! >= 0));
  });

  test("another run of the server has no rates at first, and a limit is that of the heap where none is set", () => {
    const first = reading(10, INFO);
    assert.equal(valuesOf(first, undefined).commands, undefined);
    assert.equal(valuesOf(first, undefined).memoryLimit, 100);
    assert.equal(valuesOf(reading(12, INFO.replace(":50", ":70")), first).commands, 10);
    assert.equal(valuesOf(reading(12, INFO.replace(":a", ":b")), first).commands, undefined);
    assert.deepEqual(valuesOf({ ...first, info: undefined }, undefined), { roundTrip: 1 });
  });
});

const buckets = fc
  .uniqueArray(fc.integer({ min: 0, max: 24 }), { minLength: 1, maxLength: 12 })
  .chain((powers) =>
    fc
      .array(fc.nat({ max: 1000 }), { minLength: powers.length, maxLength: powers.length })
      .map((counts): Histogram => powers.sort((a, b) => a - b).map((power, i) => [2 ** power, counts[i]!])),
  );

describe("percentiles", () => {
  test("of what LATENCY HISTOGRAM answers", () => {
    const histogram = fromCumulative([
      [4, 10],
      [1, 5],
      [8, 10],
    ]);
    assert.deepEqual(histogram, [
      [1, 5],
      [4, 5],
      [8, 0],
    ]);
    assert.equal(percentile(histogram, 0.5), 1);
    assert.equal(percentile(histogram, 1), 4);
    assert.equal(percentile([], 0.5), undefined);
  });

  test("grow with the part, and stay in the bucket of the call that they name", () => {
    fc.assert(
      fc.property(buckets, fc.double({ min: 0.001, max: 1, noNaN: true }), (histogram, part) => {
        const found = percentile(histogram, part);
        if (total(histogram) === 0) return found === undefined;
        const calls = histogram.flatMap(([boundUs, count]) => Array.from({ length: count }, () => boundUs));
        const boundUs = calls[Math.ceil(calls.length * part - 1e-9) - 1]!;
        assert.ok(found! <= boundUs && found! >= boundUs / 2, `${found} of ${boundUs}`);
        return percentile(histogram, part / 2)! <= found!;
      }),
    );
  });

  test("of a second are those of the calls since; after a reset all are", () => {
    fc.assert(
      fc.property(buckets, buckets, (before, more) => {
        const now = sum([before, more]);
        assert.equal(total(since(before, now)), total(more));
        if (total(more) < total(before)) assert.deepEqual(since(before, more), more);
      }),
    );
  });

  test("the console's own commands do not count", () => {
    const histograms = new Map<string, Histogram>([
      ["info", [[1_048_576, 100]]],
      ["get", [[1024, 4]]],
    ]);
    const before = reading(1, INFO, new Map());
    assert.equal(valuesOf(reading(2, INFO, histograms), before).p999! <= 1.024, true);
    assert.equal(valuesOf(reading(2, INFO, new Map()), before).p50, undefined);
  });
});

describe("a timeline", () => {
  test("stays bounded and in order for days, and loses neither peaks nor gaps", () => {
    const timeline = new Timeline(["mean", "max", "last"]);
    const start = 1_000_000;
    for (let s = 0; s < 3 * 86_400; s++) {
      if (s >= 5000 && s < 6000) timeline.gap(start + s);
      else timeline.add(start + s, [2, s === 100_000 ? 99 : 1, s]);
    }
    const { columns, times } = timeline;
    assert.ok(times.length <= POINTS_MAX + 60);
    assert.ok(times.every((time, i) => i === 0 || time > times[i - 1]!));
    assert.equal(times.at(-1), start + 3 * 86_400 - 1);
    for (const column of columns) assert.equal(column.length, times.length);
    assert.equal(summary(columns[0]!, 0, times.length)!.mean, 2);
    assert.equal(summary(columns[1]!, 0, times.length)!.max, 99);
    // The last hour is as it was measured.
    assert.equal(times.length - timeline.indexFrom(start + 3 * 86_400 - 3600), 3600);
  });

  test("a stretch without values stays one when it becomes coarser", () => {
    const timeline = new Timeline(["mean"]);
    for (let s = 0; s < 8000; s++) timeline.add(s, s >= 1000 && s < 2000 ? [] : [s]);
    const from = timeline.indexFrom(1000);
    assert.deepEqual(new Set(timeline.columns[0]!.slice(from, timeline.indexFrom(1990))), new Set([null]));
    assert.ok(timeline.times.length < 8000);
    assert.equal(summary(timeline.columns[0]!, from, timeline.indexFrom(1990)), undefined);
  });

  test("a clock that is set back adds nothing", () => {
    const timeline = new Timeline(["mean"]);
    for (const s of [5, 4, 5, 6]) timeline.add(s, [s]);
    assert.deepEqual(timeline.times, [5, 6]);
  });

  test("is exported as CSV, with nothing where nothing was measured", () => {
    assert.equal(
      toCsv(
        [0, 1],
        ["a", 'b"c'],
        [
          [1, null],
          [0.5, 2],
        ],
      ),
      'time,a,"b""c"\r\n1970-01-01T00:00:00.000Z,1,0.5\r\n1970-01-01T00:00:01.000Z,,2\r\n',
    );
  });
});

test("values are written with their unit, in few digits", () => {
  assert.equal(formatBytes(1536), "1.5 KB");
  assert.equal(formatValue(0.0123, "ms"), "12.3 µs");
  assert.equal(formatValue(1234.5, "perSecond"), "1,235/s");
  assert.equal(formatValue(null, "count"), "–");
});
