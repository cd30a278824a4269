/** The public API of `stashd/playwright`. */
export { fixtures } from "./testing/playwright-fixtures.ts";
export { startTestRun } from "./testing/start-run.ts";
export { BROWSER_HEADER, DATABASE_HEADER } from "./testing/database-header.ts";
export { OptionError } from "./server/server-options.ts";
export type {
  DatabaseFixtures,
  DatabaseFixtureSet,
  DatabaseTestOptions,
  DatabaseWorkerOptions,
} from "./testing/playwright-fixtures.ts";
export type { Isolation, TestRun, TestRunOptions, WebAppOptions } from "./testing/public-run.ts";
