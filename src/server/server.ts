/** Puts the parts together: an engine, the API over it, and listeners in front. */
import { Tokens } from "../access/tokens.ts";
import { Users } from "../access/users.ts";
import type { Backend } from "../backends/backend.ts";
import { EmbeddedBackend } from "../backends/embedded.ts";
import { describeTarget } from "../backends/remote/target.ts";
import { commandTables } from "../commands/registry.ts";
import { CommandError } from "../core/reply.ts";
import { Engine } from "../engine/engine.ts";
import { AclFileStore } from "./acl-file-store.ts";
import { ClientWarnings } from "./client-warnings.ts";
import type { ServerData } from "./data.ts";
import type { HttpHandler } from "./exchange.ts";
import { HttpListener } from "./http.ts";
import { listenOn, LOOPBACK, urlHost } from "./listen.ts";
import type { Listener } from "./listen.ts";
import { readLuaBinary } from "./read-lua-binary.ts";
import { DEFAULT_REDIS_PORT, resolveOptions } from "./options.ts";
import type { Settings, StartOptions } from "./options.ts";
import { MessageEncoder } from "./message-encoder.ts";
import { RespDoor, RespListener } from "./resp.ts";
import type { RespServices } from "./resp.ts";
import { EventStreams } from "./http-streams.ts";
import { Refusals } from "./refusals.ts";
import { RestAccess } from "./rest-access.ts";
import { RestApi } from "./rest-api.ts";
import { HttpRouter } from "./router.ts";
import { routesOf } from "./routes.ts";
import { SliceQueue } from "./slices.ts";
import { SyncToken } from "./sync-token.ts";
import { LoginThrottle } from "./throttle.ts";
import { VERSION } from "./version.ts";
import { isLoopback, WebOrigins } from "./web-origins.ts";
import { OptionError } from "./server-options.ts";
import type { StashdServer } from "./stashd-server.ts";

/** A running server, with what tests reach into. */
export interface RunningServer extends StashdServer {
  /** The database behind the API. In front of a Redis it has no data, only sessions. */
  readonly engine: Engine;
}

/** Logged when a client is disconnected because of the limit on the clients' memory. */
const CUT_OFF = "a client was cut off: what clients hold together is beyond the limit, and it held most";

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
  const { environment, limits, log } = settings;
  const engine = createEngine(settings);
  engine.journal.onLoss = (error) => {
    const reason = error instanceof CommandError ? error.text : String((error as Error).stack ?? error);
    log.error({ error: reason }, "an effect could not be journalled");
  };
  const users = usersOf(settings, data?.directory.usersPath);
  engine.authority = users;
  engine.shutdown = settings.onShutdown;
  if (settings.aclFile === undefined) data?.keepUsers(users);
  // In front of another server the directory keeps tokens and users, and nothing else.
  if (settings.backend === undefined) data?.attach(engine);
  const tokens = new Tokens(users);
  const throttle = new LoginThrottle(environment, limits);
  const origins = new WebOrigins(settings.cors, settings.host, settings.allowedHosts);
  const warnings = new ClientWarnings(log, environment, limits.throttledAddressesMax);
  const slices = new SliceQueue(limits.sliceMsMax);
  const messages = new MessageEncoder(engine.clientMemory);
  engine.clientMemory.onCutOff(({ address, ...fields }) => warnings.warn(address, fields, CUT_OFF));
  const backend = await openBackend(settings, engine);
  const shared = { engine, backend, throttle, slices, messages, log, warnings };
  const { queryToken, trustProxy } = settings;
  const refusals = new Refusals(origins, log);
  const access = new RestAccess({ engine, backend, tokens, refusals, throttle, queryToken, trustProxy, warnings });
  const rest = { engine, backend, access, refusals, origins, sync: new SyncToken(engine) };
  const api = new RestApi({ ...rest, slices });
  const streams = new EventStreams({ ...rest, messages, warnings });
  const routes = routesOf({ api, streams });
  const router = new HttpRouter({ origins, refusals, stats: engine.stats, routes, otherwise: api.command });
  const http = await httpListeners(router, settings, shared);
  const { port, listeners } = await listenOn(http, settings.host, settings.port).catch(async (error: unknown) => {
    await backend.close();
    throw error;
  });
  const closeListeners = async (graceMs: number): Promise<void> => {
    streams.close();
    await Promise.all(listeners.map((listener) => listener.close(graceMs)));
    await backend.close();
  };
  const url = `${settings.tls === undefined ? "http" : "https"}://${urlHost(settings.host)}:${port}`;
  try {
    const redis = await listenForRedis({ ...shared, restUrl: url }, settings);
    if (redis !== undefined) listeners.push(...redis.listeners);
    engine.respPort = redis?.port ?? 0;
    engine.respHost = redis === undefined ? "" : (settings.host ?? LOOPBACK.join(" "));
    const report = settings.backend === undefined ? await data?.load() : undefined;
    const ticker = setInterval(() => engine.tick(), TICK_MS);
    ticker.unref();
    let closed: Promise<void> | undefined;
    return {
      url,
      port,
      redisPort: redis?.port,
      redisUrl: redis === undefined ? undefined : redisUrl(settings, redis.port, users.initialUser !== undefined),
      token: settings.tokens[0]!,
      readOnlyToken: settings.readOnlyTokens[0]!,
      data: report,
      engine,
      backend: settings.backend === undefined ? undefined : describeTarget(settings.backend.target),
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

/**
 * Opens what runs the commands. The client of another server is loaded on demand. Rejects with an Error in one line when the
 * other server can be reached and cannot be used.
 */
async function openBackend({ backend, environment, limits, log }: Settings, engine: Engine): Promise<Backend> {
  if (backend === undefined) return new EmbeddedBackend(engine);
  const { RemoteBackend } = await import("../backends/remote/remote-backend.ts");
  const fault = (error: unknown): void => {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    log.error({ error: message, stack }, "a command failed through a fault of the server");
  };
  const remote = new RemoteBackend(engine, { ...backend, environment, limits, fault }, log);
  const failure = await remote.start();
  if (failure?.isRefusal !== true) return remote;
  await remote.close();
  throw new Error(`the Redis at ${describeTarget(backend.target)} cannot be used: ${failure.reason}`);
}

/** Databases by default, as in Redis. */
const DATABASES = 16;

function createEngine(settings: Settings): Engine {
  const first = settings.backend?.target.database ?? 0;
  return new Engine({
    environment: settings.environment,
    commands: commandTables,
    databases: Math.max(DATABASES, first + 1),
    firstDatabase: first,
    enableDebug: settings.enableDebug,
    limits: settings.limits,
    luaBinary: readLuaBinary,
    maxClientMemoryBytes: settings.maxClientMemoryBytes,
    maxMemoryBytes: settings.maxMemoryBytes,
    maxMemoryPolicy: settings.maxMemoryPolicy,
    version: VERSION,
  });
}

/**
 * Answers a function that makes HTTP listeners. node:http takes time and memory at the start, so it is loaded on
 * demand.
 */
async function httpListeners(
  handler: HttpHandler,
  { limits, environment, log, tls, http }: Settings,
  { engine, slices, warnings }: Pick<RespServices, "engine" | "slices" | "warnings">,
): Promise<() => Listener> {
  const shared = { handler, limits, log, warnings, memory: engine.clientMemory, gate: engine.gate, slices, tls };
  if (http === "own") return () => new HttpListener({ ...shared, environment });
  const { NodeHttpListener } = await import("./http-node.ts");
  return () => new NodeHttpListener(shared);
}

/**
 * The users of the options and of the ACL file. `kept` is the ACL file of a data directory. Throws an {@link
 * OptionError} when the file does not parse.
 */
function usersOf(
  { aclFile, log, readOnlyTokens, redisAuth, strictAcl, tokens }: Settings,
  kept: string | undefined,
): Users {
  const path = aclFile ?? kept;
  const store = path === undefined ? undefined : new AclFileStore(path, log, aclFile === undefined);
  try {
    const commands = commandTables.flat();
    return new Users({ commands, tokens, readOnlyTokens, isOpen: !redisAuth, store, strict: strictAcl });
  } catch (error) {
    throw new OptionError("aclFile", `cannot be used: ${(error as Error).message}`);
  }
}

/** Listens for the Redis protocol, unless it is off. Rejects with the system's error. */
async function listenForRedis(
  options: RespServices,
  { aclFile, host, redisPort, tls }: Settings,
): Promise<{ port: number; listeners: Listener[] } | undefined> {
  if (redisPort === "off") return undefined;
  if (options.engine.authority?.initialUser !== undefined && !isLoopback(host)) {
    options.log.warn({ host, aclFile }, "the Redis port asks for no password: the ACL file makes default nopass");
  }
  const door = new RespDoor(options);
  const listen = (port: number): ReturnType<typeof listenOn> => listenOn(() => new RespListener(door, tls), host, port);
  if (redisPort !== "auto") return listen(redisPort);
  return listen(DEFAULT_REDIS_PORT).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    return listen(0);
  });
}

function redisUrl({ host, tls, tokens }: Settings, port: number, isOpen: boolean): string {
  const scheme = tls === undefined ? "redis" : "rediss";
  const credentials = isOpen ? "" : `default:${encodeURIComponent(tokens[0]!)}@`;
  return `${scheme}://${credentials}${urlHost(host)}:${port}`;
}
