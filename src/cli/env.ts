/** `stashd env`: the variables by which clients find a server, printed or written into an `.env` file. */
import type { Command } from "commander";
import { readState } from "../persistence/directory-state.ts";
import { nodeDisk } from "../persistence/node-disk.ts";
import { CLIENT_NAMES, clientVariables } from "../server/client-variables.ts";
import type { ClientNames } from "../server/client-variables.ts";
import { ask } from "../server/ask.ts";
import { urlHost } from "../server/listen.ts";
import { DEFAULT_PORT, DEFAULT_REDIS_PORT } from "../server/options.ts";
import { VERSION } from "../server/version.ts";
import { addClientNames } from "./client-names.ts";
import { refuseUnclear, withVariables, writeVariables } from "./env-file.ts";
import { programOptions, readFlags, serverOptions } from "./flags.ts";
import type { Outcome } from "./subcommand.ts";
import { UsageError } from "./usage-error.ts";
import { variablesOf } from "./variables.ts";
import type { Variables } from "./variables.ts";
import type { ServerOptions } from "../server/server-options.ts";

const EXAMPLES = `
The server is the one that stashd starts with the same options: all of them may be given. Tokens are those of the data
directory, which gets them if it has none. The Redis port is asked of the server if it runs.

Examples:
  stashd env                    print the lines
  stashd env --write            set them in .env.local, and leave its other lines as they are`;

/** The file that `--write` sets variables in: Next.js, Vite and others read it, and it is in no repository. */
const DEFAULT_FILE = ".env.local";

/** Runs the subcommand with its words. Throws a {@link UsageError}. */
export async function envText(argv: readonly string[], environment: Variables): Promise<Outcome> {
  const program = readFlags(argv, variablesOf(environment, argv), VERSION, present);
  if ("text" in program) return { text: program.text, isSound: true };
  const { env = CLIENT_NAMES, write, ...given } = program.opts<{ env?: ClientNames; write?: string | true }>();
  const options = serverOptions(programOptions(given));
  if (options.databases !== undefined)
    throw new UsageError("the tokens of --tokens-file are yours; write them by hand");
  const url = urlOf(options);
  const tokens = await tokensOf(options);
  const redisUrl = await redisUrlOf(options, url, tokens.token);
  const all = Object.entries(clientVariables({ url, redisUrl, ...tokens }, env));
  const variables = Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
  refuseUnclear(variables);
  if (write === undefined) return { text: withVariables("", variables), isSound: true };
  const file = write === true ? DEFAULT_FILE : write;
  const isChanged = writeVariables(file, variables);
  return { text: `${file} names the server at ${url}${isChanged ? "" : " already"}.\n`, isSound: true };
}

function present(stashd: Command): Command {
  return addClientNames(stashd, "data", "port", "redisPort", "token")
    .name("stashd env")
    .description("Prints the environment variables by which clients find a server.")
    .option("--write [file]", `set them in a file in place of printing them (default: ${DEFAULT_FILE})`)
    .addHelpText("after", EXAMPLES);
}

/** Where a server with these options listens, as seen from this machine. Throws a {@link UsageError} for any free port. */
export function urlOf({ host, port = DEFAULT_PORT, tls }: ServerOptions): string {
  if (port === 0) throw new UsageError("--port 0 is another port at each start; choose one");
  return `${tls === undefined ? "http" : "https"}://${urlHost(host)}:${port}`;
}

interface Tokens {
  readonly token: string;
  /** Undefined where it is another one at each start. */
  readonly readOnlyToken: string | undefined;
}

/** The tokens of the options, else those of the data directory, which gets new ones if it has none. */
async function tokensOf(options: ServerOptions): Promise<Tokens> {
  const { data } = options;
  const kept = data === undefined ? {} : await readState(nodeDisk, data);
  const { readOnlyToken = kept.readOnlyToken, token = kept.token } = options;
  if (token !== undefined && (readOnlyToken !== undefined || data === undefined)) {
    return { token: firstOf(token), readOnlyToken: readOnlyToken === undefined ? undefined : firstOf(readOnlyToken) };
  }
  if (data === undefined)
    throw new UsageError("a server that keeps nothing has other tokens at each start; give --token");
  const { ServerData } = await import("../server/data.ts");
  const opened = await ServerData.open(options, data).catch((error: Error) => {
    throw new UsageError(`${error.message}, or give its tokens with --token and --read-only-token`);
  });
  try {
    await opened.keepTokens();
    const { readOnlyTokens, tokens } = opened.settings;
    return { token: tokens[0]!, readOnlyToken: readOnlyTokens[0] };
  } finally {
    await opened.close();
  }
}

/** The token that is shown, of a list. */
export const firstOf = (tokens: string): string => tokens.split(",")[0]!;

/** Where the Redis protocol is, or will be; undefined if it is off. */
async function redisUrlOf(options: ServerOptions, url: string, token: string): Promise<string | undefined> {
  const { host, redis, redisPort, tls } = options;
  if (redisPort === "off") return undefined;
  if (redis !== undefined && typeof redisPort !== "number") {
    throw new UsageError("give --redis-port: a server in front of a Redis does not tell its own");
  }
  const port = typeof redisPort === "number" && redisPort > 0 ? redisPort : await askForPort(url, token);
  if (port === 0) return undefined;
  const scheme = tls === undefined ? "redis" : "rediss";
  return `${scheme}://default:${encodeURIComponent(token)}@${urlHost(host)}:${port}`;
}

/** The port of the Redis protocol of a server that runs, 0 if it is off; else the one that a server tries first. */
async function askForPort(url: string, token: string): Promise<number> {
  const headers = { Authorization: `Bearer ${token}` };
  const { status, text } = await ask(new URL("/info/server", url), { headers }).catch(() => ({ status: 0, text: "" }));
  if (status === 401) throw new UsageError(`the server at ${url} has other tokens; give its own with --token`);
  const [, port = DEFAULT_REDIS_PORT] = /tcp_port:(\d+)/.exec(text) ?? [];
  return Number(port);
}
