/** A running server, as its users see it. */

/** Where a server keeps its data, and what it found there. */
export interface DataReport {
  /** The directory. */
  readonly path: string;
  /** Keys that were loaded. */
  readonly keys: number;
  /** How long loading took, in milliseconds. */
  readonly loadMs: number;
}

/** A server that is listening. */
export interface StashdServer {
  /** Base URL for `UPSTASH_REDIS_REST_URL`, without a trailing slash. */
  readonly url: string;
  /** Port of HTTP. */
  readonly port: number;
  /** Port of the Redis protocol; undefined when it is off. */
  readonly redisPort: number | undefined;
  /**
   * `redis://…` for Redis clients, with the standard token unless the port asks for none; undefined when the Redis
   * protocol is off.
   */
  readonly redisUrl: string | undefined;
  /**
   * Address of the console, with a one-time code that opens it with the standard token. Without a code where tokens choose
   * between databases; undefined when there is no console.
   */
  readonly consoleUrl: string | undefined;
  /** Port of the metrics, if they have one of their own. */
  readonly metricsPort: number | undefined;
  /** The standard token, for `UPSTASH_REDIS_REST_TOKEN`. */
  readonly token: string;
  /** The read-only token, for `UPSTASH_REDIS_REST_TOKEN`. */
  readonly readOnlyToken: string;
  /** The directory that data is kept in, and what was loaded from it; undefined when it ends with the server. */
  readonly data: DataReport | undefined;
  /** Address of the Redis that this server stands in front of; undefined for data of its own. */
  readonly backend: string | undefined;
  /** The databases that tokens choose from, with the addresses of their Redis; none where there is one database. */
  readonly databases: readonly { readonly name: string; readonly backend: string }[];
  /** Stops listening, lets requests in flight finish, and frees everything. May be called more than once. */
  close(): Promise<void>;
}
