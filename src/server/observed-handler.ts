/**
 * Watches the requests that pass through a handler, for metrics and the access log. It stands between a listener and the
 * handler only where somebody watches, so that a server without either does nothing for it.
 */
import type { Environment } from "../core/environment.ts";
import { firstSegment } from "../protocol/http-request.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import type { Connection, Grant, HttpExchange, HttpHandler, HttpStream } from "./exchange.ts";
import type { PieceSource } from "./outgoing-queue.ts";
import { PassedExchange } from "./passed-exchange.ts";
import { ROUTES } from "./routes.ts";

/** A request that was answered. */
export interface AnsweredRequest {
  readonly method: string;
  /** The name of the route, one of few. */
  readonly route: string;
  readonly status: number;
  /** Bytes of the body; undefined for one that is made as the client reads. */
  readonly bytes: number | undefined;
  /** From the head of the request to its answer, in microseconds. */
  readonly tookUs: number;
  /** The name of the user; undefined when the request had no good token, or needed none. */
  readonly user: string | undefined;
}

/** Is told of requests. */
export interface RequestObserver {
  /** A request was answered; for a stream, its head. */
  answered(request: AnsweredRequest): void;
  /** An event stream was opened. The callback is called when it ends. */
  streaming(): () => void;
}

/** A handler whose requests are watched. */
export class ObservedHandler implements HttpHandler {
  private readonly inner: HttpHandler;
  private readonly observers: readonly RequestObserver[];
  private readonly environment: Environment;
  /** A listener may use one exchange for all requests of a connection. */
  private readonly exchanges = new WeakMap<HttpExchange, ObservedExchange>();

  constructor(inner: HttpHandler, observers: readonly RequestObserver[], environment: Environment) {
    this.inner = inner;
    this.observers = observers;
    this.environment = environment;
  }

  connected(connection: Connection): void {
    this.inner.connected(connection);
  }

  admit(exchange: HttpExchange): boolean {
    let observed = this.exchanges.get(exchange);
    if (observed === undefined) {
      observed = new ObservedExchange(exchange, this.observers, this.environment);
      this.exchanges.set(exchange, observed);
    }
    observed.begin();
    return (observed.isAdmitted = this.inner.admit(observed));
  }

  handle(exchange: HttpExchange): void {
    this.inner.handle(this.exchanges.get(exchange)!);
  }

  refusal(status: number, text: string): { headers: HeaderLines; body: string } {
    const refusal = this.inner.refusal(status, text);
    const bytes = refusal.body.length;
    const request = { method: "", route: "refused", status, bytes, tookUs: 0, user: undefined };
    for (const observer of this.observers) observer.answered(request);
    return refusal;
  }
}

class ObservedExchange extends PassedExchange {
  /** Whether the request was admitted, as far as its head tells. */
  isAdmitted = false;
  /** Kept for the next request of the connection, which need not have the same credential, or any. */
  private kept: Grant | undefined;
  /** Whether a route has asked for the credential of this request. */
  private wantsGrant = false;
  private readonly observers: readonly RequestObserver[];
  private readonly environment: Environment;
  private startedUs = 0;
  private isOpen = false;

  constructor(inner: HttpExchange, observers: readonly RequestObserver[], environment: Environment) {
    super(inner);
    this.observers = observers;
    this.environment = environment;
  }

  /** A request has arrived. */
  begin(): void {
    this.isOpen = true;
    this.isAdmitted = this.wantsGrant = false;
    this.startedUs = this.environment.elapsedUs();
  }

  override get grant(): Grant | undefined {
    this.wantsGrant = true;
    return this.kept;
  }

  override set grant(grant: Grant | undefined) {
    this.kept = grant;
  }

  override reply(status: number, headers: HeaderLines, body: string | PieceSource): void {
    // Before the answer, after which the listener may go on with the next request.
    this.tell(status, typeof body === "string" ? body.length : undefined);
    this.inner.reply(status, headers, body);
  }

  override stream(status: number, headers: HeaderLines): HttpStream {
    this.tell(status, undefined);
    const stream = this.inner.stream(status, headers);
    for (const observer of this.observers) stream.onClose(observer.streaming());
    return stream;
  }

  private tell(status: number, bytes: number | undefined): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const { environment, isAdmitted, kept, method, startedUs, target, wantsGrant } = this;
    const tookUs = environment.elapsedUs() - startedUs;
    const user = isAdmitted && wantsGrant ? kept?.session.user.name : undefined;
    const request = { method, route: routeName(method, target), status, bytes, tookUs, user };
    for (const observer of this.observers) observer.answered(request);
  }
}

/** The name of a request's route, as metrics have it. The segment of a command is none: it may be anything. */
function routeName(method: string, target: string): string {
  const segment = firstSegment(target);
  if (segment === "") return method === "GET" || method === "HEAD" ? "root" : "command";
  return Object.hasOwn(ROUTES, segment) ? segment : "command";
}
