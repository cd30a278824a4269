/** What tells a browser that a web page may talk to the server: the CORS headers of answers and of preflights. */
import type { HeaderList, HttpExchange } from "./exchange.ts";
import type { WebOrigins } from "./web-origins.ts";

/** How long a browser may remember a preflight, in seconds. */
const PREFLIGHT_SECONDS = 86_400;

/** Adds the headers for an allowed origin; a request without Origin is not from a browser and gets none. */
export function corsHeaders(origins: WebOrigins, exchange: HttpExchange, headers: HeaderList): void {
  const origin = exchange.header("origin");
  if (origin === undefined || !origins.allows(origin, exchange.header("host"))) return;
  headers.push("Access-Control-Allow-Origin", origin, "Access-Control-Allow-Credentials", "true");
  headers.push("Access-Control-Expose-Headers", "upstash-sync-token", "Vary", "Origin");
}

export function preflightHeaders(origins: WebOrigins, exchange: HttpExchange, methods: string): HeaderList {
  const headers: HeaderList = ["Allow", methods];
  corsHeaders(origins, exchange, headers);
  if (headers.length === 2) return headers;
  headers.push("Access-Control-Allow-Methods", methods, "Access-Control-Max-Age", String(PREFLIGHT_SECONDS));
  const asked = exchange.header("access-control-request-headers");
  if (asked !== undefined) headers.push("Access-Control-Allow-Headers", asked);
  // A page on the internet may call a private address only if the server says so.
  if (exchange.header("access-control-request-private-network") === "true") {
    headers.push("Access-Control-Allow-Private-Network", "true");
  }
  return headers;
}
