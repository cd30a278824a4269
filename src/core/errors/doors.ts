/** What the doors refuse before a command is known: connections, HTTP requests, malformed bytes. */
import { err } from "../errors.ts";
import { CommandError } from "../reply.ts";

export const MAX_CLIENTS = err("max number of clients reached");
/** Too many event streams of one user, or too many connections over the Redis protocol. */
export const TOO_MANY_CONNECTIONS = err("max concurrent connections exceeded");
export const TOO_MANY_FAILED_LOGINS = err("too many failed logins from this address, try again later");
export const UNAUTHORIZED = new CommandError("WRONGPASS invalid or missing auth token");
export const METHOD_NOT_ALLOWED = err("method not allowed");
export const METRICS_OFF = err("there are no metrics here; ask for them with --metrics-token or --metrics-port");
export const ONLY_METRICS = err("only /metrics, /livez, /readyz and /health are on this port");
/** The body of a request that exchanges a code of the console for a token. */
export const NO_CONSOLE_CODE = err('the body must be a code for the console, as {"code":"…"}');
const OTHER_CODE = "run stashd console for a link with a new one, or paste a token";
export const CONSOLE_CODE_UNKNOWN = err(`this server has not made this code; ${OTHER_CODE}`);
export const CONSOLE_CODE_VOID = err(`this code was used before, has expired, or its token was revoked; ${OTHER_CODE}`);
/** Where several processes answer. */
export const CONSOLE_CODES_ELSEWHERE = err(
  "there are no codes for the console with --workers, whose processes do not share them; open /console and paste a token",
);
export const HOST_NOT_ALLOWED = err(
  "this server does not answer to the name in the Host header; name it with --allow-host or allowedHosts",
);
export const ORIGIN_NOT_ALLOWED = err("web pages of this origin may not call; name it with --cors or cors");

/** Malformed bytes on the Redis port. The connection is closed after the error is sent. */
export const protocolError = (text: string): CommandError => err(`Protocol error: ${text}`);

/** HTTP on the Redis port. `restUrl` is where the REST API listens. */
export const httpOnRedisPort = (restUrl: string): CommandError =>
  err(`this port speaks the Redis protocol; the REST API is at ${restUrl}`);

/** HTTP that is malformed or late. `reason` is the reason phrase of the status, such as `Bad Request`. */
export const badHttp = (reason: string): CommandError => err(reason.toLowerCase());

export const BAD_PERCENT_ENCODING = err("invalid percent-encoding in request path");
export const UNKNOWN_ENCODING = err("invalid Upstash-Encoding header. Supported: base64");
export const UNKNOWN_RESPONSE_FORMAT = err("invalid Upstash-Response-Format header. Supported: json, resp2");
export const UNKNOWN_STREAM_FORMAT = err("invalid Stashd-Stream-Format header. Supported: sse, resp2");
export const BASE64_WITH_RESP2 = err("Upstash-Encoding: base64 can't be combined with Upstash-Response-Format: resp2");

export const EMPTY_COMMAND = err("empty command");
export const TOO_MANY_ARGUMENTS = err("too many arguments in one command");
export const NO_BODY = err("failed to parse command: unexpected EOF, expected JSON array");
export const BODY_NOT_ARRAY = err("failed to parse command: expected JSON array");
export const NULL_ARGUMENT = err("null args are not supported");
export const ARRAY_ARGUMENT = err('unsupported arg type: "[": json.Delim');
export const OBJECT_ARGUMENT = err('unsupported arg type: "{": json.Delim');
export const NUMBER_OVERFLOW = err("number in request is out of range");

/** What the body of `/pipeline` or `/multi-exec` holds. */
export type ListKind = "pipeline" | "transaction";

export const BAD_LIST: Readonly<Record<ListKind, CommandError>> = {
  pipeline: err("failed to parse pipeline request"),
  transaction: err("failed to parse transaction request"),
};

export const emptyList = (kind: ListKind): CommandError => err(`empty ${kind} request`);

export const badListedCommand = (kind: ListKind): CommandError => err(`failed to parse ${kind} command`);

export const emptyListedCommand = (kind: ListKind): CommandError => err(`empty ${kind} command`);

export const tooManyListed = (kind: ListKind, limit: number, actual: number): CommandError =>
  err(`too many commands in ${kind}. Limit: ${limit}, Actual: ${actual}`);
