/**
 * How long a client with little to ask waits beside others that keep the server busy: a probe sends a GET over each door
 * again and again while hogs send what takes long. Beside everything that is made of several commands its p99 should
 * stay below 50 ms. On a machine with other work the CPU time of the server's main thread meanwhile says more: it is
 * what the GET had to wait for. A single command, a script and a transaction are never interrupted, so they are measured by
 * themselves ({@link benchSingle}).
 */
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { UNRESTRICTED_USER } from "../src/core/authority.ts";
import { systemEnvironment } from "../src/core/environment.ts";
import { commandTables } from "../src/commands/registry.ts";
import { Engine } from "../src/engine/engine.ts";
import { encodeJsonReply } from "../src/protocol/json-reply.ts";
import { parseCommandBody } from "../src/protocol/json-request.ts";
import { readLuaBinary } from "../src/server/read-lua-binary.ts";
import type { HogWork } from "./probe-hog.ts";
import { startStashd, TOKEN } from "./peers.ts";
import type { Peer } from "./peers.ts";

const MEBIBYTE = 1024 * 1024;

export interface ProbeRow {
  readonly name: string;
  readonly probes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** CPU time of the server's main thread while a GET waited. */
  readonly p50CpuMs: number;
  readonly p99CpuMs: number;
}

const resp = (...words: string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;

function http(method: string, path: string, body = ""): string {
  const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n`;
  return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** A connection that has sent these bytes; what it reads is counted and dropped. */
class Client {
  readonly socket: Socket;
  received = 0;

  private constructor(socket: Socket) {
    this.socket = socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => (this.received += chunk.length));
    socket.on("error", () => socket.destroy());
  }

  static async open(port: number, first = ""): Promise<Client> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const client = new Client(socket);
    if (first !== "") await client.ask(first);
    return client;
  }

  /** Sends, and waits for the first bytes that come back. */
  async ask(bytes: string): Promise<void> {
    const answered = once(this.socket, "data");
    this.socket.write(bytes, "latin1");
    await answered;
  }
}

interface Hog {
  readonly name: string;
  readonly door: "resp" | "http";
  readonly bytes: string;
  /** Hogs that send it, each for itself; one by default. */
  readonly connections?: number;
}

const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
const COUNT = ["BITCOUNT", "big"];
const setPipeline = (count: number): string =>
  http("POST", "/pipeline", JSON.stringify(many(count, ["SET", "k", "v"])));

const HOGS: readonly Hog[] = [
  { name: "nothing", door: "resp", bytes: "" },
  { name: "2,400 × BITCOUNT of 20 MB, RESP", door: "resp", bytes: resp(...COUNT).repeat(2400) },
  { name: "500 × BITCOUNT of 20 MB, HTTP", door: "http", bytes: http("GET", "/bitcount/big").repeat(500) },
  {
    name: "1,000 × BITCOUNT of 20 MB, /pipeline",
    door: "http",
    bytes: http("POST", "/pipeline", JSON.stringify(many(1000, COUNT))),
  },
  { name: "100,000 × SET, /pipeline", door: "http", bytes: setPipeline(100_000) },
  { name: "100,000 × GET, RESP", door: "resp", bytes: resp("GET", "small").repeat(100_000) },
  { name: "200 × GET of 1 MB, RESP", door: "resp", bytes: resp("GET", "large").repeat(200) },
  {
    name: "1,000 × JSON path over 100,000 values, RESP",
    door: "resp",
    bytes: resp("JSON.TYPE", "json", "$..a").repeat(1000),
  },
  { name: "1,000 × SORT of 10,000, RESP", door: "resp", bytes: resp("SORT", "list", "LIMIT", "0", "1").repeat(1000) },
  {
    name: "1,000 × SINTERCARD of 20,000, RESP",
    door: "resp",
    bytes: resp("SINTERCARD", "2", "set:1", "set:2").repeat(1000),
  },
  { name: "300 × LCS of 1,000, RESP", door: "resp", bytes: resp("LCS", "text:1", "text:2", "LEN").repeat(300) },
  { name: "8 clients: 100,000 × SET, /pipeline", door: "http", bytes: setPipeline(100_000), connections: 8 },
  { name: "32 clients: 2,000 × SET, /pipeline", door: "http", bytes: setPipeline(2000), connections: 32 },
  { name: "16 clients: BITCOUNT of 20 MB, HTTP", door: "http", bytes: http("GET", "/bitcount/big"), connections: 16 },
  { name: "16 clients: BITCOUNT of 20 MB, RESP", door: "resp", bytes: resp(...COUNT), connections: 16 },
];

async function fill(port: number): Promise<void> {
  const client = await Client.open(port, resp("AUTH", TOKEN));
  const numbers = (count: number, step: number): string[] => Array.from({ length: count }, (_, i) => String(i * step));
  for (const words of [
    ["SET", "small", "value"],
    ["SET", "large", "x".repeat(MEBIBYTE)],
    ["SETRANGE", "big", String(20 * MEBIBYTE - 1), "x"],
    ["JSON.SET", "json", "$", JSON.stringify(many(50_000, { a: 1 }))],
    ["RPUSH", "list", ...numbers(10_000, 7)],
    ["SADD", "set:1", ...numbers(20_000, 2)],
    ["SADD", "set:2", ...numbers(20_000, 3)],
    ["SET", "text:1", "abc".repeat(333)],
    ["SET", "text:2", "bca".repeat(333)],
  ]) {
    await client.ask(resp(...words));
  }
  client.socket.destroy();
}

/** Asks over both doors in turn until the time is over; answers how long each took, in time and CPU time. */
async function probe({ children, port, respPort }: Peer, seconds: number): Promise<Omit<ProbeRow, "name">> {
  const doors: [client: Client, bytes: string][] = [
    [await Client.open(respPort!, resp("AUTH", TOKEN)), resp("GET", "small")],
    [await Client.open(port, http("GET", "/ping")), http("GET", "/get/small")],
  ];
  const took: number[] = [];
  const cpu: number[] = [];
  const server = children[0]!;
  const endUs = systemEnvironment.elapsedUs() + seconds * 1e6;
  while (systemEnvironment.elapsedUs() < endUs) {
    for (const [client, bytes] of doors) {
      const startUs = systemEnvironment.elapsedUs();
      const startCpuMs = server.mainCpuMs();
      await client.ask(bytes);
      took.push((systemEnvironment.elapsedUs() - startUs) / 1000);
      cpu.push(server.mainCpuMs() - startCpuMs);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  for (const [client] of doors) client.socket.destroy();
  const [ms, cpuMs] = [took, cpu].map((figures) => figures.toSorted((a, b) => a - b)) as [number[], number[]];
  return {
    probes: ms.length,
    p50Ms: at(ms, 0.5),
    p99Ms: at(ms, 0.99),
    maxMs: at(ms, 1),
    p50CpuMs: at(cpuMs, 0.5),
    p99CpuMs: at(cpuMs, 0.99),
  };
}

/** A percentile of sorted figures. */
const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;

/** Lets a hog send its bytes again and again until it is stopped. */
async function run(peer: Peer, { bytes, connections = 1, door }: Hog): Promise<() => Promise<unknown>> {
  if (bytes === "") return () => Promise.resolve();
  const [port, login] = door === "resp" ? [peer.respPort!, resp("AUTH", TOKEN)] : [peer.port, http("GET", "/ping")];
  const worker = new Worker(new URL("probe-hog.js", import.meta.url), {
    workerData: { port, login, bytes, connections } satisfies HogWork,
  });
  await once(worker, "online");
  return () => worker.terminate();
}

/** One row for each hog. */
export async function benchProbe(seconds: number): Promise<ProbeRow[]> {
  const rows: ProbeRow[] = [];
  for (const hog of HOGS) {
    const peer = await startStashd();
    try {
      await fill(peer.respPort!);
      const stop = await run(peer, hog);
      rows.push({ name: hog.name, ...(await probe(peer, seconds)) });
      await stop();
    } finally {
      await peer.stop();
    }
  }
  return rows;
}

export interface SingleRow {
  readonly name: string;
  readonly ms: number;
}

const MILLION = 1_000_000;

/**
 * CPU time of one command, one transaction and one script, on values of a million elements: no other client is served
 * meanwhile. The reply is encoded as REST has it.
 */
export function benchSingle(): SingleRow[] {
  const engine = new Engine({ environment: systemEnvironment, commands: commandTables, luaBinary: readLuaBinary });
  const session = engine.openSession("internal", UNRESTRICTED_USER);
  const rows: SingleRow[] = [];
  const run = (words: readonly string[]): void => void engine.execute(session, words);
  const time = (name: string, body: () => unknown): void => {
    const start = process.cpuUsage();
    body();
    const { user, system } = process.cpuUsage(start);
    rows.push({ name, ms: (user + system) / 1000 });
  };
  const batch = 10_000;
  for (let first = 0; first < MILLION; first += batch) {
    const numbers = Array.from({ length: batch }, (_, i) => String(first + i));
    run(["RPUSH", "list", ...numbers]);
    run(["SADD", "set:1", ...numbers.map((number) => `a${number}`)]);
    run(["SADD", "set:2", ...numbers.map((number) => `b${number}`)]);
    run(["ZADD", "zset", ...numbers.flatMap((number) => [number, number])]);
    run(["HSET", "hash", ...numbers.flatMap((number) => [number, number])]);
    run(["MSET", ...numbers.flatMap((number) => [`key:${number}`, number])]);
    run(["GEOADD", "geo", ...numbers.flatMap((number) => [String(Number(number) % 180), "45", number])]);
    for (const number of numbers) run(["XADD", "stream", "*", "f", number]);
  }
  run(["XGROUP", "CREATE", "stream", "group", "0"]);
  run(["SETRANGE", "bits", String(512 * MEBIBYTE - 26), "x"]);
  // LCS takes no longer ones.
  run(["SET", "text:1", "abcd".repeat(2895)]);
  run(["SET", "text:2", "dcba".repeat(2895)]);
  run(["SETRANGE", "big", String(20 * MEBIBYTE - 1), "x"]);
  run(["JSON.SET", "json", "$", JSON.stringify(Array.from({ length: MILLION }, (_, a) => ({ a })))]);
  for (const line of [
    "KEYS *nosuch*",
    "SORT list",
    "SORT list BY key:* GET key:*",
    "LRANGE list 0 -1",
    "LPOS list nosuch",
    "SUNION set:1 set:2",
    "SINTERSTORE d set:1 set:2",
    "ZUNIONSTORE d 2 zset set:1",
    "ZRANGE zset 0 -1 WITHSCORES",
    "HGETALL hash",
    "HRANDFIELD hash -4000000 WITHVALUES",
    "GEOSEARCH geo FROMLONLAT 0 0 BYRADIUS 22000 km WITHCOORD WITHDIST ASC",
    "XRANGE stream - +",
    "XREADGROUP GROUP group consumer STREAMS stream >",
    "XAUTOCLAIM stream group another 0 0 COUNT 1000000",
    "COPY hash d REPLACE",
    "DEL d",
    "BITCOUNT bits",
    "BITOP NOT bits bits",
    "LCS text:1 text:2 LEN",
    "JSON.GET json $..a",
    "JSON.TYPE json $..[?(@..a)]",
    "DUMP hash",
  ]) {
    const words = line.split(" ");
    time(line.length > 30 ? `${line.slice(0, 30)}…` : line, () => {
      encodeJsonReply(engine.execute(session, words), "plain");
    });
  }
  const body = JSON.stringify(["DEL", ...many(100_000, "v".repeat(640))]);
  time("one command in a body of 64 MB, parsed", () =>
    parseCommandBody(body, { ...engine.limits, heldBytesMax: Infinity }),
  );
  time("20 × BITCOUNT of 20 MB as a transaction", () => engine.transaction(session, many(20, COUNT)));
  const writes = many(100_000, ["SET", "k", "v"]);
  time("100,000 × SET as a transaction", () => engine.transaction(session, writes));
  time("a script without an end", () => engine.execute(session, ["EVAL", "while true do end", "0"]));
  time("FLUSHALL", () => engine.execute(session, ["FLUSHALL"]));
  return rows;
}
