/** The log: its forms, without a reader, when nothing can be written, and what the executable says. */
import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { after, before, describe, test } from "node:test";
import { fileSink, LineLog, streamSink } from "../../src/cli/log.ts";
import { Executable } from "../support/executable.ts";
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

describe("the executable", () => {
  let data: string;
  before(() => (data = mkdtempSync(join(tmpdir(), "stashd-logging-"))));
  after(() => rmSync(data, { recursive: true }));

  test("tells of start, data, slow commands and the end, and no key or value", async () => {
    const program = await Executable.start(["--data", data]);
    await program.call("CONFIG", "SET", "slowlog-log-slower-than", "0");
    await program.call("SET", "the-key", "the-value");
    assert.equal(await program.end(), 0);
    const [loaded, started, ...others] = program.records;
    const { loadMs, ...fields } = loaded!;
    assert.equal(typeof loadMs, "number");
    const head = { level: 30, time: fields["time"], pid: program.child.pid, name: "stashd" };
    assert.deepEqual(fields, { ...head, event: "loaded", path: data, keys: 0, msg: "the data was loaded" });
    assert.deepEqual([started!.event, started!["url"]], ["started", program.url]);
    assert.deepEqual(
      others.map(({ event, command, reason }) => [event, command ?? reason]),
      [
        ["slow-command", "CONFIG SET"],
        ["slow-command", "SET"],
        ["stopping", "SIGTERM"],
      ],
    );
    assert.doesNotMatch(program.err, /the-key|the-value/);
  });

  test("goes on when the reader of the log is gone", async () => {
    const program = await Executable.start(["--memory"]);
    program.child.stderr!.destroy();
    await program.call("CONFIG", "SET", "slowlog-log-slower-than", "0");
    for (let i = 0; i < 3; i++) assert.deepEqual(await program.call("SET", "k", "v"), { result: "OK" });
    assert.equal(await program.end(), 0);
  });

  test("is text where that is asked for, from a level on", async () => {
    const program = await Executable.start(["--memory", "--log-format", "text", "--log-level", "warn"]);
    await program.call("CONFIG", "SET", "slowlog-log-slower-than", "0");
    await program.call("GET", "k");
    await program.end();
    const text = "Z warn slow-command: a command was slow; others waited for it command=GET tookMs=";
    assert.ok(program.lines[1]!.includes(text), program.lines[1]);
    assert.equal(program.lines.length, 2);
  });
});
