/** What signals do to the executable, on a clock that moves when told to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Ending } from "../../src/cli/ending.ts";

function start() {
  const done: string[] = [];
  const timers: { callback: () => void; ms: number }[] = [];
  let closed = (): void => {};
  const promise = new Promise<void>((resolve) => (closed = resolve));
  let us = 0;
  const target = {
    close: () => (done.push("close"), promise),
    exit: (code: number) => void done.push(`exit ${code}`),
    later: (callback: () => void, ms: number) => void timers.push({ callback, ms }),
  };
  const ending = new Ending(target, { elapsedUs: () => us });
  return { ending, done, timers, promise, close: closed, advance: (ms: number) => (us += ms * 1000) };
}

test("the first signal closes, and the process ends when that is done", async () => {
  const { ending, done, promise, close } = start();
  assert.equal(ending.request(143), true);
  assert.deepEqual(done, ["close"]);
  close();
  await promise;
  assert.deepEqual(done, ["close", "exit 0"]);
});

test("the second ends the process at once", () => {
  const { ending, done, advance } = start();
  ending.request(130);
  advance(200);
  assert.equal(ending.request(130), false);
  assert.deepEqual(done, ["close", "exit 130"]);
});

test("two that come from one press leave the time that a close takes", () => {
  const { ending, done, timers, advance } = start();
  ending.request(130);
  advance(50);
  ending.request(130);
  assert.deepEqual([done, timers.map(({ ms }) => ms)], [["close"], [150]]);
  timers[0]!.callback();
  assert.deepEqual(done, ["close", "exit 130"]);
});
