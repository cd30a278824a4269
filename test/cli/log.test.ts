/** The executable's log: without a reader, and when nothing can be written. */
import assert from "node:assert/strict";
import { openSync, closeSync } from "node:fs";
import { Writable } from "node:stream";
import { describe, test } from "node:test";
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
    const log = new LineLog((line) => lines.push(line) > 0, new TestWorld(1, 1000));
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
    const log = new LineLog(gate.sink, new TestWorld());
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
    new LineLog(gate.sink, new TestWorld()).error({ stack: "x".repeat(1_000_000) }, "long");
    assert.equal(gate.lines[0]!.msg, "long");
    assert.equal("stack" in gate.lines[0]!, false);
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
