/**
 * What a program under test does with the header that chooses its database: what it asks of the server while it answers a
 * request carries that request's header. Under Node the program needs no code for that: a module does it that is loaded
 * before the program's own, by NODE_OPTIONS.
 */
import type { AsyncLocalStorage } from "node:async_hooks";
import type { Channel } from "node:diagnostics_channel";
import { BROWSER_HEADER, DATABASE_HEADER } from "./database-header.ts";

/** A request that a server of node:http has received. */
interface Received {
  readonly request: { readonly headers: Readonly<Record<string, string | undefined>> };
}

/** A request that `fetch` is about to send, as undici publishes it. */
interface Created {
  readonly request: { readonly origin: unknown; addHeader(name: string, value: string): void };
}

interface PassOnSettings {
  /** The base URL of the test run. */
  readonly origin: string;
  readonly header: string;
  readonly browserHeader: string;
}

/**
 * Passes the header on from requests that arrive to requests for `origin` that are made for them. The program loads the
 * text of this function, so it uses nothing but its parameters.
 */
function passOn(
  databases: AsyncLocalStorage<string | undefined>,
  channel: (name: string) => Channel,
  { browserHeader, header, origin }: PassOnSettings,
): void {
  channel("http.server.request.start").subscribe((message) => {
    const { headers } = (message as Received).request;
    const id = headers[header] ?? headers[browserHeader];
    databases.enterWith(id?.startsWith("stashd-") === true ? id : undefined);
  });
  channel("undici:request:create").subscribe((message) => {
    const { request } = message as Created;
    const database = databases.getStore();
    if (database !== undefined && String(request.origin) === origin) request.addHeader(header, database);
  });
}

/** The NODE_OPTIONS under which a program passes the header on to `origin`, after those that it has. */
export function nodeOptionsFor(origin: string, before: string | undefined): string {
  const settings: PassOnSettings = { origin, header: DATABASE_HEADER, browserHeader: BROWSER_HEADER };
  const program = `
const [{ AsyncLocalStorage }, { channel }] = await Promise.all([import("node:async_hooks"), import("node:diagnostics_channel")]);
(${passOn.toString()})(new AsyncLocalStorage(), channel, ${JSON.stringify(settings)});`;
  const option = `--import=data:text/javascript,${encodeURIComponent(program)}`;
  return before === undefined || before === "" ? option : `${before} ${option}`;
}
