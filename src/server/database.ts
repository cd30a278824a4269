/** A database behind the doors: an engine with its users, what runs the commands, and the REST API over it. */
import { Tokens } from "../access/tokens.ts";
import { Users } from "../access/users.ts";
import type { Backend } from "../backends/backend.ts";
import { EmbeddedBackend } from "../backends/embedded.ts";
import { describeTarget } from "../backends/remote/target.ts";
import { offeredTables } from "../commands/offered.ts";
import { commandRows, commandTables } from "../commands/registry.ts";
import { faultOf, logEvent } from "../core/log-events.ts";
import { CommandError } from "../core/reply.ts";
import { ClientMemory } from "../engine/client-memory.ts";
import { Engine } from "../engine/engine.ts";
import { AclFileStore } from "./acl-file-store.ts";
import type { CommandUsage } from "./command-usage.ts";
import { ClientWarnings } from "./client-warnings.ts";
import { ConsoleCodes } from "./console/console-codes.ts";
import { ConsoleRoute } from "./console/console-route.ts";
import type { ServerData } from "./data.ts";
import type { HttpHandler } from "./exchange.ts";
import { heapGauge } from "./heap.ts";
import { EventStreams } from "./http-streams.ts";
import { MessageEncoder } from "./message-encoder.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { MetricsRoute } from "./metrics/metrics-route.ts";
import type { Settings } from "./options.ts";
import { readLuaBinary } from "./read-lua-binary.ts";
import { Refusals } from "./refusals.ts";
import { RestAccess } from "./rest-access.ts";
import { RestApi } from "./rest-api.ts";
import { HttpRouter } from "./router.ts";
import { routesOf } from "./routes.ts";
import type { ServedDatabase } from "./served-database.ts";
import { OptionError } from "./server-options.ts";
import { SliceQueue } from "./slices.ts";
import { SyncToken } from "./sync-token.ts";
import { LoginThrottle } from "./throttle.ts";
import { VERSION } from "./version.ts";
import { WebOrigins } from "./web-origins.ts";

/** What limits count in other processes on the same ports. */
export interface Elsewhere {
  /** Connections of the Redis protocol. */
  respConnections: number;
  /** Event streams, by `database/user`. */
  streams: ReadonlyMap<string, number>;
}

/** What all databases of a process have in common. */
export interface CommonServices {
  readonly clientMemory: ClientMemory;
  /** Undefined where there is no console, or several processes that could be asked for one's codes. */
  readonly codes: ConsoleCodes | undefined;
  readonly elsewhere: Elsewhere;
  readonly messages: MessageEncoder;
  readonly origins: WebOrigins;
  readonly slices: SliceQueue;
  readonly throttle: LoginThrottle;
  readonly warnings: ClientWarnings;
  /** The databases that are open, without the entrance of several. */
  readonly served: ServedDatabase[];
  /** Puts something before what runs the commands of a database. */
  readonly inFront?: (backend: Backend, engine: Engine) => Backend;
  /** Undefined when nobody asked for metrics. */
  readonly metrics: Metrics | undefined;
}

/** A database that is ready for its doors. */
export interface Database {
  readonly engine: Engine;
  readonly users: Users;
  readonly tokens: Tokens;
  readonly backend: Backend;
  readonly access: RestAccess;
  readonly router: HttpHandler;
  readonly streams: EventStreams;
  /** Why its commands are not served now, in one line; undefined when they are. */
  readonly problem: () => string | undefined;
  /** The counts of commands; undefined when nobody asked for them. */
  readonly usage: CommandUsage | undefined;
}

/** Loads what is there on request only. */
export async function commonServices(settings: Settings): Promise<CommonServices> {
  const { allowedHosts, cors, environment, host, limits, log, maxClientMemoryBytes, sharing } = settings;
  const served: ServedDatabase[] = [];
  const clientMemory = new ClientMemory(maxClientMemoryBytes, limits.unauthenticatedBytesMax);
  const warnings = new ClientWarnings(log, environment, limits.throttledAddressesMax);
  clientMemory.onCutOff((cutOff) => warnings.warn("client-cut-off", cutOff));
  return {
    clientMemory,
    codes: settings.console && sharing === undefined ? new ConsoleCodes(environment, limits) : undefined,
    elsewhere: { respConnections: 0, streams: new Map() },
    messages: new MessageEncoder(clientMemory),
    origins: new WebOrigins(cors, host, allowedHosts),
    slices: new SliceQueue(limits.sliceMsMax),
    throttle: new LoginThrottle(environment, limits),
    warnings,
    served,
    metrics: await metricsOf(settings, served, clientMemory),
  };
}

/**
 * Opens a database, the one of this index where there are several. Rejects with an {@link OptionError} when its users cannot be read, and with an Error in one line when the
 * Redis that it is for can be reached and cannot be used.
 */
export async function openDatabase(
  settings: Settings,
  data: ServerData | undefined,
  common: CommonServices,
  index = 0,
): Promise<Database> {
  const { log, queryToken, trustProxy } = settings;
  const usage = await usageOf(settings);
  const engine = createEngine(settings, common.clientMemory, usage);
  engine.journal.onLoss = (error) => {
    const reason = error instanceof CommandError ? error.text : String((error as Error).stack ?? error);
    logEvent(log, "effect-lost", { error: reason });
  };
  const users = usersOf(settings, data?.directory.usersPath);
  engine.authority = users;
  engine.shutdown = settings.onShutdown;
  if (settings.aclFile === undefined) data?.keepUsers(users);
  // In front of another server the directory keeps tokens and users, and nothing else.
  if (settings.backend === undefined) data?.attach(engine);
  const behind = await openBackend(settings, engine, users);
  const backend = common.inFront?.(behind, engine) ?? behind;
  const { codes, elsewhere, messages, origins, slices, throttle, warnings } = common;
  engine.timer.slowLog.onAdded = ({ name }, tookUs) =>
    warnings.warn("slow-command", { command: name, tookMs: Math.round(tookUs / 1000) });
  engine.timer.watch(slices.heavyUs, (tookUs) => slices.use(tookUs));
  const tokens = new Tokens(users);
  const refusals = new Refusals(origins, log);
  const access = new RestAccess({ engine, backend, tokens, refusals, throttle, queryToken, trustProxy, warnings });
  const rest = { engine, backend, access, refusals, origins, sync: new SyncToken(engine) };
  const api = new RestApi({ ...rest, slices });
  const streamsElsewhere = (user: string): number => elsewhere.streams.get(`${index}/${user}`) ?? 0;
  const streams = new EventStreams({ ...rest, messages, warnings, streamsElsewhere });
  const isEntrance = settings.databases.length > 0 && settings.backend === undefined;
  if (!isEntrance) common.served.push({ name: settings.databases[index]?.name, engine, backend });
  const problem = isEntrance ? () => problemOfAll(common.served) : () => backend.problem;
  const metrics = new MetricsRoute({ access, refusals, metrics: common.metrics, token: settings.metricsToken ?? "" });
  const console = settings.console ? new ConsoleRoute({ access, refusals, tokens, codes }) : undefined;
  const routes = routesOf({ api, console, streams, problem, metrics });
  const router = new HttpRouter({ origins, refusals, stats: engine.stats, routes, otherwise: api.command });
  return { engine, users, tokens, backend, access, router, streams, problem, usage };
}

/** The metrics, if they are asked for. They and their library are loaded on demand. */
async function metricsOf(
  { databases, metricsPort, metricsToken, sharing }: Settings,
  served: readonly ServedDatabase[],
  clientMemory: ClientMemory,
): Promise<Metrics | undefined> {
  if (metricsPort === undefined && metricsToken === undefined) return undefined;
  const { Metrics } = await import("./metrics/metrics.ts");
  return new Metrics(served, databases.length > 0, clientMemory, sharing);
}

/** Why no database serves commands. The entrance of several has no data of its own: it serves while one of them does. */
function problemOfAll(served: readonly ServedDatabase[]): string | undefined {
  return served.every(({ backend }) => backend.problem !== undefined) ? served[0]?.backend.problem : undefined;
}

/**
 * Opens what runs the commands. The client of another server is loaded on demand. Rejects with an Error in one line when the
 * other server can be reached and cannot be used.
 */
async function openBackend(settings: Settings, engine: Engine, users: Users): Promise<Backend> {
  const { backend, databases, environment, limits, log } = settings;
  if (backend === undefined) return new EmbeddedBackend(engine);
  const { RemoteBackend } = await import("../backends/remote/remote-backend.ts");
  const fault = (error: unknown): void => {
    logEvent(log, "command-fault", faultOf(error));
  };
  const remote = new RemoteBackend(engine, { ...backend, environment, limits, fault }, log);
  users.onChange(() => remote.rightsChanged());
  const failure = await remote.start();
  if (failure?.isRefusal !== true) return remote;
  const address = describeTarget(backend.target);
  if (databases.length > 0) {
    // The other databases are served meanwhile.
    logEvent(log, "backend-unusable", { backend: address, reason: failure.reason });
    return remote;
  }
  await remote.close();
  throw new Error(`the Redis at ${address} cannot be used: ${failure.reason}`);
}

/** Databases by default, as in Redis. */
const DATABASES = 16;

/** The counts of commands, if they are asked for. They are loaded on demand. */
async function usageOf({ report }: Settings): Promise<CommandUsage | undefined> {
  if (report === undefined) return undefined;
  const { usageIn } = await import("./command-usage.ts");
  return usageIn(report);
}

function createEngine(settings: Settings, clientMemory: ClientMemory, usage: CommandUsage | undefined): Engine {
  const { backend, flush, target } = settings;
  const first = backend?.target.database ?? 0;
  const offered = offeredTables({ flush, isGateway: backend !== undefined, target });
  return new Engine({
    environment: settings.environment,
    commands: commandTables,
    offered: usage?.watched(offered) ?? offered,
    // The hosted service has one database.
    databases: settings.target?.isUpstash === true ? 1 : Math.max(DATABASES, first + 1),
    target: settings.target,
    firstDatabase: first,
    enableDebug: settings.enableDebug,
    isForTests: settings.isForTests,
    limits: settings.limits,
    luaBinary: readLuaBinary,
    clientMemory,
    maxMemoryBytes: settings.maxMemoryBytes,
    ...(settings.backend === undefined ? { heap: heapGauge() } : {}),
    maxMemoryPolicy: settings.maxMemoryPolicy,
    version: VERSION,
  });
}

/**
 * The users of the options and of the ACL file. `kept` is the ACL file of a data directory. Throws an {@link
 * OptionError} when the file does not parse.
 */
export function usersOf(
  { aclFile, log, readOnlyTokens, redisAuth, strictAcl, tokens }: Settings,
  kept: string | undefined,
): Users {
  const path = aclFile ?? kept;
  const store = path === undefined ? undefined : new AclFileStore(path, log, aclFile === undefined);
  try {
    return new Users({ commands: commandRows, tokens, readOnlyTokens, isOpen: !redisAuth, store, strict: strictAcl });
  } catch (error) {
    throw new OptionError("aclFile", `cannot be used: ${(error as Error).message}`);
  }
}
