/**
 * Tells systemd what the process is doing (sd_notify). Node has no Unix datagram sockets, so the words go through
 * `systemd-notify`, which comes with systemd. One shell, started once, runs it for each line it is given: to start it
 * from here would copy the page tables of a large process each time. The unit needs `NotifyAccess=all`, since it is not
 * the main process that speaks.
 */
import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { Writable } from "node:stream";
import type { Environment } from "../core/environment.ts";

/** Runs `systemd-notify` with the first word of each line, and with the rest of it as one more. */
const SCRIPT = 'while read -r state more; do systemd-notify "$state" ${more:+"$more"}; done';

/** Bytes that the shell has not read, above which it hangs and further lines are dropped. */
const UNREAD_BYTES_MAX = 4096;

/** The least time between two lines about loading, in microseconds. */
const PROGRESS_US = 1_000_000;

/** What a start may take after each line about loading, in microseconds. */
const EXTENSION_US = 60_000_000;

/** The part of systemd that has started the process. Its methods do nothing where none has. */
export class ServiceManager {
  private readonly environment: Pick<Environment, "elapsedUs">;
  private readonly pipe: Writable | undefined;
  private readonly watchdogMs: number;
  private toldUs = -Infinity;

  /** `pipe` goes to a shell with {@link SCRIPT}. `watchdogUs` is 0 without a watchdog. */
  constructor(pipe: Writable | undefined, watchdogUs: number, environment: Pick<Environment, "elapsedUs">) {
    this.pipe = pipe?.on("error", () => {});
    this.watchdogMs = watchdogUs / 1000;
    this.environment = environment;
  }

  /** Finds it by the variables that it gives to a process. */
  static of(
    variables: Readonly<Record<string, string | undefined>>,
    environment: Pick<Environment, "elapsedUs">,
  ): ServiceManager {
    const { NOTIFY_SOCKET = "", WATCHDOG_PID = "", WATCHDOG_USEC } = variables;
    if (NOTIFY_SOCKET === "") return new ServiceManager(undefined, 0, environment);
    const shell = spawn("sh", ["-c", SCRIPT], { stdio: ["pipe", "ignore", "ignore"] });
    shell.on("error", () => {});
    shell.unref();
    (shell.stdin as Socket).unref();
    const isWatched = WATCHDOG_PID === "" || WATCHDOG_PID === String(process.pid);
    return new ServiceManager(shell.stdin, isWatched ? Number(WATCHDOG_USEC ?? 0) : 0, environment);
  }

  /** Data is being loaded. */
  loading(loadedBytes: number, totalBytes: number): void {
    const nowUs = this.environment.elapsedUs();
    if (this.pipe === undefined || nowUs - this.toldUs < PROGRESS_US) return;
    this.toldUs = nowUs;
    const percent = Math.floor((loadedBytes / Math.max(1, totalBytes)) * 100);
    this.tell(`EXTEND_TIMEOUT_USEC=${EXTENSION_US}`, `loading data: ${percent} %`);
  }

  /** The server serves, and says so to the watchdog from now on. */
  ready(): void {
    this.tell("READY=1", "serving");
    if (this.pipe !== undefined && this.watchdogMs > 0) {
      setInterval(() => this.tell("WATCHDOG=1"), this.watchdogMs / 2).unref();
    }
  }

  /** Files are read again by `read`. */
  reloading(read: () => void): void {
    // The second word is for units of Type=notify-reload.
    this.tell(`RELOADING=1 MONOTONIC_USEC=${Math.floor(this.environment.elapsedUs())}`);
    read();
    this.tell("READY=1", "serving");
  }

  stopping(reason: string): void {
    this.tell("STOPPING=1", `ending: ${reason}`);
  }

  private tell(state: string, status?: string): void {
    if (this.pipe === undefined || this.pipe.writableLength > UNREAD_BYTES_MAX) return;
    this.pipe.write(`${state}${status === undefined ? "" : ` STATUS=${status}`}\n`);
  }
}
