/** The server with its public types only: what a program declares about it does not reach into the engine. */
import { startServer as start } from "./server.ts";
import type { ServerOptions } from "./server-options.ts";
import type { StashdServer } from "./stashd-server.ts";

/**
 * Starts a server, and resolves when its data is loaded; until then commands are answered LOADING. Rejects with an
 * {@link OptionError} for an option that is not allowed, with the system's error (such as `EADDRINUSE`) when it cannot
 * listen, and with an Error in one line when the data cannot be read.
 */
export function startServer(options: ServerOptions = {}): Promise<StashdServer> {
  return start(options);
}
