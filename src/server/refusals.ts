/** Refused requests, for every route: a status, the text as JSON, and the headers that let a web page read them. */
import { INTERNAL } from "../core/errors.ts";
import { CommandError } from "../core/reply.ts";
import { encodeJsonError } from "../protocol/json-reply.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import { corsHeaders } from "./cors.ts";
import type { HttpExchange } from "./exchange.ts";
import type { Log } from "./log.ts";
import { statusOf } from "./status.ts";
import type { WebOrigins } from "./web-origins.ts";

export const JSON_HEADERS: HeaderLines = "Content-Type: application/json\r\nCache-Control: no-store\r\n";

export class Refusals {
  private readonly origins: WebOrigins;
  private readonly log: Log;

  constructor(origins: WebOrigins, log: Log) {
    this.origins = origins;
    this.log = log;
  }

  /** Replies with an error; `more` are further headers. */
  refuse(exchange: HttpExchange, error: CommandError, more: HeaderLines = "", status = statusOf(error)): void {
    exchange.reply(status, JSON_HEADERS + corsHeaders(this.origins, exchange) + more, encodeJsonError(error.text));
  }

  /** Replies with what a handler has thrown. The client's mistake is told in full; a fault of ours is logged instead. */
  fail(exchange: HttpExchange, error: unknown): void {
    if (error instanceof CommandError) {
      this.refuse(exchange, error);
      return;
    }
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    this.log.error({ error: message, stack }, "a request failed through a fault of the server");
    this.refuse(exchange, INTERNAL, "", 500);
  }
}
