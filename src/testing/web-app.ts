/** A web app under test that is started for the tests of one process, with the database of that process. */
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { clearTimeout, setTimeout } from "../core/timers.ts";
import { guardOf } from "../server/process-guard.ts";
import type { WebAppOptions } from "./public-run.ts";

/** Interval of asking whether the app answers, in milliseconds. */
const ASK_MS = 50;

/** Time that the app has to end after SIGTERM, in milliseconds. */
const END_MS_MAX = 5000;

/** What of the app's output an error shows, in characters. */
const SHOWN_MAX = 4000;

/** A web app that runs, with all that it has started. It ends when this process does, whatever ends that. */
export class WebApp {
  /** Where it answers. */
  readonly url: string;
  private readonly command: string;
  private readonly child: ChildProcess;
  private readonly guard: ChildProcess | undefined;
  private printed = "";
  /** How it has ended; undefined while it runs. */
  private end: string | undefined;
  /** Resolves when it and all that it has started have closed their outputs. */
  private readonly ended: Promise<void>;

  private constructor({ command, cwd, env }: WebAppOptions, url: string) {
    this.url = url;
    this.command = command;
    const isGroup = process.platform !== "win32";
    const stdio = ["ignore", "pipe", "pipe"] as const;
    const child = spawn(command, {
      shell: true,
      cwd,
      env: { ...process.env, ...env },
      detached: isGroup,
      stdio: [...stdio],
    });
    this.child = child;
    this.guard = child.pid === undefined ? undefined : guardOf(-child.pid, "KILL");
    for (const output of [child.stdout!, child.stderr!]) {
      output.on("data", (chunk: Buffer) => (this.printed = (this.printed + chunk.toString()).slice(-SHOWN_MAX)));
    }
    child.stderr!.on("data", (chunk: Buffer) => process.stderr.write(chunk));
    child.on("error", ({ message }) => (this.end ??= message));
    child.on("exit", (code, signal) => (this.end ??= signal === null ? `exit status ${code}` : signal));
    this.ended = new Promise((resolve) => {
      child.once("close", () => resolve());
      child.once("error", () => resolve());
    });
  }

  /** Starts an app with the variables of its database. Rejects with an Error that shows what it has printed. */
  static async start(options: WebAppOptions, variables: Readonly<Record<string, string>>): Promise<WebApp> {
    const { command, env, timeoutMs = 60_000, url = "http://localhost:{port}" } = options;
    const port = String(await freePort());
    const filled = (text: string): string => text.replaceAll("{port}", port);
    const own = { ...options, command: filled(command), env: { PORT: port, ...variables, ...env } };
    const app = new WebApp(own, filled(url));
    try {
      await app.answers(timeoutMs);
      return app;
    } catch (error) {
      await app.stop();
      throw error;
    }
  }

  private async answers(timeoutMs: number): Promise<void> {
    const late = AbortSignal.timeout(timeoutMs);
    while (!(await answersAt(this.url, late))) {
      if (this.end !== undefined) throw this.failure(`ended with ${this.end} before it answered at ${this.url}`);
      if (late.aborted) throw this.failure(`did not answer at ${this.url} within ${timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        setTimeout(resolve, ASK_MS);
      });
    }
  }

  private failure(what: string): Error {
    const printed = this.printed.trim();
    return new Error(
      `\`${this.command}\` ${what}; ${printed === "" ? "it has printed nothing" : `it has printed:\n${printed}`}`,
    );
  }

  /** Ends it, and waits until it has ended. */
  async stop(): Promise<void> {
    this.guard?.kill("SIGKILL");
    this.signal("SIGTERM");
    const late = setTimeout(() => this.signal("SIGKILL"), END_MS_MAX);
    await this.ended;
    clearTimeout(late);
  }

  private signal(name: "SIGTERM" | "SIGKILL"): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    if (process.platform === "win32") return void spawnSync("taskkill", ["/pid", String(pid), "/T", "/F"]);
    try {
      process.kill(-pid, name);
    } catch {
      // Nothing of it is left.
    }
  }
}

/** Whether something answers a request, whatever it answers. */
async function answersAt(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { body } = await fetch(url, { redirect: "manual", signal });
    await body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/** A port of this machine on which nothing listens at the moment. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
