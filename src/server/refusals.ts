/** Refused requests, for every route: a status, the text as JSON, and the headers that let a web page read them. */
import { INTERNAL } from "../core/errors.ts";
import { CommandError } from "../core/reply.ts";
import { encodeJsonError } from "../protocol/json-reply.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import { corsHeaders } from "./cors.ts";
import type { HttpExchange } from "./exchange.ts";
import { faultOf, logEvent } from "../core/log-events.ts";
import type { Log } from "../core/log.ts";
import { retryLine, statusOf } from "./status.ts";
import type { WebOrigins } from "./web-origins.ts";

/** The headers of every answer in JSON. */
export const JSON_HEADERS: HeaderLines = "Content-Type: application/json\r\nCache-Control: no-store\r\n";

/** Answers refused requests and exceptions, and logs faults of the server. */
export class Refusals {
  private readonly origins: WebOrigins;
  private readonly log: Log;

  constructor(origins: WebOrigins, log: Log) {
    this.origins = origins;
    this.log = log;
  }

  /** Replies with an error; `more` are further headers. */
  refuse(exchange: HttpExchange, error: CommandError, more: HeaderLines = "", status = statusOf(error)): void {
    const headers = JSON_HEADERS + corsHeaders(this.origins, exchange) + retryLine(status) + more;
    exchange.reply(status, headers, encodeJsonError(error.text));
  }

  /**
   * Answers an exception of a handler: a CommandError with its text; a fault of the server with `internal error`, and
   * logs it.
   */
  fail(exchange: HttpExchange, error: unknown): void {
    if (error instanceof CommandError) {
      this.refuse(exchange, error);
      return;
    }
    this.refuse(exchange, this.fault(error), "", 500);
  }

  /** Logs a fault of the server; answers what its client is told. */
  fault(error: unknown): CommandError {
    logEvent(this.log, "request-fault", faultOf(error));
    return INTERNAL;
  }
}
