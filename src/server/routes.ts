/**
 * The paths of the server that are no commands. A page or a probe is one entry here; its route has its own rule of
 * access.
 */
import type { ConsoleRoute } from "./console/console-route.ts";
import type { Route } from "./exchange.ts";
import type { EventStreams } from "./http-streams.ts";
import type { RestApi } from "./rest-api.ts";
import type { MetricsRoute } from "./metrics/metrics-route.ts";
import { greeting, probe } from "./probes.ts";

/** What the routes for machines are made of, which have no data to answer. */
interface MachineServices {
  /** Undefined when there is no console here. */
  readonly console?: ConsoleRoute | undefined;
  readonly metrics: MetricsRoute;
  /** Why commands are not served now, in one line; undefined when they are. */
  readonly problem: () => string | undefined;
}

/** What routes are made of. */
interface Services extends MachineServices {
  readonly api: RestApi;
  readonly streams: EventStreams;
}

/** By the first segment of the path, in lower case; empty for the root. Without a route, the path is a command's. */
type Routes<S> = Readonly<Record<string, (services: S) => Route | undefined>>;

/** Routes for those who run the process. */
const MACHINE_ROUTES: Routes<MachineServices> = {
  "": ({ console }) => greeting(console !== undefined),
  livez: () => probe(() => undefined),
  readyz: ({ problem }) => probe(problem),
  health: ({ problem }) => probe(problem),
  metrics: ({ metrics }) => metrics,
};

/** All routes but those of commands. */
export const ROUTES: Routes<Services> = {
  ...MACHINE_ROUTES,
  console: ({ console }) => console,
  pipeline: ({ api }) => api.pipeline,
  "multi-exec": ({ api }) => api.transaction,
  subscribe: ({ streams }) => streams,
  psubscribe: ({ streams }) => streams,
  monitor: ({ streams }) => streams,
};

function made<S>(routes: Routes<S>, services: S): ReadonlyMap<string, Route> {
  const made = new Map<string, Route>();
  for (const [path, routeOf] of Object.entries(routes)) {
    const route = routeOf(services);
    if (route !== undefined) made.set(path, route);
  }
  return made;
}

/** The routes of a server, by the first segment of the path. */
export const routesOf = (services: Services): ReadonlyMap<string, Route> => made(ROUTES, services);

/** The routes of the port for metrics. */
export const machineRoutesOf = (services: MachineServices): ReadonlyMap<string, Route> =>
  made(MACHINE_ROUTES, services);
