/** CORS headers of answers and preflights, which tell a browser that a web page may call the server. */
import type { HeaderLines } from "../protocol/http-writer.ts";
import type { HttpExchange } from "./exchange.ts";
import type { WebOrigins } from "./web-origins.ts";

/** Time that a browser may cache a preflight, in seconds. */
const PREFLIGHT_SECONDS = 86_400;

/** The headers for an allowed origin. A request without Origin is not from a browser and gets none. */
export function corsHeaders(origins: WebOrigins, exchange: HttpExchange): HeaderLines {
  const origin = exchange.header("origin");
  if (origin === undefined || !origins.allows(origin, exchange.header("host"))) return "";
  return (
    `Access-Control-Allow-Origin: ${origin}\r\nAccess-Control-Allow-Credentials: true\r\n` +
    "Access-Control-Expose-Headers: upstash-sync-token\r\nVary: Origin\r\n"
  );
}

/** The headers of the answer to a preflight. `methods` are those that a page may use, separated by `, `. */
export function preflightHeaders(origins: WebOrigins, exchange: HttpExchange, methods: string): HeaderLines {
  const allowed = corsHeaders(origins, exchange);
  const allow = `Allow: ${methods}\r\n`;
  if (allowed === "") return allow;
  let lines = `${allow}${allowed}Access-Control-Allow-Methods: ${methods}\r\n`;
  lines += `Access-Control-Max-Age: ${PREFLIGHT_SECONDS}\r\n`;
  const asked = exchange.header("access-control-request-headers");
  if (asked !== undefined) lines += `Access-Control-Allow-Headers: ${asked}\r\n`;
  // A page on the internet may call a private address only if the server says so.
  if (exchange.header("access-control-request-private-network") === "true") {
    lines += "Access-Control-Allow-Private-Network: true\r\n";
  }
  return lines;
}
