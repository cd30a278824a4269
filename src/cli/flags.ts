/** Parses the command line and the environment variables into options. */
import { resolve } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { nearestName } from "../server/nearest-name.ts";
import { DEFAULT_PORT, DEFAULT_REDIS_PORT } from "../server/options.ts";
import { applyConfigFile } from "./config-file.ts";
import { LOG_FORMATS, LOG_LEVELS } from "./log.ts";
import type { LogOptions } from "./logs.ts";
import { readTokensFile } from "./tokens-file.ts";
import { UsageError } from "./usage-error.ts";
import { readUserFile } from "./user-file.ts";
import type { OptionError, ServerOptions } from "../server/server-options.ts";
import type { Variables } from "./variables.ts";

/** The program was called for a text (`--help`, `--version`). */
interface TextRequest {
  readonly text: string;
}

/** The server's options, and those of the program itself. */
export interface ProgramOptions extends ServerOptions, LogOptions {
  /** The files of the certificate. */
  readonly tlsFiles?: { readonly cert: string; readonly key: string };
  /** Whether to end with the parent process; undefined if not given. */
  readonly exitWithParent?: boolean;
  /** Processes that share the ports. */
  readonly workers?: number;
}

/** The options of the server among those of the program. */
export function serverOptions({
  accessLog: _accessLog,
  exitWithParent: _exitWithParent,
  logFormat: _logFormat,
  logLevel: _logLevel,
  tlsFiles: _tlsFiles,
  workers: _workers,
  ...options
}: ProgramOptions): ServerOptions {
  return options;
}

/** The default data directory, below the working directory. */
const DEFAULT_DATA = ".stashd";

const CORS_DEFAULT = "local on a loopback address, else *";

const CLIENT_MEMORY_DEFAULT = "a quarter of the heap, 0 for any";

const REDIS_PORT_DEFAULT = `${DEFAULT_REDIS_PORT}, or any when that is taken`;

/** Parsers of options that are not plain text, for environment variables and for the command line. */
const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  STASHD_ALLOW_HOST: parseList,
  STASHD_CONSOLE: parseSwitch,
  STASHD_CORS: (text) => (text === "*" || text === "local" ? text : parseList(text)),
  STASHD_EXIT_WITH_PARENT: parseSwitch,
  STASHD_FLUSH: parseSwitch,
  STASHD_HOSTED_LIMITS: parseSwitch,
  STASHD_LIMITS: parseLimits,
  STASHD_LOG_FORMAT: (text) => parseChoice(text, LOG_FORMATS),
  STASHD_LOG_LEVEL: (text) => parseChoice(text, LOG_LEVELS),
  STASHD_MAX_CLIENT_MEMORY: parseMemory,
  STASHD_MAX_MEMORY: parseMemory,
  STASHD_MEMORY: parseSwitch,
  STASHD_METRICS_PORT: parsePort,
  STASHD_PORT: parsePort,
  STASHD_QUERY_TOKEN: parseSwitch,
  STASHD_REDIS_AUTH: parseSwitch,
  STASHD_REDIS_PORT: (text) => (text === "auto" || text === "off" ? text : parsePort(text)),
  STASHD_STRICT_ACL: parseSwitch,
  STASHD_TRUST_PROXY: parseSwitch,
  STASHD_WORKERS: parseWorkers,
};

/** Flags in the order of `--help`: flag, environment variable, description, and the option they set. */
const FLAGS = [
  ["-c, --config <file>", "STASHD_CONFIG", "JSON file of options, for what no flag and no variable says"],
  ["-p, --port <number>", "STASHD_PORT", `TCP port, 0 for any free one (default: ${DEFAULT_PORT})`],
  ["--redis-port <number>", "STASHD_REDIS_PORT", `port of the Redis protocol, or off (default: ${REDIS_PORT_DEFAULT})`],
  ["--no-redis-auth", "STASHD_REDIS_AUTH", "ask for no password on the Redis port (loopback addresses only)"],
  ["-H, --host <address>", "STASHD_HOST", "address to listen on (default: 127.0.0.1 and ::1)"],
  ["-t, --token <token>", "STASHD_TOKEN", "standard token, or several (default: random)"],
  ["-r, --read-only-token <token>", "STASHD_READ_ONLY_TOKEN", "token that may only read (default: random)"],
  ["--data <directory>", "STASHD_DATA", "directory to keep data, users and tokens in (default: .stashd)"],
  ["--memory", "STASHD_MEMORY", "keep nothing: data ends with the process"],
  ["--fsync <policy>", "STASHD_FSYNC", "when writes are made safe: always, everysec or no (default: everysec)"],
  [
    "--redis <url...>",
    "STASHD_REDIS",
    "serve a running Redis or Cluster, not data of its own: redis://, rediss://, unix:, redis+sentinel://",
  ],
  ["--tokens-file <file>", "STASHD_TOKENS_FILE", "JSON file of tokens, each with the Redis that it opens"],
  ["--redis-ca <file>", "STASHD_REDIS_CA", "authorities for its certificate, PEM (default: the system's)"],
  ["--redis-cert <file>", "STASHD_REDIS_CERT", "certificate to show to it, PEM"],
  ["--redis-key <file>", "STASHD_REDIS_KEY", "that certificate's private key, PEM"],
  ["--redis-name <name>", "STASHD_REDIS_NAME", "name of the connections to it (default: stashd)"],
  ["--workers <number>", "STASHD_WORKERS", "processes that share the ports, with --redis only (default: 1)"],
  ["--no-flush", "STASHD_FLUSH", "refuse FLUSHALL and FLUSHDB, so that no test run empties this database"],
  ["--acl-file <path>", "STASHD_ACL_FILE", "file of users, which ACL SAVE writes (default: none)"],
  ["--compatibility <server>", "STASHD_COMPATIBILITY", "have only what upstash, redis-7.2, redis-8, valkey-8 … have"],
  ["--report <folder>", "STASHD_REPORT", "count the commands that clients use, for stashd report"],
  ["--strict-acl", "STASHD_STRICT_ACL", "take only the ACL rules that the hosted service takes"],
  ["--tls-cert <file>", "STASHD_TLS_CERT", "certificate for TLS on every port, PEM (default: no TLS)"],
  ["--tls-key <file>", "STASHD_TLS_KEY", "the certificate's private key, PEM"],
  ["--http <listener>", "STASHD_HTTP", "own, or node for Node's HTTP parser (default: own)"],
  [
    "--cors <origins>",
    "STASHD_CORS",
    `web origins allowed, separated by commas, local, or * (default: ${CORS_DEFAULT})`,
  ],
  ["--allow-host <names>", "STASHD_ALLOW_HOST", "names to answer to besides localhost, separated by commas"],
  ["--no-query-token", "STASHD_QUERY_TOKEN", "take tokens in headers only, not as _token in the URL"],
  ["--no-console", "STASHD_CONSOLE", "serve no console at /console"],
  ["--trust-proxy", "STASHD_TRUST_PROXY", "believe the last address in X-Forwarded-For"],
  [
    "--max-memory <size>",
    "STASHD_MAX_MEMORY",
    "memory for keys and values, such as 100mb (default: what the heap holds)",
  ],
  [
    "--max-client-memory <size>",
    "STASHD_MAX_CLIENT_MEMORY",
    `memory for clients' buffers (default: ${CLIENT_MEMORY_DEFAULT})`,
  ],
  ["--max-memory-policy <policy>", "STASHD_MAX_MEMORY_POLICY", "what goes when it is full (default: noeviction)"],
  ["--metrics-token <token>", "STASHD_METRICS_TOKEN", "serve Prometheus at /metrics with this token (default: off)"],
  ["--metrics-port <number>", "STASHD_METRICS_PORT", "serve /metrics and the probes on a port of their own"],
  ["--log-format <format>", "STASHD_LOG_FORMAT", "text, json, or auto for text on a terminal (default: auto)"],
  ["--log-level <level>", "STASHD_LOG_LEVEL", "least that is logged: info, warn, error or off (default: info)"],
  ["--access-log <file>", "STASHD_ACCESS_LOG", "file for a line a request, - for standard error (default: off)"],
  ["--exit-with-parent", "STASHD_EXIT_WITH_PARENT", "end when the parent process has ended (default: under npx)"],
  ["--no-exit-with-parent", "STASHD_EXIT_WITH_PARENT", "outlive npx"],
  ["--hosted-limits", "STASHD_HOSTED_LIMITS", "begin with the limits of the hosted service's free plan"],
  ["--limits <list>", "STASHD_LIMITS", "limits by name, such as keyBytesMax=1024,commandBytesMax=1000000"],
] as const;

const EXAMPLES = `
Examples:
  stashd                                serve on http://127.0.0.1:${DEFAULT_PORT} with a random token
  stashd --port 0 --token secret        any free port, a token of your own
  STASHD_TOKEN=secret stashd            the same from the environment
  stashd --token new,old                several tokens, while clients change from one to the next
  stashd --data /var/lib/stashd         keep the data there
  stashd --memory                       keep nothing
  stashd --redis redis://db:6379        serve a running Redis instead
  stashd --tokens-file tokens.json      serve several, each for a token of its own
  stashd run -- npm test                run a command with a server of its own, named in its environment
  stashd env --write                    set the variables of clients in .env.local
  stashd console                        open the console of a running server in the browser
  stashd config                         print the options that hold, and where each comes from
  stashd check --help                   about data files
  stashd import --help                  keys from files and other servers
  stashd export --help                  keys to a file
  stashd report --help                  which commands were used, and what production lacks
  stashd healthcheck                    ask a running server whether it serves commands
  stashd token --help                   about making tokens`;

/** Parses the words after the program's name, and the environment. Throws a {@link UsageError}. */
export function parseFlags(
  argv: readonly string[],
  environment: Variables,
  version: string,
): ProgramOptions | TextRequest {
  const program = readFlags(argv, environment, version);
  return program instanceof Command ? programOptions(program.opts()) : program;
}

const presentServer = (program: Command): Command =>
  program
    .description("Serves the Upstash Redis REST API from an embedded Redis-compatible engine.")
    .addHelpText("after", EXAMPLES);

/**
 * The program with the values of all options: from the words, the environment and a configuration file. `present` says
 * what the program does, and may add options to those of a server. Throws a {@link UsageError}.
 */
export function readFlags(
  argv: readonly string[],
  environment: Variables,
  version: string,
  present = presentServer,
): Command | TextRequest {
  const text = { out: "" };
  const program = present(programOf(environment, version, text));
  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { text: text.out };
    throw new UsageError(oneLine(error.message));
  }
  const { config } = program.opts<{ config?: string }>();
  if (config !== undefined) applyConfigFile(program, config);
  return program;
}

/** The program with its flags, and the values that the environment gives them. */
export function programOf(environment: Variables, version: string, text = { out: "" }): Command {
  refuseMisspelt(environment);
  const program = new Command("stashd")
    .version(version, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .allowExcessArguments(false)
    .configureOutput({ writeOut: (out) => (text.out += out), writeErr: () => {}, outputError: () => {} })
    .exitOverride();
  for (const [flags, variable, description] of FLAGS) {
    const option = new Option(flags, description);
    const value = environment[variable];
    const parser = PARSERS[variable];
    if (parser !== undefined && !option.isBoolean() && !option.negate) option.argParser(parser);
    program.addOption(option);
    if (value !== undefined && value !== "") {
      program.setOptionValueWithSource(option.attributeName(), fromEnvironment(variable, value), "env");
    }
    option.envVar = variable;
  }
  return program.option("--enable-debug", "allow the DEBUG command, which can hold up the server");
}

/** Options whose form differs from that in {@link ServerOptions}. */
interface RawValues {
  readonly config?: string;
  readonly allowHost?: string[];
  readonly data?: string;
  readonly maxClientMemory?: number;
  readonly maxMemory?: number;
  readonly memory?: boolean;
  /** From the environment, a text of one or several. */
  readonly redis?: string | readonly string[];
  readonly redisCa?: string;
  readonly redisCert?: string;
  readonly redisKey?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tokensFile?: string;
}

/** The options for the values of all flags. Throws a {@link UsageError}. */
export function programOptions(values: Record<string, unknown>): ProgramOptions {
  const {
    allowHost,
    config: _config,
    data,
    maxClientMemory,
    maxMemory,
    memory: isInMemory,
    redis,
    redisCa,
    redisCert,
    redisKey,
    tlsCert,
    tlsKey,
    tokensFile,
    ...others
  } = values as RawValues;
  if (isInMemory === true && data !== undefined) throw new UsageError("--memory keeps nothing, so it takes no --data");
  const behind =
    redis === undefined ? {} : { redis: typeof redis === "string" ? redis.split(/\s+(?=\S+:\/\/|unix:)/) : redis };
  const opened = tokensFile === undefined ? {} : openedByTokens(tokensFile, { ...others, ...behind });
  // Users of several databases are not kept, so there is no directory unless one is asked for, which is refused.
  const keepsNothing = isInMemory === true || (opened.databases !== undefined && data === undefined);
  const kept = keepsNothing ? {} : { data: resolve(data ?? DEFAULT_DATA) };
  const memory = {
    ...(maxMemory === undefined ? {} : { maxMemoryBytes: maxMemory }),
    ...(maxClientMemory === undefined ? {} : { maxClientMemoryBytes: maxClientMemory }),
  };
  const hosts = allowHost === undefined ? {} : { allowedHosts: allowHost };
  const certificates = { ...readTls(tlsCert, tlsKey), ...readRedisTls(redisCa, redisCert, redisKey) };
  return { redisPort: "auto", ...others, ...behind, ...opened, ...kept, ...memory, ...hosts, ...certificates };
}

/** What a file of tokens says. Throws a {@link UsageError} for options that say the same. */
function openedByTokens(file: string, others: ServerOptions): ReturnType<typeof readTokensFile> {
  const { limits, readOnlyToken, redis, token } = others;
  for (const [flag, value] of Object.entries({ redis, token, "read-only-token": readOnlyToken })) {
    if (value !== undefined)
      throw new UsageError(`--${flag} is what ${file} says for each token; leave one of them out`);
  }
  const opened = readTokensFile(file);
  return { ...opened, limits: { ...opened.limits, ...limits } };
}

/** The flags of options that are named differently in a program. */
const FLAG_OF: Readonly<Record<string, string>> = {
  allowedHosts: "allow-host",
  databases: "tokens-file",
  maxClientMemoryBytes: "max-client-memory",
  maxMemoryBytes: "max-memory",
  redisTls: "redis-ca",
  tls: "tls-cert",
};

/** Options whose flags turn them off: an error says something about the option. */
const TURNED_OFF: ReadonlySet<string> = new Set(["console", "flush", "queryToken", "redisAuth"]);

/** The message of an option's error with the flag in place of the option's name in a program. */
export function flagMessage({ message, option }: OptionError): string {
  if (TURNED_OFF.has(option)) return message;
  const [head = "", ...rest] = option.split(".");
  return `${[flagOf(head), ...rest].join(" ")}${message.slice(option.length)}`;
}

/** The flag of an option, by its name in a program. */
export function flagOf(option: string): string {
  return `--${FLAG_OF[option] ?? option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function parseList(text: string): string[] {
  return text.split(",").map((item) => item.trim());
}

function parseSwitch(text: string): boolean {
  if (/^(?:1|true|yes|on)$/i.test(text)) return true;
  if (/^(?:0|false|no|off)$/i.test(text)) return false;
  throw new InvalidArgumentError("It must be on or off.");
}

function parseChoice<T extends string>(text: string, choices: readonly T[]): T {
  const chosen = choices.find((choice) => choice === text);
  if (chosen !== undefined) return chosen;
  throw new InvalidArgumentError(`It must be one of ${choices.join(", ")}.`);
}

function parseLimits(text: string): Record<string, number> {
  return Object.fromEntries(
    parseList(text).map((item) => {
      const [, name, value] = /^([A-Za-z]+)=([0-9]{1,15})$/.exec(item) ?? [];
      if (name === undefined) throw new InvalidArgumentError("It must be names and numbers, as keyBytesMax=1024.");
      return [name, Number(value)];
    }),
  );
}

const UNIT_BYTES: Readonly<Record<string, number>> = { "": 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

function parseMemory(text: string): number {
  const [, digits, unit] = /^([0-9]{1,12})(kb|mb|gb|)$/i.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError("It must be a number of bytes, or as 100mb, 512kb, 2gb.");
  return Number(digits) * UNIT_BYTES[unit!.toLowerCase()]!;
}

/** Reads certificate and key. Throws a {@link UsageError} for one without the other. */
export function readTls(
  certFile: string | undefined,
  keyFile: string | undefined,
): Pick<ProgramOptions, "tls" | "tlsFiles"> {
  if (certFile === undefined && keyFile === undefined) return {};
  if (certFile === undefined || keyFile === undefined) throw new UsageError("--tls-cert and --tls-key need each other");
  const tls = { cert: readPem("--tls-cert", certFile), key: readPem("--tls-key", keyFile) };
  return { tls, tlsFiles: { cert: certFile, key: keyFile } };
}

/** The certificates for a backend: authorities, and a certificate with its key. */
function readRedisTls(
  caFile: string | undefined,
  certFile: string | undefined,
  keyFile: string | undefined,
): Pick<ServerOptions, "redisTls"> {
  if (caFile === undefined && certFile === undefined && keyFile === undefined) return {};
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new UsageError("--redis-cert and --redis-key need each other");
  }
  return {
    redisTls: {
      ...(caFile === undefined ? {} : { ca: readPem("--redis-ca", caFile) }),
      ...(certFile === undefined ? {} : { cert: readPem("--redis-cert", certFile) }),
      ...(keyFile === undefined ? {} : { key: readPem("--redis-key", keyFile) }),
    },
  };
}

/** Limit on a PEM file. A certificate with its chain takes a few thousand bytes. */
const PEM_BYTES_MAX = 1024 * 1024;

const readPem = (flag: string, file: string): string => readUserFile(flag, file, PEM_BYTES_MAX).toString("utf8");

/** Processes that one machine has cores for. */
const WORKERS_MAX = 256;

function parseWorkers(text: string): number {
  const count = Number(text);
  if (/^[0-9]{1,3}$/.test(text) && count >= 1 && count <= WORKERS_MAX) return count;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${WORKERS_MAX}.`);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
  }
  return port;
}

function fromEnvironment(variable: string, value: string): unknown {
  try {
    return PARSERS[variable]?.(value) ?? value;
  } catch (error) {
    throw new UsageError(`${variable} is '${value}'. ${(error as Error).message}`);
  }
}

/** Throws for an unknown variable that begins with STASHD_, which would have no effect. */
function refuseMisspelt(environment: Readonly<Record<string, string | undefined>>): void {
  const known = FLAGS.map(([, variable]) => variable as string);
  for (const name of Object.keys(environment)) {
    if (!name.startsWith("STASHD_") || known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const hint = nearest === undefined ? `. Known: ${known.join(", ")}` : ` (did you mean ${nearest}?)`;
    throw new UsageError(`unknown environment variable ${name}${hint}`);
  }
}

/** Commander's message in one line: without "error: ", and with its suggestion on the same line. */
function oneLine(message: string): string {
  return message.replace(/^error: /, "").replace(/\n\(Did you mean (.*?)\?\)/, " (did you mean $1?)");
}
