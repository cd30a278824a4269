/** The way in to runs of several processes, with its public types only. */
import type { TestRun, TestRunOptions } from "./public-run.ts";
import { openTestRun } from "./test-run.ts";

/**
 * Starts the address of a run, for a program that tests in several processes use. Call it in the configuration of the
 * runner, which loads that in the process of each worker too: there it answers the run that the runner has started.
 * Rejects with the system's error.
 */
export function startTestRun(options: TestRunOptions = {}): Promise<TestRun> {
  return openTestRun(options);
}
