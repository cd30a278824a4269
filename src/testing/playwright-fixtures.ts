/** Fixtures for Playwright's runner: a database for each test, for the test itself and for the web app under test. */
import type {
  Fixtures,
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
} from "@playwright/test";
import { BROWSER_HEADER, DATABASE_HEADER } from "./database-header.ts";
import type { SentCommand, TestDatabase, TestDatabaseOptions } from "./public.ts";
import type { Isolation, WebAppOptions } from "./public-run.ts";
import { TestWorker } from "./test-worker.ts";

/** Options of tests, for `use` in a configuration and for `test.use`. */
export interface DatabaseTestOptions {
  /** Whether each test has a database of its own, the default, or all tests of a worker share one. */
  isolate: Isolation;
}

/** Options of workers, for `use` in a configuration. */
export interface DatabaseWorkerOptions {
  /** Options of each database. */
  databaseOptions: TestDatabaseOptions;
  /**
   * A web app that is started for each worker, with the database of that worker, which is brought back to what it was before
   * each test. Its URL is the `baseURL`. Leave it out for an app that Playwright's `webServer` starts for the whole run.
   */
  webApp: WebAppOptions | undefined;
}

/** What tests get. */
export interface DatabaseFixtures {
  /** The database of the test, which the web app under test uses too. */
  db: TestDatabase;
  /** The header by which other requests to the web app choose that database; those of the browser and of `request` do. */
  databaseHeaders: Readonly<Record<string, string>>;
}

/** The type of {@link fixtures}. */
export type DatabaseFixtureSet = Fixtures<
  DatabaseTestOptions & DatabaseFixtures,
  DatabaseWorkerOptions,
  PlaywrightTestArgs & PlaywrightTestOptions,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
>;

/** With the fixtures that the others are made of. */
type AllFixtures = Fixtures<
  DatabaseTestOptions & DatabaseFixtures & { stashdTest: DatabaseFixtures },
  DatabaseWorkerOptions & { stashdWorker: TestWorker },
  PlaywrightTestArgs & PlaywrightTestOptions,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
>;

const all: AllFixtures = {
  isolate: ["test", { option: true }],
  databaseOptions: [{}, { option: true, scope: "worker" }],
  webApp: [undefined, { option: true, scope: "worker" }],
  stashdWorker: [
    async ({ databaseOptions, webApp }, use) => {
      const worker = await TestWorker.start(databaseOptions, webApp);
      await use(worker);
      await worker.close();
    },
    // The time of an app's start is bounded by its own option.
    { scope: "worker", box: true, timeout: 0 },
  ],
  stashdTest: [
    async ({ isolate, stashdWorker }, use, info) => {
      const test = await stashdWorker.begin(isolate);
      const { db, headers } = test;
      await use({ db, databaseHeaders: headers });
      if (info.status !== info.expectedStatus) {
        await info.attach("commands", { body: listed(db.requests()), contentType: "text/plain" });
      }
      await stashdWorker.end(test, isolate);
    },
    { box: true },
  ],
  db: async ({ stashdTest }, use) => {
    await use(stashdTest.db);
  },
  databaseHeaders: async ({ stashdTest }, use) => {
    await use(stashdTest.databaseHeaders);
  },
  extraHTTPHeaders: async ({ databaseHeaders, extraHTTPHeaders }, use) => {
    const id = databaseHeaders[DATABASE_HEADER];
    await use(id === undefined ? extraHTTPHeaders : { ...extraHTTPHeaders, [BROWSER_HEADER]: id });
  },
  baseURL: async ({ baseURL, stashdWorker }, use) => {
    await use(stashdWorker.app?.url ?? baseURL);
  },
};

/**
 * For `test.extend(fixtures)`: `db` is the database of a test; requests of the browser, of every context and of `request`
 * name it to an app that was started with the `env` of {@link startTestRun}.
 */
export const fixtures = all as DatabaseFixtureSet;

/** What was sent, a command a line, for the report of a test that has failed. */
function listed(commands: readonly SentCommand[]): string {
  return commands.map(({ command, status }) => `${status ?? ""} ${JSON.stringify(command)}\n`).join("");
}
