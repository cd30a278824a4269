/** What INFO counts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { err } from "../../src/core/errors.ts";
import { createInstant } from "../../src/data/keyspace.ts";
import { Stats } from "../../src/engine/stats.ts";

test("traffic is that of connections that are open and of those that were, since the last reset", () => {
  const stats = new Stats(createInstant(0));
  const [a, b] = [
    { bytesRead: 10, bytesWritten: 20 },
    { bytesRead: 1, bytesWritten: 2 },
  ];
  stats.opened(a);
  stats.opened(b);
  assert.deepEqual(stats.traffic(), { inBytes: 11, outBytes: 22 });
  stats.closed(a);
  stats.closed(a);
  b.bytesRead = 5;
  assert.deepEqual(stats.traffic(), { inBytes: 15, outBytes: 22 });
  assert.equal(stats.connectionsReceived, 2);
  stats.reset();
  assert.deepEqual(stats.traffic(), { inBytes: 0, outBytes: 0 });
  b.bytesRead = 7;
  assert.deepEqual(stats.traffic(), { inBytes: 2, outBytes: 0 });
});

test("rates are those of the last two seconds", () => {
  const stats = new Stats(createInstant(0));
  assert.deepEqual(stats.rates(), { commands: 0, inBytes: 0, outBytes: 0 });
  for (let ms = 0; ms <= 5000; ms += 100) {
    stats.sample(ms * 1000);
    stats.commandsProcessed += ms < 2500 ? 1 : 50;
  }
  assert.equal(Math.round(stats.rates().commands), 500);
});

test("errors are counted by their codes, of which there is an end", () => {
  const stats = new Stats(createInstant(0));
  stats.countError(err("no"));
  stats.countError(err("never"));
  for (let i = 0; i < 300; i++) stats.countError({ text: `CODE${i} text` });
  assert.equal(stats.errors.get("ERR"), 2);
  assert.equal(stats.errors.size, 129);
  assert.equal(stats.errors.get("ERRORSTATS_OVERFLOW"), 173);
  assert.equal(stats.errorReplies, 302);
});
