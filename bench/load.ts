/**
 * Load over HTTP from keep-alive connections that each have one request under way. `wrk` makes it where it is
 * installed; else a client in Node, which needs more CPU than the servers it measures and says so.
 */
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CLIENT_CORE, onPath, pinned } from "./child.ts";

/** The requests of a run. */
export interface HttpLoad {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Lua that chooses each request, in place of the fixed one; only for wrk. */
  readonly script?: string;
  /** Half GETs and half SETs of so many keys, drawn evenly, in place of the fixed request; only for the client in Node. */
  readonly keys?: number;
  /** Time in which requests are not measured, in milliseconds; only for the client in Node. */
  readonly settleMs?: number;
}

/** What one run measured. Latencies in milliseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Further percentiles, from 90 % to the longest. */
  readonly tailMs?: Readonly<Record<string, number>>;
}

export const hasWrk = onPath("wrk");

/** Loads a server for this many seconds. */
export function runLoad(load: HttpLoad, connections: number, seconds: number): Promise<LoadResult> {
  return hasWrk ? runWrk(load, connections, seconds) : runNode(load, connections, seconds);
}

async function runWrk(load: HttpLoad, connections: number, seconds: number): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), "stashd-bench-"));
  try {
    const [program = "", ...words] = pinned(CLIENT_CORE, wrkCommand(load, connections, seconds, folder));
    const { stdout } = await promisify(execFile)(program, words);
    const [requests, perSecond, p50, p99, ...rest] = /RESULT (.*)/.exec(stdout)![1]!.split(" ").map(Number);
    const [tail, failures] = [rest.slice(0, TAIL.length), rest.slice(TAIL.length)];
    const tailMs = Object.fromEntries(TAIL.map((name, i) => [name, tail[i]! / 1000]));
    const failed = FAILURES.flatMap((kind, i) => (failures[i]! > 0 ? [`${failures[i]} by ${kind}`] : []));
    if (failed.length > 0) throw new Error(`requests to ${load.path} failed: ${failed.join(", ")}`);
    return { requests: requests!, perSecond: perSecond!, p50Ms: p50! / 1000, p99Ms: p99! / 1000, tailMs };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The command line of wrk, whose script is written to a folder. */
export function wrkCommand(load: HttpLoad, connections: number, seconds: number, folder: string): string[] {
  const script = join(folder, `load-${load.port}.lua`);
  writeFileSync(script, wrkScript(load));
  const url = `http://127.0.0.1:${load.port}${load.path}`;
  return ["wrk", "-t1", `-c${connections}`, `-d${seconds}s`, "-s", script, url];
}

/** What {@link LoadResult.tailMs} has. */
const TAIL = ["p90", "p99.9", "p99.99", "max"];

/** How a request fails, as wrk counts it. It waits two seconds for an answer before it counts a time-out. */
const FAILURES = ["connect", "read", "write", "status", "timeout"];

function wrkScript({ method, headers, body, script = "" }: HttpLoad): string {
  const lines = Object.entries(headers).map(([name, value]) => `wrk.headers[${lua(name)}] = ${lua(value)}`);
  return `wrk.method = ${lua(method)}
${body === "" ? "" : `wrk.body = ${lua(body)}`}
${lines.join("\n")}
${script}
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %f %d %d %d %d %d %d ", summary.requests, summary.requests / summary.duration * 1e6,
    latency:percentile(50), latency:percentile(99),
    latency:percentile(90), latency:percentile(99.9), latency:percentile(99.99), latency.max))
  io.write(string.format("%d %d %d %d %d\\n", e.connect, e.read, e.write, e.status, e.timeout))
end
`;
}

function lua(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

/** Runs {@link clientMain} in a process of its own. */
export async function runNode(load: HttpLoad, connections: number, seconds: number): Promise<LoadResult> {
  const file = new URL("load-client.js", import.meta.url).pathname;
  const [program = "", ...args] = pinned(CLIENT_CORE, [process.execPath, file]);
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify({ load, connections, seconds }));
  let out = "";
  for await (const chunk of child.stdout) out += String(chunk);
  return JSON.parse(out) as LoadResult;
}

/** The client in Node: raw sockets, one request under way on each. */
export async function clientMain(load: HttpLoad, connections: number, seconds: number): Promise<LoadResult> {
  const latencies: number[] = [];
  const start = performance.now() + (load.settleMs ?? 0);
  const end = start + seconds * 1000;
  const client = new Client(load, start, end, latencies);
  await Promise.all(Array.from({ length: connections }, () => client.connect()));
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  const perSecond = (latencies.length / (performance.now() - start)) * 1000;
  const tailMs = { p90: at(0.9), "p99.9": at(0.999), "p99.99": at(0.9999), max: latencies.at(-1) ?? Number.NaN };
  return { requests: latencies.length, perSecond, p50Ms: at(0.5), p99Ms: at(0.99), tailMs };
}

/** Makes the requests of a load, and measures those that are sent from `start` to `end`. */
class Client {
  private readonly load: HttpLoad;
  private readonly start: number;
  private readonly end: number;
  private readonly latencies: number[];
  /** The headers of every request. */
  private readonly head: string;

  constructor(load: HttpLoad, start: number, end: number, latencies: number[]) {
    this.load = load;
    const headers = Object.entries({ Host: "127.0.0.1", ...load.headers });
    this.head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    this.start = start;
    this.end = end;
    this.latencies = latencies;
  }

  /** Asks again and again over one connection. Resolves at the end. */
  connect(): Promise<void> {
    const { port } = this.load;
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1").setNoDelay(true);
      let [sent, received] = [0, ""];
      const send = (): void => {
        received = "";
        const request = this.request();
        sent = performance.now();
        socket.write(request);
      };
      socket.on("connect", send).on("error", reject);
      socket.on("data", (chunk) => {
        received += chunk.latin1Slice();
        const body = received.indexOf("\r\n\r\n") + 4;
        const length = /content-length: (\d+)/i.exec(received);
        if (body < 4 || length === null || received.length < body + Number(length[1])) return;
        if (!received.startsWith("HTTP/1.1 2")) reject(new Error(`a request to port ${port} failed`));
        const now = performance.now();
        if (sent >= this.start) this.latencies.push(now - sent);
        if (now < this.end) send();
        else resolve(void socket.destroy());
      });
    });
  }

  private request(): string {
    const { body, keys, method, path } = this.load;
    if (keys === undefined) return this.text(method, path, body);
    const key = `key:${Math.floor(Math.random() * keys)}`;
    if (Math.random() < 0.5) return this.text("GET", `/get/${key}`, "");
    return this.text("POST", "/", JSON.stringify(["SET", key, "y".repeat(8 + Math.floor(Math.random() * 56))]));
  }

  private text(method: string, path: string, body: string): string {
    const length = body === "" ? "" : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
    return `${method} ${path} HTTP/1.1\r\n${this.head}${length}\r\n${body}`;
  }
}
