/** The environment variables by which clients find a server. */

/** What of a server can be given to a client. */
export const CLIENT_VALUES = ["url", "token", "read-only-token", "redis"] as const;

type ClientValue = (typeof CLIENT_VALUES)[number];

/** Names of variables, and what each holds. */
export type ClientNames = Readonly<Record<string, ClientValue>>;

/** The names that `@upstash/redis`, `@vercel/kv` and clients of the Redis protocol read. */
export const CLIENT_NAMES = {
  UPSTASH_REDIS_REST_URL: "url",
  UPSTASH_REDIS_REST_TOKEN: "token",
  KV_REST_API_URL: "url",
  KV_REST_API_TOKEN: "token",
  KV_REST_API_READ_ONLY_TOKEN: "read-only-token",
  KV_URL: "redis",
  REDIS_URL: "redis",
} as const satisfies ClientNames;

/** Where a server listens, and its tokens. `Text` is a string, or undefined as well where a server may lack the last two. */
interface ServerAddress<Text extends string | undefined> {
  readonly url: string & Text;
  readonly token: string & Text;
  /** Undefined where it is not known. */
  readonly readOnlyToken: Text;
  /** `redis://…`; undefined when the Redis protocol is off. */
  readonly redisUrl: Text;
}

/** The variables with their values; undefined for what a server does not have. */
export function clientVariables<Name extends string, Text extends string | undefined>(
  { readOnlyToken, redisUrl, token, url }: ServerAddress<Text>,
  names: Readonly<Record<Name, ClientValue>>,
): Record<Name, Text> {
  const values: Record<ClientValue, Text> = { url, token, "read-only-token": readOnlyToken, redis: redisUrl };
  const entries = Object.entries<ClientValue>(names).map(([name, value]) => [name, values[value]]);
  return Object.fromEntries(entries) as Record<Name, Text>;
}
