/** The logs of the executable: events on standard error, and requests on demand, among them or in a file of their own. */
import { toText } from "../core/bytes.ts";
import { logEvent } from "../core/log-events.ts";
import type { RequestObserver } from "../server/observed-handler.ts";
import { LineFile } from "./line-file.ts";
import { isTextLog, LineLog, standardErrorSink } from "./log.ts";
import type { LogFormat, LogLevel } from "./log.ts";
import { UsageError } from "./usage-error.ts";
import { explainFileError } from "./user-file.ts";

/** The options about logs. */
export interface LogOptions {
  readonly logFormat?: LogFormat | undefined;
  readonly logLevel?: LogLevel | undefined;
  /** A file for requests, or `-` for standard error. */
  readonly accessLog?: string | undefined;
}

/** The logs of one process. */
export class Logs {
  readonly events: LineLog;
  /** Undefined when requests are not logged. */
  readonly requests: RequestObserver | undefined;
  private readonly file: LineFile | undefined;

  /** Create them before descriptors can run out. Throws a {@link UsageError} for a file that cannot be opened. */
  constructor({ accessLog, logFormat, logLevel }: LogOptions) {
    const sink = standardErrorSink();
    const format = isTextLog(logFormat) ? "text" : "json";
    this.events = new LineLog(sink, { format, level: logLevel ?? "info" });
    if (accessLog === undefined) return;
    if (accessLog !== "-") this.file = this.open(accessLog);
    // The level is about events.
    this.requests = observerOf(this.file === undefined ? new LineLog(sink, { format }) : new LineLog(this.file.sink));
  }

  /** Opens the file of requests again, after it was renamed. Throws the system's error. */
  reopen(): void {
    this.file?.reopen();
  }

  async close(): Promise<void> {
    await this.file?.close();
  }

  private open(path: string): LineFile {
    try {
      return new LineFile(path, (problem) => {
        if (problem === undefined) logEvent(this.events, "access-log-back", {});
        else logEvent(this.events, "access-log-failed", { error: problem.message });
      });
    } catch (error) {
      throw new UsageError(`--access-log: ${explainFileError(error, path)}`);
    }
  }
}

function observerOf(log: LineLog): RequestObserver {
  return {
    answered({ bytes, method, route, status, tookUs, user }) {
      logEvent(log, "request", {
        method: method === "" ? undefined : method,
        route,
        status,
        bytes,
        tookMs: Math.round(tookUs) / 1000,
        user: user === undefined ? undefined : toText(user),
      });
    },
    streaming: () => () => {},
  };
}
