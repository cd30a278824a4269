/** The executable as a user starts it, with what it logs. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { afterEach } from "node:test";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

/** Programs still running; a test that fails must not leave its own behind. */
const running = new Set<ChildProcess>();
afterEach(() => running.forEach((child) => child.kill("SIGKILL")));

/** A record of the log, in JSON. */
export interface LogRecord {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** A running program. */
export class Executable {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  out = "";
  err = "";
  /** Emits `news` for each output, and at the end. */
  private readonly events = new EventEmitter();

  private constructor(args: readonly string[], variables: Readonly<Record<string, string>>) {
    const env = { ...process.env, ...variables };
    this.child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: "pipe" });
    running.add(this.child.on("close", () => running.delete(this.child)));
    this.child.stdout!.on("data", (chunk: Buffer) => this.events.emit("news", (this.out += chunk.toString())));
    this.child.stderr!.on("data", (chunk: Buffer) => this.events.emit("news", (this.err += chunk.toString())));
    this.child.once("close", () => this.events.emit("news"));
    this.ended = new Promise((resolve) => this.child.once("close", (code) => resolve(code)));
  }

  /** Starts it on free ports with the token `t`. Resolves when it is ready; rejects with what it says when it ends. */
  static async start(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Executable> {
    const options = ["--port", "0", "--token", "t", ...(args.includes("--redis-port") ? [] : ["--redis-port", "off"])];
    const program = new Executable([...options, ...args], variables);
    let hasEnded = false;
    program.child.once("close", () => (hasEnded = true));
    await program.has(() => hasEnded || /\ncurl .*\n/.test(program.out));
    if (hasEnded) throw new Error(program.err);
    return program;
  }

  /** Resolves when it is so; looks after each output, since the program needs the processor meanwhile. */
  private async has(isSo: () => boolean): Promise<void> {
    while (!isSo()) await once(this.events, "news");
  }

  get url(): string {
    return /REST_URL="(.*)"/.exec(this.out)![1]!;
  }

  get redisPort(): number {
    return Number(/^REDIS_URL=".*:(\d+)"$/m.exec(this.out)![1]);
  }

  /** The lines of its log. */
  get lines(): readonly string[] {
    return this.err.split("\n").slice(0, -1);
  }

  get records(): readonly LogRecord[] {
    return this.lines.map((line) => JSON.parse(line) as LogRecord);
  }

  /** The record of an event, the nth of its kind, once it is there. */
  async logged(event: string, nth = 1): Promise<LogRecord> {
    const ofIt = (): LogRecord[] => this.records.filter((record) => record.event === event);
    await this.has(() => ofIt().length >= nth);
    return ofIt()[nth - 1]!;
  }

  /** The result of a command over REST. */
  async call(...words: string[]): Promise<unknown> {
    const headers = { Authorization: "Bearer t" };
    return (await fetch(this.url, { method: "POST", headers, body: JSON.stringify(words) })).json();
  }

  /** Sends a signal; resolves with the exit status. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.child.exitCode === null) this.child.kill(signal);
    return this.ended;
  }
}
