/**
 * The paths of the server that are no commands. A page or a probe is one entry here; its route has its own rule of
 * access.
 */
import type { Route } from "./exchange.ts";
import type { EventStreams } from "./http-streams.ts";
import type { RestApi } from "./rest-api.ts";
import { GREETING, probe } from "./probes.ts";

/** What routes are made of. */
interface Services {
  readonly api: RestApi;
  readonly streams: EventStreams;
  /** Why commands are not served now, in one line; undefined when they are. */
  readonly problem: () => string | undefined;
}

/** By the first segment of the path, in lower case; empty for the root. */
export const ROUTES: Readonly<Record<string, (services: Services) => Route>> = {
  "": () => GREETING,
  livez: () => probe(() => undefined),
  readyz: ({ problem }) => probe(problem),
  health: ({ problem }) => probe(problem),
  pipeline: ({ api }) => api.pipeline,
  "multi-exec": ({ api }) => api.transaction,
  subscribe: ({ streams }) => streams,
  psubscribe: ({ streams }) => streams,
  monitor: ({ streams }) => streams,
};

/** The routes of a server, by the first segment of the path. */
export function routesOf(services: Services): ReadonlyMap<string, Route> {
  return new Map(Object.entries(ROUTES).map(([path, routeOf]) => [path, routeOf(services)]));
}
