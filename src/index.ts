/** The package's public API. */
export { startServer } from "./server/public-server.ts";
export type { DataReport, StashdServer } from "./server/stashd-server.ts";
export { OptionError } from "./server/server-options.ts";
export type {
  CorsPolicy,
  DatabaseOptions,
  RedisTlsSettings,
  ServerOptions,
  TlsSettings,
} from "./server/server-options.ts";
export type { EvictionPolicy, FsyncPolicy } from "./core/policies.ts";
export type { Limits } from "./core/limits.ts";
export { systemEnvironment, withClock } from "./core/environment.ts";
export type { Environment, ProcessFacts } from "./core/environment.ts";
export type { Log } from "./core/log.ts";
