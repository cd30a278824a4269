/** `stashd/jest/setup`, a `globalSetup` of Jest: one database for the whole run. It is loaded where there are no tests. */
import { createTestDatabase } from "./testing.ts";
import type { TestDatabase } from "./testing.ts";

/** The database of the runs in this process, of which watch mode has several. */
let opened: Promise<TestDatabase> | undefined;

/**
 * For `globalSetup: "stashd/jest/setup"`: a database in Jest's own process, for programs that the tests start, and for tests
 * that need none of their own. It sets the variables of {@link TestEnvironment} for the run, is emptied when watch mode runs
 * tests again, and does not keep Jest running.
 */
export default async function setup(): Promise<void> {
  opened ??= createTestDatabase({ env: true });
  await (await opened).flush();
}
