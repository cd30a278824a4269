/** Puts the parts together: an engine, the API over it, and listeners in front. */
import { FullUser, ReadOnlyUser } from "../access/users.ts";
import { Tokens } from "../access/tokens.ts";
import { commandTables } from "../commands/registry.ts";
import { Engine } from "../engine/engine.ts";
import type { User } from "../engine/session.ts";
import type { HttpHandler, HttpListener } from "./exchange.ts";
import { NodeHttpListener } from "./http-node.ts";
import { readLuaBinary } from "./lua-binary.ts";
import { settle } from "./options.ts";
import type { ServerOptions, Settings } from "./options.ts";
import { RestApi } from "./rest-api.ts";
import { packageVersion } from "./version.ts";

/** A server that is listening. */
export interface StashdServer {
  /** Base URL for `UPSTASH_REDIS_REST_URL`, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** The standard token, for `UPSTASH_REDIS_REST_TOKEN`. */
  readonly token: string;
  readonly readOnlyToken: string;
  /** The database behind the API. */
  readonly engine: Engine;
  /** Stops listening, lets requests in flight finish, and frees everything. May be called more than once. */
  close(): Promise<void>;
}

/** Time between two rounds of housekeeping, in milliseconds. */
const TICK_MS = 100;

/** The addresses listened on when none is named. */
const LOOPBACK = ["127.0.0.1", "::1"] as const;

/** Any-port starts look this often for a port that is free on both loopback addresses. */
const PORT_ATTEMPTS_MAX = 20;

/**
 * Starts a server. Rejects with an {@link OptionError} for an option that cannot be, or with the system's error (such as
 * `EADDRINUSE`) when it cannot listen.
 */
export async function startServer(options: ServerOptions = {}): Promise<StashdServer> {
  const settings = settle(options);
  const { environment, limits, log } = settings;
  const version = packageVersion();
  const engine = new Engine({ environment, commands: commandTables, limits, version, luaBinary: readLuaBinary });
  const api = new RestApi({ engine, tokens: tokensOf(settings), cors: settings.cors, log });
  const { port, listeners } = await listen(api, settings);
  const ticker = setInterval(() => engine.tick(), TICK_MS);
  ticker.unref();
  let closed: Promise<void> | undefined;
  return {
    url: `http://${urlHost(settings.host)}:${port}`,
    port,
    token: settings.token,
    readOnlyToken: settings.readOnlyToken,
    engine,
    close() {
      clearInterval(ticker);
      closed ??= Promise.all(listeners.map((listener) => listener.close(limits.closeMsMax))).then(() => undefined);
      return closed;
    },
  };
}

function tokensOf(settings: Settings): Tokens<User> {
  const tokens = new Tokens<User>();
  tokens.add(settings.token, new FullUser("default"));
  tokens.add(settings.readOnlyToken, new ReadOnlyUser("default_ro"));
  return tokens;
}

/** One address, or both loopback addresses on the same port. */
async function listen(handler: HttpHandler, settings: Settings): Promise<{ port: number; listeners: HttpListener[] }> {
  const create = (): HttpListener => new NodeHttpListener(handler, settings.limits);
  if (settings.host !== undefined) {
    const listener = create();
    return { port: await listener.listen(settings.port, settings.host), listeners: [listener] };
  }
  for (let attempt = 1; ; attempt++) {
    const [first, second] = [create(), create()];
    const port = await first.listen(settings.port, LOOPBACK[0]);
    try {
      await second.listen(port, LOOPBACK[1]);
      return { port, listeners: [first, second] };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A machine without IPv6 is served on IPv4 alone.
      if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT") return { port, listeners: [first] };
      await first.close(0);
      const mayRetry = settings.port === 0 && code === "EADDRINUSE" && attempt < PORT_ATTEMPTS_MAX;
      if (!mayRetry) throw error;
    }
  }
}

/** What a client on this machine connects to. */
function urlHost(host: string | undefined): string {
  if (host === undefined || host === "0.0.0.0" || host === "::") return LOOPBACK[0];
  return host.includes(":") ? `[${host}]` : host;
}
