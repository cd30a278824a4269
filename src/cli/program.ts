/** The program behind the executable: a server, or a subcommand. */
import { closeSync, openSync } from "node:fs";
import { isatty } from "node:tty";
import { amount } from "../core/amount.ts";
import { systemEnvironment } from "../core/environment.ts";
import { logEvent } from "../core/log-events.ts";
import type { Log } from "../core/log.ts";
import { resolveOptions } from "../server/options.ts";
import type { StartOptions } from "../server/options.ts";
import { startServer } from "../server/server.ts";
import type { RunningServer } from "../server/server.ts";
import { VERSION } from "../server/version.ts";
import { endAtFaults, Ending, FAULT_EXIT } from "./ending.ts";
import { flagMessage, parseFlags, serverOptions } from "./flags.ts";
import type { ProgramOptions } from "./flags.ts";
import { holderOf } from "./port-holder.ts";
import { Rereading } from "./rereading.ts";
import { variablesOf } from "./variables.ts";
import { Logs } from "./logs.ts";
import { ServiceManager } from "./service-manager.ts";
import { isUnderNpx, onParentGone } from "./parent.ts";
import type { Outcome } from "./subcommand.ts";
import { tokenText } from "./token.ts";
import { ExitError } from "./usage-error.ts";
import { OptionError } from "../server/server-options.ts";
import type { DataReport, StashdServer } from "../server/stashd-server.ts";

/** Exit status for what the caller can mend, such as a wrong option or a port in use. */
const FAILURE_EXIT = 1;

async function main(): Promise<void> {
  const [first, ...others] = process.argv.slice(2);
  if (first === "token") return void process.stdout.write(tokenText(others, systemEnvironment));
  if (first === "run") return await runWithServer(others);
  const subcommand = first === undefined ? undefined : SUBCOMMANDS[first];
  if (subcommand !== undefined) return await runSubcommand(subcommand, others);
  const isWorker = first === "worker" && process.send !== undefined;
  const argv = isWorker ? others : process.argv.slice(2);
  const read = (): ReturnType<typeof parseFlags> => parseFlags(argv, variablesOf(process.env, argv), VERSION);
  const parsed = read();
  if ("text" in parsed) return void process.stdout.write(parsed.text);
  const reread = (): ProgramOptions => read() as ProgramOptions;
  if (isWorker) {
    const { runWorker } = await import("./worker.ts");
    return await runWorker(parsed, { start, reread, explain, banner: (server) => banner(server, VERSION) });
  }
  const { exitWithParent = isUnderNpx(process.env), workers = 1 } = parsed;
  if (workers > 1) return await startWorkers(parsed, workers, exitWithParent, argv, reread);
  const logs = new Logs(parsed);
  endAtFaults(logs.events);
  const onLoading = (loadedBytes: number, totalBytes: number): void => {
    showProgress(loadedBytes, totalBytes);
    manager.loading(loadedBytes, totalBytes);
  };
  const manager = ServiceManager.of(process.env, systemEnvironment);
  const server = await start({ ...serverOptions(parsed), onLoading, log: logs.events, requests: logs.requests });
  const rereading = new Rereading({ logs, server }, parsed, reread);
  rereading.watch();
  const close = async (): Promise<void> => {
    await server.close();
    await logs.close();
  };
  // Before the banner, after which a signal may come.
  handleSignals({ close, reread: () => rereading.all(), exitWithParent, log: logs.events, manager });
  manager.ready();
  process.stdout.write(banner(server, VERSION));
}

/** Starts several processes on the same ports. */
async function startWorkers(
  parsed: ProgramOptions,
  count: number,
  exitWithParent: boolean,
  argv: readonly string[],
  reread: () => ProgramOptions,
): Promise<void> {
  const options = serverOptions(parsed);
  if (options.redis === undefined && options.databases === undefined) {
    throw new Error(
      "--workers needs --redis: the data of this process is in its memory, where another one cannot serve it",
    );
  }
  const { Workers } = await import("./workers.ts");
  // Requests are logged where they are served.
  const logs = new Logs({ ...parsed, accessLog: undefined });
  endAtFaults(logs.events);
  const workers = await Workers.open({ ...options, log: logs.events }, count, argv);
  const rereading = new Rereading({ logs }, parsed, reread);
  const readAgain = (): void => {
    rereading.all();
    workers.reread();
  };
  const manager = ServiceManager.of(process.env, systemEnvironment);
  const close = (): Promise<void> => workers.close();
  handleSignals({ close, reread: readAgain, exitWithParent, log: logs.events, manager });
  process.stdout.write(await workers.start(() => asked.toEnd()));
  manager.ready();
}

/** Exit status after a signal: 128 plus the signal's number. */
const SIGNAL_EXIT = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

interface Handlers {
  close(): Promise<void>;
  /** Reads files again. */
  reread(): void;
  readonly exitWithParent: boolean;
  readonly manager: ServiceManager;
  readonly log: Log;
}

function handleSignals({ close, exitWithParent, log, manager, reread }: Handlers): void {
  const later = (callback: () => void, ms: number): void => void setTimeout(callback, ms);
  const hadTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  const hasLostTerminal = (): boolean => hadTerminal && !hasTerminal();
  const exit = (code: number): void => {
    // Node resets the terminal when it exits, and aborts when there is none any more.
    if (hasLostTerminal()) process.kill(process.pid, "SIGKILL");
    else process.exit(code);
  };
  const ending = new Ending({ close, later, exit }, systemEnvironment);
  const request = (reason: string, code: number): void => {
    if (!ending.request(code)) return;
    logEvent(log, "stopping", { reason });
    manager.stopping(reason);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => request(signal, SIGNAL_EXIT[signal]));
  // The system sends it to programs in a terminal that is closed, too.
  process.on("SIGHUP", () => {
    if (hasLostTerminal()) request("SIGHUP", SIGNAL_EXIT.SIGHUP);
    else manager.reloading(reread);
  });
  if (exitWithParent) {
    onParentGone(isUnderNpx(process.env), () => request("the parent process has ended", SIGNAL_EXIT.SIGTERM));
  }
  asked.toEnd = () => request("SHUTDOWN", SIGNAL_EXIT.SIGTERM);
}

/** Whether the terminal of the process is still there. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}

/** The action of SHUTDOWN, set when the server has started. */
const asked: { toEnd: () => void } = { toEnd: () => {} };

/** Prints the progress of loading on one line of a terminal. */
function showProgress(loadedBytes: number, totalBytes: number): void {
  if (!process.stderr.isTTY) return;
  const percent = Math.floor((loadedBytes / Math.max(1, totalBytes)) * 100);
  process.stderr.write(`\rloading data: ${percent} % of ${Math.ceil(totalBytes / 1024 ** 2)} MB\x1b[K`);
}

/** Subcommands by name. Each loads its modules on demand. */
const SUBCOMMANDS: Readonly<Record<string, (argv: readonly string[]) => Promise<Outcome>>> = {
  check: async (argv) => (await import("./check.ts")).checkText(argv),
  config: async (argv) => (await import("./config.ts")).configText(argv, variablesOf(process.env, argv)),
  console: async (argv) => (await import("./console.ts")).openConsole(argv, process.env),
  env: async (argv) => (await import("./env.ts")).envText(argv, process.env),
  export: async (argv) => (await import("./export.ts")).exportData(argv),
  healthcheck: async (argv) => (await import("./healthcheck.ts")).checkHealth(argv, process.env),
  import: async (argv) => (await import("./import.ts")).importData(argv),
  report: async (argv) => (await import("./report.ts")).reportText(argv, process.env),
};

async function runSubcommand(
  run: (argv: readonly string[]) => Promise<Outcome>,
  argv: readonly string[],
): Promise<void> {
  const { isSound, text } = await run(argv);
  process.stdout.write(text);
  if (!isSound) process.exitCode = FAILURE_EXIT;
}

/** Runs a command with a server of its own, and ends as the command does. */
async function runWithServer(argv: readonly string[]): Promise<void> {
  const { runCommand } = await import("./run.ts");
  const ended = await runCommand(argv, process.env, start);
  if (typeof ended === "string") process.stdout.write(ended);
  // What the command has left running may keep a connection, and so the process.
  else process.exit(ended);
}

async function start(options: StartOptions): Promise<RunningServer> {
  try {
    return await startServer({ onShutdown: () => asked.toEnd(), ...options });
  } catch (cause) {
    const reason = explainListenError(cause as ListenError, options);
    throw reason === undefined ? cause : new Error(reason, { cause });
  }
}

/** The system's error when it cannot listen. */
interface ListenError extends NodeJS.ErrnoException {
  readonly port?: number;
}

/** A line that explains why the system cannot listen, and what to do; undefined for another error. */
function explainListenError({ code, port: taken }: ListenError, options: StartOptions): string | undefined {
  const { port, redisPort, metricsPort, host = "127.0.0.1" } = resolveOptions(options);
  // The error states the port, unless the address is unknown.
  const [named, flag] =
    taken === undefined || taken === port
      ? [port, "--port"]
      : taken === metricsPort
        ? [metricsPort, "--metrics-port"]
        : [redisPort, "--redis-port"];
  switch (code) {
    case "EADDRINUSE":
      return `port ${named} on ${host} is taken${heldBy(named)}, or choose another with ${flag} (0 for any)`;
    case "EACCES":
      return `no permission to listen on port ${named}; choose one above 1023 with ${flag}`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is not an address of this machine; choose another with --host`;
    default:
      return undefined;
  }
}

function heldBy(port: number | string | undefined): string {
  const holder = typeof port === "number" ? holderOf(port) : undefined;
  return holder === undefined ? "; stop what listens there" : ` by ${holder}; stop that`;
}

/** The lines that a new user needs, ready to paste. */
function banner(server: StashdServer, version: string): string {
  const { backend, consoleUrl, data, databases, readOnlyToken, redisUrl, token, url } = server;
  if (databases.length > 0) return bannerOf(server, version);
  // Clears the line of progress.
  if (process.stderr.isTTY && data !== undefined) process.stderr.write("\r\x1b[K");
  const redis = redisUrl === undefined ? "" : `\nREDIS_URL="${redisUrl}"`;
  return `stashd ${version} is ready. ${backend === undefined ? whereDataIs(data) : `Data is in the Redis at ${backend}.`}

UPSTASH_REDIS_REST_URL="${url}"
UPSTASH_REDIS_REST_TOKEN="${token}"${redis}
# May only read: UPSTASH_REDIS_REST_TOKEN="${readOnlyToken}"
${consoleLine(consoleUrl)}
curl ${url}/set/hello/world -H "Authorization: Bearer ${token}"
`;
}

/** The lines for several databases. Their tokens are the user's own, in a file, and are not shown. */
function bannerOf({ consoleUrl, databases, redisPort, url }: StashdServer, version: string): string {
  const list = databases
    .map(({ backend, name }) => `  ${name === backend ? name : `${name} at ${backend}`}\n`)
    .join("");
  const redis = redisPort === undefined ? "" : `\nThe Redis protocol is on port ${redisPort}.`;
  return `stashd ${version} is ready. Data is in ${databases.length} Redis servers, which tokens choose from:
${list}
UPSTASH_REDIS_REST_URL="${url}"${redis}
${consoleLine(consoleUrl)}
curl ${url}/ping -H "Authorization: Bearer $UPSTASH_REDIS_REST_TOKEN"
`;
}

const consoleLine = (url: string | undefined): string => (url === undefined ? "" : `\nConsole: ${url}\n`);

function whereDataIs(data: DataReport | undefined): string {
  if (data === undefined) return "Data lives in memory and ends with this process.";
  const { keys, loadMs, path } = data;
  return `Data is kept in ${path}: ${amount(keys, "key")}, loaded in ${duration(loadMs)}.`;
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** An exception in one line, with a stack for a fault of the program, and the exit status. */
function explain(error: unknown): { line: string; code: number } {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const isOurs = error instanceof TypeError || error instanceof RangeError;
  const hasNoFolder = (error as NodeJS.ErrnoException).syscall === "uv_cwd";
  const told = error instanceof OptionError ? flagMessage(error) : message;
  const line = hasNoFolder ? "the working directory does not exist any more; change to another" : told;
  return { line: isOurs ? (stack ?? message) : line, code: isOurs ? FAULT_EXIT : FAILURE_EXIT };
}

/** Prints an exception, and sets the exit status. */
function report(error: unknown): void {
  const { code, line } = explain(error);
  process.stderr.write(`stashd: ${line}\n`);
  process.exitCode = error instanceof ExitError ? error.code : code;
}

/** Runs the program with the arguments of the process. Never rejects: an error is a line and the exit status. */
export async function run(): Promise<void> {
  // The reader of the output has ended, as in `stashd --help | head -1`.
  process.stdout.on("error", () => process.exit());
  // The log, and what else is told beside the output, can do without a reader.
  process.stderr.on("error", () => {});
  await main().catch(report);
}
