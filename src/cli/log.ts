/**
 * The executable's log: one line of JSON a record, on standard error, in the form of pino's. It never blocks the event
 * loop and never throws. A reader that is too slow, or gone, and a disk that is full cost lines: they are counted, and
 * the next line that is written tells how many. Everything it needs is loaded before the server listens.
 */
import { fstatSync, writeSync } from "node:fs";
import { systemEnvironment } from "../core/environment.ts";
import type { Environment } from "../core/environment.ts";
import type { Log } from "../server/log.ts";

/** Unwritten lines above which further ones are dropped, in bytes. */
const UNWRITTEN_BYTES_MAX = 256 * 1024;

/** One line, in bytes: what a record tells is bounded where it is made, and this holds it to that. */
const LINE_BYTES_MAX = 16 * 1024;

const LEVELS = { info: 30, warn: 40, error: 50 } as const;

/** Where lines go. Answers whether the line was taken; a line that was not is lost. Never blocks, never throws. */
type LineSink = (line: string) => boolean;

export class LineLog implements Log {
  private readonly sink: LineSink;
  private readonly environment: Environment;
  /** Lines that were lost since the last one that was taken. */
  private dropped = 0;

  constructor(sink: LineSink, environment: Environment = systemEnvironment) {
    this.sink = sink;
    this.environment = environment;
  }

  info(fields: object, message: string): void {
    this.write(LEVELS.info, fields, message);
  }

  warn(fields: object, message: string): void {
    this.write(LEVELS.warn, fields, message);
  }

  error(fields: object, message: string): void {
    this.write(LEVELS.error, fields, message);
  }

  private write(level: number, fields: object, message: string): void {
    const { dropped } = this;
    if (dropped > 0 && this.sink(this.line(LEVELS.warn, { lines: dropped }, "lines of the log were dropped"))) {
      this.dropped -= dropped;
    }
    if (this.dropped > 0 || !this.sink(this.line(level, fields, message))) this.dropped++;
  }

  private line(level: number, fields: object, message: string): string {
    const head = { level, time: this.environment.now(), pid: process.pid, name: "stashd" };
    const line = JSON.stringify({ ...head, ...fields, msg: message });
    return `${line.length <= LINE_BYTES_MAX ? line : JSON.stringify({ ...head, msg: message })}\n`;
  }
}

/** A stream over a pipe, a socket or a terminal. Its handle is one of the parts that Node's types do not tell. */
interface HandleStream extends NodeJS.WriteStream {
  readonly _handle?: { readonly setBlocking?: (blocking: boolean) => unknown };
}

/** Lines to standard error, whatever it is. To be made before descriptors can run out. */
export function standardErrorSink(): LineSink {
  return isFile(2) ? fileSink(2) : streamSink(process.stderr);
}

/** Whether a descriptor is a file or a device other than a terminal, which are written to at once. */
function isFile(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    return !stats.isFIFO() && !stats.isSocket() && !process.stderr.isTTY;
  } catch {
    // Nobody has opened it. Writing to it fails, and is counted.
    return true;
  }
}

export function fileSink(descriptor: number): LineSink {
  return (line) => {
    try {
      writeSync(descriptor, line);
      return true;
    } catch {
      return false;
    }
  };
}

export function streamSink(stream: NodeJS.WriteStream): LineSink {
  let hasFailed = false;
  stream.on("error", () => (hasFailed = true));
  // Node writes to a terminal in blocking mode, and a terminal that was halted (Ctrl-S) takes nothing.
  if (stream.isTTY) (stream as HandleStream)._handle?.setBlocking?.(false);
  return (line) => {
    if (hasFailed || stream.writableLength + line.length > UNWRITTEN_BYTES_MAX) return false;
    stream.write(line);
    return true;
  };
}
