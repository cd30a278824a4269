/** A project that has installed the packed package, in which a test runner from npm runs as its users run it. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { PackedProject, ROOT } from "./packed.ts";
import { until } from "./until.ts";

/** Variables that would change what a runner prints or does. */
const UNSET = ["CI", "FORCE_COLOR", "GITHUB_ACTIONS", "NODE_OPTIONS", "NODE_TEST_CONTEXT", "VITEST"];

/** A runner that has ended, with what it left behind. */
export interface EndedRun {
  readonly status: number | NodeJS.Signals;
  /** What it printed, to both outputs. */
  readonly output: string;
  /** Whether a process of it is still there. */
  readonly hasProcesses: boolean;
  /** Files in its folder for temporary ones. */
  readonly files: readonly string[];
}

/** A runner in a process group of its own. */
export class RunnerRun {
  readonly child: ChildProcess;
  /** What it printed so far, to both outputs. */
  output = "";
  private readonly temporary: string;
  private readonly closed: Promise<unknown>;

  constructor(child: ChildProcess, temporary: string) {
    this.child = child;
    this.temporary = temporary;
    this.closed = once(child, "close");
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  /** Resolves with the last match in what was printed since `from`; rejects if it ends without. */
  async printed(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    const hasEnded = (): boolean => this.child.exitCode !== null || this.child.signalCode !== null;
    await until(() => pattern.test(this.output.slice(from)) || hasEnded());
    const match = pattern.exec(this.output.slice(from));
    if (match === null) throw new Error(`it ended without ${pattern}: ${this.output}`);
    return match;
  }

  async ended(): Promise<EndedRun> {
    await this.closed;
    const { exitCode, pid, signalCode } = this.child;
    const files = readdirSync(this.temporary);
    return { status: exitCode ?? signalCode!, output: this.output, hasProcesses: isThere(-pid!), files };
  }
}

/** Whether a process, or a group given as a negative number, is there. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether something listens at a URL of this machine. */
export async function listens(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  // A refused connection is an error, by which `once` rejects.
  const isOpen = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isOpen;
}

export class RunnerProject {
  readonly packed = new PackedProject();
  private readonly program: readonly string[];
  private readonly groups: Set<number>;
  private runs = 0;

  /** `program` is what Node runs: a file below `node_modules`, or flags. `packages` are those that are installed beside. */
  constructor(groups: Set<number>, program: readonly string[], ...packages: readonly string[]) {
    this.groups = groups;
    this.program = program.map((word) => (word.startsWith("-") ? word : join(ROOT, "node_modules", word)));
    for (const name of packages) this.packed.link(name);
  }

  /** Writes files of the project, in folders that may not be there yet. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(this.packed.folder, file, ".."), { recursive: true });
      this.packed.write(file, text);
    }
  }

  /** Starts the runner. */
  start(args: readonly string[], variables: Readonly<Record<string, string>> = {}): RunnerRun {
    const { folder } = this.packed;
    const temporary = join(folder, `temporary-${++this.runs}`);
    mkdirSync(temporary);
    const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1", TMPDIR: temporary, ...variables };
    for (const name of UNSET) delete env[name];
    const child = spawn(process.execPath, [...this.program, ...args], {
      cwd: folder,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.groups.add(child.pid!);
    return new RunnerRun(child, temporary);
  }

  /** Runs the runner to its end. */
  run(args: readonly string[], variables?: Readonly<Record<string, string>>): Promise<EndedRun> {
    return this.start(args, variables).ended();
  }

  remove(): void {
    this.packed.remove();
  }
}
