/** The package's public API. */
export { startServer } from "./server/public-server.ts";
export type {
  ServerOptions,
  DatabaseOptions,
  TlsSettings,
  RedisTlsSettings,
  CorsPolicy,
} from "./server/server-options.ts";
export type { Compatibility } from "./core/compatibility.ts";
export type { EvictionPolicy, FsyncPolicy } from "./core/policies.ts";
export type { Limits } from "./core/limits.ts";
export { OptionError } from "./server/server-options.ts";
export type { StashdServer, DataReport } from "./server/stashd-server.ts";
export { systemEnvironment, withClock } from "./core/environment.ts";
export type { Environment, ProcessFacts } from "./core/environment.ts";
export type { Log } from "./core/log.ts";
