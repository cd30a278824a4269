/** What the hash commands journal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TestEngine } from "../support/engine.ts";
import { onEffect } from "../support/replay.ts";

/** What these commands journal, a line each. */
function journalOf(...lines: string[]): string[] {
  const engine = new TestEngine();
  const journal: string[] = [];
  onEffect(engine.engine, (_database, words) => void journal.push(words.join(" ")));
  for (const line of lines) engine.line(line);
  return journal;
}

test("HINCRBYFLOAT journals the outcome", () => {
  assert.deepEqual(journalOf("HINCRBYFLOAT h n 0.1", "HINCRBYFLOAT h n 0.2"), ["HSET h n 0.1", "HSET h n 0.3"]);
});

test("a write that changes nothing is not journalled", () => {
  assert.deepEqual(journalOf("HSET h a 1", "HSETNX h a 2", "HDEL h x", "HDEL none x", "HINCRBY h a x"), ["HSET h a 1"]);
});
