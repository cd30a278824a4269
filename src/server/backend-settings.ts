/** What the options say about servers behind this one: one for all tokens, or several that tokens choose from. */
import { describeTarget, parseTargets } from "../backends/remote/target.ts";
import type { Target } from "../backends/remote/target.ts";
import type { Environment } from "../core/environment.ts";
import { isTestToken, testToken } from "../core/test-token.ts";
import { OptionError } from "./server-options.ts";
import type { DatabaseOptions, RedisTlsSettings, ServerOptions } from "./server-options.ts";

/** The Redis that this server stands in front of. */
export interface BackendSettings {
  readonly target: Target;
  readonly tls: RedisTlsSettings;
  readonly clientName: string;
}

interface TokenSettings {
  /** One or more; the first is shown to users. */
  readonly tokens: readonly string[];
  readonly readOnlyTokens: readonly string[];
}

/** One of several databases. */
export interface DatabaseSettings extends TokenSettings {
  readonly name: string;
  readonly backend: BackendSettings;
  readonly connectionsMax: number | undefined;
}

/** Options that say how this process keeps its own data. */
const OF_THE_ENGINE = ["fsync", "maxMemoryBytes", "maxMemoryPolicy", "enableDebug", "compatibility", "report"] as const;

/** Options that mean nothing where tokens choose between several databases, and why. */
const OF_ONE_DATABASE = {
  redis: "names one server; with databases, each has its own",
  token: "opens one database; with databases, each has its own",
  readOnlyToken: "opens one database; with databases, each has its own",
  data: "keeps the users of one database; with databases, leave it out",
  aclFile: "keeps the users of one database; with databases, leave it out",
} as const;

/** The tokens that the options give, or random ones. */
export function tokensOf(
  { readOnlyToken, token }: Pick<ServerOptions, "readOnlyToken" | "token">,
  environment: Environment,
  isForTests = false,
): TokenSettings {
  const random = (): string => (isForTests ? testToken(environment.secretHex(24)) : environment.secretHex(24));
  const tokens = (token ?? random()).split(",");
  const readOnlyTokens = (readOnlyToken ?? random()).split(",");
  for (const [option, given] of Object.entries({ token: tokens, readOnlyToken: readOnlyTokens })) {
    if (!isForTests && given.some(isTestToken)) {
      throw new OptionError(option, "was made for tests, and this server is not for tests; choose another");
    }
  }
  if (readOnlyTokens.some((one) => tokens.includes(one))) {
    throw new OptionError("readOnlyToken", "must differ from token");
  }
  return { tokens, readOnlyTokens };
}

/** The settings of the backend. Throws an {@link OptionError} for options that mean nothing with it, or without. */
export function backendOf(options: ServerOptions): BackendSettings | undefined {
  const { databases, redis } = options;
  if (redis === undefined && databases === undefined) {
    const orphan = (["redisTls", "redisName"] as const).find((name) => options[name] !== undefined);
    if (orphan !== undefined) throw new OptionError(orphan, "means nothing without redis, the URL of a backend");
    return undefined;
  }
  const foreign = OF_THE_ENGINE.find((name) => options[name] !== undefined);
  if (foreign !== undefined) {
    throw new OptionError(foreign, "is about data in this process; with redis, configure that server and leave it out");
  }
  return redis === undefined ? undefined : settingsOf(redis, options, "redis");
}

/** The databases that tokens choose from. Those with the same URL become one. Throws an {@link OptionError}. */
export function databasesOf(options: ServerOptions, environment: Environment): readonly DatabaseSettings[] {
  if (options.databases === undefined) return [];
  for (const name of Object.keys(OF_ONE_DATABASE) as (keyof typeof OF_ONE_DATABASE)[]) {
    if (options[name] !== undefined) throw new OptionError(name, OF_ONE_DATABASE[name]);
  }
  if (options.redisAuth === false) throw new OptionError("redisAuth", "cannot be off where tokens choose a database");
  const byUrl = new Map<string, DatabaseSettings>();
  for (const [i, given] of options.databases.entries()) {
    const option = `databases.${i}`;
    byUrl.set(given.redis, joined(byUrl.get(given.redis), given, tokensOf(given, environment), options, option));
  }
  const databases = [...byUrl.values()];
  const tokens = databases.flatMap((one) => [...one.tokens, ...one.readOnlyTokens]);
  if (new Set(tokens).size < tokens.length) throw new OptionError("databases", "has a token that opens two of them");
  return databases;
}

/** A database with the tokens of one more entry. */
function joined(
  before: DatabaseSettings | undefined,
  { connectionsMax, name, redis }: DatabaseOptions,
  own: TokenSettings,
  options: ServerOptions,
  option: string,
): DatabaseSettings {
  const backend = before?.backend ?? settingsOf(redis, options, `${option}.redis`);
  return {
    name: before?.name ?? name ?? describeTarget(backend.target),
    tokens: [...(before?.tokens ?? []), ...own.tokens],
    readOnlyTokens: [...(before?.readOnlyTokens ?? []), ...own.readOnlyTokens],
    backend,
    connectionsMax: larger(before?.connectionsMax, connectionsMax),
  };
}

const larger = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

/** `option` is the name of the option that has the URLs. */
function settingsOf(
  urls: string | readonly string[],
  { redisName, redisTls }: ServerOptions,
  option: string,
): BackendSettings {
  let target: Target;
  try {
    target = parseTargets([urls].flat());
  } catch (error) {
    throw new OptionError(option, `cannot be used: ${(error as Error).message}`);
  }
  if (redisTls !== undefined && !target.isTls) {
    throw new OptionError("redisTls", "is for a backend that speaks TLS; write rediss:// in its URL");
  }
  return { target, tls: redisTls ?? {}, clientName: redisName ?? "stashd" };
}
