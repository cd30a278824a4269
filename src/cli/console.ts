/** `stashd console`: opens the console of a running server in the browser, logged in by a one-time code. */
import type { Command } from "commander";
import { readState } from "../persistence/directory-state.ts";
import { nodeDisk } from "../persistence/node-disk.ts";
import { ask } from "../server/ask.ts";
import type { ServerOptions } from "../server/server-options.ts";
import { VERSION } from "../server/version.ts";
import { isLoopback } from "../server/web-origins.ts";
import { openBrowser } from "./browser.ts";
import { firstOf, urlOf } from "./env.ts";
import { programOptions, readFlags, serverOptions } from "./flags.ts";
import type { Outcome } from "./subcommand.ts";
import { ExitError, UsageError } from "./usage-error.ts";
import { variablesOf } from "./variables.ts";
import type { Variables } from "./variables.ts";

const EXAMPLES = `
Without an address, a --port or a --host it is the server of UPSTASH_REDIS_REST_URL, or else the one that stashd starts with
the same options: all of them may be given. The token is that of --token, of UPSTASH_REDIS_REST_TOKEN, or of the data
directory.

Examples:
  stashd console                                  the server on this machine
  stashd console https://redis.example.com        the one there
  stashd console --print                          print the link only, to open it elsewhere`;

/** Exit status for what the caller can mend. */
const FAILURE_EXIT = 1;

/** A running server. */
interface Server {
  /** Without a trailing slash. */
  readonly url: string;
  readonly isElsewhere: boolean;
}

/** Runs the subcommand with its words. Throws a {@link UsageError}; rejects with an {@link ExitError} without a console. */
export async function openConsole(argv: readonly string[], environment: Variables): Promise<Outcome> {
  const program = readFlags(argv, variablesOf(environment, argv), VERSION, present);
  if ("text" in program) return { text: program.text, isSound: true };
  const { print = false, ...given } = program.opts<{ print?: boolean }>();
  const options = serverOptions(programOptions(given));
  const server = serverOf(program.args[0], options, environment);
  const tokens = await tokensFor(server, options, environment);
  const { code, problem } = await codeOf(server, tokens);
  const link = `${server.url}/console${code === undefined ? "" : `#code=${code}`}`;
  const notes = problem === undefined ? "" : `${problem}\n`;
  if (print) return { text: `${link}\n${notes}`, isSound: true };
  const failure = await openBrowser(link, environment);
  const opened =
    failure === undefined ? "The browser opens it." : `Open it in a browser, which cannot be done here: ${failure}.`;
  const life = code === undefined ? "" : " The code in it is good once, for a minute.";
  return { text: `${link}\n${opened}${life}\n${notes}`, isSound: true };
}

/** Options of the server that the help names. */
const SHOWN: ReadonlySet<string> = new Set(["data", "host", "port", "token"]);

function present(stashd: Command): Command {
  for (const option of stashd.options) option.hideHelp(!SHOWN.has(option.attributeName()));
  return stashd
    .name("stashd console")
    .usage("[options] [url]")
    .description("Opens the console of a running server in the browser.")
    .argument("[url]", "where the server listens")
    .option("--print", "print the link, and open nothing")
    .addHelpText("after", EXAMPLES);
}

/** The server at an address, else the one that the options or the variables of clients name. */
function serverOf(address: string | undefined, options: ServerOptions, environment: Variables): Server {
  const { host, port = 0 } = options;
  const { UPSTASH_REDIS_REST_URL: theirs = "" } = environment;
  const isNamed = host !== undefined || port !== 0;
  const named = address ?? (isNamed || theirs === "" ? undefined : theirs);
  return named === undefined ? { url: urlOf(options), isElsewhere: false } : serverAt(named);
}

/** The server at an address that a person has given, which may be that of its console. */
function serverAt(address: string): Server {
  if (!/^https?:\/\//.test(address) || !URL.canParse(address))
    throw new UsageError(`${address} is no URL, as http://127.0.0.1:8079`);
  const { hostname, origin, pathname } = new URL(address);
  const path = pathname.replace(/\/+$/, "").replace(/\/console$/, "");
  return { url: origin + path, isElsewhere: !isLoopback(hostname.replace(/^\[|\]$/g, "")) };
}

/**
 * The tokens that may be the server's, the likeliest first. A token is for the server that it was given with: one of the
 * data directory stays on this machine, and one of a client's variables goes to the URL beside it only.
 */
async function tokensFor(
  { isElsewhere, url }: Server,
  { data, token }: ServerOptions,
  environment: Variables,
): Promise<readonly string[]> {
  const { UPSTASH_REDIS_REST_TOKEN: ofClients, UPSTASH_REDIS_REST_URL: theirs = "" } = environment;
  const isTheirs = theirs === "" || (URL.canParse(theirs) && new URL(theirs).origin === new URL(url).origin);
  const kept = data === undefined || isElsewhere ? undefined : (await readState(nodeDisk, data)).token;
  return [token, isTheirs ? ofClients : undefined, kept]
    .filter((one): one is string => one !== undefined && one !== "")
    .map(firstOf);
}

/** A code, or why there is none and the page asks for a token. */
interface CodeOrProblem {
  readonly code?: string;
  readonly problem?: string;
}

/** Asks the server for a code for the first of the tokens that is its own. Rejects with an {@link ExitError}. */
async function codeOf(server: Server, tokens: readonly string[]): Promise<CodeOrProblem> {
  const page = await asked(server, "GET", "/console");
  if (page.status !== 200) throw refusedBy(server, page);
  for (const token of tokens) {
    const answer = await asked(server, "POST", "/console/code", { Authorization: `Bearer ${token}` });
    const { code, error } = membersOf(answer.text);
    if (answer.status === 200 && code !== undefined) return { code };
    if (answer.status === 501) return { problem: error ?? answer.text };
    if (answer.status !== 401) throw refusedBy(server, answer);
  }
  const known = tokens.length === 0 ? "no token is known here" : "the server does not know the token";
  return { problem: `It asks for a token, since ${known}; give the server's own with --token.` };
}

type Answer = Awaited<ReturnType<typeof ask>>;

async function asked(
  { isElsewhere, url }: Server,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  try {
    return await ask(new URL(url + path), { headers, isElsewhere, method });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // A token is sent to nobody else.
    if (/CERT|SIGNATURE|ALTNAME/.test(code ?? "")) {
      const advice = "name its authority by NODE_EXTRA_CA_CERTS, or use a name that the certificate has";
      throw new ExitError(`the certificate of ${url} is not trusted (${message}); ${advice}`, FAILURE_EXIT);
    }
    const advice = "start one with stashd, or name its address, as stashd console http://127.0.0.1:8079";
    throw new ExitError(`no server answers at ${url} (${message || code}); ${advice}`, FAILURE_EXIT);
  }
}

function refusedBy({ url }: Server, { status, text }: Answer): ExitError {
  const { error } = membersOf(text);
  // The text of these says what to do.
  const isTold = status === 403 || status === 429;
  const advice = isTold ? "" : "; it has no console, or is no stashd: start it without --no-console";
  return new ExitError(`${url} answered ${status}${error === undefined ? "" : `: ${error}`}${advice}`, FAILURE_EXIT);
}

/** The texts of an answer in JSON. */
function membersOf(text: string): { code?: string; error?: string } {
  try {
    const { code, error } = JSON.parse(text) as Record<string, unknown>;
    return { ...(typeof code === "string" ? { code } : {}), ...(typeof error === "string" ? { error } : {}) };
  } catch {
    return {};
  }
}
