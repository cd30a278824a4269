/**
 * The variables and the file of serverless-redis-http (SRH), so that one image can take the place of the other: `SRH_MODE`,
 * `SRH_TOKEN`, `SRH_CONNECTION_STRING`, `SRH_MAX_CONNECTIONS`, `SRH_PORT`, and `tokens.json`. They fill in what our own
 * variables do not say.
 */
import { readBounded } from "../server/bounded-file.ts";
import { UsageError } from "./flags.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Where SRH looks for its file, from the working directory. */
const TOKENS_PATH = "srh-config/tokens.json";

/** Limit on the file. An entry takes some hundred bytes. */
const TOKENS_BYTES_MAX = 1024 * 1024;

/** The default port of SRH. */
const SRH_PORT = "80";

/** A token and the server that it opens. */
interface Entry {
  readonly token: string;
  readonly url: string;
  readonly connectionsMax: string | undefined;
}

/** The environment with our variables filled in from SRH's; the same when there are none of those. Throws a {@link UsageError}. */
export function withSrh(environment: Variables, argv: readonly string[]): Variables {
  const entry = entryOf(environment);
  if (entry === undefined) return environment;
  const { connectionsMax, token, url } = entry;
  const keepsData = environment["STASHD_DATA"] !== undefined || argv.some((word) => /^--(?:data|memory)\b/.test(word));
  return {
    // SRH listens on all addresses, for HTTP alone, and keeps nothing.
    STASHD_HOST: "0.0.0.0",
    STASHD_REDIS_PORT: "off",
    ...(keepsData ? {} : { STASHD_MEMORY: "on" }),
    STASHD_PORT: environment["SRH_PORT"] ?? SRH_PORT,
    STASHD_TOKEN: token,
    STASHD_REDIS: url,
    ...(connectionsMax === undefined ? {} : { STASHD_LIMITS: `backendConnectionsMax=${connectionsMax}` }),
    ...environment,
  };
}

function entryOf(environment: Variables): Entry | undefined {
  const {
    SRH_CONNECTION_STRING: url,
    SRH_MAX_CONNECTIONS: connectionsMax,
    SRH_MODE: mode,
    SRH_TOKEN: token,
  } = environment;
  if (mode === "file") return entryOfFile(TOKENS_PATH);
  if (mode === undefined && (token === undefined || url === undefined)) return undefined;
  if (mode !== undefined && mode !== "env") throw new UsageError(`SRH_MODE is '${mode}'. There are env and file.`);
  if (token === undefined) throw new UsageError("SRH_MODE is env, and SRH_TOKEN says no token");
  if (url === undefined) throw new UsageError("SRH_MODE is env, and SRH_CONNECTION_STRING names no server");
  return { token, url, connectionsMax };
}

function entryOfFile(path: string): Entry {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readBounded(path, TOKENS_BYTES_MAX).toString("utf8"));
  } catch (error) {
    throw new UsageError(`SRH_MODE is file: ${path}: ${(error as Error).message}`);
  }
  const entries = Object.entries(parsed as Record<string, { connection_string?: unknown; max_connections?: unknown }>);
  const [first] = entries;
  if (first === undefined) throw new UsageError(`${path} has no token`);
  if (entries.length > 1) {
    throw new UsageError(`${path} has ${entries.length} tokens; start one process for each, with SRH_MODE=env`);
  }
  const [token, { connection_string: url, max_connections: connectionsMax }] = first;
  if (typeof url !== "string") throw new UsageError(`${path} names no connection_string`);
  return { token, url, connectionsMax: connectionsMax === undefined ? undefined : String(connectionsMax) };
}
