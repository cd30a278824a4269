/** LATENCY: commands that took long. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Verbatim } from "../../src/core/reply.ts";
import { TestEngine } from "../support/engine.ts";
import { TestWorld } from "../support/world.ts";

const NOW_MS = 1_800_000_000_000;

function start(): { ours: TestEngine; world: TestWorld; take: (line: string, ms: number) => void } {
  const world = new TestWorld(1, NOW_MS);
  const ours = new TestEngine(world);
  const take = (line: string, ms: number): void => {
    ours.engine.turn.begin();
    ours.line(line);
    world.advance(ms);
    ours.engine.turn.end();
  };
  return { ours, world, take };
}

const textOf = (reply: unknown): string => (reply as Verbatim).text;

test("nothing is noted until a threshold is set", () => {
  const { ours, take } = start();
  take("GET k", 500);
  assert.deepEqual(ours.line("LATENCY LATEST"), []);
  assert.match(textOf(ours.line("LATENCY DOCTOR")), /latency-monitor-threshold/);
  ours.line("CONFIG SET latency-monitor-threshold 100");
  assert.match(textOf(ours.line("LATENCY DOCTOR")), /^Nothing has taken 100 milliseconds/);
});

test("the worst of each second is kept, by kind", () => {
  const { ours, world, take } = start();
  ours.line("CONFIG SET latency-monitor-threshold 100 slowlog-log-slower-than -1");
  take("GET k", 99);
  take("GET k", 100);
  take("GET k", 300);
  take("GET k", 200);
  take("KEYS *", 150);
  world.advance(5000);
  take("GET k", 120);
  const second = NOW_MS / 1000;
  assert.deepEqual(ours.line("LATENCY LATEST"), [
    ["fast-command", second + 5, 120, 300],
    ["command", second, 150, 150],
  ]);
  assert.deepEqual(ours.line("LATENCY HISTORY fast-command"), [
    [second, 300],
    [second + 5, 120],
  ]);
  assert.deepEqual(ours.line("LATENCY HISTORY none"), []);
  const doctor = textOf(ours.line("LATENCY DOCTOR"));
  assert.match(doctor, /^fast-command: slow in 2 seconds, 210\.0 ms on average, 300 ms at worst\.$/m);
  assert.equal(ours.line("LATENCY RESET none command"), 1);
  assert.equal(ours.line("LATENCY RESET"), 1);
  assert.deepEqual(ours.line("LATENCY LATEST"), []);
});

test("a graph has a column for each second, and under it how long ago that was", () => {
  const { ours, world, take } = start();
  ours.line("CONFIG SET latency-monitor-threshold 1");
  for (const ms of [10, 20, 40]) {
    take("GET k", ms);
    world.advance(60_000 - ms);
  }
  const drawn = textOf(ours.line("LATENCY GRAPH fast-command")).split("\n");
  assert.equal(drawn[0], "fast-command - high 40 ms, low 10 ms (all time high 40 ms)");
  assert.deepEqual(drawn.slice(2), ["  #", "  #", " ##", "###", "", "321", "mmm", ""]);
});

test("samples are bounded", () => {
  const { ours, world, take } = start();
  ours.line("CONFIG SET latency-monitor-threshold 1");
  for (let i = 0; i < 200; i++) {
    take("GET k", 5);
    world.advance(1000);
  }
  assert.equal((ours.line("LATENCY HISTORY fast-command") as unknown[]).length, 160);
});
