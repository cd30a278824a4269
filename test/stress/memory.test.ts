/**
 * No mix of clients takes the process beyond the limit on the data, the limit on what clients hold, and a constant. Each
 * mix runs some hostile clients at once, of every right, against a server with a heap of 1 GB; what is measured is the
 * peak of its resident memory, as the system tells it. `STRESS_MIXES=40 STRESS_SCALE=1` is the full size, `SEED` repeats it.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodeCommand } from "../support/resp.ts";
import { chooseSeed, seededRandom } from "../support/world.ts";

const PROGRAM = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const MIXES = Number(process.env["STRESS_MIXES"] ?? 8);
/** Of the number of clients, and of what each sends. */
const SCALE = Number(process.env["STRESS_SCALE"] ?? 0.05);

const MiB = 1024 * 1024;
const HEAP_BYTES = 1024 * MiB;
const MAX_MEMORY_BYTES = 100 * MiB;
const CLIENT_MEMORY_BYTES = 128 * MiB;

/** What the process takes beside both limits: SECURITY.md states it. */
const CONSTANT_BYTES = 512 * MiB;

/** Answers of the server between two looks at what it takes, and looks that have to agree. */
const PINGS = 5;
const LOOKS = 4;
const LOOKS_MAX = 2000;

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
  readonly redisPort: number;
}

const running = new Set<ChildProcess>();
after(() => running.forEach((child) => child.kill("SIGKILL")));

async function start(): Promise<Server> {
  const args = [`--max-old-space-size=${HEAP_BYTES / MiB}`, PROGRAM, "--port", "0", "--redis-port", "0"];
  const limits = ["--max-memory", String(MAX_MEMORY_BYTES), "--max-client-memory", String(CLIENT_MEMORY_BYTES)];
  const tokens = ["--token", "good", "--read-only-token", "reads"];
  const child = spawn(process.execPath, [...args, ...limits, ...tokens], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, STASHD_MEMORY: "1" },
  });
  child.stderr!.on("data", (chunk: Buffer) => {
    if (!chunk.includes('{"level"')) process.stderr.write(chunk);
  });
  running.add(child.once("exit", () => running.delete(child)));
  let out = "";
  while (!out.includes("\ncurl ")) out += String((await once(child.stdout!, "data"))[0]);
  const port = Number(/REST_URL="http:\/\/[^:]+:(\d+)"/.exec(out)![1]);
  return { child, port, redisPort: Number(/REDIS_URL="redis:.*:(\d+)"/.exec(out)![1]) };
}

/** The peak of a process's resident memory, in bytes. */
function peakOf({ child }: Server): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, "latin1"))!;
  return Number(kilobytes) * 1024;
}

/** The connections of one mix. */
class Clients {
  readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(server: Server) {
    this.server = server;
  }

  /** A connection that reads, or does not; what it has to send is sent as the server takes it. */
  async open(port: number, reads: boolean): Promise<Socket> {
    const socket = connect(port, "127.0.0.1");
    this.sockets.add(socket);
    socket.on("error", () => socket.destroy());
    if (reads) socket.resume();
    else socket.pause();
    await new Promise<void>((resolve) => socket.once("connect", resolve).once("close", () => resolve()));
    return socket;
  }

  async redis(reads: boolean, ...commands: readonly (readonly string[])[]): Promise<Socket> {
    const socket = await this.open(this.server.redisPort, reads);
    for (const words of [["AUTH", "good"], ...commands]) socket.write(encodeCommand(words), "latin1");
    return socket;
  }

  async post(path: string, body: string, reads: boolean): Promise<Socket> {
    const socket = await this.open(this.server.port, reads);
    socket.write(`${head("POST", path)}Content-Length: ${body.length}\r\n\r\n`);
    socket.write(body, "latin1");
    return socket;
  }

  /** What the server has taken of all that is not the probe's. */
  sentBytes(): number {
    let bytes = 0;
    for (const { bytesWritten, writableLength } of this.sockets)
      if (bytesWritten > 4096) bytes += bytesWritten - writableLength;
    return bytes;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

const head = (method: string, path: string, token = "good"): string =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n`;

/** So many, at the size of this run; at least one. */
const some = (count: number): number[] => Array.from({ length: Math.max(1, Math.round(count * SCALE)) }, (_, i) => i);
const large = (bytes: number): string => "x".repeat(Math.max(1, Math.round(bytes * SCALE)));
const lines = (count: number, ...words: string[]): string[][] => some(count).map(() => words);

const PUBLISH = "for i = 1, tonumber(ARGV[2]) do redis.call('PUBLISH', 'c', ARGV[1] .. i) end";
const VALUE = "x".repeat(MiB);

/** What hostile clients do, by name. */
const ATTACKS: Readonly<Record<string, (clients: Clients) => Promise<unknown>>> = {
  "pipelines that are not read": async (clients) => {
    const body = JSON.stringify(lines(450, "GET", "value"));
    for (const _ of some(10)) await clients.post("/pipeline", body, false);
  },
  "lists of many commands": async (clients) => {
    const body = JSON.stringify(lines(100_000, "SETRANGE", "list", "7", "value"));
    for (const path of ["/multi-exec", "/pipeline"]) for (const _ of some(10)) await clients.post(path, body, true);
  },
  "large values that are not read": async (clients) => {
    await clients.redis(true, ["SETRANGE", "large", String(Math.round(40 * MiB * SCALE)), "x"]);
    for (const _ of some(30)) await clients.redis(false, ["GET", "large"]);
  },
  "bodies that are not complete": async (clients) => {
    for (const _ of some(30)) {
      const socket = await clients.open(clients.server.port, true);
      socket.write(`${head("POST", "/")}Content-Length: ${64 * MiB}\r\n\r\n`);
      socket.write(large(60 * MiB), "latin1");
    }
  },
  "bulk strings that are not complete": async (clients) => {
    for (const _ of some(6)) {
      const socket = await clients.redis(true);
      socket.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${500 * MiB}\r\n`);
      socket.write(large(200 * MiB), "latin1");
    }
  },
  "a script that publishes to a client that does not read": async (clients) => {
    await clients.redis(false, ["SUBSCRIBE", "c"]);
    await clients.redis(true, ["EVAL", PUBLISH, "0", VALUE, String(some(300).length)]);
  },
  "a transaction that publishes to many readers": async (clients) => {
    for (const _ of some(20)) await clients.redis(true, ["SUBSCRIBE", "c"]);
    await clients.post("/multi-exec", JSON.stringify(lines(60, "PUBLISH", "c", VALUE.slice(0, 900_000))), true);
  },
  "event streams that are not read": async (clients) => {
    for (const _ of some(20))
      (await clients.open(clients.server.port, false)).write(`${head("GET", "/subscribe/c")}\r\n`);
    await clients.redis(true, ["EVAL", PUBLISH, "0", VALUE, String(some(60).length)]);
  },
  "monitors beside a script": async (clients) => {
    for (const _ of some(5)) await clients.redis(false, ["MONITOR"]);
    const script = "for i = 1, tonumber(ARGV[2]) do redis.call('SET', 'monitored', ARGV[1]) end";
    await clients.redis(true, ["EVAL", script, "0", VALUE, String(some(200).length)]);
  },
  "caches told of many keys": async (clients) => {
    for (const _ of some(10)) await clients.redis(false, ["HELLO", "3"], ["CLIENT", "TRACKING", "ON", "BCAST"]);
    const script = "for i = 1, tonumber(ARGV[1]) do redis.call('SET', 'cached' .. (i % 1000), i) end";
    await clients.redis(true, ["EVAL", script, "0", String(some(300_000).length)]);
  },
  "short values of long paths": async (clients) => {
    const socket = await clients.open(clients.server.port, true);
    const padding = "&".repeat(100_000);
    for (const i of some(4000)) socket.write(`${head("GET", `/set/path-key-${i}/valuevaluevalue${i}?${padding}`)}\r\n`);
  },
  "short values of long lines": async (clients) => {
    const socket = await clients.redis(true);
    const padding = " ".repeat(60_000);
    for (const i of some(4000)) socket.write(`SET line-key-${i} valuevaluevalue${i}${padding}\r\n`);
  },
  "arrays of large values": async (clients) => {
    for (const _ of some(5)) await clients.redis(false, ["MGET", ...some(600).map(() => "value")]);
  },
  "transactions of large values": async (clients) => {
    for (const _ of some(5)) await clients.redis(false, ["MULTI"], ...lines(600, "GET", "value"), ["EXEC"]);
  },
  "random draws with repetition": async (clients) => {
    await clients.redis(true, ["SADD", "members", ...Array.from({ length: 50 }, (_, i) => `${i}${"m".repeat(1000)}`)]);
    for (const _ of some(3)) await clients.redis(false, ["SRANDMEMBER", "members", String(-some(1_000_000).length)]);
  },
  "unauthenticated clients that hold what they may": async (clients) => {
    const word = `$16000\r\n${"x".repeat(16_000)}\r\n`;
    for (const _ of some(1000)) (await clients.open(clients.server.redisPort, true)).write(`*10\r\n${word.repeat(9)}`);
  },
  "heads that are not complete": async (clients) => {
    for (const _ of some(1000)) (await clients.open(clients.server.port, true)).write(`GET /${"x".repeat(120_000)}`);
  },
  "queued commands": async (clients) => {
    for (const _ of some(20)) await clients.redis(true, ["MULTI"], ...lines(40, "SET", "queued", VALUE));
  },
  "input behind a blocked command": async (clients) => {
    for (const _ of some(60)) await clients.redis(true, ["BLPOP", "none", "0"], ["SET", "behind", large(8 * MiB)]);
  },
  "answers in base64 that are not read": async (clients) => {
    const request = `${head("GET", "/get/value", "reads")}Upstash-Encoding: base64\r\n\r\n`;
    for (const _ of some(60)) (await clients.open(clients.server.port, false)).write(request.repeat(50));
  },
};

/** Some of the attacks, each at most once. */
function mixOf(random: () => number, first: number): string[] {
  const names = Object.keys(ATTACKS);
  const chosen = new Set([names[first % names.length]!]);
  while (chosen.size < 4) chosen.add(names[Math.floor(random() * names.length)]!);
  return [...chosen];
}

/** Waits until the server takes nothing more of what clients send; answers whether it has answered others all along. */
async function settle(clients: Clients): Promise<boolean> {
  const probe = await clients.open(clients.server.port, true);
  const gone = new Promise<boolean>((resolve) => probe.once("close", () => resolve(false)));
  for (let look = 0, same = 0, sent = -1; same < LOOKS && look < LOOKS_MAX; look++) {
    for (let i = 0; i < PINGS; i++) {
      const answer = new Promise<boolean>((resolve) => probe.once("data", () => resolve(true)));
      probe.write(`${head("GET", "/ping")}\r\n`);
      if (!(await Promise.race([answer, gone]))) return false;
    }
    const now = clients.sentBytes();
    same = now === sent ? same + 1 : 0;
    sent = now;
  }
  return true;
}

async function runMix(names: readonly string[]): Promise<{ peakBytes: number; isAlive: boolean }> {
  const server = await start();
  const clients = new Clients(server);
  await clients.redis(true, ["SET", "value", VALUE]);
  await Promise.all(names.map((name) => ATTACKS[name]!(clients)));
  const isAlive = await settle(clients);
  const peakBytes = server.child.exitCode === null ? peakOf(server) : Number.NaN;
  clients.close();
  server.child.kill("SIGKILL");
  return { peakBytes, isAlive };
}

test("resident memory stays within both limits and a constant", { skip: process.platform !== "linux" }, async () => {
  const seed = chooseSeed();
  const random = seededRandom(seed);
  console.log(`memory: SEED=${seed}, ${MIXES} mixes, scale ${SCALE}`);
  const boundBytes = MAX_MEMORY_BYTES + CLIENT_MEMORY_BYTES + CONSTANT_BYTES;
  const first = Math.floor(random() * 100);
  for (let i = 0; i < MIXES; i++) {
    const names = mixOf(random, first + i);
    const { peakBytes, isAlive } = await runMix(names);
    console.log(`${String(Math.round(peakBytes / MiB)).padStart(5)} MiB  ${names.join(", ")}`);
    assert.ok(isAlive, `the server has ended, or does not answer, beside: ${names.join(", ")}`);
    assert.ok(peakBytes <= boundBytes, `${Math.round(peakBytes / MiB)} MiB beside: ${names.join(", ")}`);
  }
});
