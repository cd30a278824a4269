/** What fits into V8's heap and the container, and what the start says of it. */
import assert from "node:assert/strict";
import { getHeapStatistics } from "node:v8";
import { afterEach, describe, test } from "node:test";
import { DEFAULT_LIMITS, defaultLimits } from "../../src/core/limits.ts";
import { SILENT } from "../../src/core/log.ts";
import { heapBytes, heapGauge, warnOfHeap } from "../../src/server/heap.ts";

const MiB = 1024 * 1024;
const machine = process.constrainedMemory;
const { NODE_OPTIONS } = process.env;

/** Puts the process into a container of so many bytes, as Node tells it. */
function contain(bytes: number): void {
  process.constrainedMemory = () => bytes;
}

afterEach(() => {
  process.constrainedMemory = machine;
  if (NODE_OPTIONS === undefined) delete process.env["NODE_OPTIONS"];
  else process.env["NODE_OPTIONS"] = NODE_OPTIONS;
});

function warnings(maxMemoryBytes: number): [event: string, advice: string][] {
  const told: [string, string][] = [];
  const warn = (fields: object): void => {
    const { advice, event } = fields as { advice: string; event: string };
    told.push([event, advice]);
  };
  warnOfHeap({ ...SILENT, warn }, maxMemoryBytes);
  return told;
}

describe("the heap", () => {
  test("is what V8 may keep, and half of a container at most", () => {
    const alone = heapBytes();
    assert.ok(alone <= getHeapStatistics().heap_size_limit);
    contain(256 * MiB);
    assert.equal(heapBytes(), 128 * MiB);
    // What Node answers where nothing is limited.
    for (const bytes of [0, 2 ** 44]) {
      contain(bytes);
      assert.equal(heapBytes(), alone);
    }
  });

  test("is what the flag says, wherever it stands", () => {
    contain(0);
    process.env["NODE_OPTIONS"] = "--max-old-space-size=100 --no-warnings --max_old_space_size=200";
    assert.equal(heapBytes(), 200 * MiB);
  });

  test("is in use, and holds a part of it as data", () => {
    const { dataBytesMax, usedShare } = heapGauge();
    assert.ok(dataBytesMax < heapBytes() * 0.6);
    assert.ok(usedShare() > 0 && usedShare() < 1);
  });
});

describe("the start", () => {
  test("says nothing while all fits", () => {
    contain(0);
    assert.deepEqual(warnings(0), []);
    assert.deepEqual(warnings(100 * MiB), []);
  });

  test("says how to give --max-memory its heap, or how much of it fits", () => {
    contain(0);
    process.env["NODE_OPTIONS"] = "--max-old-space-size=116";
    assert.deepEqual(warnings(120 * MiB), [["heap-exceeded", "NODE_OPTIONS=--max-old-space-size=217"]]);
    process.env["NODE_OPTIONS"] = "--max-old-space-size=217";
    assert.deepEqual(warnings(120 * MiB), []);
    process.env["NODE_OPTIONS"] = "--max-old-space-size=116";
    assert.deepEqual(warnings(2 ** 45), [["heap-exceeded", "--max-memory 60mb"]]);
  });

  test("says how large a heap the container holds", () => {
    contain(Math.floor(getHeapStatistics().heap_size_limit / 2));
    const [[event, advice]] = warnings(0) as [[string, string]];
    assert.equal(event, "container-exceeded");
    assert.match(advice, /^NODE_OPTIONS=--max-old-space-size=\d+$/);
  });
});

test("limits on what is held in memory shrink with a small heap, and scripts keep what their machine needs", () => {
  assert.deepEqual(defaultLimits(2 ** 30), DEFAULT_LIMITS);
  const { closeMsMax, requestBytesMax, scriptMemoryBytesMax } = defaultLimits(2 ** 26);
  assert.deepEqual([closeMsMax, requestBytesMax, scriptMemoryBytesMax], [8000, 4 * MiB, 64 * MiB]);
});
