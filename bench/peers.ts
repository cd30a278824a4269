/** The servers that are measured: ours, and redis-server and webdis where they are installed. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { accepts, Child, freePort, onPath, SERVER_CORE } from "./child.ts";

export const hasRedis = onPath("redis-server");
export const hasWebdis = hasRedis && onPath("webdis");

export const TOKEN = "bench";

const EXECUTABLE = new URL("../package/stashd.cjs", import.meta.url).pathname;

/** A server that listens, and the processes whose CPU time it costs. */
export interface Peer {
  readonly port: number;
  /** Where it speaks the Redis protocol. */
  readonly respPort?: number;
  readonly children: readonly Child[];
  stop(): Promise<void>;
}

interface StashdOptions {
  /** The HTTP listener. */
  readonly http?: "own" | "node";
  /** The executable; this revision's by default. */
  readonly program?: string;
  /** A data directory; none by default. */
  readonly data?: string;
  readonly fsync?: "always" | "everysec" | "no";
  /** Further options: `["--workers", "2"]`. */
  readonly more?: readonly string[];
}

export async function startStashd({
  data,
  fsync = "everysec",
  http = "own",
  more = [],
  program = EXECUTABLE,
}: StashdOptions = {}): Promise<Peer> {
  const options = ["--port", "0", "--redis-port", "0", "--token", TOKEN, "--http", http, ...more];
  // Revisions before there was a data directory refuse an option that they do not know, and need none.
  const canKeep = ["../persistence", "../src/persistence"].some((path) => existsSync(join(dirname(program), path)));
  // Other revisions may not know the levels of the log.
  if (program === EXECUTABLE) options.push("--log-level", "error");
  if (data !== undefined) options.push("--data", data, "--fsync", fsync);
  else if (canKeep) options.push("--memory");
  const child = new Child([process.execPath, program, ...options]);
  const [, port, respPort] = await child.line(/_URL="http:[^"]*:(\d+)"[^]*REDIS_URL="redis:[^"]*:(\d+)"[^]*\ncurl /);
  return { port: Number(port), respPort: Number(respPort), children: [child], stop: () => child.stop() };
}

/** An HTTP listener with nothing behind it, ours or Node's: every request has the same answer. */
export async function startBare(name: "bare-listener" | "node-http"): Promise<Peer> {
  const program = new URL(`${name}.js`, import.meta.url).pathname;
  const child = new Child([process.execPath, program]);
  const [, port] = await child.line(/port (\d+)\n/);
  return { port: Number(port), children: [child], stop: () => child.stop() };
}

/** `more` are options beyond ours, or in place of them: `["--dir", folder, "--appendonly", "yes"]`. */
export async function startRedis(more: readonly string[] = [], core = SERVER_CORE): Promise<Peer> {
  const port = await freePort();
  const command = ["redis-server", "--port", String(port), "--save", "", "--appendonly", "no", ...more];
  const child = new Child(command, { core });
  await accepts(port);
  return { port, respPort: port, children: [child], stop: () => child.stop() };
}

/** webdis in front of a redis-server of its own, both on the server's core. */
export async function startWebdis(): Promise<Peer> {
  const redis = await startRedis();
  const webdis = await startWebdisBefore(redis);
  const stop = async (): Promise<void> => {
    await webdis.stop();
    await redis.stop();
  };
  return { ...webdis, children: [...webdis.children, ...redis.children], stop };
}

/** webdis in front of a redis-server, whose CPU time does not count as its own. */
export async function startWebdisBefore(redis: Peer): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), "stashd-bench-"));
  const port = await freePort();
  const config = join(folder, "webdis.json");
  writeFileSync(
    config,
    JSON.stringify({
      redis_host: "127.0.0.1",
      redis_port: redis.port,
      http_host: "127.0.0.1",
      http_port: port,
      threads: 1,
      pool_size: 20,
      daemonize: false,
      websockets: false,
      verbosity: 0,
      logfile: join(folder, "webdis.log"),
    }),
  );
  const child = new Child(["webdis", config], { isQuiet: true });
  await accepts(port);
  const stop = async (): Promise<void> => {
    await child.stop();
    rmSync(folder, { recursive: true });
  };
  return { port, children: [child], stop };
}

/** CPU time that a peer's processes have used so far, in microseconds. */
export function cpuUs(peer: Peer): number {
  return peer.children.reduce((sum, child) => sum + child.cpuUs(), 0);
}
