/** The log: its forms, without a reader, when nothing can be written, and what the executable says. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { after, afterEach, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { fileSink, LineLog, streamSink } from "../../src/cli/log.ts";
import { TestWorld } from "../support/world.ts";

/** A sink that takes lines while it is open. */
class Gate {
  isOpen = true;
  readonly lines: { msg: string; level: number; lines?: number }[] = [];
  readonly sink = (line: string): boolean => {
    if (this.isOpen) this.lines.push(JSON.parse(line));
    return this.isOpen;
  };
}

describe("the log", () => {
  test("writes a line of JSON a record, with level, time and process", () => {
    const lines: string[] = [];
    const log = new LineLog((line) => lines.push(line) > 0, {}, new TestWorld(1, 1000));
    log.info({ a: 1 }, "one");
    log.warn({ address: "::1" }, "two");
    log.error({ error: "x\ny" }, "three");
    const head = { time: 1000, pid: process.pid, name: "stashd" };
    assert.ok(lines.every((line) => line.indexOf("\n") === line.length - 1));
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      [
        { level: 30, ...head, a: 1, msg: "one" },
        { level: 40, ...head, address: "::1", msg: "two" },
        { level: 50, ...head, error: "x\ny", msg: "three" },
      ],
    );
  });

  test("counts the lines that were not taken, and tells how many with the next that is", () => {
    const gate = new Gate();
    const log = new LineLog(gate.sink, {}, new TestWorld());
    log.info({}, "before");
    gate.isOpen = false;
    for (let i = 0; i < 5; i++) log.warn({}, "lost");
    gate.isOpen = true;
    log.info({}, "after");
    assert.deepEqual(
      gate.lines.map(({ msg, lines }) => [msg, lines]),
      [
        ["before", undefined],
        ["lines of the log were dropped", 5],
        ["after", undefined],
      ],
    );
  });

  test("leaves the fields out of a line that is too long", () => {
    const gate = new Gate();
    new LineLog(gate.sink, {}, new TestWorld()).error({ stack: "x".repeat(1_000_000) }, "long");
    assert.equal(gate.lines[0]!.msg, "long");
    assert.equal("stack" in gate.lines[0]!, false);
  });

  test("is readable as text, and a terminal obeys nothing in it", () => {
    const lines: string[] = [];
    const log = new LineLog((line) => lines.push(line) > 0, { format: "text" }, new TestWorld(1, 1000));
    log.warn({ event: "login-throttled", address: "::1", limit: undefined }, "an address has failed");
    log.error({ error: 'it\n is "so" \x1b[2J \x9b2J', byte: 5 }, "three");
    assert.deepEqual(lines, [
      "1970-01-01T00:00:01.000Z warn login-throttled: an address has failed address=::1\n",
      '1970-01-01T00:00:01.000Z error three error="it\\n is \\"so\\" \\u001b[2J \\u009b2J" byte=5\n',
    ]);
  });

  test("leaves out what is below its level", () => {
    const gate = new Gate();
    const log = new LineLog(gate.sink, { level: "warn" }, new TestWorld());
    const logAll = (): void => {
      for (const level of ["info", "warn", "error"] as const) log[level]({}, level);
    };
    logAll();
    log.level = "off";
    logAll();
    log.level = "info";
    logAll();
    assert.deepEqual(
      gate.lines.map(({ msg }) => msg),
      ["warn", "error", "info", "warn", "error"],
    );
  });

  test("drops what a stream does not write, and survives its failure", () => {
    const held: (() => void)[] = [];
    const stream = new Writable({ write: (_chunk, _encoding, done) => void held.push(() => done()) });
    const sink = streamSink(stream as unknown as NodeJS.WriteStream);
    const line = `${"x".repeat(1023)}\n`;
    let taken = 0;
    while (sink(line)) taken++;
    assert.equal(taken, 256);
    held[0]!();
    stream.destroy(new Error("EPIPE"));
    return new Promise<void>((resolve) =>
      stream.once("close", () => {
        assert.equal(sink(line), false);
        resolve();
      }),
    );
  });

  test("survives a full disk and a descriptor that is not open", { skip: process.platform !== "linux" }, () => {
    const full = openSync("/dev/full", "w");
    assert.equal(fileSink(full)("a line\n"), false);
    closeSync(full);
    assert.equal(fileSink(full)("a line\n"), false);
  });
});

const PROGRAM = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

const running = new Set<ChildProcess>();
afterEach(() => running.forEach((child) => child.kill("SIGKILL")));

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly ended: Promise<readonly string[]>;
  call(...words: string[]): Promise<unknown>;
}

/** Starts the program; resolves when it is ready. `ended` answers the lines of its log. */
async function start(...args: readonly string[]): Promise<Started> {
  const options = ["--port", "0", "--redis-port", "off", "--token", "t", ...args];
  const child = spawn(process.execPath, [PROGRAM, ...options], { stdio: "pipe" });
  running.add(child.on("close", () => running.delete(child)));
  let [out, err] = ["", ""];
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<readonly string[]>((resolve) =>
    child.on("close", () => resolve(err.split("\n").slice(0, -1))),
  );
  const url = await new Promise<string>((resolve, reject) => {
    child.on("close", () => reject(new Error(err)));
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      if (/\ncurl .*\n/.test(out)) resolve(/REST_URL="(.*)"/.exec(out)![1]!);
    });
  });
  const call = async (...words: string[]): Promise<unknown> => {
    const headers = { Authorization: "Bearer t" };
    return (await fetch(url, { method: "POST", headers, body: JSON.stringify(words) })).json();
  };
  return { child, url, ended, call };
}

describe("the executable", () => {
  let data: string;
  before(() => (data = mkdtempSync(join(tmpdir(), "stashd-logging-"))));
  after(() => rmSync(data, { recursive: true }));

  test("tells of start, data, slow commands and the end, and no key or value", async () => {
    const { child, call, ended, url } = await start("--data", data);
    await call("CONFIG", "SET", "slowlog-log-slower-than", "0");
    await call("SET", "the-key", "the-value");
    child.kill("SIGTERM");
    const lines = (await ended).map((line) => JSON.parse(line));
    const [loaded, started, ...others] = lines;
    const { loadMs, ...fields } = loaded;
    assert.equal(typeof loadMs, "number");
    const head = { level: 30, time: fields.time, pid: child.pid, name: "stashd" };
    assert.deepEqual(fields, { ...head, event: "loaded", path: data, keys: 0, msg: "the data was loaded" });
    assert.deepEqual([started.event, started.url], ["started", url]);
    assert.deepEqual(
      others.map(({ event, command, reason }) => [event, command ?? reason]),
      [
        ["slow-command", "CONFIG SET"],
        ["slow-command", "SET"],
        ["stopping", "SIGTERM"],
      ],
    );
    assert.doesNotMatch(JSON.stringify(lines), /the-key|the-value/);
  });

  test("is text where that is asked for, from a level on", async () => {
    const { child, call, ended } = await start("--memory", "--log-format", "text", "--log-level", "warn");
    await call("CONFIG", "SET", "slowlog-log-slower-than", "0");
    await call("GET", "k");
    child.kill("SIGTERM");
    const lines = await ended;
    const text = "Z warn slow-command: a command was slow; others waited for it command=GET tookMs=";
    assert.ok(lines[1]!.includes(text), lines[1]);
    assert.equal(lines.length, 2);
  });
});
