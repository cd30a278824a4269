/** What `stashd/testing` declares: plain types, which do not reach into the engine. */
import type { Compatibility } from "../core/compatibility.ts";
import type { Limits } from "../core/limits.ts";
import type { EvictionPolicy } from "../core/policies.ts";

/** What of a database a variable may hold. */
export type TestVariable = "url" | "token" | "read-only-token" | "redis";

/** A test of node:test, or anything else that tells when it has ended. */
export interface TestOwner {
  /** Calls a function at the end. */
  after(end: () => Promise<void>): void;
}

/** Options of {@link createTestDatabase}, all of them optional. */
export interface TestDatabaseOptions {
  /** The standard token, which no other open test database of the process may have. Random by default. */
  readonly token?: string;
  /** The read-only token. Random by default. */
  readonly readOnlyToken?: string;
  /** Freezes the clock at this time from the start. By default the clock is that of the process, fake or not. */
  readonly now?: Date | number | string;
  /** Makes RANDOMKEY, SRANDMEMBER and the like repeat themselves. By default each database has other random numbers. */
  readonly seed?: number;
  /** Whether to start from the limits of the hosted service's free plan, which `limits` may change. False by default. */
  readonly hostedLimits?: boolean;
  /**
   * Limits on commands, values, scripts and quotas other than the defaults. Those on connections and on the size of a
   * whole HTTP request are the process's own.
   */
  readonly limits?: Partial<Limits>;
  /** Limit on the estimated memory of keys and values, in bytes; 0, the default, for none. */
  readonly maxMemoryBytes?: number;
  /** Which keys are evicted at that limit. `noeviction`, the default, refuses commands that take memory. */
  readonly maxMemoryPolicy?: EvictionPolicy;
  /** Whether ACL SETUSER accepts only what the hosted service accepts. False by default. */
  readonly strictAcl?: boolean;
  /**
   * A server whose commands and options there are, and no others, so that a test does not pass on what production cannot
   * do. By default all are there. `redis-8` and `valkey-8` stand for 8.0. `upstash` has one database and implies
   * `strictAcl`.
   */
  readonly compatibility?: Compatibility;
  /** Whether DEBUG is allowed. False by default. */
  readonly enableDebug?: boolean;
  /**
   * Whether to set the variables of {@link TestEnvironment} in `process.env` until the database is closed. Names of the
   * program's own may be added: `{ CACHE_URL: "redis" }`. Only one open database of a process can set them. False by default.
   */
  readonly env?: boolean | Readonly<Record<string, TestVariable>>;
  /** The test of node:test after which the database is closed. Without it {@link TestDatabase.close} does so. */
  readonly closeAfter?: TestOwner;
}

/** The variables by which programs find a database. */
export interface TestEnvironment {
  /** The base URL. */
  readonly UPSTASH_REDIS_REST_URL: string;
  /** The standard token. */
  readonly UPSTASH_REDIS_REST_TOKEN: string;
  /** The base URL. */
  readonly KV_REST_API_URL: string;
  /** The standard token. */
  readonly KV_REST_API_TOKEN: string;
  /** The read-only token. */
  readonly KV_REST_API_READ_ONLY_TOKEN: string;
  /** `redis://…`, with the standard token. */
  readonly REDIS_URL: string;
  /** `redis://…`, with the standard token. */
  readonly KV_URL: string;
}

/**
 * The clock of one test database. Deadlines, blocking commands, quotas, the IDs of streams and TIME in scripts go by it.
 * Limits on how long a script or a request may take do not.
 *
 * When time passes by `advance`, `set` or `freeze`, what is due on the way happens in its order, at its own time: keys and
 * fields expire, commands that block time out. All of it has happened, and its replies are sent, when the promise resolves.
 */
export interface TestClock {
  /** The time of the database, in milliseconds since the epoch. */
  now(): number;
  /** Stops the clock, at this time if one is given. Rejects as {@link TestClock.set}. */
  freeze(at?: Date | number | string): Promise<void>;
  /** Lets time pass: milliseconds, or a text such as `"2h"`, `"1h30m"`, `"250ms"`. A frozen clock stands still again after that. */
  advance(by: number | string): Promise<void>;
  /**
   * Sets the clock, which then runs on, or stands still if it is frozen. Rejects with an Error if time would go back for
   * keys or for commands that block: flush the database first, or create it with `now`.
   */
  set(at: Date | number | string): Promise<void>;
  /** Lets a frozen clock run again, from where it stands. */
  resume(): Promise<void>;
}

/** A request of `@upstash/redis`. */
export interface TestRequest {
  /** Segments of the path: `pipeline`, or none. */
  readonly path?: string[];
  /** What is sent as JSON. */
  readonly body?: unknown;
  /** Headers of this request. */
  readonly headers?: Record<string, string>;
  /** Ends the request early. */
  readonly signal?: AbortSignal;
  /** Called with each message of an event stream. */
  readonly onMessage?: (data: string) => void;
}

/** What `@upstash/redis` gets for a request. */
export interface TestResponse<Result> {
  /** The reply, or those of a pipeline. */
  result?: Result;
  /** The error, where there is no reply. */
  error?: string;
}

/** What `new Redis(requester)` of `@upstash/redis` takes in place of a URL and a token. */
export interface TestRequester {
  /** Whether requests carry the sync token of the one before. */
  readYourWrites?: boolean;
  /** The sync token of the last answer. */
  upstashSyncToken?: string;
  /** Sends a request. */
  request: <Result = unknown>(request: TestRequest) => Promise<TestResponse<Result>>;
}

/** The way by which a command was sent: a path of the REST API, or the Redis protocol. */
export type TestRoute = "command" | "pipeline" | "multi-exec" | "subscribe" | "psubscribe" | "monitor" | "redis";

/** A command as it was sent. */
export interface SentCommand {
  /** Its words; none of a request that was refused as malformed. Secrets are left out, and bytes that are no text. */
  readonly command: readonly string[];
  /** The way by which it was sent. */
  readonly route: TestRoute;
  /** The user of its token. */
  readonly user: string | undefined;
  /** When it arrived, by the clock of the database, in milliseconds since the epoch. */
  readonly time: number;
  /** The status of the answer, that of the whole request; undefined before it, and over the Redis protocol. */
  readonly status: number | undefined;
}

/** What a fault happens to. Without any of these, every request. */
export interface FaultMatch {
  /** A command, such as `GET` or `CONFIG GET`, in any case. A request with several matches if one of them does. */
  readonly command?: string;
  /** The way by which it was sent. */
  readonly route?: TestRoute;
  /** A pattern that a key of a command matches, as KEYS takes it. */
  readonly key?: string;
}

/**
 * What happens. An error alone is the answer to the commands that match, each by itself also in a pipeline; everything
 * else happens to the whole request. Over the Redis protocol every command is a request.
 */
export interface FaultAction {
  /** The answer comes this much later, by the timers of the process, fake or not; Infinity for never. */
  readonly latencyMs?: number;
  /** The status of the answer, from 400 to 599. Nothing runs. With 429 the text is that of the used-up quota, unless given. */
  readonly status?: number;
  /** The text of the answer, such as `ERR out of luck`. Nothing runs. */
  readonly error?: string;
  /** The connection is closed without an answer. Nothing runs. */
  readonly disconnect?: boolean;
  /** The request runs, and the connection ends in the middle of the answer; over the Redis protocol, before it. */
  readonly truncate?: boolean;
  /** How often it happens; any number of times by default. */
  readonly times?: number;
  /** How likely it happens to a request that matches, from 0 to 1; always by default. */
  readonly probability?: number;
  /** Makes the choices of `probability` repeat themselves. */
  readonly seed?: number;
}

/** A fault to add. */
export interface FaultSpec {
  /** What it happens to; every request by default. */
  readonly match?: FaultMatch;
  /** What happens. */
  readonly action: FaultAction;
}

/** A fault that was added. */
export interface Fault {
  /** Requests or commands that it matched. */
  readonly matched: number;
  /** Those of them to which it happened. */
  readonly happened: number;
  /** Removes it. It is not among those that {@link TestDatabase.close} may name. */
  remove(): void;
}

/** The faults of a test database. Of several that match, the first that was added happens. */
export interface TestFaults {
  /** Adds a fault. Throws a TypeError that says what is wrong with it. */
  add(fault: FaultSpec): Fault;
  /** Removes all of them. */
  clear(): void;
}

/** The data of a test database at one time, which {@link TestDatabase.restore} brings back. */
export interface Snapshot {
  /** The time of the clock then, in milliseconds since the epoch. */
  readonly time: number;
  /** The number of keys then, in all numbered databases. */
  readonly keys: number;
}

/** How {@link TestDatabase.dump} writes a file. */
export interface DumpOptions {
  /**
   * Whether deadlines in JSON lines are times, or times to live that count from the moment at which the file is loaded:
   * `absolute`, the default, or `relative`. Other formats have times.
   */
  readonly ttl?: "absolute" | "relative";
}

/** A database for tests, isolated from all others by its token. */
export interface TestDatabase {
  /** Base URL of the REST API, without a trailing slash. All test databases of a process share it. */
  readonly url: string;
  /** The standard token. */
  readonly token: string;
  /** The read-only token. */
  readonly readOnlyToken: string;
  /** `redis://…` for Redis clients, with the standard token. */
  readonly redisUrl: string;
  /** The variables that programs read these from. */
  readonly env: TestEnvironment;
  /**
   * A `fetch` for URLs of the database that is answered in this process, with the bytes and headers of HTTP. Relative URLs
   * are the database's. Rejects with a TypeError for any other server.
   */
  readonly fetch: typeof globalThis.fetch;
  /** For `new Redis(db.requester)` of `@upstash/redis`: commands without sockets, with the standard token. */
  readonly requester: TestRequester;
  /** The clock that this database goes by. */
  readonly clock: TestClock;
  /** What goes wrong with its requests. */
  readonly faults: TestFaults;
  /**
   * What was sent with the tokens of this database, in the order in which it arrived. The last 10,000 requests are kept, or
   * fewer if they are large.
   */
  requests(): SentCommand[];
  /** Forgets what was sent so far. */
  forgetRequests(): void;
  /**
   * Keeps the data and function libraries as they are, in memory, until the snapshot is no longer used. Takes no time: a
   * key is kept when it changes.
   */
  snapshot(): Promise<Snapshot>;
  /**
   * Makes the data and function libraries what they were. A clock that was moved goes back with them; one that was not
   * runs on, so keys may have expired meanwhile. Rejects with a TypeError for a snapshot of another database.
   */
  restore(snapshot: Snapshot): Promise<void>;
  /**
   * Loads a file into the database, beside the keys that are there, of which it replaces those of the same name; answers
   * how many keys it has loaded. The file has JSON lines, commands or an RDB dump, as `stashd import` reads them. Rejects
   * with an Error that names the place of a fault; then nothing is loaded.
   */
  load(file: string): Promise<number>;
  /**
   * Writes all keys to a file, by its ending as JSON lines (`.jsonl`, `.ndjson`), RDB (`.rdb`) or commands (`.resp`);
   * answers how many. JSON lines are in the order of the keys, so that the files of two runs can be compared.
   */
  dump(file: string, options?: DumpOptions): Promise<number>;
  /** Removes all keys, scripts and functions. Users, settings and the clock stay. */
  flush(): Promise<void>;
  /**
   * Closes the database: its connections end, and its tokens open nothing any more. May be called more than once. Rejects,
   * when that is done, with an Error that names the faults that met no request, since a test with such tests nothing.
   */
  close(): Promise<void>;
  /** Closes the database at the end of the block of an `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
