/** The environment variables by which clients find a server. */

/** What of a server can be given to a client. */
export const CLIENT_VALUES = ["url", "token", "read-only-token", "redis"] as const;

type ClientValue = (typeof CLIENT_VALUES)[number];

/** Names of variables, and what each holds. */
export type ClientNames = Readonly<Record<string, ClientValue>>;

/** The names that `@upstash/redis`, `@vercel/kv` and clients of the Redis protocol read. */
export const CLIENT_NAMES: ClientNames = {
  UPSTASH_REDIS_REST_URL: "url",
  UPSTASH_REDIS_REST_TOKEN: "token",
  KV_REST_API_URL: "url",
  KV_REST_API_TOKEN: "token",
  KV_REST_API_READ_ONLY_TOKEN: "read-only-token",
  KV_URL: "redis",
  REDIS_URL: "redis",
};

/** Where a server listens, and its tokens. */
interface ServerAddress {
  readonly url: string;
  readonly token: string;
  /** Undefined where it is not known. */
  readonly readOnlyToken: string | undefined;
  /** `redis://…`; undefined when the Redis protocol is off. */
  readonly redisUrl: string | undefined;
}

/** The variables with their values; undefined for what a server does not have. */
export function clientVariables(
  { readOnlyToken, redisUrl, token, url }: ServerAddress,
  names: ClientNames,
): Record<string, string | undefined> {
  const values = { url, token, "read-only-token": readOnlyToken, redis: redisUrl };
  return Object.fromEntries(Object.entries(names).map(([name, value]) => [name, values[value]]));
}
