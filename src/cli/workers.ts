/**
 * Several processes on the same ports, in front of a Redis. This one, the primary, accepts connections, hands each to a worker
 * in turn, and passes on what they share. It starts one that has ended again.
 */
import cluster from "node:cluster";
import type { Worker } from "node:cluster";
import { logEvent } from "../core/log-events.ts";
import type { EventFields } from "../core/log-events.ts";
import { DEFAULT_REDIS_PORT, resolveOptions } from "../server/options.ts";
import type { Settings } from "../server/options.ts";
import type { ServerData } from "../server/data.ts";
import type { ServerOptions } from "../server/server-options.ts";
import type { SharedMessage } from "../server/shared-messages.ts";
import { SharedRecord } from "../server/shared-record.ts";
import { MetricsSurveys } from "./metrics-survey.ts";
import type { CommonOptions, FromWorker, ToWorker } from "./worker-messages.ts";
import { ExitError } from "./usage-error.ts";

/** Pause before a worker that has ended is started again, in milliseconds. It doubles while workers do not last. */
const RESTART_MS = { first: 100, longest: 10_000 } as const;

/** A worker that has served for this long has lasted, in milliseconds. */
const LASTING_MS = 30_000;

/** The workers of one primary. */
export class Workers {
  private readonly settings: Settings;
  private readonly data: ServerData | undefined;
  private readonly record: SharedRecord;
  private readonly count: number;
  private options: CommonOptions;
  private readonly live = new Map<number, Worker>();
  /** The numbers of those that serve. */
  private readonly serving = new Set<number>();
  private readonly surveys = new MetricsSurveys();
  /** Workers that have ended, or failed to start, since one has lasted. */
  private failures = 0;
  private isClosing = false;
  private onEmpty: (() => void) | undefined;
  private onShutdown = (): void => {};
  private first: { resolve: (banner: string) => void; reject: (error: Error) => void } | undefined;
  private ports: Pick<CommonOptions, "port" | "redisPort"> = {};

  private constructor(settings: Settings, data: ServerData | undefined, count: number) {
    const usersPath = data?.directory.usersPath;
    this.settings = settings;
    this.data = data;
    this.count = count;
    this.record = new SharedRecord(settings, usersPath);
    const { aclFile = usersPath, databases, port, readOnlyTokens, redisPort, tokens } = settings;
    this.options = {
      port,
      redisPort,
      // Tokens of several databases are in the file that each worker reads.
      ...(databases.length > 0 ? {} : { token: tokens.join(), readOnlyToken: readOnlyTokens.join() }),
      ...(aclFile === undefined ? {} : { aclFile }),
    };
  }

  /** Reads the options and the data directory. Rejects with an OptionError, or an Error in one line. */
  static async open(options: ServerOptions, count: number, argv: readonly string[]): Promise<Workers> {
    cluster.setupPrimary({ args: ["worker", ...argv] });
    const settings = resolveOptions(options);
    if (settings.data === undefined) return new Workers(settings, undefined, count);
    const { ServerData } = await import("../server/data.ts");
    const data = await ServerData.open(options, settings.data);
    try {
      await data.keepTokens();
      return new Workers(data.settings, data, count);
    } catch (error) {
      await data.close();
      throw error;
    }
  }

  /** Starts the first worker, then the others. Resolves with the text that the first shows. Rejects when it cannot start. */
  async start(onShutdown: () => void): Promise<string> {
    this.onShutdown = onShutdown;
    try {
      const banner = await new Promise<string>((resolve, reject) => {
        this.first = { resolve, reject };
        this.fork();
      });
      while (this.live.size < this.count && !this.isClosing) this.fork();
      return banner;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Lets all workers read their files again. One of them reads the users, for all. */
  reread(): void {
    const [first] = this.serving;
    for (const [id, worker] of this.live) say(worker, { kind: "reread", withUsers: id === first });
  }

  /** Lets all workers end what they serve. Resolves when they have ended. */
  async close(): Promise<void> {
    this.isClosing = true;
    if (this.live.size > 0) {
      const ended = new Promise<void>((resolve) => (this.onEmpty = resolve));
      for (const worker of this.live.values()) say(worker, { kind: "end" });
      await ended;
    }
    await this.data?.close();
  }

  private fork(): void {
    // As long as one listens, the ports are asked for in the same way, by which the primary knows that they are the same.
    if (this.live.size === 0) this.options = { ...this.options, ...this.ports };
    const worker = cluster.fork();
    const startMs = this.settings.environment.elapsedUs() / 1000;
    this.live.set(worker.id, worker);
    worker.on("message", (message: FromWorker) => this.take(worker, message));
    worker.on("error", () => {});
    worker.on("exit", (code, signal) => this.ended(worker, { worker: worker.process.pid, code, signal }, startMs));
  }

  private take(worker: Worker, message: FromWorker): void {
    switch (message.kind) {
      case "here": {
        // What it was told before is lost: it did not listen yet.
        if (this.isClosing) return say(worker, { kind: "end" });
        const { id } = worker;
        return say(worker, { kind: "start", id, beginning: this.record.beginning, options: this.options });
      }
      case "ready": {
        this.serving.add(worker.id);
        const { banner, port, redisPort } = message;
        this.ports = redisPort === undefined ? { port } : { port, redisPort };
        // A port that the first has found free is no longer free to look for.
        if (this.options.redisPort === "auto") this.options = { ...this.options, redisPort: foundPort(redisPort) };
        this.first?.resolve(banner);
        this.first = undefined;
        this.tellClients();
        return;
      }
      case "failed":
        this.first?.reject(new ExitError(message.line, message.code));
        if (this.first === undefined) logEvent(this.settings.log, "worker-failed", { error: message.line });
        return;
      case "shutdown":
        return this.onShutdown();
      case "ask metrics": {
        const { ask } = message;
        const survey = this.surveys.begin(this.serving, (all) => say(worker, { kind: "all metrics", ask, all }));
        for (const id of this.serving) say(this.live.get(id)!, { kind: "tell metrics", survey });
        return;
      }
      case "metrics":
        return this.surveys.take(message.survey, worker.id, message.metrics);
      case "shared":
        return this.passOn(worker.id, message.message);
    }
  }

  private passOn(from: number, message: SharedMessage): void {
    const passed = this.record.take(from, message);
    if (passed === undefined) return this.tellClients();
    for (const [id, worker] of this.live) {
      if (id !== from || passed.toSender) say(worker, { kind: "shared", message: passed.message });
    }
  }

  /** Tells each worker what the others count of clients. */
  private tellClients(): void {
    for (const [id, worker] of this.live) {
      say(worker, { kind: "shared", message: this.record.clientsBeside(id) });
    }
  }

  private ended(worker: Worker, fields: Omit<EventFields["worker-ended"], "pauseMs">, startMs: number): void {
    this.live.delete(worker.id);
    this.serving.delete(worker.id);
    this.record.forget(worker.id);
    this.surveys.forget(worker.id);
    if (this.live.size === 0) this.onEmpty?.();
    if (this.isClosing) return;
    if (this.first !== undefined) return this.first.reject(new ExitError("the first worker has ended", 1));
    this.tellClients();
    const lastedMs = this.settings.environment.elapsedUs() / 1000 - startMs;
    if (lastedMs > LASTING_MS) this.failures = 0;
    const pauseMs = Math.min(RESTART_MS.longest, RESTART_MS.first * 2 ** Math.min(this.failures++, 16));
    logEvent(this.settings.log, "worker-ended", { ...fields, pauseMs });
    setTimeout(() => {
      if (!this.isClosing) this.fork();
    }, pauseMs);
  }
}

/** How later workers ask for the port that `auto` has found. */
function foundPort(port: number | undefined): number {
  return port === DEFAULT_REDIS_PORT ? port : 0;
}

/** Says something to a worker, if it is still there. */
function say(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message);
}
