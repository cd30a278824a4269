/** The public API of `stashd/vitest`: a `test` whose tests have a database each, and `toHaveCommand` for `expect`. */
import { expect, test as base } from "vitest";
import type { TestAPI, TestContext } from "vitest";
import { createTestDatabase, matchers, OptionError } from "./testing.ts";
import type { TestDatabase, TestDatabaseOptions, TestEnvironment } from "./testing.ts";

/** Options of {@link testWithDatabase}, beside those of {@link TestDatabaseOptions}. */
export interface FixtureOptions extends TestDatabaseOptions {
  /** Whether each test has a database, which is the default, or each file one for all of its tests. */
  readonly isolate?: "test" | "file";
}

type Use = (db: TestDatabase) => Promise<void>;

/** What {@link test} gives its tests. */
export interface DatabaseFixtures {
  /** The database of the test, or of its file. */
  readonly db: TestDatabase;
}

/** The database of the run, for the tests: `inject("stashd")`. */
export interface RunDatabase {
  /** Base URL of the REST API, without a trailing slash. */
  readonly url: string;
  /** The standard token. */
  readonly token: string;
  /** The read-only token. */
  readonly readOnlyToken: string;
  /** `redis://…` for Redis clients, with the standard token. */
  readonly redisUrl: string;
  /** The variables that programs read these from, as they are set for the run. */
  readonly env: TestEnvironment;
}

declare module "vitest" {
  interface ProvidedContext {
    /** The database of the run, where `globalSetup` has `stashd/vitest/setup`. */
    readonly stashd: RunDatabase;
  }
  interface Matchers<T> {
    /** Passes when a command was sent to the database that begins with these words, the name in any case. */
    toHaveCommand(...words: readonly unknown[]): T;
  }
}

/**
 * A `test` whose tests find a database as `db`, which is created when a test asks for it, and closed after the test or
 * after the file. It can be extended further. Throws an {@link OptionError} for another `isolate`.
 */
export function testWithDatabase({ isolate = "test", ...options }: FixtureOptions = {}): TestAPI<DatabaseFixtures> {
  if (isolate === "test") return base.extend<DatabaseFixtures>({ db: forTest(options) });
  if (isolate === "file") return base.extend<DatabaseFixtures>({ db: [forFile(options), { scope: "file" }] });
  throw new OptionError("isolate", 'must be "test" or "file"');
}

// vitest reads from the pattern of the first parameter what a fixture needs.

/** vitest names the error of a fixture's end twice, and that of a hook once. */
const forTest =
  (options: TestDatabaseOptions) =>
  async ({ onTestFinished }: TestContext, use: Use): Promise<void> =>
    await use(await createTestDatabase({ ...options, closeAfter: { after: onTestFinished } }));

const forFile =
  (options: TestDatabaseOptions) =>
  // oxlint-disable-next-line no-empty-pattern
  async ({}, use: Use): Promise<void> => {
    const db = await createTestDatabase(options);
    await use(db);
    await db.close();
  };

/** `test` of vitest, with a database for each test: `test("…", async ({ db }) => { … })`. */
export const test = testWithDatabase();

expect.extend(matchers);
