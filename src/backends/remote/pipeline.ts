/**
 * A pipeline of REST at a backend: its commands leave together and their replies are gathered in order. A command that
 * may not overlap waits for those before it, and those after it for its reply. Other requests get their turn after each
 * slice.
 */
import type { Reply } from "../../core/reply.ts";
import type { Session } from "../../engine/session.ts";
import type { Backend } from "../backend.ts";
import { Later } from "../later.ts";

/** Commands of one slice. */
const SLICE_COMMANDS = 1000;

/** Held here because a test that fakes the timers of its process fakes this too, and the server is in that process. */
const { setImmediate } = globalThis;

/** One pipeline under way. */
export class RemotePipeline {
  private readonly backend: Pick<Backend, "execute" | "mayOverlap">;
  private readonly session: Session;
  private readonly commands: readonly (readonly string[])[];
  private readonly later: Later<readonly Reply[]>;
  private readonly replies: Reply[];
  private next = 0;
  private underWay = 0;
  /** Whether the next command waits until none is under way. */
  private isHeld = false;

  constructor(
    backend: Pick<Backend, "execute" | "mayOverlap">,
    session: Session,
    commands: readonly (readonly string[])[],
    later: Later<readonly Reply[]>,
  ) {
    this.backend = backend;
    this.session = session;
    this.commands = commands;
    this.later = later;
    this.replies = Array<Reply>(commands.length).fill(null);
  }

  run(): void {
    const { backend, commands, session } = this;
    const end = Math.min(commands.length, this.next + SLICE_COMMANDS);
    this.isHeld = false;
    while (this.next < end) {
      const words = commands[this.next]!;
      if (this.underWay > 0 && !backend.mayOverlap(session, words)) {
        this.isHeld = true;
        return;
      }
      const index = this.next++;
      const reply = backend.execute(session, words);
      if (!(reply instanceof Later)) {
        this.replies[index] = reply;
        continue;
      }
      this.underWay++;
      reply.whenThere((there) => this.take(index, there));
      if (reply.isExclusive && this.underWay > 0) {
        this.isHeld = true;
        return;
      }
    }
    if (this.next < commands.length) setImmediate(() => this.run());
    else this.finish();
  }

  private take(index: number, reply: Reply): void {
    this.replies[index] = reply;
    this.underWay--;
    if (this.underWay > 0) return;
    if (this.isHeld) this.run();
    else this.finish();
  }

  private finish(): void {
    if (this.next === this.commands.length && this.underWay === 0) this.later.settle(this.replies);
  }
}
