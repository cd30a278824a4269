/** The options of a server: checks and defaults. */
import { createSecureContext } from "node:tls";
import * as v from "valibot";
import { COMPATIBILITIES } from "../core/compatibility.ts";
import { targetOf } from "../core/target.ts";
import type { Target } from "../core/target.ts";
import { systemEnvironment } from "../core/environment.ts";
import type { Environment } from "../core/environment.ts";
import { DEFAULT_LIMITS, defaultLimits, HOSTED_LIMITS } from "../core/limits.ts";
import type { Limits } from "../core/limits.ts";
import { heapBytes } from "./heap.ts";
import { knownNamesHint } from "./nearest-name.ts";
import type { Disk } from "../persistence/disk.ts";
import { isLoopback } from "./web-origins.ts";
import { SILENT } from "../core/log.ts";
import type { RequestObserver } from "./observed-handler.ts";
import type { Sharing } from "./shared-messages.ts";
import type { Log } from "../core/log.ts";
import { EVICTION_POLICIES, FSYNC_POLICIES } from "../core/policies.ts";
import { backendOf, databasesOf, tokensOf } from "./backend-settings.ts";
import type { BackendSettings, DatabaseSettings } from "./backend-settings.ts";
import { OptionError } from "./server-options.ts";
import type { EvictionPolicy, FsyncPolicy } from "../core/policies.ts";
import type { CorsPolicy, RedisTlsSettings, ServerOptions, TlsSettings } from "./server-options.ts";

/** Options with what only tests and the executable give. */
export interface StartOptions extends ServerOptions {
  /** What processes on the same ports tell each other. */
  readonly sharing?: Sharing;
  /** Is told of every request. */
  readonly requests?: RequestObserver | undefined;
  /** Whether the data is for tests: then random tokens are of a kind of their own, and others are explained. */
  readonly isForTests?: boolean;
  /** What the data directory is kept on. The machine's disk by default. */
  readonly disk?: Disk;
  /** Whether neither the listeners nor their connections keep the process running. */
  readonly isBackground?: boolean;
}

/** Checked options, with a value for each that has a default. */
export interface Settings {
  readonly port: number;
  readonly redisPort: number | "auto" | "off";
  readonly redisAuth: boolean;
  /** Undefined for both loopback addresses. */
  readonly host: string | undefined;
  /** One or more; the first is shown to users. */
  readonly tokens: readonly string[];
  readonly readOnlyTokens: readonly string[];
  readonly data: string | undefined;
  readonly fsync: FsyncPolicy;
  /** Undefined for the data of this process, and for several databases. */
  readonly backend: BackendSettings | undefined;
  /** Empty unless tokens choose between several; then there are no `backend` and `data`. */
  readonly databases: readonly DatabaseSettings[];
  readonly aclFile: string | undefined;
  readonly report: string | undefined;
  readonly strictAcl: boolean;
  /** The server whose commands there are; undefined for all that this one has. */
  readonly target: Target | undefined;
  readonly tls: TlsSettings | undefined;
  readonly http: "own" | "node";
  readonly cors: CorsPolicy;
  readonly allowedHosts: readonly string[];
  readonly queryToken: boolean;
  readonly console: boolean;
  readonly trustProxy: boolean;
  readonly maxMemoryBytes: number;
  readonly maxClientMemoryBytes: number;
  readonly maxMemoryPolicy: EvictionPolicy;
  readonly enableDebug: boolean;
  readonly isForTests: boolean;
  readonly isBackground: boolean;
  readonly flush: boolean;
  readonly limits: Readonly<Limits>;
  readonly sharing: Sharing | undefined;
  readonly metricsToken: string | undefined;
  readonly metricsPort: number | undefined;
  readonly log: Log;
  readonly requests: RequestObserver | undefined;
  readonly onLoading: ((loadedBytes: number, totalBytes: number) => void) | undefined;
  readonly onShutdown: (() => void) | undefined;
  readonly environment: Environment;
}

/** The port of the REST API unless another is given. */
export const DEFAULT_PORT = 8079;

/** Redis's default port, which `auto` tries first. */
export const DEFAULT_REDIS_PORT = 6379;

const token = v.pipe(
  v.string(),
  v.regex(
    /^[\x21-\x2b\x2d-\x7e]{1,4096}(?:,[\x21-\x2b\x2d-\x7e]{1,4096})*$/,
    "must be 1 to 4096 printable ASCII characters without spaces",
  ),
);

const limit = v.pipe(v.number(), v.integer("must be a whole number"), v.minValue(1, "must be at least 1"));

/** For limits that are 0 by default, which means none. */
const zeroLimit = v.pipe(v.number(), v.integer("must be a whole number"), v.minValue(0, "must be at least 0"));

/** Other limits that may be 0. */
const ZERO_TOO: ReadonlySet<string> = new Set(["failedLoginsMax", "localFailedLoginsMax", "loginMsMax"]);

/** The longest delay of a timer, in milliseconds. A longer one fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

const limits = Object.entries(DEFAULT_LIMITS).map(([name, max]) => {
  const bounded = max === 0 || ZERO_TOO.has(name) ? zeroLimit : limit;
  const isTime = name.endsWith("MsMax");
  const message = `must be at most ${TIMER_MS_MAX}, the longest time of a timer in milliseconds`;
  return [name, v.optional(isTime ? v.pipe(bounded, v.maxValue(TIMER_MS_MAX, message)) : bounded)];
});

const portMessage = "must be a whole number from 0 to 65535";

const port = v.pipe(
  v.number(portMessage),
  v.integer(portMessage),
  v.minValue(0, portMessage),
  v.maxValue(65_535, portMessage),
);

function isRedisPort(value: unknown): boolean {
  return value === "auto" || value === "off" || v.is(port, value);
}

/** What is wrong with another certificate. */
export const NO_TLS = "must be a certificate and its key, both PEM";

export function isTls(value: unknown): boolean {
  try {
    createSecureContext(value as TlsSettings);
    const { cert, key } = value as Partial<TlsSettings>;
    return cert !== undefined && key !== undefined;
  } catch {
    return false;
  }
}

function isRedisTls(value: unknown): boolean {
  try {
    createSecureContext(value as RedisTlsSettings);
    const { cert, key } = value as RedisTlsSettings;
    return (cert === undefined) === (key === undefined);
  } catch {
    return false;
  }
}

/** An origin as browsers write it, or `null` for pages without one, such as files. */
const origin = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9+.-]*:\/\/[^/\s]+$|^null$/, "must be origins, as https://a.example"),
);

const url = v.pipe(v.string("must be a URL"), v.nonEmpty("must not be empty"));

const flag = v.optional(v.boolean("must be true or false"));

const database = v.object(
  {
    token,
    readOnlyToken: v.optional(token),
    redis: url,
    name: v.optional(v.string("must be a text")),
    connectionsMax: v.optional(limit),
  },
  "must be an object",
);

/** An object of the caller's, whose methods are not checked. */
const theirs = v.optional(v.object({}, "must be an object"));

const entries = {
  port: v.optional(port),
  redisPort: v.optional(v.custom<number | "auto" | "off">(isRedisPort, `${portMessage}, "auto" or "off"`)),
  redisAuth: flag,
  host: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
  token: v.optional(token),
  readOnlyToken: v.optional(token),
  data: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
  disk: theirs,
  isForTests: flag,
  isBackground: flag,
  sharing: theirs,
  fsync: v.optional(v.picklist(FSYNC_POLICIES, `must be one of ${FSYNC_POLICIES.join(", ")}`)),
  redis: v.optional(v.union([url, v.pipe(v.array(url), v.nonEmpty("must not be empty"))], "must be a URL, or several")),
  databases: v.optional(v.pipe(v.array(database), v.minLength(1, "must not be empty"))),
  redisTls: v.optional(v.custom<RedisTlsSettings>(isRedisTls, "must be certificates and a key, all PEM")),
  redisName: v.optional(v.pipe(v.string(), v.regex(/^[!-~]*$/, "must have no spaces or special characters"))),
  aclFile: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
  report: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
  strictAcl: flag,
  compatibility: v.optional(v.picklist(COMPATIBILITIES, `must be one of ${COMPATIBILITIES.join(", ")}`)),
  tls: v.optional(v.custom<TlsSettings>(isTls, NO_TLS)),
  http: v.optional(v.picklist(["own", "node"], 'must be "own" or "node"')),
  cors: v.optional(
    v.union([v.picklist(["*", "local"]), v.array(origin)], 'must be "*", "local" or a list of origins, https://…'),
  ),
  allowedHosts: v.optional(
    v.array(v.pipe(v.string(), v.regex(/^[^\s/:]+$|^\[[^\]]+\]$/, "must be names without port"))),
  ),
  queryToken: flag,
  console: flag,
  trustProxy: flag,
  flush: flag,
  hostedLimits: flag,
  maxMemoryBytes: v.optional(zeroLimit),
  maxClientMemoryBytes: v.optional(zeroLimit),
  maxMemoryPolicy: v.optional(v.picklist(EVICTION_POLICIES, `must be one of ${EVICTION_POLICIES.join(", ")}`)),
  enableDebug: flag,
  limits: v.optional(v.object(Object.fromEntries(limits) as Record<keyof Limits, typeof limit>, "must be an object")),
  metricsToken: v.optional(
    v.pipe(v.string(), v.regex(/^[!-~]{1,4096}$/, "must be 1 to 4096 printable ASCII characters without spaces")),
  ),
  metricsPort: v.optional(port),
  log: theirs,
  requests: theirs,
  onLoading: v.optional(v.function("must be a function")),
  onShutdown: v.optional(v.function("must be a function")),
  environment: theirs,
} satisfies Record<keyof StartOptions, unknown>;

const checks = v.object(entries, "must be an object");

/** Throws an {@link OptionError} for the first unknown name, which would have no effect otherwise. */
function refuseUnknown(given: object, known: readonly string[], prefix: string, kind: string): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    throw new OptionError(prefix + name, `is not ${kind}${knownNamesHint(name, known)}`);
  }
}

/** Two doors cannot have one port, unless it is 0, for any. */
function refuseSamePorts({ metricsPort, port: restPort = DEFAULT_PORT, redisPort }: StartOptions): void {
  const taken = new Map<unknown, string>([[restPort, "port"]]);
  for (const [name, value] of Object.entries({ redisPort, metricsPort })) {
    if (typeof value !== "number" || value === 0) continue;
    const other = taken.get(value);
    if (other !== undefined) throw new OptionError(name, `must differ from ${other}, which is ${value}`);
    taken.set(value, name);
  }
}

/** Checks the options and fills the defaults in. Throws an {@link OptionError} for the first invalid one. */
export function resolveOptions(options: StartOptions): Settings {
  const checked = v.safeParse(checks, options, { abortEarly: true });
  if (!checked.success) {
    const [issue] = checked.issues;
    throw new OptionError(v.getDotPath(issue) ?? "options", issue.message);
  }
  refuseUnknown(options, Object.keys(entries), "", "an option");
  refuseUnknown(options.limits ?? {}, Object.keys(DEFAULT_LIMITS), "limits.", "a limit");
  if (options.redisAuth === false && !isLoopback(options.host)) {
    throw new OptionError("redisAuth", `can be off on a loopback address only, and ${options.host} is none`);
  }
  refuseSamePorts(options);
  const environment = options.environment ?? systemEnvironment;
  const heap = heapBytes();
  const databases = databasesOf(options, environment);
  const { readOnlyTokens, tokens } = databases[0] ?? tokensOf(options, environment, options.isForTests);
  const opensData = [{ tokens, readOnlyTokens }, ...databases].some(({ tokens: all, readOnlyTokens: reading }) =>
    [...all, ...reading].includes(options.metricsToken ?? ""),
  );
  if (opensData) throw new OptionError("metricsToken", "must differ from the tokens that open data");
  return {
    port: options.port ?? DEFAULT_PORT,
    redisPort: options.redisPort ?? "off",
    redisAuth: options.redisAuth ?? true,
    host: options.host,
    tokens,
    readOnlyTokens,
    data: options.data,
    fsync: options.fsync ?? "everysec",
    backend: backendOf(options),
    databases,
    aclFile: options.aclFile,
    report: options.report,
    strictAcl: options.strictAcl ?? options.compatibility === "upstash",
    target: options.compatibility === undefined ? undefined : targetOf(options.compatibility),
    tls: options.tls,
    http: options.http ?? "own",
    cors: options.cors ?? (isLoopback(options.host) ? "local" : "*"),
    allowedHosts: options.allowedHosts ?? [],
    queryToken: options.queryToken ?? true,
    console: options.console ?? true,
    trustProxy: options.trustProxy ?? false,
    maxMemoryBytes: options.maxMemoryBytes ?? 0,
    maxClientMemoryBytes: options.maxClientMemoryBytes ?? Math.floor(heap / 4),
    maxMemoryPolicy: options.maxMemoryPolicy ?? "noeviction",
    enableDebug: options.enableDebug ?? false,
    isForTests: options.isForTests ?? false,
    isBackground: options.isBackground ?? false,
    flush: options.flush ?? true,
    limits: { ...defaultLimits(heap), ...(options.hostedLimits === true ? HOSTED_LIMITS : {}), ...options.limits },
    sharing: options.sharing,
    metricsToken: options.metricsToken,
    metricsPort: options.metricsPort,
    log: options.log ?? SILENT,
    requests: options.requests,
    onLoading: options.onLoading,
    onShutdown: options.onShutdown,
    environment,
  };
}
