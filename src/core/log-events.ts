/**
 * Every event that the server logs: its name, level, text and fields. A record is `{event, …fields}` and the text, so a
 * reader searches for the name, and a person reads the text. No field has words of a command, a token or a body.
 */
import type { Log } from "./log.ts";

/** An exception: its message, and its stack where it is a fault of the server. */
interface Fault {
  readonly error: string;
  readonly stack?: string | undefined;
}

/** A client that was disconnected for a limit, and by how much it was exceeded. */
interface CutOffFields {
  readonly address: string | undefined;
  /** The name of the limit. */
  readonly limit: string;
  readonly limitBytes?: number;
  readonly limitMs?: number;
  /** Bytes that the client holds. */
  readonly clientBytes?: number;
  /** Bytes of all clients under the limit. */
  readonly totalBytes?: number;
}

/** The fields of each event. */
export interface EventFields {
  "accept-failed": { readonly code: string | undefined };
  "access-log-back": object;
  "access-log-failed": Fault;
  "acl-file-failed": Fault;
  "aof-command-failed": { readonly commands: number; readonly file?: string; readonly byte?: number; command?: string };
  "aof-tail-cut": { readonly path: string; readonly bytes: number; readonly copy: string };
  "backend-is-replica": { readonly backend: string };
  "backend-is-sentinel": { readonly backend: string };
  "backend-lost": { readonly backend: string; readonly reason: string };
  "backend-reached": { readonly backend: string };
  "backend-unusable": { readonly backend: string; readonly reason: string };
  "client-cut-off": CutOffFields;
  "clock-jumped": { readonly jumpMs: number };
  "command-fault": Fault;
  "connection-fault": Fault;
  "connection-refused": { readonly address?: string | undefined; readonly limit: string; readonly most: number };
  crashed: Fault;
  "container-exceeded": { readonly heapBytes: number; readonly containerBytes: number; readonly advice: string };
  "data-full": { readonly dataBytes: number; readonly limitBytes: number };
  "data-not-loaded": Fault;
  "data-not-written": Fault;
  "data-partial": object;
  "data-taken": { readonly folder: string };
  "data-vanished": { readonly folder: string };
  "descriptors-exhausted": object;
  "disk-back": object;
  "disk-refused": Fault;
  "documents-kept": { readonly directory: string };
  "effect-lost": Fault;
  "ended-unsaid": { readonly pid: number; readonly reason: string };
  "heap-exceeded": { readonly maxMemoryBytes: number; readonly limitBytes: number; readonly advice: string };
  "lines-dropped": { readonly lines: number };
  loaded: { readonly path: string; readonly keys: number; readonly loadMs: number };
  "login-throttled": { readonly address: string | undefined };
  "rdb-deadlines-relative": { readonly keys: number };
  "redis-port-open": { readonly host: string | undefined; readonly aclFile: string | undefined };
  request: {
    readonly method: string | undefined;
    readonly route: string;
    readonly status: number;
    readonly bytes: number | undefined;
    readonly tookMs: number;
    readonly user: string | undefined;
  };
  "request-fault": Fault;
  reread: { readonly why: string; readonly changed: readonly string[]; readonly needRestart: readonly string[] };
  "reread-failed": Fault & { readonly why: string; readonly changed: readonly string[] };
  "shutdown-refused": object;
  "slow-command": { readonly command: string; readonly tookMs: number };
  started: {
    readonly version: string;
    readonly url: string;
    readonly redisPort: number | undefined;
    readonly metricsPort: number | undefined;
  };
  stopping: { readonly reason: string };
  "worker-ended": {
    readonly worker: number | undefined;
    readonly code: number;
    readonly signal: string;
    pauseMs: number;
  };
  "worker-failed": Fault;
}

export type EventName = keyof EventFields;

/** Level and text of each event. */
export const EVENTS: Readonly<Record<EventName, readonly [level: keyof Log, text: string]>> = {
  "accept-failed": ["warn", "a connection could not be accepted"],
  "access-log-back": ["info", "requests are logged again"],
  "access-log-failed": ["error", "requests cannot be logged; it is tried again each second"],
  "acl-file-failed": ["error", "the ACL file could not be written"],
  "aof-command-failed": ["warn", "commands of the append-only file were answered with an error, first the one named"],
  "aof-tail-cut": ["warn", "the append-only file ended in the middle of a command, which was cut off"],
  "backend-is-replica": [
    "warn",
    "the Redis behind this server is a replica, which refuses writes; name its primary instead",
  ],
  "backend-is-sentinel": ["warn", "this is a Sentinel, not a Redis; write redis+sentinel://host:port/name"],
  "backend-lost": [
    "warn",
    "the Redis behind this server cannot be reached; commands are answered with an error until it can",
  ],
  "backend-reached": ["info", "connected to the Redis behind this server"],
  "backend-unusable": ["error", "the Redis behind a database cannot be used; the other databases are served"],
  "client-cut-off": ["warn", "a client was cut off at a limit"],
  "clock-jumped": ["warn", "the system's clock was set, or the machine slept; deadlines go by the new time"],
  "command-fault": ["error", "a command failed through a fault of the server"],
  "connection-fault": ["error", "a connection failed through a fault of the server"],
  "connection-refused": ["warn", "connections were refused at a limit"],
  crashed: ["error", "the process ends through a fault of the server"],
  "container-exceeded": ["warn", "V8's heap may grow beyond what the container has beside it"],
  "data-full": ["warn", "the data has reached what V8's heap can hold: keys are evicted, or writes refused"],
  "data-not-loaded": ["error", "the data could not be loaded from its files"],
  "data-not-written": ["error", "the data could not be written to the disk"],
  "data-partial": ["error", "only a part of the data is in memory: start the server again"],
  "data-taken": ["error", "another process has taken the data directory; writes are refused"],
  "data-vanished": ["error", "the files of the data have vanished; they are written anew"],
  "descriptors-exhausted": [
    "warn",
    "connections were closed at once because there are no more file descriptors for them",
  ],
  "disk-back": ["info", "the disk takes writes again"],
  "disk-refused": ["error", "the append-only file cannot be written; writes are refused"],
  "documents-kept": [
    "warn",
    "there are JSON documents in the data: Redis reads these files only with the RedisJSON module loaded",
  ],
  "effect-lost": ["error", "an effect could not be journalled"],
  "ended-unsaid": ["warn", "the last process with this data directory has ended without closing it"],
  "heap-exceeded": ["warn", "the limit on the data is more than V8's heap can hold, which bounds it"],
  "lines-dropped": ["warn", "lines of the log were dropped"],
  loaded: ["info", "the data was loaded"],
  "login-throttled": ["warn", "an address has failed to log in too often"],
  "rdb-deadlines-relative": [
    "warn",
    "deadlines of the RDB file are times to live; they count from when it was written",
  ],
  "redis-port-open": ["warn", "the Redis port asks for no password: the ACL file makes default nopass"],
  request: ["info", "a request was answered"],
  "request-fault": ["error", "a request failed through a fault of the server"],
  reread: ["info", "files were read again"],
  "reread-failed": ["error", "files could not be read again; what they held before holds"],
  "shutdown-refused": ["error", "SHUTDOWN has not saved the data, so the server continues"],
  "slow-command": ["warn", "a command was slow; others waited for it"],
  started: ["info", "the server is ready"],
  stopping: ["info", "the server ends"],
  "worker-ended": ["error", "a worker has ended; another one takes its place"],
  "worker-failed": ["error", "a worker could not start"],
};

/** Logs an event. */
export function logEvent<E extends EventName>(log: Log, event: E, fields: EventFields[E]): void {
  const [level, text] = EVENTS[event];
  log[level]({ event, ...fields }, text);
}

/** The fields of an exception that is a fault of the server. */
export function faultOf(error: unknown): Fault {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { error: message, stack };
}
