/** Which web pages may talk to the server: the CORS headers of answers and of preflights. */
import type { HeaderList, HttpExchange } from "./exchange.ts";

/** Origins allowed: all of them, none, or these. A token is needed in any case. */
export type CorsPolicy = "*" | readonly string[];

/** How long a browser may remember a preflight, in seconds. */
const PREFLIGHT_SECONDS = 86_400;

/** Adds the headers for an allowed origin; a request without Origin is not from a browser and gets none. */
export function corsHeaders(policy: CorsPolicy, exchange: HttpExchange, headers: HeaderList): void {
  const origin = exchange.header("origin");
  if (origin === undefined || !(policy === "*" || policy.includes(origin))) return;
  headers.push("Access-Control-Allow-Origin", origin, "Access-Control-Allow-Credentials", "true");
  headers.push("Access-Control-Expose-Headers", "upstash-sync-token", "Vary", "Origin");
}

export function preflightHeaders(policy: CorsPolicy, exchange: HttpExchange, methods: string): HeaderList {
  const headers: HeaderList = ["Allow", methods];
  corsHeaders(policy, exchange, headers);
  if (headers.length === 2) return headers;
  headers.push("Access-Control-Allow-Methods", methods, "Access-Control-Max-Age", String(PREFLIGHT_SECONDS));
  const asked = exchange.header("access-control-request-headers");
  if (asked !== undefined) headers.push("Access-Control-Allow-Headers", asked);
  return headers;
}
