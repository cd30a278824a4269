/** A real redis-server to compare with: its own process, a Unix socket in a temporary folder, no port, no persistence. */
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeCommand, readFrame } from "./resp.ts";
import type { Frame } from "./resp.ts";

/** The reason to skip oracle tests on this machine, or false. In CI the reference is not optional. */
export function oracleSkipReason(): string | false {
  const found = spawnSync("redis-server", ["--version"]).status === 0;
  if (found) return false;
  if (process.env["CI"] === "true") throw new Error("redis-server is not on PATH, and CI must compare with it");
  return "redis-server is not on PATH; install it to compare with the reference";
}

/** Starts a process that prints a line when it is ready. */
export async function startUntil(command: string, args: readonly string[], ready: RegExp): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: "pipe" });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${command} ended with ${code}: ${output}`)));
    child.stdout!.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (ready.test(output)) resolve();
    });
  });
  return child;
}

/** Ends a process, also one that stands still. */
export async function endNow(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

/** TCP ports that are free on loopback now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** One redis-server process. */
export class RedisServer {
  private readonly child: ChildProcess;
  private readonly folder: string;
  /** Its Unix socket, for further connections. */
  readonly path: string;
  private socket: Socket | undefined;
  private received = "";
  private waiting: { resolve: (frame: Frame) => void; reject: (error: Error) => void }[] = [];

  private constructor(child: ChildProcess, folder: string, path: string) {
    this.child = child;
    this.folder = folder;
    this.path = path;
  }

  /**
   * `more` are further options, which replace equal ones: `["--dir", folder, "--appendonly", "yes"]`. `socketPath` is
   * its socket; without it, the socket lies in a temporary folder.
   */
  static async start(more: readonly string[] = [], socketPath?: string): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), "stashd-oracle-"));
    const path = socketPath ?? join(folder, "redis.sock");
    const options = ["--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no", "--dir", folder];
    const args = [...options, "--enable-debug-command", "yes", ...more];
    const server = new RedisServer(
      await startUntil("redis-server", args, /ready to accept connections/i),
      folder,
      path,
    );
    await server.open(path);
    return server;
  }

  private async open(path: string): Promise<void> {
    const socket = connect(path);
    this.socket = socket;
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    socket.on("data", (chunk) => this.receive(chunk.latin1Slice()));
    socket.on("close", () => this.waiting.splice(0).forEach(({ reject }) => reject(new Error("redis-server left"))));
  }

  private receive(text: string): void {
    this.received += text;
    let at = 0;
    for (;;) {
      const read = at < this.received.length ? readFrame(this.received, at) : undefined;
      if (read === undefined) break;
      at = read.end;
      this.waiting.shift()?.resolve(read.frame);
    }
    this.received = this.received.slice(at);
  }

  /** Sends one command. */
  send(words: readonly string[]): Promise<Frame> {
    return this.sendAll([words]).then((frames) => frames[0]!);
  }

  /** Sends commands in one write; the replies in order. */
  sendAll(commands: readonly (readonly string[])[]): Promise<Frame[]> {
    const replies = commands.map(() => new Promise<Frame>((resolve, reject) => this.waiting.push({ resolve, reject })));
    this.socket!.write(commands.map(encodeCommand).join(""), "latin1");
    return Promise.all(replies);
  }

  /** Sends the process a signal, such as SIGSTOP. */
  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async stop(): Promise<void> {
    this.socket?.destroy();
    await endNow(this.child);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
