/** One of several processes on the same ports: a server like any other, which begins and ends when the primary says so. */
import { systemEnvironment } from "../core/environment.ts";
import type { StartOptions } from "../server/options.ts";
import type { MetricsOfProcess, SharedMessage } from "../server/shared-messages.ts";
import type { RunningServer } from "../server/server.ts";
import type { StashdServer } from "../server/stashd-server.ts";
import { endAtFaults, Ending } from "./ending.ts";
import { serverOptions } from "./flags.ts";
import type { ProgramOptions } from "./flags.ts";
import { Logs } from "./logs.ts";
import { Rereading } from "./rereading.ts";
import type { FromWorker, ToWorker } from "./worker-messages.ts";

/** The parts of the program that a worker needs. */
interface Program {
  start(options: StartOptions): Promise<RunningServer>;
  /** Reads the options again. Throws an Error in one line. */
  reread(): ProgramOptions;
  /** The line and the exit status for an error of the start. */
  explain(error: unknown): { readonly line: string; readonly code: number };
  banner(server: StashdServer): string;
}

/** Runs a worker. Resolves when it serves, or has told why it does not. */
export async function runWorker(given: ProgramOptions, program: Program): Promise<void> {
  const { data: _data, ...parsed } = serverOptions(given);
  const logs = new Logs(given);
  endAtFaults(logs.events);
  let server: RunningServer | undefined;
  let reread = (_withUsers: boolean): void => {};
  // What comes while the server starts is kept for it.
  const kept: SharedMessage[] = [];
  let listener = (message: SharedMessage): void => void kept.push(message);
  const later = (callback: () => void, ms: number): void => void setTimeout(callback, ms);
  const close = async (): Promise<void> => {
    await server?.close();
    await logs.close();
  };
  const ending = new Ending({ close, later, exit: (code) => process.exit(code) }, systemEnvironment);
  const end = (): void => void ending.request(1);
  // A signal to the whole group, as Ctrl-C in a terminal sends it, reaches the primary too, which asks all to end.
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
  // The primary has ended without a word.
  process.once("disconnect", end);
  let ownMetrics = async (): Promise<MetricsOfProcess> => [];
  const tellMetrics = async (survey: number): Promise<void> => {
    // What cannot be told is left out; the others do not wait for it.
    const metrics = await ownMetrics().catch(() => []);
    say({ kind: "metrics", survey, metrics });
  };
  const asked: Asked = new Map();
  const started = new Promise<Extract<ToWorker, { kind: "start" }>>((resolve) => {
    process.on("message", (message: ToWorker) => {
      if (message.kind === "start") resolve(message);
      else if (message.kind === "shared") listener(message.message);
      else if (message.kind === "tell metrics") void tellMetrics(message.survey);
      else if (message.kind === "all metrics") asked.get(message.ask)?.(message.all);
      else if (message.kind === "reread") reread(message.withUsers);
      else end();
    });
  });
  say({ kind: "here" });
  const { beginning, id, options } = await started;
  const sharing = {
    id,
    beginning,
    send: (message: SharedMessage) => say({ kind: "shared", message }),
    metricsOfAll: metricsAsker(asked),
    onMetricsAsked: (tell: () => Promise<MetricsOfProcess>) => {
      ownMetrics = tell;
    },
    onMessage: (take: (message: SharedMessage) => void) => {
      listener = take;
      for (const message of kept.splice(0)) take(message);
    },
  };
  try {
    const own = { log: logs.events, requests: logs.requests };
    server = await program.start({
      ...parsed,
      ...options,
      ...own,
      sharing,
      onShutdown: () => say({ kind: "shutdown" }),
    });
  } catch (error) {
    const failure = { kind: "failed", ...program.explain(error) } satisfies FromWorker;
    return void process.send!(failure, () => process.exit(failure.code));
  }
  const rereading = new Rereading({ logs, server }, given, () => program.reread());
  reread = (withUsers) => rereading.all(withUsers);
  rereading.watch();
  say({ kind: "ready", port: server.port, redisPort: server.redisPort, banner: program.banner(server) });
}

/** Who waits for the metrics of all workers, by the number of the question. */
type Asked = Map<number, (all: readonly MetricsOfProcess[]) => void>;

function metricsAsker(asked: Asked): () => Promise<readonly MetricsOfProcess[]> {
  let asks = 0;
  return () =>
    new Promise((resolve) => {
      const ask = ++asks;
      asked.set(ask, (all) => {
        asked.delete(ask);
        resolve(all);
      });
      say({ kind: "ask metrics", ask });
    });
}

/** Says something to the primary, if it is still there. */
function say(message: FromWorker): void {
  if (process.connected) process.send!(message);
}
