/** The package's public API. */
export { startServer } from "./server/server.ts";
export type { StashdServer } from "./server/server.ts";
export { OptionError } from "./server/options.ts";
export type { ServerOptions } from "./server/options.ts";
export type { Limits } from "./core/limits.ts";
export { systemEnvironment, withClock } from "./core/environment.ts";
export type { Environment } from "./core/environment.ts";
export type { Log } from "./server/log.ts";
