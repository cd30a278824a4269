/**
 * Takes over what has changed in files while the server runs: after SIGHUP the certificate, the users, the level of the
 * log and the file of requests; without it the certificate, whose files are looked at now and then, because the programs
 * that renew it need not know of this one. What cannot be read leaves everything as it was.
 */
import { stat } from "node:fs/promises";
import { logEvent } from "../core/log-events.ts";
import type { Log } from "../core/log.ts";
import type { TlsSettings } from "../server/server-options.ts";
import type { ProgramOptions } from "./flags.ts";
import { flagOf, readTls } from "./flags.ts";
import type { LogLevel } from "./log.ts";
import type { Logs } from "./logs.ts";

/** Interval of the looks at the files of a certificate, in milliseconds. */
const LOOK_MS = 30_000;

/** What takes changes over. */
interface Target {
  readonly logs: Pick<Logs, "reopen"> & { readonly events: Pick<Logs["events"], "level"> & Log };
  /** Undefined in a process that serves nothing itself. */
  readonly server?:
    | {
        setTls(tls: TlsSettings): void;
        reloadUsers(): boolean;
      }
    | undefined;
}

/** Options that take effect without a restart, or need none. */
const TAKEN_OVER: ReadonlySet<string> = new Set(["accessLog", "logLevel", "tls", "tlsFiles"]);

/** The files that one process was started with. */
export class Rereading {
  private readonly target: Target;
  /** Reads command line, environment and configuration file again. Throws an Error in one line. */
  private readonly read: () => ProgramOptions;
  private options: ProgramOptions;
  /** Of the files of the certificate at the last look. */
  private stamp: string | undefined;

  /** `options` are those that the process was started with. */
  constructor(target: Target, options: ProgramOptions, read: () => ProgramOptions) {
    this.target = target;
    this.options = options;
    this.read = read;
  }

  /** Reads everything again. `withUsers` is false where another process does so for all. */
  all(withUsers = true): void {
    const { logs, server } = this.target;
    let read = this.options;
    const takeAll = {
      options: () => {
        read = this.read();
        return false;
      },
      logLevel: () => takeLevel(logs.events, read.logLevel),
      certificate: () => this.takeTls(read),
      users: () => withUsers && read.aclFile !== undefined && server?.reloadUsers() === true,
      accessLog: () => {
        logs.reopen();
        return false;
      },
    };
    this.take("SIGHUP", takeAll, () => differences(this.options, read));
  }

  /** Looks for another certificate until the process ends. */
  watch(): void {
    if (this.options.tlsFiles !== undefined) setInterval(() => void this.look(), LOOK_MS).unref();
  }

  /** Takes another certificate over, if its files have changed since the last look. */
  async look(): Promise<void> {
    const { tlsFiles } = this.options;
    if (tlsFiles === undefined) return;
    const stamps = await Promise.all([stampOf(tlsFiles.cert), stampOf(tlsFiles.key)]);
    const stamp = stamps.join();
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    this.take("the files of the certificate have changed", {
      certificate: () => this.takeTls(readTls(tlsFiles.cert, tlsFiles.key)),
    });
  }

  private takeTls({ tls, tlsFiles }: Pick<ProgramOptions, "tls" | "tlsFiles">): boolean {
    const before = this.options.tls;
    // To begin or to end with TLS needs a restart.
    if (tls === undefined || tlsFiles === undefined || before === undefined) return false;
    this.options = { ...this.options, tlsFiles };
    if (String(tls.cert) === String(before.cert) && String(tls.key) === String(before.key)) return false;
    this.target.server?.setTls(tls);
    this.options = { ...this.options, tls };
    return true;
  }

  /**
   * Takes one thing after another over, also after one that fails, and logs which have changed. Logs nothing when nothing
   * has and nobody asked.
   */
  private take(why: string, steps: Readonly<Record<string, () => boolean>>, others?: () => string[]): void {
    const log = this.target.logs.events;
    const changed: string[] = [];
    const errors: string[] = [];
    for (const [name, step] of Object.entries(steps)) {
      try {
        if (step()) changed.push(name);
      } catch (error) {
        errors.push((error as Error).message);
      }
    }
    if (errors.length > 0) logEvent(log, "reread-failed", { why, changed, error: errors.join("; ") });
    else if (changed.length > 0 || others !== undefined)
      logEvent(log, "reread", { why, changed, needRestart: others?.() ?? [] });
  }
}

function takeLevel(log: { level: LogLevel }, level: LogLevel = "info"): boolean {
  const hasChanged = log.level !== level;
  log.level = level;
  return hasChanged;
}

/** The flags of the options that differ and keep their old values. */
function differences(before: ProgramOptions, after: ProgramOptions): string[] {
  const [old, now] = [before, after] as Readonly<Record<string, unknown>>[];
  const names = [...new Set([...Object.keys(old!), ...Object.keys(now!)])].filter((name) => !TAKEN_OVER.has(name));
  if ((before.tls === undefined) !== (after.tls === undefined)) names.push("tls");
  const hasChanged = (name: string): boolean =>
    name === "tls" || JSON.stringify(old![name]) !== JSON.stringify(now![name]);
  return names.filter(hasChanged).map(flagOf);
}

/** Changes when a file does. A renewal may replace a link, or write in place. */
async function stampOf(path: string): Promise<string> {
  return stat(path).then(
    ({ ino, mtimeMs, size }) => `${ino} ${mtimeMs} ${size}`,
    () => "",
  );
}
