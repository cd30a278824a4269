/** `stashd run`: starts a server, runs a command that finds it by its environment, and ends with it. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { constants } from "node:os";
import { resolve } from "node:path";
import { isatty } from "node:tty";
import type { Command } from "commander";
import { CLIENT_NAMES, clientVariables } from "../server/client-variables.ts";
import type { ClientNames } from "../server/client-variables.ts";
import type { StartOptions } from "../server/options.ts";
import { guardOf } from "../server/process-guard.ts";
import type { StashdServer } from "../server/stashd-server.ts";
import { VERSION } from "../server/version.ts";
import { addClientNames } from "./client-names.ts";
import { endAtFaults } from "./ending.ts";
import { programOptions, readFlags, serverOptions } from "./flags.ts";
import type { ProgramOptions } from "./flags.ts";
import { Logs } from "./logs.ts";
import { isUnderNpx, onParentGone } from "./parent.ts";
import { ExitError, UsageError } from "./usage-error.ts";
import { variablesOf } from "./variables.ts";

const EXAMPLES = `
All options of stashd may be given too. Without --data nothing is kept; ports are free ones unless they are given.
The exit status is the command's, 128 plus the number of the signal that ended it, or 127 if it does not exist.

Examples:
  stashd run -- npm test
  stashd run --env CACHE_URL=redis -- pytest
  stashd run --data .stashd -- npm run dev`;

/** Exit statuses of shells for a command that cannot be run. */
const EXIT = { notExecutable: 126, notFound: 127, signal: 128 } as const;

/** What is passed on to the command, where the system has it. */
const SIGNALS = (["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR2"] as const).filter(
  (signal) => signal in constants.signals,
);

/** Signals of a terminal, which sends them to the command too. */
const OF_TERMINALS: ReadonlySet<string> = new Set(["SIGHUP", "SIGINT", "SIGQUIT"]);

/**
 * Runs the subcommand with its words. Answers the help if that is asked for, else the exit status. Throws a {@link
 * UsageError}, and rejects with the errors of a start.
 */
export async function runCommand(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  start: (options: StartOptions) => Promise<StashdServer>,
): Promise<string | number> {
  const program = readFlags(argv, variablesOf(environment, argv), VERSION, present);
  if ("text" in program) return program.text;
  const [command, ...words] = program.args;
  if (command === undefined || command === "")
    throw new UsageError("name the command to run, as in stashd run -- npm test");
  const { env: names = CLIENT_NAMES, ...given } = program.opts<Given>();
  const isForTests = given.data === undefined && given.redis === undefined && given.tokensFile === undefined;
  const defaults = { port: 0, redisPort: 0, logLevel: "error", ...(given.data === undefined ? { memory: true } : {}) };
  const options = programOptions({ ...defaults, ...given });
  refuseUnusable(options, names);
  const { exitWithParent = isUnderNpx(environment) } = options;
  const logs = new Logs(options);
  endAtFaults(logs.events);
  // SHUTDOWN ends the server alone: the command finds nobody there from then on, and ends as it sees fit.
  const onShutdown = (): void => void starting.then((started) => started.close());
  const log = { log: logs.events, requests: logs.requests };
  const starting = start({ ...serverOptions(options), ...log, isForTests, onShutdown });
  const server = await starting;
  try {
    const { report } = options;
    // What the command runs may have test databases of its own, and another working directory.
    const counted = report === undefined ? {} : { STASHD_REPORT: resolve(report) };
    const env = { ...environment, ...clientVariables(server, names), ...counted };
    return await runToEnd(command, words, { env, exitWithParent });
  } finally {
    await server.close();
    await logs.close();
  }
}

function present(stashd: Command): Command {
  return addClientNames(stashd, "data")
    .name("stashd run")
    .usage("[options] -- command [words...]")
    .description("Runs a command with a server of its own, which its environment names.")
    .argument("[command...]")
    .passThroughOptions()
    .addHelpText("after", EXAMPLES);
}

/** The options that say where the data is, and the names of variables. */
interface Given {
  readonly env?: ClientNames;
  readonly data?: string;
  readonly redis?: unknown;
  readonly tokensFile?: string;
}

/** Throws a {@link UsageError} for options with which there is no single server to name. */
function refuseUnusable({ databases, redisPort, workers = 1 }: ProgramOptions, names: ClientNames): void {
  if (databases !== undefined) throw new UsageError("stashd run needs one database; leave one token in --tokens-file");
  if (workers > 1) throw new UsageError("stashd run serves from one process; leave --workers out");
  const unknown = Object.keys(names).find((name) => names[name] === "redis" && !(name in CLIENT_NAMES));
  if (redisPort === "off" && unknown !== undefined)
    throw new UsageError(`--env ${unknown}=redis needs the Redis protocol; leave --redis-port off out`);
}

interface Circumstances {
  readonly env: NodeJS.ProcessEnv;
  readonly exitWithParent: boolean;
}

/** Runs a command with the files of this process, and passes signals on. Resolves with the exit status. */
function runToEnd(command: string, words: readonly string[], { env, exitWithParent }: Circumstances): Promise<number> {
  const child = spawnCommand(command, words, env);
  const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (!hasTerminal || !OF_TERMINALS.has(signal)) child.kill(signal);
    });
  }
  if (exitWithParent) onParentGone(isUnderNpx(env), () => child.kill("SIGTERM"));
  const guard = child.pid === undefined ? undefined : guardOf(child.pid, "TERM");
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(explainSpawnError(error, command)));
    child.once("exit", (code, signal) => {
      guard?.kill("SIGKILL");
      resolve(signal === null ? code! : EXIT.signal + constants.signals[signal]);
    });
  });
}

function spawnCommand(command: string, words: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  if (process.platform !== "win32") return spawn(command, words, { env, stdio: "inherit" });
  // Commands such as npm are batch files there, which only the shell runs. It gets one text.
  const quoted = [command, ...words].map((word) =>
    /^[\w./:\\=@+-]+$/.test(word) ? word : `"${word.replaceAll('"', '""')}"`,
  );
  return spawn(quoted.join(" "), { env, stdio: "inherit", shell: true });
}

/** A line that says why a command cannot be run, and what to do, with the exit status of shells. */
function explainSpawnError(error: NodeJS.ErrnoException, command: string): Error {
  switch (error.code) {
    case "ENOENT":
      return new ExitError(`${command} ${whyNotFound(command)}`, EXIT.notFound);
    case "EACCES": {
      const isFolder = statSync(command, { throwIfNoEntry: false })?.isDirectory() === true;
      const what = isFolder
        ? "is a directory; name a program in it"
        : "may not be executed; chmod +x it, or name its interpreter";
      return new ExitError(`${command} ${what}`, EXIT.notExecutable);
    }
    default:
      return new ExitError(`${command} cannot be run: ${error.message}`, EXIT.notExecutable);
  }
}

function whyNotFound(command: string): string {
  if (!command.includes("/")) {
    const [program = "", ...words] = command.split(" ");
    if (words.length === 0) return "is not on the PATH; correct its name, or install it";
    return `is not on the PATH; without the quotes it is ${program} with ${words.length === 1 ? "a word" : "words"} of its own`;
  }
  if (!existsSync(command)) return "does not exist; correct its name, or install it";
  return "names an interpreter in its first line that does not exist; correct that line";
}
