/** The public API of `stashd/testing`. */
export { assertTestDatabase } from "./testing/assert-test-database.ts";
export { createTestDatabase } from "./testing/create.ts";
export { assertCommand, matchers } from "./testing/matchers.ts";
export { OptionError } from "./server/server-options.ts";
export type {
  DumpOptions,
  Fault,
  FaultAction,
  FaultMatch,
  FaultSpec,
  SentCommand,
  Snapshot,
  TestClock,
  TestDatabase,
  TestDatabaseOptions,
  TestEnvironment,
  TestFaults,
  TestOwner,
  TestRequest,
  TestRequester,
  TestResponse,
  TestRoute,
  TestVariable,
} from "./testing/public.ts";
export type { Compatibility } from "./core/compatibility.ts";
export type { EvictionPolicy } from "./core/policies.ts";
export type { Limits } from "./core/limits.ts";
