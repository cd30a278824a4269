/** The public API of `stashd/jest`: databases for the tests of a file, and `toHaveCommand` for `expect`. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "@jest/globals";
import { createTestDatabase, matchers, OptionError } from "./testing.ts";
import type { TestDatabase, TestDatabaseOptions } from "./testing.ts";

/** Options of {@link useTestDatabase}, beside those of {@link TestDatabaseOptions}. */
export interface JestDatabaseOptions extends TestDatabaseOptions {
  /** Whether each test has a database, which is the default, or each file, or block of tests, one for all of its tests. */
  readonly isolate?: "test" | "file";
}

declare global {
  namespace jest {
    interface Matchers<R> {
      /** Passes when a command was sent to the database that begins with these words, the name in any case. */
      toHaveCommand(...words: readonly unknown[]): R;
    }
  }
}

/** @ts-ignore where a package manager hides the package from this one */
declare module "expect" {
  interface Matchers<R> {
    /** Passes when a command was sent to the database that begins with these words, the name in any case. */
    toHaveCommand(...words: readonly unknown[]): R;
  }
}

/**
 * Gives the tests that follow, in a file or in a block of `describe`, a database: it is created before each of them and
 * closed after it, or before the first and after the last. What it answers stands for the database of the test that runs,
 * and throws an Error outside of tests and their hooks. Throws an {@link OptionError} for another `isolate`.
 */
export function useTestDatabase({ isolate = "test", ...options }: JestDatabaseOptions = {}): TestDatabase {
  let open: TestDatabase | undefined;
  const create = async (): Promise<void> => {
    open = await createTestDatabase(options);
  };
  const close = async (): Promise<void> => {
    const db = open;
    open = undefined;
    await db?.close();
  };
  if (isolate === "test") {
    beforeEach(create);
    afterEach(close);
  } else if (isolate === "file") {
    beforeAll(create);
    afterAll(close);
  } else {
    throw new OptionError("isolate", 'must be "test" or "file"');
  }
  return standIn(() => {
    if (open !== undefined) return open;
    throw new Error(
      `no test database is open: useTestDatabase() creates it before ${isolate === "test" ? "each" : "the first"} test, ` +
        "so use it in tests and in hooks that are registered after it",
    );
  });
}

/** An object that stands for another, which may change. */
function standIn<T extends object>(current: () => T): T {
  const get = (name: string | symbol): unknown => {
    const of = current();
    const value: unknown = Reflect.get(of, name);
    return typeof value === "function" ? value.bind(of) : value;
  };
  return new Proxy({} as T, {
    get: (_, name) => get(name),
    has: (_, name) => name in current(),
    ownKeys: () => Reflect.ownKeys(current()),
    getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(current(), name),
    getPrototypeOf: () => Reflect.getPrototypeOf(current()),
  });
}

expect.extend(matchers);
