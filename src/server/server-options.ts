/** The options of a server, as its users give them. */
import type { Compatibility } from "../core/compatibility.ts";
import type { Environment } from "../core/environment.ts";
import type { Limits } from "../core/limits.ts";
import type { EvictionPolicy, FsyncPolicy } from "../core/policies.ts";
import type { Log } from "../core/log.ts";

/** Origins of web pages that may call: any, those of this machine, or a list. */
export type CorsPolicy = "*" | "local" | readonly string[];

/** A certificate and its key, in PEM, for TLS on every port. */
export interface TlsSettings {
  /** The certificate, followed by intermediate certificates. */
  readonly cert: string | Buffer;
  /** Its private key. */
  readonly key: string | Buffer;
}

/** Certificates for a backend behind `rediss://`, in PEM. */
export interface RedisTlsSettings {
  /** Authorities that its certificate may come from, in place of the system's. */
  readonly ca?: string | Buffer;
  /** A certificate of this server's, where the backend asks for one. */
  readonly cert?: string | Buffer;
  /** Its private key. */
  readonly key?: string | Buffer;
}

/** Options of {@link startServer}, all of them optional. */
export interface ServerOptions {
  /** TCP port; 0 for any free one. 8079 by default. */
  readonly port?: number;
  /**
   * TCP port of the Redis protocol: 0 for any free one, `auto` for 6379 or else any free one, `off`, the default, for
   * none.
   */
  readonly redisPort?: number | "auto" | "off";
  /**
   * Whether clients of the Redis port must authenticate. True by default. Without, a connection starts as the user
   * `default`, for tools that take nothing but an address; allowed on loopback addresses only. What an ACL file says
   * about `default` applies: its rights, `off`, and a password of its own.
   */
  readonly redisAuth?: boolean;
  /** Address to listen on. By default both loopback addresses, 127.0.0.1 and ::1. */
  readonly host?: string;
  /**
   * The standard token, 1 to 4096 printable ASCII chars without spaces and commas, or several valid ones separated by
   * commas, such as a new one and the one to be replaced. Random by default.
   */
  readonly token?: string;
  /** The read-only token, in the form of `token`, from which it must differ. Random by default. */
  readonly readOnlyToken?: string;
  /**
   * A directory to keep data, users and generated tokens in, so that a restart changes nothing. It is made when it is not
   * there. None by default: everything ends with the process.
   */
  readonly data?: string;
  /** When what was written is made safe on the disk: `everysec`, the default, `always`, or `no` for never by itself. */
  readonly fsync?: FsyncPolicy;
  /**
   * A running Redis or Valkey whose data is served in place of this process's own: `redis://`, `rediss://`, `unix:`, or
   * `redis+sentinel://host:port,host:port/name` for the primary of a Sentinel group. `data` keeps tokens and users only
   * then. A node of a Cluster stands for all of them; name several, so that one of them may be away at the start.
   */
  readonly redis?: string | readonly string[];
  /**
   * Several servers as `redis` names one, each for tokens of its own, in place of `redis` and `token`. Users are not kept
   * then. Those with the same URL are one database with several tokens.
   */
  readonly databases?: readonly DatabaseOptions[];
  /** Certificates for `redis`. The system's authorities by default. */
  readonly redisTls?: RedisTlsSettings;
  /** The name that connections to `redis` give themselves. `stashd` by default, empty for none. */
  readonly redisName?: string;
  /** A file of users in the form of ACL LIST, which ACL SAVE writes. None by default. */
  readonly aclFile?: string;
  /** Whether ACL SETUSER accepts only what the hosted service accepts. False by default. */
  readonly strictAcl?: boolean;
  /**
   * A server whose commands and options there are, and no others, so that a test does not pass on what production cannot
   * do. By default all are there. `redis-8` and `valkey-8` stand for 8.0. `upstash` has one database and implies
   * `strictAcl`.
   */
  readonly compatibility?: Compatibility;
  /**
   * A folder for a file of this process that counts the commands and options that clients use, for `stashd report`: names
   * only, no arguments. None by default.
   */
  readonly report?: string;
  /** TLS (`https://` and `rediss://`) on every port. None by default. */
  readonly tls?: TlsSettings;
  /** The HTTP listener: `own`, the default, or `node` for node:http, which is slower and no stricter. */
  readonly http?: "own" | "node";
  /**
   * Origins of web pages that may call the server, `local` for those of this machine, or `*` for any. By default
   * `local` on a loopback address, `*` on any other.
   */
  readonly cors?: CorsPolicy;
  /**
   * Host names that requests may be addressed to. On a loopback address, `localhost` and the like are allowed besides
   * these, and no others; on another address, all are allowed unless some are given.
   */
  readonly allowedHosts?: readonly string[];
  /** Whether a token may be in the query, as `_token`. True by default. */
  readonly queryToken?: boolean;
  /** Whether there is a console, a web page at `/console` that shows and edits the data. True by default. */
  readonly console?: boolean;
  /**
   * Whether to take the client's address from the end of `X-Forwarded-For`, which a proxy in front must write. False by
   * default.
   */
  readonly trustProxy?: boolean;
  /** Limit on the estimated memory of keys and values, in bytes; 0, the default, for what V8's heap can hold. */
  readonly maxMemoryBytes?: number;
  /**
   * Limit on the memory that clients use beside the data, in bytes: input, unread replies and messages, queued
   * commands. The client that uses most is disconnected first. 0 for none; by default a quarter of V8's heap limit.
   */
  readonly maxClientMemoryBytes?: number;
  /** Which keys are evicted at that limit. `noeviction`, the default, refuses commands that take memory. */
  readonly maxMemoryPolicy?: EvictionPolicy;
  /**
   * Whether FLUSHALL, FLUSHDB and FUNCTION FLUSH may run. True by default; `false` keeps a test that reaches the wrong
   * database from emptying it.
   */
  readonly flush?: boolean;
  /** Whether DEBUG, which can block the server, is allowed. False by default. */
  readonly enableDebug?: boolean;
  /**
   * Whether to start from the limits of the hosted service's free plan, which `limits` may change. False by default.
   */
  readonly hostedLimits?: boolean;
  /** Limits other than the defaults. */
  readonly limits?: Partial<Limits>;
  /**
   * The token that `/metrics` asks for, in the form of `token`, from which it must differ. Without it and `metricsPort`
   * there are no metrics.
   */
  readonly metricsToken?: string;
  /** A TCP port for `/metrics` and the probes alone; 0 for any free one. It asks for `metricsToken` only if that is given. */
  readonly metricsPort?: number;
  /** Where the server logs. Nowhere by default. */
  readonly log?: Log;
  /** Called while data is loaded, with the bytes that were read and those of all files. */
  readonly onLoading?: (loadedBytes: number, totalBytes: number) => void;
  /** Ends the process when a client sends SHUTDOWN. Without it, SHUTDOWN is refused. */
  readonly onShutdown?: () => void;
  /** Clock and randomness, for tests. */
  readonly environment?: Environment;
}

/** One of several databases of a server. */
export interface DatabaseOptions {
  /** As `token` of {@link ServerOptions}; no token may open two databases. */
  readonly token: string;
  /** As `readOnlyToken` of {@link ServerOptions}. */
  readonly readOnlyToken?: string;
  /** As `redis` of {@link ServerOptions}. */
  readonly redis: string;
  /** The name in messages to people. The address by default. */
  readonly name?: string;
  /** The limit `backendConnectionsMax` for this database. */
  readonly connectionsMax?: number;
}

/** An option that is not allowed. Its message says why, in one line. */
export class OptionError extends Error {
  /** The name of the option in {@link ServerOptions}. */
  readonly option: string;
  constructor(option: string, reason: string) {
    super(`${option} ${reason}`);
    this.name = "OptionError";
    this.option = option;
  }
}
