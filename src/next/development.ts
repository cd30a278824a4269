/** The server of `next dev`, in its process: found, or started, once. */
import { setTimeout } from "../core/timers.ts";
import { DirectoryTaken } from "../persistence/directory-lock.ts";
import { readState } from "../persistence/directory-state.ts";
import { nodeDisk } from "../persistence/node-disk.ts";
import { CLIENT_NAMES, clientVariables } from "../server/client-variables.ts";
import { ask } from "../server/ask.ts";
import { startServer } from "../server/server.ts";
import type { RunningServer } from "../server/server.ts";
import { isLoopback } from "../server/web-origins.ts";

/** Where the promise of a start is kept: Next loads its modules anew when they change, and this one with them. */
const STARTED = Symbol.for("stashd.next");

/** Where the data is, in the directory of the project. */
const DATA = ".stashd";

/** Variables that name a server, with those of its token. */
const NAMES = [
  ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"],
  ["KV_REST_API_URL", "KV_REST_API_TOKEN"],
] as const;

/** How often a server that has the data is asked whether it serves, and how long between, in milliseconds. */
const ATTEMPTS = 100;
const ATTEMPT_MS = 100;

/** A server that the environment names. */
interface Named {
  readonly variable: string;
  readonly url: string;
  readonly token: string | undefined;
}

/** What clients need to know of a server. */
interface Address {
  readonly url: string;
  readonly token: string;
  readonly readOnlyToken: string | undefined;
  readonly redisUrl: string | undefined;
}

/** Starts a server, or finds the one that there is, and says in one line which. Never rejects. */
export function startForDevelopment(): Promise<void> {
  const known = globalThis as { [STARTED]?: Promise<void> };
  known[STARTED] ??= findOrStart(process.env)
    .catch((error: Error) => `no server was started: ${error.message}`)
    .then(say);
  return known[STARTED];
}

function say(line: string): void {
  process.stderr.write(`stashd: ${line}\n`);
}

async function findOrStart(env: NodeJS.ProcessEnv): Promise<string> {
  const named = namedServer(env);
  if (named === undefined) return startOrShare(env, undefined);
  const elsewhere = whyElsewhere(named);
  if (elsewhere !== undefined) return `${named.variable} ${elsewhere}, so no server is started`;
  switch (await stateAt(named.url, named.token ?? "")) {
    case "serves":
      return `using the server at ${named.url}`;
    case "refuses":
      return `the server at ${named.url} has another token; correct the one beside ${named.variable}`;
    case "foreign":
      throw new Error(`what answers at ${named.url} is no such server; choose another port for ${named.variable}`);
    case "silent":
      return startOrShare(env, named);
  }
}

function namedServer(env: NodeJS.ProcessEnv): Named | undefined {
  const names = NAMES.find(([name]) => (env[name] ?? "") !== "");
  if (names === undefined) return undefined;
  const [variable, tokenVariable] = names;
  const token = env[tokenVariable] ?? "";
  return { variable, url: env[variable]!.replace(/\/$/, ""), token: token === "" ? undefined : token };
}

/** Why a server cannot be started where a URL says. */
function whyElsewhere({ url }: Named): string | undefined {
  if (!URL.canParse(url)) return "is no URL";
  const { hostname, pathname, protocol } = new URL(url);
  if (!isLoopback(hostname.replace(/^\[|\]$/g, ""))) return `names ${hostname}`;
  if (protocol !== "http:" || pathname !== "/") return "is not as http://localhost:8079";
  return undefined;
}

/** Starts a server with the data of the project, or finds the one that has it. */
async function startOrShare(env: NodeJS.ProcessEnv, named: Named | undefined): Promise<string> {
  try {
    const server = await start(named);
    setVariables(env, server);
    return `serving at ${server.url}, with the data in ${DATA}`;
  } catch (error) {
    if (!(error instanceof DirectoryTaken)) throw error;
    const address = await serverOfData(error);
    // A client that the environment sends elsewhere would find nobody there.
    if (named !== undefined) {
      throw new Error(`${named.variable} is ${named.url}, and the data in ${DATA} is served at ${address.url}`, {
        cause: error,
      });
    }
    setVariables(env, address);
    return `using the server at ${address.url}, which has the data in ${DATA}`;
  }
}

async function start(named: Named | undefined): Promise<RunningServer> {
  const { token, url } = named ?? {};
  const log = {
    info() {},
    warn: (fields: object, message: string) => report(fields, message),
    error: (fields: object, message: string) => report(fields, message),
  };
  try {
    const server = await startServer({
      port: url === undefined ? 0 : Number(new URL(url).port || 80),
      redisPort: 0,
      data: DATA,
      isBackground: true,
      log,
      ...(token === undefined ? {} : { token }),
    });
    closeWithProcess(server);
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new Error(`something else listens at ${url}; choose another port for ${named!.variable}`, { cause: error });
  }
}

/**
 * Events of the log that a developer need not see: Next ends its process without notice when it starts itself anew, and a
 * command that waits while Next compiles is not slow.
 */
const UNREPORTED: ReadonlySet<string> = new Set(["ended-unsaid", "slow-command"]);

function report(fields: object, message: string): void {
  const { event = "", ...details } = fields as { event?: string };
  if (!UNREPORTED.has(event)) say(`${message} ${JSON.stringify(details)}`);
}

/** The address of the server that has the data. Rejects with an Error when it does not answer in time. */
async function serverOfData({ message, pid }: DirectoryTaken): Promise<Address> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // One that has just started says where it is when its data is loaded.
    const { readOnlyToken, redisPort, token, url } = await readState(nodeDisk, DATA);
    const state = url === undefined || token === undefined ? "silent" : await stateAt(url, token);
    if (state === "serves") {
      const redisUrl = redisPort === undefined ? undefined : `redis://default:${token}@127.0.0.1:${redisPort}`;
      return { url: url!, token: token!, readOnlyToken, redisUrl };
    }
    if (state === "refuses" || state === "foreign") {
      throw new Error(
        `the server at ${url} (process ${pid}) has a token of its own; set UPSTASH_REDIS_REST_URL and _TOKEN`,
      );
    }
    await new Promise<void>((resolve) => {
      setTimeout(resolve, ATTEMPT_MS);
    });
  }
  throw new Error(`${message}; it does not answer`);
}

/** What is at a URL: a server with this token, one with another, something else, or nothing that answers commands yet. */
async function stateAt(url: string, token: string): Promise<"serves" | "refuses" | "foreign" | "silent"> {
  try {
    const { status, text } = await ask(new URL("/ping", url), { headers: { Authorization: `Bearer ${token}` } });
    if (status === 200 && text.includes("PONG")) return "serves";
    if (text.includes("LOADING")) return "silent";
    return status === 401 && text.includes("WRONGPASS") ? "refuses" : "foreign";
  } catch {
    return "silent";
  }
}

/** Sets the variables that are not set. */
function setVariables(env: NodeJS.ProcessEnv, address: Address): void {
  for (const [name, value] of Object.entries(clientVariables(address, CLIENT_NAMES))) {
    if (value !== undefined && (env[name] ?? "") === "") env[name] = value;
  }
}

/** Closes the server when the process ends, or has nothing left to do: what is not on the disk yet gets there. */
function closeWithProcess(server: RunningServer): void {
  process.once("beforeExit", () => void server.close());
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      void server.close().finally(() => {
        // Without another listener the signal would end the process.
        if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
      });
    });
  }
}
