/**
 * What a listener drives: it decides by path who answers a request. First comes what holds for all paths: whether the
 * request is addressed to this server and no strange web page's, and preflights. Then the first route that serves the
 * request has its own rule of who may ask, and answers.
 */
import { HOST_NOT_ALLOWED, ORIGIN_NOT_ALLOWED } from "../core/errors/doors.ts";
import type { CommandError } from "../core/reply.ts";
import type { Stats } from "../engine/stats.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import { encodeJsonError } from "../protocol/json-reply.ts";
import { corsHeaders, preflightHeaders } from "./cors.ts";
import type { Connection, HttpExchange, HttpHandler, Route } from "./exchange.ts";
import { statusOf } from "./status.ts";
import type { WebOrigins } from "./web-origins.ts";

/** The methods that any route may serve. */
export const METHODS = "HEAD, GET, POST, PUT, OPTIONS";

export const JSON_HEADERS: HeaderLines = "Content-Type: application/json\r\nCache-Control: no-store\r\n";

export class HttpRouter implements HttpHandler {
  private readonly origins: WebOrigins;
  private readonly stats: Stats;
  private readonly routes: readonly Route[];

  /** The routes in order; the last serves every request. */
  constructor(origins: WebOrigins, stats: Stats, routes: readonly Route[]) {
    this.origins = origins;
    this.stats = stats;
    this.routes = routes;
  }

  connected(connection: Connection): void {
    const { stats } = this;
    stats.opened(connection);
    stats.httpConnections++;
    connection.once("close", () => {
      stats.closed(connection);
      stats.httpConnections--;
    });
  }

  admit(exchange: HttpExchange): boolean {
    const host = exchange.header("host");
    if (!this.origins.answersTo(host)) return this.refuse(exchange, HOST_NOT_ALLOWED);
    if (!this.origins.allows(exchange.header("origin"), host)) return this.refuse(exchange, ORIGIN_NOT_ALLOWED);
    if (exchange.method === "OPTIONS") {
      exchange.reply(204, preflightHeaders(this.origins, exchange, METHODS), "");
      return false;
    }
    const route = this.routes.find((one) => one.serves(exchange))!;
    exchange.route = route;
    return route.admit(exchange);
  }

  handle(exchange: HttpExchange): void {
    exchange.route!.handle(exchange);
  }

  refusal(status: number, text: string): { headers: HeaderLines; body: string } {
    const headers = status === 405 ? `${JSON_HEADERS}Allow: ${METHODS}\r\n` : JSON_HEADERS;
    return { headers, body: encodeJsonError(text) };
  }

  private refuse(exchange: HttpExchange, error: CommandError): false {
    exchange.reply(statusOf(error), JSON_HEADERS + corsHeaders(this.origins, exchange), encodeJsonError(error.text));
    return false;
  }
}

const TEXT_HEADERS: HeaderLines = "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n";

/** `GET /` without a token: a line of text and no data, for probes that ask whether somebody listens. Anybody may. */
export const GREETING: Route = {
  serves: (exchange) =>
    exchange.target === "/" &&
    (exchange.method === "GET" || exchange.method === "HEAD") &&
    exchange.header("authorization") === undefined,
  admit: () => true,
  handle: (exchange) => exchange.reply(200, TEXT_HEADERS, "stashd serves the Upstash Redis REST API here.\n"),
};
