/**
 * Messages to the session whose command is running: those that it publishes itself, invalidations of its own changes, its
 * own commands as a monitor. They must follow the command's reply, or the client would take them for it. The door calls
 * {@link AfterReply.tell} once the reply is sent; the end of the turn does so in any case.
 */
import type { Reply } from "../core/reply.ts";
import type { Session } from "./session.ts";

/** Delivers a message to a session, at once or after the reply to its own command. */
export type Deliver = (session: Session, message: Reply) => void;

export const deliverNow: Deliver = (session, message) => session.deliver?.(message);

export class AfterReply {
  private waiting: (() => void)[] = [];
  private readonly running: () => Session | undefined;

  /** `running` answers the session whose command runs; undefined for none. */
  constructor(running: () => Session | undefined) {
    this.running = running;
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  readonly deliver: Deliver = (session, message) => {
    if (session === this.running()) this.add(() => deliverNow(session, message));
    else deliverNow(session, message);
  };

  /** Calls `tell` after the reply to the running command is sent. */
  add(tell: () => void): void {
    this.waiting.push(tell);
  }

  tell(): void {
    const { waiting } = this;
    if (waiting.length === 0) return;
    this.waiting = [];
    for (const tell of waiting) tell();
  }
}
