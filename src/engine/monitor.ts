/**
 * MONITOR: sessions that receive every command after it has run. Secrets among a command's words are masked, and admin
 * commands are left out. Source: https://redis.io/docs/latest/commands/monitor/
 */
import type { CommandSpec } from "../core/command-spec.ts";
import { SimpleString } from "../core/reply.ts";
import { isSecret } from "../core/command-spec.ts";
import { deliverNow } from "./after-reply.ts";
import type { Deliver } from "./after-reply.ts";
import { wordsBytes } from "./sizes.ts";
import type { Session } from "./session.ts";

/** The sessions that have sent MONITOR. */
export class Monitors {
  private readonly deliver: Deliver;
  private readonly sessions = new Set<Session>();

  constructor(deliver: Deliver = deliverNow) {
    this.deliver = deliver;
  }

  /** Whether nothing is reported, because effects are replayed. */
  isSilent = false;

  /** Whether there is nobody to report to. */
  get isEmpty(): boolean {
    return this.sessions.size === 0 || this.isSilent;
  }

  add(session: Session): void {
    this.sessions.add(session);
  }

  has(session: Session): boolean {
    return this.sessions.has(session);
  }

  remove(session: Session): void {
    this.sessions.delete(session);
  }

  /** Reports a command that a session has run. `nowMs` is the time in milliseconds since the epoch. */
  tell(session: Session, command: CommandSpec, words: readonly string[], nowMs: number): void {
    if (!command.flags.has("admin") && !command.flags.has("skip_monitor"))
      this.tellAnyway(session, command, words, nowMs);
  }

  /** Reports a command before it runs, admin commands included, so that the commands it runs are reported after it. */
  tellAnyway(session: Session, command: CommandSpec, words: readonly string[], nowMs: number): void {
    const secret = isSecret(command, words);
    const isLong = wordsBytes(words) > LINE_BYTES_MAX;
    const quoted = words.map((word, i) => (secret(i) ? REDACTED : quote(isLong ? cut(word) : word)));
    const line = new SimpleString(
      `${seconds(nowMs)} [${session.databaseNumber} ${addressOf(session)}] ${quoted.join(" ")}`,
    );
    for (const monitor of this.sessions) this.deliver(monitor, line);
  }

  /** Hands on the line of another server's MONITOR. */
  relay(line: SimpleString): void {
    for (const monitor of this.sessions) deliverNow(monitor, line);
  }
}

/** A command with more bytes is reported with its words cut: quoted, it takes four times as much. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;
const CUT_BYTES = 128;

function cut(word: string): string {
  return word.length <= CUT_BYTES ? word : `${word.slice(0, CUT_BYTES)}... (${word.length - CUT_BYTES} more bytes)`;
}

const REDACTED = '"(redacted)"';

/** The time in seconds, with six decimals as in Redis. */
function seconds(nowMs: number): string {
  return `${Math.floor(nowMs / 1000)}.${String((nowMs % 1000) * 1000).padStart(6, "0")}`;
}

/** The hosted service shows this for REST, where a token has no connection. */
function addressOf(session: Session): string {
  return session.addr === "" ? "0.0.0.0:0" : session.addr;
}

const NEEDS_ESCAPE = /[^ !#-[\]-~]/g;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x07": "\\a",
  "\b": "\\b",
};

/** A word in quotes, escaped to printable ASCII. */
function quote(word: string): string {
  const escaped = word.replace(
    NEEDS_ESCAPE,
    (char) => ESCAPES[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `"${escaped}"`;
}
