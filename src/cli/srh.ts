/**
 * The variables and the file of serverless-redis-http (SRH), so that one image can take the place of the other: `SRH_MODE`,
 * `SRH_TOKEN`, `SRH_CONNECTION_STRING`, `SRH_MAX_CONNECTIONS`, `SRH_PORT`, `TOKEN_RESOLUTION_FILE_PATH`, and `tokens.json`. They fill in what our own
 * variables do not say.
 */
import { UsageError } from "./usage-error.ts";
import type { Variables } from "./variables.ts";

/** Where SRH looks for its file, from the working directory, unless `TOKEN_RESOLUTION_FILE_PATH` says otherwise. */
const TOKENS_PATH = "srh-config/tokens.json";

/** The default port of SRH. */
const SRH_PORT = "80";

/** The environment with our variables filled in from SRH's; the same when there are none of those. Throws a {@link UsageError}. */
export function withSrh(environment: Variables, argv: readonly string[]): Variables {
  const access = accessOf(environment);
  if (access === undefined) return environment;
  const keepsData = environment["STASHD_DATA"] !== undefined || argv.some((word) => /^--(?:data|memory)\b/.test(word));
  return {
    // SRH listens on all addresses, for HTTP alone, and keeps nothing.
    STASHD_HOST: "0.0.0.0",
    STASHD_REDIS_PORT: "off",
    ...(keepsData ? {} : { STASHD_MEMORY: "on" }),
    STASHD_PORT: environment["SRH_PORT"] ?? SRH_PORT,
    ...access,
    ...environment,
  };
}

/** Our variables for the tokens and the servers behind them; undefined when SRH's are not used. */
function accessOf(environment: Variables): Variables | undefined {
  const {
    SRH_CONNECTION_STRING: url,
    SRH_MAX_CONNECTIONS: connectionsMax,
    SRH_MODE: mode,
    SRH_TOKEN: token,
    TOKEN_RESOLUTION_FILE_PATH: path = TOKENS_PATH,
  } = environment;
  if (mode === "file") return { STASHD_TOKENS_FILE: path };
  if (mode === undefined && (token === undefined || url === undefined)) return undefined;
  if (mode !== undefined && mode !== "env") throw new UsageError(`SRH_MODE is '${mode}'. There are env and file.`);
  if (token === undefined) throw new UsageError("SRH_MODE is env, and SRH_TOKEN says no token");
  if (url === undefined) throw new UsageError("SRH_MODE is env, and SRH_CONNECTION_STRING names no server");
  const limits = connectionsMax === undefined ? {} : { STASHD_LIMITS: `backendConnectionsMax=${connectionsMax}` };
  return { STASHD_TOKEN: token, STASHD_REDIS: url, ...limits };
}
