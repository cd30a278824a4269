/**
 * A pipeline of REST at a backend that answers later: its commands leave together, as far as their {@link ReplyWindow} lets
 * them, and their replies are kept in order until the client reads. While it does not, no further command runs. A command that
 * may not overlap waits for those before it, and those after it for its reply. Other requests get their turn after each slice.
 */
import type { Reply } from "../core/reply.ts";
import type { Session } from "../engine/session.ts";
import type { Backend } from "../backends/backend.ts";
import { setImmediate } from "../core/timers.ts";
import { Later } from "../backends/later.ts";
import { wireBytes } from "../protocol/reply-pieces.ts";
import { ReplyWindow, WINDOW_BYTES } from "./reply-window.ts";

/** Commands of one slice. */
const SLICE_COMMANDS = 1000;

interface RunOptions {
  readonly backend: Pick<Backend, "execute" | "mayOverlap">;
  readonly session: Session;
  readonly commands: readonly (readonly string[])[];
  /** What the pipelines of this user have met lately: after large replies none begins with many commands. */
  readonly shared: ReplyWindow;
  /** Why no further command may run: it is the reply to each of them. Undefined while they may. */
  readonly refusal: () => Reply | undefined;
  /** The reply to a command in which this server has failed. */
  readonly fault: (error: unknown) => Reply;
  /** Called once: when all replies are there, or so many bytes of them that the client has to begin to read. */
  readonly whenReadable: () => void;
}

/** One pipeline under way. */
export class PipelineRun {
  private readonly options: RunOptions;
  private readonly window = new ReplyWindow();
  /** Replies that are there and were not taken. */
  private readonly replies: (Reply | undefined)[];
  /** Bytes of these replies. */
  heldBytes = 0;
  private next = 0;
  private underWay = 0;
  private isRunning = false;
  private isReadable = false;
  /** Whether no command runs until none is under way. */
  private isHeld = false;
  /** Called when the next reply is there. */
  private waiter: { readonly index: number; readonly goOn: () => void } | undefined;

  constructor(options: RunOptions) {
    this.options = options;
    this.replies = Array<Reply | undefined>(options.commands.length).fill(undefined);
  }

  /** Begins. Everything may be there at once. */
  start(): void {
    this.goOn();
  }

  /** All replies in order, if they are there and none was taken. */
  get all(): readonly Reply[] | undefined {
    return this.hasEnded ? (this.replies as Reply[]) : undefined;
  }

  private get hasEnded(): boolean {
    return this.next === this.options.commands.length && this.underWay === 0;
  }

  /** Takes the reply at an index, each once and in order; undefined while it is under way. */
  take(index: number): Reply | undefined {
    const reply = this.replies[index];
    if (reply === undefined) return undefined;
    this.replies[index] = undefined;
    this.heldBytes -= wireBytes(reply);
    this.goOn();
    return reply;
  }

  /** Whether the reply at an index is under way; calls back once it is there. */
  waits(index: number, goOn: () => void): boolean {
    if (this.replies[index] !== undefined) return false;
    this.waiter = { index, goOn };
    return true;
  }

  /** The client has left: no further command runs. */
  abandon(): void {
    this.waiter = undefined;
    this.next = this.options.commands.length;
  }

  /** Runs as many commands as may be under way. */
  private goOn(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    const end = Math.min(this.options.commands.length, this.next + SLICE_COMMANDS);
    while (this.next < end && this.mayRun()) this.run(this.next++);
    this.isRunning = false;
    if (this.next === end && end < this.options.commands.length) setImmediate(() => this.goOn());
    this.tell();
  }

  private mayRun(): boolean {
    const { backend, commands, session, shared } = this.options;
    if (this.underWay === 0) this.isHeld = false;
    else if (this.isHeld || this.underWay >= Math.min(this.window.size, shared.size)) return false;
    if (this.heldBytes >= WINDOW_BYTES) return false;
    return this.underWay === 0 || backend.mayOverlap(session, commands[this.next]!);
  }

  private run(index: number): void {
    const reply = this.execute(index);
    if (!(reply instanceof Later)) return this.keep(index, reply);
    this.underWay++;
    this.isHeld ||= reply.isExclusive;
    reply.whenThere((there) => {
      this.underWay--;
      this.keep(index, there);
      this.goOn();
    });
  }

  /** A fault in one command must not leave those after it without an answer. */
  private execute(index: number): Reply | Later<Reply> {
    const { backend, commands, fault, refusal, session } = this.options;
    try {
      return refusal() ?? backend.execute(session, commands[index]!);
    } catch (error) {
      return fault(error);
    }
  }

  private keep(index: number, reply: Reply): void {
    const bytes = wireBytes(reply);
    this.window.note(bytes);
    this.options.shared.note(bytes);
    this.heldBytes += bytes;
    this.replies[index] = reply;
  }

  private tell(): void {
    if (!this.isReadable && (this.hasEnded || (this.heldBytes >= WINDOW_BYTES && this.replies[0] !== undefined))) {
      this.isReadable = true;
      this.options.whenReadable();
    }
    const { waiter } = this;
    if (waiter === undefined || this.replies[waiter.index] === undefined) return;
    this.waiter = undefined;
    waiter.goOn();
  }
}
