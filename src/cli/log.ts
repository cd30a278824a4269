/**
 * The executable's log: a line for each record, on standard error: JSON in pino's form, or a text for people. It never
 * blocks the event loop and never throws. When the reader is too slow or gone, or the disk is full, lines are dropped and counted, and
 * the next line that is written states how many. All its modules are loaded before the server listens.
 */
import { fstatSync, writeSync } from "node:fs";
import { systemEnvironment } from "../core/environment.ts";
import type { Environment } from "../core/environment.ts";
import { EVENTS } from "../core/log-events.ts";
import type { Log } from "../core/log.ts";

/** Unwritten lines above which further ones are dropped, in bytes. */
const UNWRITTEN_BYTES_MAX = 256 * 1024;

/** Limit on a line, in bytes. Fields are bounded where a record is made, so it is not reached. */
const LINE_BYTES_MAX = 16 * 1024;

const LEVELS = { info: 30, warn: 40, error: 50, off: 100 } as const;

/** The least level that is logged. */
export type LogLevel = keyof typeof LEVELS;

export const LOG_LEVELS = Object.keys(LEVELS) as LogLevel[];

/** The form of a line. `auto` is `text` on a terminal, and `json` elsewhere. */
export type LogFormat = (typeof LOG_FORMATS)[number];

export const LOG_FORMATS = ["auto", "text", "json"] as const;

/** Takes a line. Answers whether it was written; if not, the line is lost. Never blocks, never throws. */
type LineSink = (line: string) => boolean;

/** What a line is made of. */
interface LineRecord {
  readonly level: keyof Log;
  /** In milliseconds since the epoch. */
  readonly time: number;
  readonly fields: object;
  readonly message: string;
}

function jsonLine({ level, time, fields, message }: LineRecord): string {
  return JSON.stringify({ level: LEVELS[level], time, pid: process.pid, name: "stashd", ...fields, msg: message });
}

/** `2026-01-31T12:00:00.000Z warn login-throttled: an address has … address=192.0.2.1`. */
function textLine({ level, time, fields, message }: LineRecord): string {
  const { event, ...others } = fields as { event?: string };
  const pairs = Object.entries(others).map(([name, value]) => (value === undefined ? "" : ` ${name}=${plain(value)}`));
  return `${isoTime(time)} ${level} ${event === undefined ? "" : `${event}: `}${message}${pairs.join("")}`;
}

/** A clock may be far off. */
function isoTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}

/** A value without anything that a terminal would obey: quoted if it is more than a word. */
function plain(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (/^[!#-~]+$/.test(text)) return text;
  const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replaceAll(/[\x7f-\x9f]/g, escape);
}

/** Writes records to a sink. */
export class LineLog implements Log {
  level: LogLevel;
  private readonly sink: LineSink;
  private readonly environment: Environment;
  private readonly lineOf: (record: LineRecord) => string;
  /** Lines lost since the last one that was written. */
  private dropped = 0;

  constructor(
    sink: LineSink,
    { format = "json", level = "info" }: { format?: Exclude<LogFormat, "auto">; level?: LogLevel } = {},
    environment: Environment = systemEnvironment,
  ) {
    this.level = level;
    this.sink = sink;
    this.environment = environment;
    this.lineOf = format === "json" ? jsonLine : textLine;
  }

  info(fields: object, message: string): void {
    this.write("info", fields, message);
  }

  warn(fields: object, message: string): void {
    this.write("warn", fields, message);
  }

  error(fields: object, message: string): void {
    this.write("error", fields, message);
  }

  private write(level: keyof Log, fields: object, message: string): void {
    if (LEVELS[level] < LEVELS[this.level]) return;
    const { dropped } = this;
    if (dropped > 0) {
      const [warn, text] = EVENTS["lines-dropped"];
      if (this.sink(this.line(warn, { event: "lines-dropped", lines: dropped }, text))) this.dropped -= dropped;
    }
    if (this.dropped > 0 || !this.sink(this.line(level, fields, message))) this.dropped++;
  }

  private line(level: keyof Log, fields: object, message: string): string {
    const record = { level, time: this.environment.now(), fields, message };
    const line = this.lineOf(record);
    return `${line.length <= LINE_BYTES_MAX ? line : this.lineOf({ ...record, fields: {} })}\n`;
  }
}

/** A sink for standard error of any kind. Create it before descriptors can run out. */
export function standardErrorSink(): LineSink {
  return isFile(2) ? fileSink(2) : streamSink(process.stderr);
}

/** Whether lines on standard error are texts. */
export function isTextLog(format: LogFormat = "auto"): boolean {
  return format === "text" || (format === "auto" && process.stderr.isTTY);
}

/** A stream over a pipe, a socket or a terminal, with a field that Node's types do not declare. */
interface HandleStream extends NodeJS.WriteStream {
  readonly _handle?: { readonly setBlocking?: (blocking: boolean) => unknown };
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
    // Clears a line of progress.
    stream.write(stream.isTTY ? `\r\x1b[K${line}` : line);
    return true;
  };
}
