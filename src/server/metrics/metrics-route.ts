/** `/metrics`, with a token of its own or, on a port of its own, without one. */
import { METRICS_OFF, ONLY_METRICS } from "../../core/errors/doors.ts";
import type { HttpExchange, Route } from "../exchange.ts";
import type { Refusals } from "../refusals.ts";
import type { RestAccess } from "../rest-access.ts";
import type { Metrics } from "./metrics.ts";

interface MetricsRouteOptions {
  readonly access: RestAccess;
  readonly refusals: Refusals;
  /** Undefined when nobody asked for metrics. */
  readonly metrics: Metrics | undefined;
  /** Undefined where none is needed; empty where none is good. */
  readonly token: string | undefined;
}

/** Refuses every other path of the port for metrics. */
export function nothingElse(refusals: Refusals): Route {
  return {
    admit: (exchange) => {
      refusals.refuse(exchange, ONLY_METRICS, "", 404);
      return false;
    },
    handle: () => {},
  };
}

/** The route of the metrics. */
export class MetricsRoute implements Route {
  private readonly of: MetricsRouteOptions;

  constructor(options: MetricsRouteOptions) {
    this.of = options;
  }

  serves({ method }: HttpExchange): boolean {
    return method === "GET" || method === "HEAD";
  }

  admit(exchange: HttpExchange): boolean {
    const { access, metrics, refusals, token } = this.of;
    if (metrics === undefined || token === "") {
      refusals.refuse(exchange, METRICS_OFF, "", 404);
      return false;
    }
    return token === undefined || access.admitBySecret(exchange, token);
  }

  handle(exchange: HttpExchange): void {
    const { metrics, refusals } = this.of;
    const headers = `Content-Type: ${metrics!.contentType}\r\nCache-Control: no-store\r\n`;
    metrics!.text().then(
      // A body is a byte string.
      (text) => exchange.reply(200, headers, Buffer.from(text).toString("latin1")),
      (error: unknown) => refusals.fail(exchange, error),
    );
  }
}
