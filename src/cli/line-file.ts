/**
 * A file that lines are appended to, in the background: a slow disk holds up nothing. What is not written yet is bounded;
 * lines beyond are refused, and their caller counts them. After an error the same bytes are tried again each second.
 */
import { close, closeSync, constants, openSync, write } from "node:fs";

/** Unwritten lines above which further ones are refused, in bytes. */
const UNWRITTEN_BYTES_MAX = 1024 * 1024;

const RETRY_MS = 1000;

/** A pipe without a reader is an error and not a wait. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);

/** One file, open until it is closed. */
export class LineFile {
  private readonly path: string;
  /** Called when writing fails, and with undefined when it works again. */
  private readonly onProblem: (problem: Error | undefined) => void;
  private descriptor: number;
  /** Takes the place of `descriptor` once no write is under way. */
  private next: number | undefined;
  private text = "";
  /** Bytes under way, or left of a write. */
  private bytes = Buffer.alloc(0);
  private isWriting = false;
  private hasFailed = false;
  private retry: NodeJS.Timeout | undefined;
  private onEnd: (() => void) | undefined;

  /** Throws the system's error when the file cannot be opened. */
  constructor(path: string, onProblem: (problem: Error | undefined) => void) {
    this.path = path;
    this.onProblem = onProblem;
    this.descriptor = openSync(path, FLAGS, 0o640);
  }

  /** Takes a line. Answers whether it will be written. */
  readonly sink = (line: string): boolean => {
    if (this.onEnd !== undefined) return false;
    if (this.text.length + this.bytes.length + line.length > UNWRITTEN_BYTES_MAX) return false;
    // Lines of one iteration of the event loop are one write.
    if (this.text === "" && !this.isWriting && !this.hasFailed) setImmediate(() => this.write());
    this.text += line;
    return true;
  };

  /** Opens the path again, where another file may be by now. Throws the system's error, and keeps the file it has. */
  reopen(): void {
    const opened = openSync(this.path, FLAGS, 0o640);
    if (this.next !== undefined) closeSync(this.next);
    this.next = opened;
    if (this.isWriting) return;
    this.change();
    clearTimeout(this.retry);
    this.write();
  }

  /** Writes what is left, unless that fails, and closes the file. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.onEnd = () => close(this.descriptor, () => resolve());
      clearTimeout(this.retry);
      this.write();
    });
  }

  private change(): void {
    if (this.next === undefined) return;
    close(this.descriptor, () => {});
    this.descriptor = this.next;
    this.next = undefined;
  }

  private write(): void {
    if (this.isWriting) return;
    if (this.bytes.length === 0) {
      this.bytes = Buffer.from(this.text, "utf8");
      this.text = "";
    }
    if (this.bytes.length === 0) return this.onEnd?.();
    this.isWriting = true;
    write(this.descriptor, this.bytes, (error, written) => this.written(error, written));
  }

  private written(error: Error | null, count: number): void {
    this.isWriting = false;
    const hasFailed = error !== null;
    if (!hasFailed) this.bytes = this.bytes.subarray(count);
    if (hasFailed !== this.hasFailed) this.onProblem(error ?? undefined);
    this.hasFailed = hasFailed;
    this.change();
    if (!hasFailed) this.write();
    else if (this.onEnd !== undefined) this.onEnd();
    else this.retry = setTimeout(() => this.write(), RETRY_MS).unref();
  }
}
