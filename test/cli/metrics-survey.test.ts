import assert from "node:assert/strict";
import { test } from "node:test";
import { MetricsSurveys } from "../../src/cli/metrics-survey.ts";
import type { MetricsOfProcess } from "../../src/server/shared-messages.ts";

test("a survey ends when all workers have answered or ended, and takes one answer of each", () => {
  const surveys = new MetricsSurveys();
  const told: (readonly MetricsOfProcess[])[] = [];
  const metrics = (name: string): MetricsOfProcess => [{ name }];
  const first = surveys.begin([1, 2, 3], (all) => void told.push(all));
  const second = surveys.begin([2, 3], (all) => void told.push(all));
  surveys.take(first, 1, metrics("a"));
  surveys.take(first, 1, metrics("again"));
  surveys.take(first, 4, metrics("not asked"));
  surveys.take(99, 1, metrics("no such survey"));
  surveys.take(second, 3, metrics("b"));
  surveys.forget(2);
  assert.deepEqual(told, [[metrics("b")]]);
  surveys.take(first, 3, metrics("c"));
  assert.deepEqual(told, [[metrics("b")], [metrics("a"), metrics("c")]]);
  surveys.take(first, 2, metrics("late"));
  assert.equal(told.length, 2);
});
