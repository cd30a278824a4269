/** Puts the parts together: an engine, the API over it, and listeners in front. */
import type { Users } from "../access/users.ts";
import { describeTarget } from "../backends/remote/target.ts";
import { clearInterval, setInterval } from "../core/timers.ts";
import { logEvent } from "../core/log-events.ts";
import type { Engine } from "../engine/engine.ts";
import type { ServerData } from "./data.ts";
import { ClockWatch } from "./clock-watch.ts";
import { commonServices, openDatabase } from "./database.ts";
import type { CommonServices, Database } from "./database.ts";
import type { HttpHandler } from "./exchange.ts";
import { HttpListener } from "./http.ts";
import { MetricsRoute, nothingElse } from "./metrics/metrics-route.ts";
import { ObservedHandler } from "./observed-handler.ts";
import { Refusals } from "./refusals.ts";
import { HeapWatch, warnOfHeap } from "./heap.ts";
import { HttpRouter } from "./router.ts";
import { machineRoutesOf } from "./routes.ts";
import { listenOn, LOOPBACK, urlHost } from "./listen.ts";
import type { Listener } from "./listen.ts";
import { DatabaseList, Lobby, RespLobby } from "./lobby.ts";
import { DEFAULT_REDIS_PORT, isTls, NO_TLS, resolveOptions } from "./options.ts";
import type { Settings, StartOptions } from "./options.ts";
import { RespDoor, RespListener } from "./resp.ts";
import { shareState } from "./shared-state.ts";
import { VERSION } from "./version.ts";
import { isLoopback } from "./web-origins.ts";
import { OptionError } from "./server-options.ts";
import type { TlsSettings } from "./server-options.ts";
import type { StashdServer } from "./stashd-server.ts";

/** A running server, with what tests reach into. */
export interface RunningServer extends StashdServer {
  /** The database behind the API. In front of a Redis it has no data, only sessions. */
  readonly engine: Engine;
  /** Uses another certificate for further connections. Throws an OptionError for one that cannot be used. */
  setTls(tls: TlsSettings): void;
  /**
   * Reads the ACL file again. Answers whether users have changed. Throws an Error that says what is wrong in it, in which
   * case nothing has.
   */
  reloadUsers(): boolean;
}

/** Interval of housekeeping, in milliseconds. */
const TICK_MS = 100;

/**
 * Starts a server, and resolves when its data is loaded; until then commands are answered LOADING. Rejects with an
 * {@link OptionError} for an option that is not allowed, with the system's error (such as `EADDRINUSE`) when it cannot
 * listen, and with an Error in one line when the data cannot be read.
 */
export async function startServer(options: StartOptions = {}): Promise<RunningServer> {
  const settings = resolveOptions(options);
  if (settings.data === undefined) return listen(settings, undefined);
  // Loaded on demand, so that a server without a data directory starts faster.
  const { ServerData } = await import("./data.ts");
  const data = await ServerData.open(options, settings.data);
  try {
    return await listen(data.settings, data);
  } catch (error) {
    await data.close();
    throw error;
  }
}

async function listen(settings: Settings, data: ServerData | undefined): Promise<RunningServer> {
  const { limits } = settings;
  const common = await commonServices(settings);
  const house = await openHouse(settings, data, common);
  const { databases, entrance } = house;
  const all = databases.includes(entrance) ? databases : [entrance, ...databases];
  // Before a client can come, whose token may be of a user that others have made.
  const sharing = shareState(settings.sharing, databases, common);
  const closeBackends = async (): Promise<void> => {
    sharing?.stop();
    await Promise.all(all.map(closeDatabase));
  };
  const http = await httpListeners(house.handler, house, settings, common);
  const { port, listeners } = await listenOn(http, settings.host, settings.port).catch(async (error: unknown) => {
    await closeBackends();
    throw error;
  });
  const closeListeners = async (graceMs: number): Promise<void> => {
    for (const { streams } of all) streams.close();
    await Promise.all(listeners.map((listener) => listener.close(graceMs)));
    await closeBackends();
  };
  const url = `${settings.tls === undefined ? "http" : "https"}://${urlHost(settings.host)}:${port}`;
  try {
    const redis = await listenForRedis(house, settings, common, url);
    if (redis !== undefined) listeners.push(...redis.listeners);
    for (const { engine } of all) {
      engine.respPort = redis?.port ?? 0;
      engine.respHost = redis === undefined ? "" : (settings.host ?? LOOPBACK.join(" "));
    }
    const metrics = await listenForMetrics(house, settings, common);
    if (metrics !== undefined) listeners.push(...metrics.listeners);
    const address = { url, redisPort: redis?.port };
    const report = settings.backend === undefined ? await data?.load(address) : undefined;
    if (settings.backend !== undefined) await data?.keepTokens(address);
    const ticker = keepHouse(all, settings, data);
    const ports = { redisPort: redis?.port, metricsPort: metrics?.port };
    logEvent(settings.log, "started", { version: VERSION, url, ...ports });
    let closed: Promise<void> | undefined;
    const isOpen = entrance.users.initialUser !== undefined;
    let link: string | undefined;
    return {
      url,
      port,
      ...ports,
      redisUrl: redis === undefined ? undefined : redisUrl(settings, redis.port, isOpen),
      token: settings.tokens[0]!,
      readOnlyToken: settings.readOnlyTokens[0]!,
      // Made when it is asked for: without somebody to follow it there is no code.
      get consoleUrl() {
        return (link ??= consoleLink(url, house, settings, common));
      },
      data: report,
      engine: databases[0]!.engine,
      backend: settings.backend === undefined ? undefined : describeTarget(settings.backend.target),
      databases: settings.databases.map(({ backend, name }) => ({ name, backend: describeTarget(backend.target) })),
      setTls(tls) {
        if (!isTls(tls)) throw new OptionError("tls", NO_TLS);
        for (const listener of listeners) listener.setTls(tls);
      },
      reloadUsers: () => databases.map(({ users }) => reload(users)).includes(true),
      close() {
        clearInterval(ticker);
        closed ??= closeListeners(limits.closeMsMax).then(() => data?.close());
        return closed;
      },
    };
  } catch (error) {
    await closeListeners(0);
    throw error;
  }
}

async function closeDatabase({ backend, usage }: Database): Promise<void> {
  await backend.close();
  usage?.write();
}

/** Begins the housekeeping of all databases; the first is the only one that may have data here. */
function keepHouse(
  all: readonly Database[],
  { backend, databases, environment, log, maxMemoryBytes }: Settings,
  data: ServerData | undefined,
): NodeJS.Timeout {
  if (backend === undefined && databases.length === 0) warnOfHeap(log, maxMemoryBytes);
  const watch = new HeapWatch(log, all[0]!.engine, data?.directory);
  const clock = new ClockWatch(environment, log);
  const ticker = setInterval(() => {
    clock.look();
    for (const { engine } of all) engine.tick();
    watch.look();
  }, TICK_MS);
  return ticker.unref();
}

function reload(users: Users): boolean {
  if (users.store === undefined) return false;
  const before = JSON.stringify(users.copies());
  const problem = users.load();
  if (problem !== undefined) throw new Error(problem);
  return JSON.stringify(users.copies()) !== before;
}

/** What is behind the doors. */
interface House {
  /** Where connections arrive: the only database, or one without data in which no token is good. */
  readonly entrance: Database;
  readonly databases: readonly Database[];
  readonly handler: HttpHandler;
}

/** Opens the only database, or several at the same time. */
async function openHouse(settings: Settings, data: ServerData | undefined, common: CommonServices): Promise<House> {
  if (settings.databases.length === 0) {
    const database = await openDatabase(settings, data, common);
    return { entrance: database, databases: [database], handler: observed(database.router, settings, common) };
  }
  const { environment, limits, queryToken } = settings;
  const nobody = { tokens: [environment.secretHex(24)], readOnlyTokens: [environment.secretHex(24)] };
  const entrance = await openDatabase({ ...settings, ...nobody, backend: undefined }, undefined, common);
  const databases = await Promise.all(
    settings.databases.map((own, index) => {
      const backendConnectionsMax = own.connectionsMax ?? limits.backendConnectionsMax;
      return openDatabase(
        { ...settings, ...own, limits: { ...limits, backendConnectionsMax } },
        undefined,
        common,
        index,
      );
    }),
  );
  const lobby = new Lobby(entrance, new DatabaseList(databases), queryToken);
  return { entrance, databases, handler: observed(lobby, settings, common) };
}

/**
 * Answers a function that makes HTTP listeners. node:http takes time and memory at the start, so it is loaded on
 * demand.
 */
async function httpListeners(
  handler: HttpHandler,
  { entrance }: House,
  { limits, environment, isBackground, log, tls, http }: Settings,
  { clientMemory, slices, warnings }: CommonServices,
): Promise<() => Listener> {
  const { gate } = entrance.engine;
  const shared = { handler, limits, log, warnings, memory: clientMemory, gate, slices, tls };
  if (http === "own") return () => new HttpListener({ ...shared, environment, isBackground });
  const { NodeHttpListener } = await import("./http-node.ts");
  return () => new NodeHttpListener(shared);
}

/** The handler, watched where somebody wants to know of its requests. */
function observed(handler: HttpHandler, { environment, requests }: Settings, { metrics }: CommonServices): HttpHandler {
  const observers = [metrics, requests].filter((one) => one !== undefined);
  return observers.length === 0 ? handler : new ObservedHandler(handler, observers, environment);
}

/** Listens for those who read the metrics, if these have a port of their own. Rejects with the system's error. */
async function listenForMetrics(
  house: House,
  settings: Settings,
  common: CommonServices,
): Promise<{ port: number; listeners: Listener[] } | undefined> {
  const { host, log, metricsPort, metricsToken } = settings;
  if (metricsPort === undefined) return undefined;
  const { access, engine, problem } = house.entrance;
  const refusals = new Refusals(common.origins, log);
  const metrics = new MetricsRoute({ access, refusals, metrics: common.metrics, token: metricsToken });
  const routes = machineRoutesOf({ metrics, problem });
  const otherwise = nothingElse(refusals);
  const router = new HttpRouter({ origins: common.origins, refusals, stats: engine.stats, routes, otherwise });
  return listenOn(await httpListeners(router, house, settings, common), host, metricsPort);
}

/** Listens for the Redis protocol, unless it is off. Rejects with the system's error. */
async function listenForRedis(
  { databases, entrance }: House,
  { aclFile, host, isBackground, log, redisPort, tls }: Settings,
  common: CommonServices,
  restUrl: string,
): Promise<{ port: number; listeners: Listener[] } | undefined> {
  if (redisPort === "off") return undefined;
  if (entrance.users.initialUser !== undefined && !isLoopback(host)) {
    logEvent(log, "redis-port-open", { host, aclFile });
  }
  const doorOf = ({ engine, backend }: Database, lobby?: RespLobby): RespDoor =>
    new RespDoor({ ...common, engine, backend, log, restUrl }, lobby);
  const isAlone = databases.includes(entrance);
  const door = isAlone ? doorOf(entrance) : new RespLobby(entrance, new DatabaseList(databases), doorOf).entrance;
  const listen = (port: number): ReturnType<typeof listenOn> =>
    listenOn(() => new RespListener(door, tls, isBackground), host, port);
  if (redisPort !== "auto") return listen(redisPort);
  return listen(DEFAULT_REDIS_PORT).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    return listen(0);
  });
}

/** Where the console is, with a code for the standard token where there is one database; undefined when it is off. */
function consoleLink(
  url: string,
  { databases, entrance }: House,
  { console, tokens: [token] }: Settings,
  { codes }: CommonServices,
): string | undefined {
  if (!console) return undefined;
  const link = `${url}/console`;
  if (codes === undefined || !databases.includes(entrance)) return link;
  return `${link}#code=${codes.makeLasting(token!, () => entrance.tokens.find(token!) !== undefined)}`;
}

function redisUrl({ host, tls, tokens }: Settings, port: number, isOpen: boolean): string {
  const scheme = tls === undefined ? "redis" : "rediss";
  const credentials = isOpen ? "" : `default:${encodeURIComponent(tokens[0]!)}@`;
  return `${scheme}://${credentials}${urlHost(host)}:${port}`;
}
