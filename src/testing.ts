/** The public API of `stashd/testing`. */
export { createTestDatabase } from "./testing/create.ts";
export { OptionError } from "./server/server-options.ts";
export type {
  TestClock,
  TestDatabase,
  TestDatabaseOptions,
  TestEnvironment,
  TestRequest,
  TestRequester,
  TestResponse,
} from "./testing/public.ts";
export type { EvictionPolicy } from "./core/policies.ts";
export type { Limits } from "./core/limits.ts";
