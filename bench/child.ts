/** Server processes under measurement: pinned to a core where the machine can, with their CPU time at hand. */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";

/** Servers run on core 0, clients on core 1. */
export const SERVER_CORE = 0;
/** The core of clients. */
export const CLIENT_CORE = 1;

/** Whether a program is installed. */
export function onPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
}

const canPin = onPath("taskset");

/** A command line that runs on one core, where `taskset` is there to see to it. */
export function pinned(core: number, command: readonly string[]): string[] {
  return canPin ? ["taskset", "-c", String(core), ...command] : [...command];
}

export class Child {
  readonly process: ChildProcess;

  /** `isQuiet` drops what it writes to the standard error. */
  constructor(command: readonly string[], { core = SERVER_CORE, isQuiet = false } = {}) {
    const [program = "", ...args] = pinned(core, command);
    this.process = spawn(program, args, { stdio: ["ignore", "pipe", isQuiet ? "ignore" : "inherit"] });
  }

  /** The first line of output that matches. */
  line(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      let out = "";
      this.process.stdout!.on("data", (chunk: Buffer) => {
        out += chunk.toString();
        const match = pattern.exec(out);
        if (match !== null) resolve(match);
      });
      this.process.once("exit", () => reject(new Error(`ended before it was ready: ${out}`)));
    });
  }

  /** CPU time that the main thread has used so far, in milliseconds; NaN where /proc does not tell. */
  mainCpuMs(): number {
    const { pid } = this.process;
    try {
      return Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "latin1"), 10) / 1e6;
    } catch {
      return Number.NaN;
    }
  }

  /** CPU time that the threads have used so far, those of its children too, in microseconds; NaN where /proc does not tell. */
  cpuUs(): number {
    const { pid } = this.process;
    return [pid!, ...childrenOf(pid!)].reduce((sum, id) => sum + cpuUsOf(id), 0);
  }

  /** Resident memory, in bytes. */
  residentBytes(): number {
    const [, kilobytes] = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${this.process.pid}/status`, "utf8"))!;
    return Number(kilobytes) * 1024;
  }

  /** Runs on this core from now on, where `taskset` is there to see to it. */
  moveTo(core: number): void {
    if (canPin) execFileSync("taskset", ["-a", "-c", "-p", String(core), String(this.process.pid)]);
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    await gone;
  }
}

/** The processes that a process has started. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function cpuUsOf(pid: number): number {
  try {
    const threads = `/proc/${pid}/task`;
    // The first figure of each thread is nanoseconds; those in `stat` are hundredths of a second.
    const ns = readdirSync(threads).map((id) =>
      Number.parseInt(readFileSync(`${threads}/${id}/schedstat`, "utf8"), 10),
    );
    return ns.reduce((sum, each) => sum + each) / 1000;
  } catch {
    return Number.NaN;
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves when something accepts connections on the port. */
export async function accepts(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (connected) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing listens on port ${port}`);
}
