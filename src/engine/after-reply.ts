/**
 * Messages to the session whose own command is running: published by itself, invalidations of what it changes, its own
 * commands as a monitor. They follow the reply to that command, or the client would take them for the reply. The session's
 * door calls {@link AfterReply.tell} once the reply is on its way; the end of a turn does it in any case.
 */
import type { Reply } from "../core/reply.ts";
import type { Session } from "./session.ts";

/** Hands a message to a session, now or after the reply to its own command. */
export type Deliver = (session: Session, message: Reply) => void;

export const deliverNow: Deliver = (session, message) => session.deliver?.(message);

export class AfterReply {
  private waiting: (() => void)[] = [];
  private readonly running: () => Session | undefined;

  /** `running` answers the session whose command is running; undefined for none. */
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

  /** Does something once the reply to the running command is on its way. */
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
