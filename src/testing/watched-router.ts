/**
 * Stands before the router of a test database: keeps what is sent, and lets faults happen to requests. Nothing of this is
 * in a server without test databases.
 */
import { encodeJsonError } from "../protocol/json-reply.ts";
import type { BodyBounds } from "../protocol/json-request.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import type { Connection, Grant, HttpExchange, HttpHandler, HttpStream, Route } from "../server/exchange.ts";
import type { PieceSource } from "../server/outgoing-queue.ts";
import { JSON_HEADERS } from "../server/refusals.ts";
import type { FaultAction } from "./public.ts";
import type { AddedFault, FaultList } from "./faults.ts";
import type { Latency } from "./latency.ts";
import { PassedExchange } from "../server/passed-exchange.ts";
import type { RequestLog } from "./request-log.ts";
import { commandsOf, routeOf } from "./sent-request.ts";

interface Watching {
  readonly log: RequestLog;
  readonly faults: FaultList;
  /** Its answers end with the database. */
  readonly latency: Latency;
  readonly bounds: BodyBounds;
}

/** The handler of one test database. */
export class WatchedRouter implements HttpHandler {
  private readonly inner: HttpHandler;
  private readonly watching: Watching;
  /** A connection keeps its exchange, and the database what it has admitted. */
  private readonly exchanges = new WeakMap<HttpExchange, WatchedExchange>();
  private readonly route: Route;

  constructor(inner: HttpHandler, watching: Watching) {
    this.inner = inner;
    this.watching = watching;
    this.route = {
      admit: (exchange) => this.admit(exchange),
      handle: (exchange) => this.handle(exchange),
    };
  }

  connected(connection: Connection): void {
    this.inner.connected(connection);
  }

  admit(exchange: HttpExchange): boolean {
    const watched = this.exchanges.get(exchange) ?? new WatchedExchange(exchange);
    this.exchanges.set(exchange, watched);
    watched.begin();
    const isAdmitted = this.inner.admit(watched);
    exchange.grant = watched.grant;
    exchange.route = this.route;
    return isAdmitted;
  }

  handle(exchange: HttpExchange): void {
    const { bounds, faults, latency, log } = this.watching;
    const watched = this.exchanges.get(exchange)!;
    watched.entry = log.addRequest(watched, watched.grant?.session.user.name);
    const fault = faults.isEmpty
      ? undefined
      : faults.find(false, { route: routeOf(watched), commands: commandsOf(watched, bounds) });
    if (fault === undefined) this.inner.handle(watched);
    else
      latency.wait(
        fault.action.latencyMs,
        () => this.fail(watched, fault),
        () => cut(watched),
      );
  }

  private fail(watched: WatchedExchange, { action, error }: AddedFault): void {
    if (watched.isGone) return;
    if (action.disconnect === true) return cut(watched);
    if (action.status !== undefined || action.error !== undefined) {
      return watched.reply(action.status ?? 400, JSON_HEADERS + retryLine(action), encodeJsonError(error.text));
    }
    watched.isCut = action.truncate === true;
    this.inner.handle(watched);
  }

  refusal(status: number, text: string): { headers: HeaderLines; body: string } {
    return this.inner.refusal(status, text);
  }
}

/** The hosted service and proxies say when to come again. */
function retryLine({ status }: FaultAction): HeaderLines {
  return status === 429 || status === 503 ? "Retry-After: 1\r\n" : "";
}

/** Closes the connection without an answer. */
function cut(exchange: HttpExchange): void {
  if (!exchange.isGone) exchange.stream(200, "").cut();
}

/** An exchange whose answer is noted, and may be cut in half. */
class WatchedExchange extends PassedExchange {
  grant: Grant | undefined;
  entry: { status: number | undefined } | undefined;
  /** Whether the connection ends in the middle of the answer. */
  isCut = false;

  /** A request has arrived. */
  begin(): void {
    this.entry = undefined;
    this.isCut = false;
  }

  override reply(status: number, headers: HeaderLines, body: string | PieceSource): void {
    if (this.entry !== undefined) this.entry.status = status;
    if (this.isCut) this.replyByHalf(status, headers, body);
    else super.reply(status, headers, body);
  }

  private replyByHalf(status: number, headers: HeaderLines, body: string | PieceSource): void {
    const text = typeof body === "string" ? body : (body.next() ?? "");
    if (typeof body !== "string") body.abandon?.();
    // The length announces more than comes, also of an empty body.
    const stream = this.inner.stream(status, `${headers}Content-Length: ${text.length + 1}\r\n`);
    stream.write(text.slice(0, text.length / 2));
    stream.end();
  }

  override stream(status: number, headers: HeaderLines): HttpStream {
    if (this.entry !== undefined) this.entry.status = status;
    const stream = super.stream(status, headers);
    return this.isCut ? new HalfStream(stream) : stream;
  }
}

/** A stream whose connection is cut within its first message. */
class HalfStream implements HttpStream {
  private readonly inner: HttpStream;

  constructor(inner: HttpStream) {
    this.inner = inner;
  }

  get unreadBytes(): number {
    return this.inner.unreadBytes;
  }

  write(message: Parameters<HttpStream["write"]>[0]): void {
    const text = typeof message === "string" ? message : message.bytes.latin1Slice();
    this.inner.write(text.slice(0, text.length / 2));
    this.inner.end();
  }

  hold(bytes: number): void {
    this.inner.hold(bytes);
  }

  end(): void {
    this.inner.end();
  }

  cut(): void {
    this.inner.cut();
  }

  onClose(listener: () => void): void {
    this.inner.onClose(listener);
  }
}
