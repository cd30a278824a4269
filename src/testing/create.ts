/** The way in, with its public types only: what a program declares about it does not reach into the engine. */
import type { TestDatabase, TestDatabaseOptions } from "./public.ts";
import { OpenTestDatabase } from "./test-database.ts";

/**
 * Creates an empty database for tests. All of a process share one server on free ports, which the first one starts; it
 * does not keep the process running. Rejects with an {@link OptionError} for an option that is not allowed.
 */
export function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  return OpenTestDatabase.create(options);
}
