/**
 * Who is speaking, and in what state their conversation is. A session belongs to a token or to a connection, not to a
 * request.
 */
import { UNAUTHENTICATED } from "../core/authority.ts";
import type { User } from "../core/authority.ts";
import type { Reply } from "../core/reply.ts";
import type { Wait } from "./blocking.ts";
import type { Subscriptions } from "./pub-sub.ts";
import type { SessionTracking } from "./tracking.ts";
import type { Transaction } from "./transaction.ts";
import type { Watch } from "./watches.ts";

/**
 * Where a command comes in. REST refuses what needs a connection; `stream` is one event stream of REST, which is a
 * connection; `internal` is our own code and tests.
 */
export type Door = "rest" | "stream" | "resp" | "internal";

/** Bytes that a connection holds: of a command that is not complete, and of replies that are not sent. */
export interface Buffers {
  readonly queryBytes: number;
  readonly replyBytes: number;
}

/** Bounds how often a client may name a wrong password, by its address. */
interface Guesses {
  /** Whether the address may try another password now. */
  mayTry(): boolean;
  /** Counts a wrong password. Answers whether the address has to wait from now on. */
  failed(): boolean;
}

/** What CLIENT REPLY chose; `skip-next` becomes `skip` once the command that chose it is over. */
type ReplyMode = "on" | "off" | "skip" | "skip-next";

export class Session {
  readonly id: number;
  readonly door: Door;
  user: User;
  /** Who it was at first, which RESET goes back to. */
  private readonly firstUser: User;
  /** The database that SELECT chose. */
  databaseNumber = 0;
  /** CLIENT SETNAME's name, empty for none. */
  name = "";
  /** CLIENT SETINFO's two fields, empty for none. */
  libName = "";
  libVersion = "";
  /** RESP version of the conversation. */
  protocol: 2 | 3 = 2;
  /** When it began, in milliseconds since the epoch. */
  readonly startedMs: number;
  /** When it last ran a command, in milliseconds since the epoch. */
  lastActiveMs: number;
  /** The last command's name as the row spells it. */
  lastCommand = "";
  noEvict = false;
  noTouch = false;
  /** The conversation is to end after the reply. */
  closing = false;
  replyMode: ReplyMode = "on";
  /** What MULTI has begun. */
  transaction: Transaction | undefined;
  /** What WATCH has named. */
  watch: Watch | undefined;
  /** What it listens to; undefined when that is nothing. */
  subscriptions: Subscriptions | undefined;
  /** What it waits for, in a command that is not answered yet; undefined when there is no such command. */
  wait: Wait | undefined;
  /** What CLIENT TRACKING has turned on. */
  tracking: SessionTracking | undefined;
  /** What its connection holds in memory. Set by a door that has one. */
  buffers: (() => Buffers) | undefined;
  /** Asked by every command that checks a password. Set by doors whose clients have an address. */
  guesses: Guesses | undefined;
  /** Both ends of the connection, `ip:port`; empty where there is none. */
  addr = "";
  laddr = "";
  /** Sends a message that no command asked for, at any time. Set by a door that can. It runs no command. */
  deliver: ((message: Reply) => void) | undefined;
  /** Answers a command that has waited. Set by a door whose conversations can wait. It runs no command. */
  answer: ((reply: Reply) => void) | undefined;
  /** Cuts the connection. Set by a door that has one. */
  disconnect: (() => void) | undefined;

  constructor(id: number, door: Door, user: User, nowMs: number) {
    this.id = id;
    this.door = door;
    this.user = user;
    this.firstUser = user;
    this.startedMs = nowMs;
    this.lastActiveMs = nowMs;
  }

  /** Whether it is what a script's commands run in. Every other session has a number. */
  get isScript(): boolean {
    return this.id === 0;
  }

  get isAuthenticated(): boolean {
    return this.user !== UNAUTHENTICATED;
  }

  /** Makes it as it was at first. What a library told of itself stays, as it is still true. */
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

  /** Whether the reply to the command that has just run is to be sent. To be asked once for each command. */
  wantsReply(): boolean {
    if (this.replyMode === "on") return true;
    if (this.replyMode === "off") return false;
    // CLIENT REPLY SKIP has no reply of its own, but the EXEC that it came in has.
    const isNext = this.replyMode === "skip-next";
    this.replyMode = isNext ? "skip" : "on";
    return isNext;
  }
}
