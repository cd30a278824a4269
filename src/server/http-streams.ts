/**
 * Event streams: `/subscribe`, `/psubscribe` and `/monitor`. A stream is a session that lives as long as its
 * connection; messages are sent as server-sent events, or in RESP2, which loses no byte, to a client that asks for it. A
 * silent stream sends comments, and a client that does not read is disconnected.
 */
import type { User } from "../core/authority.ts";
import { METHOD_NOT_ALLOWED, TOO_MANY_CONNECTIONS, UNAUTHORIZED, UNKNOWN_STREAM_FORMAT } from "../core/errors/doors.ts";
import { CommandError, OK } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { clearInterval, setInterval } from "../core/timers.ts";
import type { Backend } from "../backends/backend.ts";
import { Later } from "../backends/later.ts";
import type { Engine } from "../engine/engine.ts";
import type { Session } from "../engine/session.ts";
import { pathSegments, splitTarget } from "../protocol/http-request.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import { encodeResp2 } from "../protocol/resp2.ts";
import { encodeEvent, KEEP_ALIVE, KEEP_ALIVE_RESP2, MONITOR_STARTED } from "../protocol/sse.ts";
import type { ClientWarnings } from "./client-warnings.ts";
import { corsHeaders } from "./cors.ts";
import type { HttpExchange, HttpStream, Route } from "./exchange.ts";
import type { MessageEncoder } from "./message-encoder.ts";
import type { Refusals } from "./refusals.ts";
import type { RestAccess } from "./rest-access.ts";
import type { SyncToken } from "./sync-token.ts";
import type { WebOrigins } from "./web-origins.ts";

/** Headers of a stream. Without the last one, nginx would buffer events. */
const STREAM_HEADERS: HeaderLines = "Cache-Control: no-cache\r\nX-Accel-Buffering: no\r\n";

/** The form of a stream's messages. */
type StreamFormat = "event" | "resp2";

const CONTENT_TYPES: Readonly<Record<StreamFormat, HeaderLines>> = {
  event: "Content-Type: text/event-stream\r\n",
  resp2: "Content-Type: application/octet-stream\r\n",
};

interface OpenStream {
  readonly session: Session;
  readonly http: HttpStream;
  readonly format: StreamFormat;
  /** The client's address, for the log. */
  readonly address: string | undefined;
  /** Whether the token of the stream is still valid. */
  readonly isGood: () => boolean;
}

interface EventStreamOptions {
  readonly engine: Engine;
  readonly backend: Backend;
  readonly access: RestAccess;
  readonly refusals: Refusals;
  readonly origins: WebOrigins;
  readonly messages: MessageEncoder;
  readonly warnings: ClientWarnings;
  /** The number of streams of a user in other processes. */
  readonly streamsElsewhere: (user: string) => number;
  readonly sync: SyncToken;
}

/** The route of the event streams. Each stream has a session of its own, closed with its connection. */
export class EventStreams implements Route {
  private readonly engine: Engine;
  private readonly backend: Backend;
  private readonly access: RestAccess;
  private readonly refusals: Refusals;
  private readonly origins: WebOrigins;
  private readonly messages: MessageEncoder;
  private readonly warnings: ClientWarnings;
  private readonly sync: SyncToken;
  private readonly open = new Set<OpenStream>();
  /** The number of streams of each user that has any. */
  private readonly countOf = new Map<User, number>();
  private readonly streamsElsewhere: (user: string) => number;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(options: EventStreamOptions) {
    const { engine, backend, access, refusals, origins, messages, warnings, streamsElsewhere, sync } = options;
    this.streamsElsewhere = streamsElsewhere;
    this.engine = engine;
    this.backend = backend;
    this.access = access;
    this.refusals = refusals;
    this.origins = origins;
    this.messages = messages;
    this.warnings = warnings;
    this.sync = sync;
    access.tokens.onChange(() => this.endRevoked());
  }

  /** The number of streams of each user that has any. */
  get counts(): readonly (readonly [user: string, count: number])[] {
    return Array.from(this.countOf, ([{ name }, count]) => [name, count]);
  }

  /** Needs a token, and a user that may run the command. */
  admit(exchange: HttpExchange): boolean {
    if (!this.access.admit(exchange)) return false;
    if (exchange.method === "GET" || exchange.method === "POST") return true;
    this.refusals.refuse(exchange, METHOD_NOT_ALLOWED, "Allow: GET, POST, OPTIONS\r\n");
    return false;
  }

  /** The path is the command. Body, query and formats are ignored: the published client sends some of each. */
  handle(exchange: HttpExchange): void {
    try {
      this.start(exchange, pathSegments(splitTarget(exchange.target)));
    } catch (error) {
      this.refusals.fail(exchange, error);
    }
  }

  /** Runs the command and answers with the stream. Throws a CommandError, before anything is answered, if it is refused. */
  private start(exchange: HttpExchange, words: readonly string[]): void {
    const { access, backend, engine } = this;
    const identity = access.identify(exchange);
    // The token may have been revoked while the body arrived.
    if (identity === undefined) throw UNAUTHORIZED;
    const { user } = identity;
    const format = formatOf(exchange);
    const count = this.countOf.get(user) ?? 0;
    if (count + this.streamsElsewhere(user.name) >= engine.limits.userStreamsMax) throw TOO_MANY_CONNECTIONS;
    const session = engine.openSession("stream", user);
    this.countOf.set(user, count + 1);
    const confirmations: Reply[] = [];
    session.deliver = (message) => confirmations.push(message);
    const isGood = (): boolean => access.tokens.isGood(identity);
    const reply = backend.execute(session, words);
    if (!(reply instanceof Later)) return this.answer(exchange, format, session, isGood, reply, confirmations);
    reply.whenThere((there) => {
      try {
        this.answer(exchange, format, session, isGood, there, confirmations);
      } catch (error) {
        this.refusals.fail(exchange, error);
      }
    });
  }

  /** Begins the answer, or throws the error with which the command was refused. */
  private answer(
    exchange: HttpExchange,
    format: StreamFormat,
    session: Session,
    isGood: () => boolean,
    reply: Reply,
    confirmations: readonly Reply[],
  ): void {
    const isRefused = reply instanceof CommandError;
    // The token may have been revoked while the backend was asked, and the client may have left.
    if (isRefused || exchange.isGone || !isGood()) {
      this.closeSession(session);
      throw isRefused ? reply : UNAUTHORIZED;
    }
    // With its id a client finds its own stream in CLIENT LIST.
    const own = `Stashd-Client-Id: ${session.id}\r\n`;
    const headers = CONTENT_TYPES[format] + STREAM_HEADERS + own + this.sync.line + corsHeaders(this.origins, exchange);
    const stream: OpenStream = {
      session,
      http: exchange.stream(200, headers),
      format,
      address: exchange.remoteAddress,
      isGood,
    };
    session.disconnect = () => this.end(stream);
    this.open.add(stream);
    session.deliver = (message) => this.deliver(stream, message);
    this.timer ??= this.startTimer();
    stream.http.write(beginning(format, reply, confirmations));
    stream.http.onClose(() => this.forget(stream));
    stream.http.hold(session.heldBytes);
    if (this.closed) this.end(stream);
  }

  /** Ends all streams, and refuses further ones. */
  close(): void {
    this.closed = true;
    for (const stream of this.open) this.end(stream);
  }

  /** Ends the streams whose token is no longer valid. */
  private endRevoked(): void {
    for (const stream of this.open) if (!stream.isGood()) this.end(stream);
  }

  private end(stream: OpenStream): void {
    this.forget(stream);
    stream.http.end();
  }

  private deliver(stream: OpenStream, message: Reply): void {
    const { unreadBytes } = stream.http;
    const limitBytes = this.engine.limits.streamBacklogBytesMax;
    const encoded = unreadBytes > limitBytes ? undefined : this.messages.encode(message, stream.format);
    if (encoded !== undefined) return stream.http.write(encoded);
    const fields = { limit: "streamBacklogBytesMax", limitBytes, clientBytes: unreadBytes };
    this.warnings.warn("client-cut-off", { address: stream.address, ...fields });
    this.forget(stream);
    stream.http.cut();
  }

  private forget(stream: OpenStream): void {
    if (!this.open.delete(stream)) return;
    this.closeSession(stream.session);
    if (this.open.size === 0) this.stopTimer();
  }

  /** Closes the session of a stream that has ended, or that never began. */
  private closeSession(session: Session): void {
    this.backend.closeSession(session);
    const left = this.countOf.get(session.user)! - 1;
    if (left > 0) this.countOf.set(session.user, left);
    else this.countOf.delete(session.user);
  }

  private startTimer(): NodeJS.Timeout {
    return setInterval(() => this.keepAlive(), this.engine.limits.silenceMsMax).unref();
  }

  private stopTimer(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Sends a comment on silent streams. One with unread messages needs none. */
  private keepAlive(): void {
    for (const { format, http } of this.open) {
      if (http.unreadBytes === 0) http.write(format === "event" ? KEEP_ALIVE : KEEP_ALIVE_RESP2);
    }
  }
}

/** The form that a request asks for. The published client sends the headers of the API's formats, which mean nothing here. */
function formatOf(exchange: HttpExchange): StreamFormat {
  const asked = exchange.header("stashd-stream-format") ?? "sse";
  if (asked === "sse") return "event";
  if (asked === "resp2") return "resp2";
  throw UNKNOWN_STREAM_FORMAT;
}

/** What a stream says first: that MONITOR has begun, or what is listened to. */
function beginning(format: StreamFormat, reply: Reply, confirmations: readonly Reply[]): string {
  const first = reply === OK ? [OK] : [];
  if (format === "resp2") return [...first, ...confirmations].map(encodeResp2).join("");
  return (reply === OK ? MONITOR_STARTED : "") + confirmations.map(encodeEvent).join("");
}
