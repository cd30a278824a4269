/** The machine's clocks: one that tells milliseconds, and an even one held to it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { systemEnvironment, withClock } from "../../src/core/environment.ts";

const ENVIRONMENT = pathToFileURL(join(import.meta.dirname, "../../src/core/environment.js")).href;

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
    // The clock that was set stands still, so this one does too, also within a turn.
    for (let i = 0; i < 1000; i++) assert.equal(systemEnvironment.nowUs(), ms * 1000);
  }
});

test("the machine's clock holds at once when a test has given it back", (t) => {
  for (let i = 0; i < 1000; i++) {
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() + 11_000 });
    const fakeUs = systemEnvironment.syncedUs();
    t.mock.timers.reset();
    const us = systemEnvironment.syncedUs();
    assert.ok(us < fakeUs - 5_000_000, `${fakeUs} µs, then ${us} µs`);
  }
});

test("a clock that was replaced before the program was loaded is read each time", () => {
  const program = `
    let ms = 1e12;
    Date.now = () => ms;
    const { systemEnvironment } = await import(${JSON.stringify(ENVIRONMENT)});
    for (let i = 0; i < 1000; i++, ms++) {
      if (systemEnvironment.syncedUs() !== ms * 1000 || systemEnvironment.nowUs() !== ms * 1000) throw new Error(String(i));
    }
  `;
  execFileSync(process.execPath, ["--input-type=module", "-e", program], { stdio: "pipe" });
});

test("withClock takes whole milliseconds from any clock", () => {
  const { now, nowUs } = withClock(() => 1.5);
  assert.deepEqual([now(), nowUs()], [1, 1500]);
});
