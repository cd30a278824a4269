/** `stashd/vitest/setup`, a `globalSetup` of vitest: one database for the whole run. It is loaded where there are no tests. */
import type { TestProject } from "vitest/node";
import { createTestDatabase } from "./testing.ts";
import type { TestDatabase } from "./testing.ts";

/** The database of the run, which all projects of a workspace share. */
const run: { opened: Promise<TestDatabase> | undefined; projects: number } = { opened: undefined, projects: 0 };

/**
 * For `globalSetup: "stashd/vitest/setup"`: a database in vitest's own process, for programs that the tests start, and for
 * tests that need none of their own. It sets the variables of {@link TestEnvironment} for the run, provides what
 * `inject("stashd")` answers, and is emptied when watch mode runs tests again. Answers what ends it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  run.projects++;
  run.opened ??= createTestDatabase({ env: true });
  const db = await run.opened;
  const { env, readOnlyToken, redisUrl, token, url } = db;
  project.provide("stashd", { url, token, readOnlyToken, redisUrl, env });
  project.onTestsRerun(() => db.flush());
  return async () => {
    if (--run.projects > 0) return;
    run.opened = undefined;
    await db.close();
  };
}
