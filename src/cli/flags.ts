/** The command line and the environment variables, to options. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { closest, distance } from "fastest-levenshtein";
import type { ServerOptions } from "../server/options.ts";
import { DEFAULT_PORT, DEFAULT_REDIS_PORT } from "../server/options.ts";

/** A mistake in how the program was called, in one line that says what to do about it. */
export class UsageError extends Error {}

/** The program was asked for text (`--help`, `--version`) and has nothing else to do. */
export interface TextRequest {
  readonly text: string;
}

const REDIS_PORT_DEFAULT = `${DEFAULT_REDIS_PORT}, or any when that is taken`;

/** How the variables that are not plain text are read, from the environment and from the command line alike. */
const PARSERS: Readonly<Record<string, (text: string) => string | number>> = {
  STASHD_PORT: parsePort,
  STASHD_REDIS_PORT: (text) => (text === "auto" || text === "off" ? text : parsePort(text)),
};

/** Flags in the order of `--help`: flag, environment variable, description, and the option they set. */
const FLAGS = [
  ["-p, --port <number>", "STASHD_PORT", `TCP port, 0 for any free one (default: ${DEFAULT_PORT})`],
  ["--redis-port <number>", "STASHD_REDIS_PORT", `port of the Redis protocol, or off (default: ${REDIS_PORT_DEFAULT})`],
  ["-H, --host <address>", "STASHD_HOST", "address to listen on (default: 127.0.0.1 and ::1)"],
  ["-t, --token <token>", "STASHD_TOKEN", "standard token, or several (default: random)"],
  ["-r, --read-only-token <token>", "STASHD_READ_ONLY_TOKEN", "token that may only read (default: random)"],
  ["--acl-file <path>", "STASHD_ACL_FILE", "file of users, which ACL SAVE writes (default: none)"],
  ["--cors <origins>", "STASHD_CORS", "web origins allowed, separated by commas (default: * for any)"],
] as const;

const EXAMPLES = `
Examples:
  stashd                                serve on http://127.0.0.1:${DEFAULT_PORT} with a random token
  stashd --port 0 --token secret        any free port, a token of your own
  STASHD_TOKEN=secret stashd            the same from the environment
  stashd --token new,old                several tokens, while clients change from one to the next
  stashd token --help                   about making tokens`;

/** Words of the command line after the program's name, and the environment. Throws a {@link UsageError}. */
export function parseFlags(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  version: string,
): ServerOptions | TextRequest {
  refuseMisspelt(environment);
  let text = "";
  const program = new Command("stashd")
    .description("Serves the Upstash Redis REST API from an embedded Redis-compatible engine.")
    .version(version, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXAMPLES)
    .allowExcessArguments(false)
    .configureOutput({ writeOut: (out) => (text += out), writeErr: () => {}, outputError: () => {} })
    .exitOverride();
  for (const [flags, variable, description] of FLAGS) {
    const option = new Option(flags, description);
    const value = environment[variable];
    const parser = PARSERS[variable];
    if (parser !== undefined) option.argParser(parser);
    program.addOption(option);
    if (value !== undefined && value !== "") {
      program.setOptionValueWithSource(option.attributeName(), fromEnvironment(variable, value), "env");
    }
    option.envVar = variable;
  }
  program.option("--strict-acl", "take only the ACL rules that the hosted service takes");
  program.option("--enable-debug", "allow the DEBUG command, which can hold up the server");
  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { text };
    throw new UsageError(oneLine(error.message));
  }
  return toOptions(program.opts());
}

function toOptions(values: Record<string, unknown>): ServerOptions {
  const { cors, ...others } = values as { cors?: string };
  const rest: ServerOptions = { redisPort: "auto", ...others };
  if (cors === undefined || cors === "*") return rest;
  return { ...rest, cors: cors.split(",").map((origin) => origin.trim()) };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
  }
  return port;
}

function fromEnvironment(variable: string, value: string): string | number {
  try {
    return PARSERS[variable]?.(value) ?? value;
  } catch (error) {
    throw new UsageError(`${variable} is '${value}'. ${(error as Error).message}`);
  }
}

/** A variable that begins with STASHD_ and is none of ours is a mistake that would otherwise pass in silence. */
function refuseMisspelt(environment: Readonly<Record<string, string | undefined>>): void {
  const known = FLAGS.map(([, variable]) => variable as string);
  for (const name of Object.keys(environment)) {
    if (!name.startsWith("STASHD_") || known.includes(name)) continue;
    const nearest = closest(name, known);
    const hint = distance(name, nearest) <= 4 ? ` (did you mean ${nearest}?)` : `. Known: ${known.join(", ")}`;
    throw new UsageError(`unknown environment variable ${name}${hint}`);
  }
}

/** Commander says "error: …" and puts its suggestion on a line of its own. */
function oneLine(message: string): string {
  return message.replace(/^error: /, "").replace(/\n\(Did you mean (.*?)\?\)/, " (did you mean $1?)");
}
