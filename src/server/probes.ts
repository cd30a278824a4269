/**
 * The paths that need no credentials, for whoever runs the process: whether it turns, whether it serves, and what it is.
 * They tell nothing about the data.
 */
import type { HeaderLines } from "../protocol/http-writer.ts";
import { redirect } from "./console/console-route.ts";
import type { HttpExchange, Route } from "./exchange.ts";
import { VERSION } from "./version.ts";

const NO_STORE = "Cache-Control: no-store\r\n";
const TEXT_HEADERS: HeaderLines = `Content-Type: text/plain; charset=utf-8\r\n${NO_STORE}`;

/** Nothing of the page is loaded from elsewhere, and no other page may frame it. */
const PAGE_HEADERS: HeaderLines =
  `Content-Type: text/html; charset=utf-8\r\n${NO_STORE}` +
  "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n" +
  "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n";

const API_DOCS = "https://upstash.com/docs/redis/features/restapi";

const LINE = `stashd ${VERSION} serves the Upstash Redis REST API here: ${API_DOCS}\n`;

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>stashd</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}</style>
<h1>stashd ${VERSION}</h1>
<p>This server answers the <a href="${API_DOCS}" rel="noreferrer">Upstash Redis REST API</a>. It asks for a token: the
one that it printed when it started, or the one that it was given.</p>
<p>Probes: <a href="/livez">/livez</a> says whether it turns, <a href="/readyz">/readyz</a> whether it serves commands.</p>
</html>
`;

/** Answers a request for a path without credentials. */
function openTo(serves: (exchange: HttpExchange) => boolean, handle: (exchange: HttpExchange) => void): Route {
  return {
    serves: (exchange) => (exchange.method === "GET" || exchange.method === "HEAD") && serves(exchange),
    admit: () => true,
    handle,
  };
}

/**
 * `GET /` without a token: for browsers the console, or a page where there is none, and a line of text for everything
 * else, status 200. Browsers send `Upgrade-Insecure-Requests` when a person follows a link. Clients of the API send
 * `Accept` as well, and reading it would be work at each of their requests.
 */
export const greeting = (hasConsole: boolean): Route =>
  openTo(
    (exchange) => exchange.target === "/" && exchange.header("authorization") === undefined,
    (exchange) => {
      const isBrowser = exchange.header("upgrade-insecure-requests") === "1";
      if (isBrowser && hasConsole) return redirect(exchange, "console");
      exchange.reply(200, isBrowser ? PAGE_HEADERS : TEXT_HEADERS, isBrowser ? PAGE : LINE);
    },
  );

/** A path of one segment, with or without a query, in any case as all paths of the server. */
const ONE_SEGMENT = /^\/+[^/?]+(?:\?|$)/;

/**
 * A probe: status 200 and `ok`, or 503 and why not. `problem` answers why commands are not served now, in one line;
 * undefined when they are.
 */
export function probe(problem: () => string | undefined): Route {
  return openTo(
    (exchange) => ONE_SEGMENT.test(exchange.target),
    (exchange) => {
      const reason = problem();
      exchange.reply(reason === undefined ? 200 : 503, TEXT_HEADERS, reason === undefined ? "ok\n" : `${reason}\n`);
    },
  );
}
