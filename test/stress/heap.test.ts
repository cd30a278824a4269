/**
 * A server whose heap fills up answers OOM and lives: by each way that data comes in, without any limit set, on a heap of 64
 * MB. And one that has ended without a word says so at its next start.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { until } from "../support/until.ts";

const PROGRAM = join(import.meta.dirname, "../../src/cli/main.js");
const HEAP_MB = 64;

const folder = mkdtempSync(join(tmpdir(), "stashd-heap-"));
const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

interface Record {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** A server in a process with a small heap. */
class SmallServer {
  readonly child: ChildProcess;
  private readonly agent = new Agent({ keepAlive: true });
  private port = 0;
  private log = "";

  private constructor(flags: readonly string[]) {
    const all = ["--port", "0", "--redis-port", "off", "--token", "t", "--log-format", "json", ...flags];
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, PROGRAM, ...all], { stdio: "pipe", env });
    running.add(this.child.once("exit", () => running.delete(this.child)));
    this.child.stderr!.on("data", (chunk: Buffer) => (this.log += chunk.toString()));
  }

  static async start(...flags: string[]): Promise<SmallServer> {
    const server = new SmallServer(flags);
    let out = "";
    while (!out.includes("\ncurl ")) out += String((await once(server.child.stdout!, "data"))[0]);
    server.port = Number(/REST_URL="http:\/\/[^:]+:(\d+)"/.exec(out)![1]);
    return server;
  }

  /** Rejects when the process has ended. */
  post(path: string, body: unknown): Promise<{ result?: unknown; error?: string }> {
    return new Promise((resolve, reject) => {
      const options = { port: this.port, host: "127.0.0.1", agent: this.agent, method: "POST", path };
      const outgoing = request({ ...options, headers: { Authorization: "Bearer t" } }, (answer) => {
        let text = "";
        answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
        answer.on("end", () => resolve(JSON.parse(text) as { result?: unknown; error?: string }));
      });
      outgoing.on("error", reject).end(JSON.stringify(body));
    });
  }

  records(event: string): Record[] {
    const lines = this.log.split("\n").filter((line) => line.startsWith("{"));
    return lines.map((line) => JSON.parse(line) as Record).filter((record) => record.event === event);
  }

  /** The record of an event, once it is there: housekeeping logs some, and the log is another pipe than the banner's. */
  async told(event: string): Promise<Record> {
    await until(() => this.records(event).length > 0 || this.child.exitCode !== null);
    const [record, ...others] = this.records(event);
    assert.deepEqual(others, []);
    return record ?? assert.fail(this.log);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.agent.destroy();
    const gone = once(this.child, "exit");
    this.child.kill(signal);
    await gone;
  }
}

const PER_PIPELINE = 500;

/** More than a heap of 64 MB holds, in pipelines. */
const PIPELINES_MAX = 2000;

const FULL = "ERR DB capacity quota exceeded";

/** Sends pipelines of a command until one of its commands is refused; answers how many commands were sent. */
async function fill(server: SmallServer, command: (i: number) => readonly string[]): Promise<number> {
  for (let sent = 0; sent < PIPELINES_MAX * PER_PIPELINE; sent += PER_PIPELINE) {
    const answers = await server.post(
      "/pipeline",
      Array.from({ length: PER_PIPELINE }, (_, i) => command(sent + i)),
    );
    if (JSON.stringify(answers).includes(FULL)) return sent + PER_PIPELINE;
  }
  return assert.fail("nothing was refused");
}

const value = (i: number, length: number): string => String(i).padEnd(length, "v");

/** Commands that fill the heap, each in a form of its own: strings, small and large structures, documents, buffers. */
const FILLS: Readonly<{ [kind: string]: (i: number) => readonly string[] }> = {
  strings: (i) => ["SET", `key:${i}`, value(i, 1000)],
  "members of sorted sets": (i) => ["ZADD", `set:${i % 7}`, String(i), value(i, 1000)],
  documents: (i) => ["JSON.SET", `document:${i}`, "$", JSON.stringify([i, value(i, 4000)])],
  buffers: (i) => ["SETBIT", `bits:${i}`, "80000", "1"],
};

describe("a heap that fills up", () => {
  for (const [kind, command] of Object.entries(FILLS)) {
    test(`with ${kind}: writes are refused, reads go on, and room is made by deleting`, async () => {
      const server = await SmallServer.start("--memory");
      const sent = await fill(server, command);
      // What the account says it takes is well above half of the heap, so the bound is no accident.
      const [, bound] = /^maxmemory_of_heap:(\d+)/m.exec(String((await server.post("/", ["INFO", "memory"])).result))!;
      assert.equal(Number(bound), Math.floor((HEAP_MB - 16) * 1024 * 1024 * 0.6));
      for (let i = 0; i < 20; i++) assert.equal((await server.post("/", command(sent + i))).error, FULL);
      assert.equal((await server.post("/", ["EXISTS", command(0)[1]])).result, 1);
      assert.deepEqual((await server.post("/", ["CONFIG", "GET", "maxmemory"])).result, ["maxmemory", "0"]);
      await server.told("data-full");
      assert.equal((await server.post("/", ["FLUSHALL"])).result, "OK");
      assert.notEqual((await server.post("/", command(0))).error, FULL);
      await server.end("SIGKILL");
    });
  }

  test("under a policy evicts keys", async () => {
    const server = await SmallServer.start("--memory", "--max-memory-policy", "allkeys-lru", "--max-memory", "10gb");
    const { advice } = await server.told("heap-exceeded");
    assert.match(String(advice), /^(?:NODE_OPTIONS=--max-old-space-size=\d+|--max-memory 28mb)$/);
    for (let sent = 0; sent < 40_000; sent += PER_PIPELINE) {
      const commands = Array.from({ length: PER_PIPELINE }, (_, i) => FILLS["strings"]!(sent + i));
      assert.equal(JSON.stringify(await server.post("/pipeline", commands)).includes("error"), false);
    }
    assert.match(String((await server.post("/", ["INFO", "stats"])).result), /^evicted_keys:[1-9]/m);
    await server.end("SIGKILL");
  });

  test("by one script: it is stopped, though it has written", async () => {
    const server = await SmallServer.start("--memory");
    const script = "for i = 1, 1000000 do redis.call('SET', 'key:' .. i, ARGV[1] .. i) end";
    const { error } = await server.post("/", ["EVAL", script, "0", "v".repeat(1000)]);
    assert.match(error!, new RegExp(`^${FULL}`));
    assert.equal((await server.post("/", ["EXISTS", "key:1"])).result, 1);
    await server.end("SIGKILL");
  });
});

describe("a process that has ended without a word", () => {
  test("is told of at the next start, and only then", async () => {
    const data = join(folder, "killed");
    const first = await SmallServer.start("--data", data);
    assert.deepEqual(first.records("ended-unsaid"), []);
    await first.end("SIGKILL");
    const second = await SmallServer.start("--data", data);
    const { pid, reason } = await second.told("ended-unsaid");
    assert.deepEqual([pid, reason], [first.child.pid, "it was killed, or has failed"]);
    await second.end("SIGTERM");
    const third = await SmallServer.start("--data", data);
    assert.deepEqual(third.records("ended-unsaid"), []);
    await third.end("SIGTERM");
    assert.deepEqual(
      readdirSync(data).filter((name) => name.startsWith("stashd.lock")),
      [],
    );
  });

  test("for its heap, when that was nearly full", async () => {
    const data = join(folder, "full");
    // Without the limits that keep clients within the heap, a few large bodies end the process.
    const limits = ["--max-client-memory", "0", "--limits", "requestBytesMax=67108864"];
    const first = await SmallServer.start("--data", data, ...limits);
    const gone = once(first.child, "exit");
    const commands = Array.from({ length: 4000 }, (_, i) => ["SET", `k${i}`, value(i, 5000)]);
    const bodies = async (): Promise<void> => {
      while (first.child.exitCode === null && first.child.signalCode === null)
        await first.post("/multi-exec", commands);
    };
    await Promise.all([bodies().catch(() => {}), bodies().catch(() => {}), bodies().catch(() => {}), gone]);
    const second = await SmallServer.start("--data", data);
    assert.match(String((await second.told("ended-unsaid"))["reason"]), /^its heap was nearly full$|^it was killed/);
    await second.end("SIGKILL");
    // A heap that one command has filled leaves no time for the note, so the line above depends on the moment. This does not.
    writeFileSync(join(data, "stashd.lock.heap-full"), "");
    const third = await SmallServer.start("--data", data);
    assert.equal((await third.told("ended-unsaid"))["reason"], "its heap was nearly full");
    await third.end("SIGTERM");
  });
});
