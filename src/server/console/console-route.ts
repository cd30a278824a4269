/**
 * `/console`: a web page that shows and edits the data as a client of the REST API, with a token like any other. Its files
 * need no token and tell nothing. The token comes from the person, or from a one-time code: `POST /console/session`
 * exchanges a code for its token, `POST /console/code` makes one for the token that is sent with it.
 */
import {
  CONSOLE_CODE_UNKNOWN,
  CONSOLE_CODE_VOID,
  CONSOLE_CODES_ELSEWHERE,
  METHOD_NOT_ALLOWED,
  NO_CONSOLE_CODE,
  UNAUTHORIZED,
} from "../../core/errors/doors.ts";
import type { Tokens } from "../../access/tokens.ts";
import { splitTarget } from "../../protocol/http-request.ts";
import type { HeaderLines } from "../../protocol/http-writer.ts";
import type { HttpExchange, Route } from "../exchange.ts";
import { JSON_HEADERS } from "../refusals.ts";
import type { Refusals } from "../refusals.ts";
import type { RestAccess } from "../rest-access.ts";
import type { ConsoleCodes } from "./console-codes.ts";

interface ConsoleRouteOptions {
  readonly access: RestAccess;
  readonly refusals: Refusals;
  readonly tokens: Tokens;
  /** Undefined where another process may answer the next request, which would not know a code. */
  readonly codes: ConsoleCodes | undefined;
}

const TEXT_HEADERS: HeaderLines =
  "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";

const NOT_FOUND = "there is no such file of the console, which is at /console\n";

/** Limit on a body with a code, in bytes. Anybody may send one, and a long one would take long to parse. */
const CODE_BODY_BYTES_MAX = 1024;

/** The route of the page, its files and its codes. */
export class ConsoleRoute implements Route {
  private readonly of: ConsoleRouteOptions;

  constructor(options: ConsoleRouteOptions) {
    this.of = options;
  }

  admit(exchange: HttpExchange): boolean {
    const { access, refusals } = this.of;
    const { method } = exchange;
    if (method === "GET" || method === "HEAD") return true;
    const path = pathOf(exchange);
    if (method === "POST" && path === "code") return access.admit(exchange);
    if (method === "POST" && path === "session") return access.admitGuess(exchange);
    refusals.refuse(exchange, METHOD_NOT_ALLOWED, "Allow: GET, HEAD, POST\r\n");
    return false;
  }

  handle(exchange: HttpExchange): void {
    const path = pathOf(exchange);
    if (exchange.method !== "POST") return void this.answerFile(exchange, path);
    if (path === "code") this.answerCode(exchange);
    else this.answerSession(exchange);
  }

  private async answerFile(exchange: HttpExchange, path: string): Promise<void> {
    if (path === "" && /^[^?]*\/(?:\?|$)/.test(exchange.target)) return redirect(exchange, "../console");
    try {
      const { fileAt } = await import("./console-files.ts");
      const file = fileAt(path);
      if (file === undefined) exchange.reply(404, TEXT_HEADERS, NOT_FOUND);
      else exchange.reply(200, file.headers, file.body);
    } catch (error) {
      this.of.refusals.fail(exchange, error);
    }
  }

  /** Answers a code for the token of the request. */
  private answerCode(exchange: HttpExchange): void {
    const { access, codes, refusals, tokens } = this.of;
    if (codes === undefined) return refusals.refuse(exchange, CONSOLE_CODES_ELSEWHERE);
    const token = access.tokenOf(exchange) ?? "";
    const identity = tokens.identify(token);
    // The token was revoked while the body was read.
    if (identity === undefined) return refusals.refuse(exchange, UNAUTHORIZED);
    const code = codes.make(token, () => tokens.isGood(identity));
    exchange.reply(200, JSON_HEADERS, JSON.stringify({ code }));
  }

  /** Answers the token of the code in the request. */
  private answerSession(exchange: HttpExchange): void {
    const { access, codes, refusals } = this.of;
    if (codes === undefined) return refusals.refuse(exchange, CONSOLE_CODES_ELSEWHERE);
    const code = codeIn(exchange.body);
    if (code === undefined) return refusals.refuse(exchange, NO_CONSOLE_CODE);
    const redeemed = codes.redeem(code);
    if (redeemed === "void") return refusals.refuse(exchange, CONSOLE_CODE_VOID);
    if (redeemed !== "unknown") return exchange.reply(200, JSON_HEADERS, JSON.stringify(redeemed));
    // Who has had a code is no guesser, so only a code that never was counts as a failed login.
    access.failedGuess(exchange);
    refusals.refuse(exchange, CONSOLE_CODE_UNKNOWN);
  }
}

/** The path of a request below `/console/`; empty for the page. */
function pathOf({ target }: HttpExchange): string {
  return splitTarget(target).segments.slice(1).join("/");
}

/** The code in the body of a request, `{"code": "…"}`; undefined in any other body. */
function codeIn(body: string): string | undefined {
  if (body.length > CODE_BODY_BYTES_MAX) return undefined;
  try {
    const { code } = JSON.parse(body) as { code?: unknown };
    return typeof code === "string" ? code : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Answers with another place, relative to the path of the request, so that it holds behind a proxy that adds a prefix.
 * Browsers keep the fragment.
 */
export function redirect(exchange: HttpExchange, location: string): void {
  exchange.reply(302, `${TEXT_HEADERS}Location: ${location}\r\n`, "the console is at /console\n");
}
