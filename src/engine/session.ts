/**
 * A session: a user, and what commands set for those after them, such as the selected database. It belongs to a token
 * or a connection, not to a request.
 */
import { UNAUTHENTICATED } from "../core/authority.ts";
import type { User } from "../core/authority.ts";
import type { Reply } from "../core/reply.ts";
import type { SentBytes } from "../core/sent-bytes.ts";
import type { Wait } from "./blocking.ts";
import type { Subscriptions } from "./pub-sub.ts";
import type { SessionTracking } from "./tracking.ts";
import type { Transaction } from "./transaction.ts";
import type { Watch } from "./watches.ts";

/**
 * Where a session's commands come from. REST refuses commands that need a connection; `stream` is an event stream of
 * REST, which is a connection; `internal` is the server's own code and tests.
 */
export type Door = "rest" | "stream" | "resp" | "internal";

/** Bytes in a connection's buffers. */
export interface Buffers {
  /** Input that was not parsed, and room that was made for more of it. */
  readonly queryBytes: number;
  readonly freeQueryBytes: number;
  /** Words of a command that is incomplete or waits. */
  readonly argumentBytes: number;
  /** Replies that are not sent: short ones that are joined, and others, with their number. */
  readonly joinedReplyBytes: number;
  readonly replyBytes: number;
  readonly replies: number;
  /** All that it holds, which counts for maxmemory-clients. */
  readonly heldBytes: number;
}

/** Limits how often the clients of an address may try passwords. */
interface Guesses {
  /** Whether the address may try another password now. */
  mayTry(): boolean;
  /** Counts a wrong password; answers whether the address has to wait from now on. */
  failed(): boolean;
}

/** The mode of CLIENT REPLY. `skip-next` becomes `skip` after the command that set it. */
type ReplyMode = "on" | "off" | "skip" | "skip-next";

/** The state of one session. Opened and closed by {@link Engine}. */
export class Session {
  readonly id: number;
  readonly door: Door;
  user: User;
  /** The user at the start, which RESET restores. */
  private readonly firstUser: User;
  /** The selected database. */
  databaseNumber = 0;
  /** The name of CLIENT SETNAME; empty for none. */
  name = "";
  /** The fields of CLIENT SETINFO; empty for none. */
  libName = "";
  libVersion = "";
  /** The version of RESP. */
  protocol: 2 | 3 = 2;
  /** When the session was opened, in milliseconds since the epoch. */
  readonly startedMs: number;
  /** When it last ran a command, in milliseconds since the epoch. */
  lastActiveMs: number;
  /** The name of the last command, as in its row. */
  lastCommand = "";
  noEvict = false;
  noTouch = false;
  /** Whether to close the connection after the reply. */
  isClosing = false;
  replyMode: ReplyMode = "on";
  /** The transaction since MULTI. */
  transaction: Transaction | undefined;
  /** The keys of WATCH. */
  watch: Watch | undefined;
  /** Its subscriptions; undefined when it has none. */
  subscriptions: Subscriptions | undefined;
  /** The wait of a blocking command that is not answered yet. */
  wait: Wait | undefined;
  /** The options of CLIENT TRACKING, when it is on. */
  tracking: SessionTracking | undefined;
  /** Reports the connection's buffers. Set by a door that has a connection. */
  buffers: (() => Buffers) | undefined;
  /** Consulted by each command that checks a password. Set by doors whose clients have an address. */
  guesses: Guesses | undefined;
  /** The addresses of both ends of the connection, `ip:port`; empty without a connection. */
  addr = "";
  laddr = "";
  /** Where its command lies among the bytes of its client. Set by a door of the Redis protocol. */
  sent: SentBytes | undefined;
  /** Sends a message outside of replies, at any time. Set by a door that can. It runs no command. */
  deliver: ((message: Reply) => void) | undefined;
  /** Sends the reply of a blocking command. Set by a door whose clients can block. It runs no command. */
  answer: ((reply: Reply) => void) | undefined;
  /** Closes the connection. Set by a door that has one. */
  disconnect: (() => void) | undefined;

  constructor(id: number, door: Door, user: User, nowMs: number) {
    this.id = id;
    this.door = door;
    this.user = user;
    this.firstUser = user;
    this.startedMs = nowMs;
    this.lastActiveMs = nowMs;
  }

  /** Whether this is the session of scripts' commands. Every other session has an id. */
  get isScript(): boolean {
    return this.id === 0;
  }

  get isAuthenticated(): boolean {
    return this.user !== UNAUTHENTICATED;
  }

  /**
   * What the session keeps of its client's words, in bytes: queued commands, a command that waits, subscriptions,
   * watched keys, prefixes and names.
   */
  get heldBytes(): number {
    const { subscriptions, tracking, transaction, wait, watch } = this;
    let bytes = this.name.length + this.libName.length + this.libVersion.length;
    if (transaction !== undefined) bytes += transaction.heldBytes;
    if (wait !== undefined) bytes += wait.heldBytes;
    if (subscriptions !== undefined) bytes += subscriptions.heldBytes;
    if (watch !== undefined) bytes += watch.heldBytes;
    if (tracking !== undefined) bytes += tracking.heldBytes;
    return bytes;
  }

  /** Restores the initial state. The names of the client's library stay, as they are still true. */
  reset(): void {
    this.user = this.firstUser;
    this.databaseNumber = 0;
    this.name = "";
    this.protocol = 2;
    this.noEvict = false;
    this.noTouch = false;
    this.replyMode = "on";
    this.transaction = undefined;
  }

  /** Whether to send the reply to the command that has just run. Ask once for each command. */
  wantsReply(): boolean {
    if (this.replyMode === "on") return true;
    if (this.replyMode === "off") return false;
    // CLIENT REPLY SKIP has no reply, but an EXEC around it has.
    const isNext = this.replyMode === "skip-next";
    this.replyMode = isNext ? "skip" : "on";
    return isNext;
  }
}
