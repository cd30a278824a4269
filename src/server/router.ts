/**
 * Passes each request to the route of its path. First it does what holds for all paths: it refuses a request that names
 * another host or comes from a web page of another origin, and answers preflights. Then the route checks the
 * credentials by its own rule, and answers.
 */
import { HOST_NOT_ALLOWED, ORIGIN_NOT_ALLOWED } from "../core/errors/doors.ts";
import type { CommandError } from "../core/reply.ts";
import type { Stats } from "../engine/stats.ts";
import { firstSegment } from "../protocol/http-request.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import { encodeJsonError } from "../protocol/json-reply.ts";
import { preflightHeaders } from "./cors.ts";
import type { Connection, HttpExchange, HttpHandler, Route } from "./exchange.ts";
import { JSON_HEADERS } from "./refusals.ts";
import type { Refusals } from "./refusals.ts";
import type { WebOrigins } from "./web-origins.ts";

/** The methods that any route may serve. */
export const METHODS = "HEAD, GET, POST, PUT, OPTIONS";

interface RouterOptions {
  readonly origins: WebOrigins;
  readonly refusals: Refusals;
  readonly stats: Stats;
  /** By the first segment of a path, in lower case and percent-escaped; empty for the root. */
  readonly routes: ReadonlyMap<string, Route>;
  /** Answers every path that has no route, or whose route does not serve the request. */
  readonly otherwise: Route;
}

/** The handler of all HTTP listeners of a server. */
export class HttpRouter implements HttpHandler {
  private readonly origins: WebOrigins;
  private readonly refusals: Refusals;
  private readonly stats: Stats;
  private readonly routes: ReadonlyMap<string, Route>;
  private readonly otherwise: Route;

  constructor({ origins, refusals, stats, routes, otherwise }: RouterOptions) {
    this.origins = origins;
    this.refusals = refusals;
    this.stats = stats;
    this.routes = routes;
    this.otherwise = otherwise;
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
    const route = this.routeOf(exchange);
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

  private routeOf(exchange: HttpExchange): Route {
    const route = this.routes.get(firstSegment(exchange.target));
    if (route === undefined) return this.otherwise;
    return route.serves === undefined || route.serves(exchange) ? route : this.otherwise;
  }

  private refuse(exchange: HttpExchange, error: CommandError): false {
    this.refusals.refuse(exchange, error);
    return false;
  }
}
