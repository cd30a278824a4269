/** The machine's clocks: one that tells milliseconds, and an even one held to it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemEnvironment, withClock } from "../../src/core/environment.ts";

/** What rounding may add or take: a double that holds microseconds since the epoch has quarters of them. */
const ROUNDING_US = 2;

test("the even clock is never outside of the millisecond that the wall clock tells", () => {
  for (let i = 0; i < 20_000; i++) {
    const before = Date.now();
    systemEnvironment.now();
    const us = systemEnvironment.nowUs();
    const after = Date.now();
    const isWithin = us > before * 1000 - ROUNDING_US && us < (after + 1) * 1000 + ROUNDING_US;
    assert.ok(isWithin, `${before} ms, ${us} µs, ${after} ms`);
  }
});

test("synced, it is within a millisecond of the wall clock, which it reads less often", () => {
  for (let i = 0; i < 20_000; i++) {
    const before = Date.now();
    const us = systemEnvironment.syncedUs();
    const after = Date.now();
    const isWithin = us > (before - 1) * 1000 - ROUNDING_US && us < (after + 1) * 1000 + ROUNDING_US;
    assert.ok(isWithin, `${before} ms, ${us} µs, ${after} ms`);
  }
});

test("it follows a clock that is set, forwards and back", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1_800_000_000_000 });
  for (const ms of [1_800_000_000_000, 1_800_000_000_001, 1_900_000_000_000, 1_000_000_000_000, 1_000_000_000_000]) {
    t.mock.timers.setTime(ms);
    // A clock that a test has put in the machine's place is read by each command.
    const aheadUs = systemEnvironment.syncedUs() - ms * 1000;
    assert.ok(aheadUs > -ROUNDING_US && aheadUs < 1000, `${aheadUs} µs ahead`);
    assert.equal(systemEnvironment.now(), ms);
    // Evenly on from there: the clock that was set stands still, this one does not.
    const aheadMs = (systemEnvironment.nowUs() + ROUNDING_US) / 1000 - ms;
    assert.ok(aheadMs >= 0 && aheadMs < 1000, `${aheadMs} ms ahead`);
  }
});

test("withClock takes whole milliseconds from any clock", () => {
  const { now, nowUs } = withClock(() => 1.5);
  assert.deepEqual([now(), nowUs()], [1, 1500]);
});
