/**
 * Messages to the session whose command is running: those that it publishes itself, invalidations of its own changes,
 * its own commands as a monitor. They must follow the command's reply, or the client would take the message for the
 * reply. The door calls {@link AfterReply.tell} once the reply is sent, and the end of the turn calls it again.
 */
import { Push, SimpleString } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import type { Session } from "./session.ts";

/** Delivers a message to a session, at once or after the reply to its own command. */
export type Deliver = (session: Session, message: Reply) => void;

/** Delivers at once, for messages that may precede the reply. */
export const deliverNow: Deliver = (session, message) => session.deliver?.(message);

/** The messages that wait for the reply to the running command, in order. */
export class AfterReply {
  private waiting: (() => void)[] = [];
  private waitingBytes = 0;
  /** Beyond these bytes, messages no longer wait: they go to the door, which bounds what its client has not read. */
  bytesMax = Infinity;
  private readonly running: () => Session | undefined;

  /** `running` answers the session whose command runs; undefined for none. */
  constructor(running: () => Session | undefined) {
    this.running = running;
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  readonly deliver: Deliver = (session, message) => {
    if (session !== this.running()) return deliverNow(session, message);
    this.add(() => deliverNow(session, message));
    this.waitingBytes += messageBytes(message);
    if (this.waitingBytes > this.bytesMax) this.tell();
  };

  /** Calls `tell` after the reply to the running command is sent. */
  add(tell: () => void): void {
    this.waiting.push(tell);
  }

  tell(): void {
    const { waiting } = this;
    if (waiting.length === 0) return;
    this.waiting = [];
    this.waitingBytes = 0;
    for (const tell of waiting) tell();
  }
}

/** About how many bytes a message holds. */
function messageBytes(message: Reply): number {
  if (message instanceof SimpleString) return message.text.length;
  if (!(message instanceof Push)) return 0;
  let bytes = 0;
  for (const item of message.items) if (typeof item === "string") bytes += item.length;
  return bytes;
}
