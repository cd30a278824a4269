/** `stashd healthcheck`: asks a running server whether it serves commands, for images that have no curl. */
import { ask } from "../server/ask.ts";
import { urlHost } from "../server/listen.ts";
import { DEFAULT_PORT } from "../server/options.ts";
import { VERSION } from "../server/version.ts";
import { parseFlags } from "./flags.ts";
import { Subcommand } from "./subcommand.ts";
import type { Outcome } from "./subcommand.ts";
import { UsageError } from "./usage-error.ts";
import { variablesOf } from "./variables.ts";
import type { Variables } from "./variables.ts";

const EXAMPLES = `
Without an address it asks the server that the same environment variables would start on this machine.

Examples:
  stashd healthcheck                              exit status 0 when it serves, 1 when it does not
  stashd healthcheck http://127.0.0.1:8079        the server there`;

/** Runs the subcommand with its words; answers the outcome. Throws a {@link UsageError}. */
export async function checkHealth(argv: readonly string[], environment: Variables): Promise<Outcome> {
  const subcommand = new Subcommand("healthcheck", "Asks a running server whether it serves commands.", EXAMPLES);
  subcommand.program.argument("[url]", "where the server listens");
  const help = subcommand.parse(argv);
  if (help !== undefined) return { text: help, isSound: true };
  const [url = urlOf(environment)] = subcommand.program.args;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new UsageError(`${url} is no URL, as http://127.0.0.1:8079`);
  try {
    const { status, text } = await ask(new URL("/readyz", url));
    return { isSound: status === 200, text: status === 200 ? text : `${url} answered ${status}: ${text}` };
  } catch (error) {
    return { isSound: false, text: `${url} does not answer: ${(error as Error).message}\n` };
  }
}

/** Where a server with these variables listens, as seen from this machine. */
function urlOf(environment: Variables): string {
  const options = parseFlags([], variablesOf(environment, []), VERSION);
  if ("text" in options) throw new UsageError("give the address of the server");
  const { host, port = DEFAULT_PORT, tls } = options;
  return `${tls === undefined ? "http" : "https"}://${urlHost(host)}:${port}`;
}
