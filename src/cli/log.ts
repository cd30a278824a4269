/**
 * The executable's log: a line of JSON for each record, on standard error, in pino's form. It never blocks the event
 * loop and never throws. When the reader is too slow or gone, or the disk is full, lines are dropped and counted, and
 * the next line that is written states how many. All its modules are loaded before the server listens.
 */
import { fstatSync, writeSync } from "node:fs";
import { systemEnvironment } from "../core/environment.ts";
import type { Environment } from "../core/environment.ts";
import type { Log } from "../server/log.ts";

/** Unwritten lines above which further ones are dropped, in bytes. */
const UNWRITTEN_BYTES_MAX = 256 * 1024;

/** Limit on a line, in bytes. Fields are bounded where a record is made, so it is not reached. */
const LINE_BYTES_MAX = 16 * 1024;

const LEVELS = { info: 30, warn: 40, error: 50 } as const;

/** Takes a line. Answers whether it was written; if not, the line is lost. Never blocks, never throws. */
type LineSink = (line: string) => boolean;

/** Writes records to a sink. */
export class LineLog implements Log {
  private readonly sink: LineSink;
  private readonly environment: Environment;
  /** Lines lost since the last one that was written. */
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

/** A stream over a pipe, a socket or a terminal, with a field that Node's types do not declare. */
interface HandleStream extends NodeJS.WriteStream {
  readonly _handle?: { readonly setBlocking?: (blocking: boolean) => unknown };
}

/** A sink for standard error of any kind. Create it before descriptors can run out. */
export function standardErrorSink(): LineSink {
  return isFile(2) ? fileSink(2) : streamSink(process.stderr);
}

/** Whether a descriptor is a file, or a device other than a terminal. Both are written synchronously. */
function isFile(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    return !stats.isFIFO() && !stats.isSocket() && !process.stderr.isTTY;
  } catch {
    // The descriptor is closed. Writes to it fail and are counted.
    return true;
  }
}

/** A sink that writes synchronously. */
export function fileSink(descriptor: number): LineSink {
  // A disk that fills up may take a part of a line. The next one begins on a line of its own.
  let isCut = false;
  return (line) => {
    try {
      const bytes = Buffer.from(isCut ? `\n${line}` : line, "utf8");
      isCut = writeSync(descriptor, bytes) < bytes.length;
      return !isCut;
    } catch {
      return false;
    }
  };
}

/** A sink over a stream, which drops lines beyond {@link UNWRITTEN_BYTES_MAX}. */
export function streamSink(stream: NodeJS.WriteStream): LineSink {
  let hasFailed = false;
  stream.on("error", () => (hasFailed = true));
  // Node writes to a terminal in blocking mode, and a halted terminal (Ctrl-S) would block the process.
  if (stream.isTTY) (stream as HandleStream)._handle?.setBlocking?.(false);
  return (line) => {
    if (hasFailed || stream.writableLength + line.length > UNWRITTEN_BYTES_MAX) return false;
    stream.write(line);
    return true;
  };
}
