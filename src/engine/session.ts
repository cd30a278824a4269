/**
 * Who is speaking, and in what state their conversation is. A session belongs to a token or to a connection, not to a
 * request.
 */
import type { CommandSpec } from "../core/command-spec.ts";

/** Somebody who may run some commands. `access/` makes them. */
export interface User {
  readonly name: string;
  /** Whether the command may be run at all; keys and channels are another question. */
  mayRun(spec: CommandSpec): boolean;
}

/** Where a command comes in. REST refuses what needs a connection; `internal` is our own code and tests. */
export type Door = "rest" | "resp" | "internal";

export class Session {
  readonly id: number;
  readonly door: Door;
  user: User;
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

  constructor(id: number, door: Door, user: User, nowMs: number) {
    this.id = id;
    this.door = door;
    this.user = user;
    this.startedMs = nowMs;
    this.lastActiveMs = nowMs;
  }
}
