/**
 * Warnings that clients cause, such as failed logins, disconnected clients and slow commands. Any client can cause them
 * at any rate, so each kind is logged once a minute; the next one states how many were left out.
 */
import type { Environment } from "../core/environment.ts";
import { logEvent } from "../core/log-events.ts";
import type { EventFields, EventName } from "../core/log-events.ts";
import type { Log } from "../core/log.ts";
import { networkOf } from "./throttle.ts";

const MINUTE_MS = 60_000;

interface Kind {
  loggedMs: number;
  /** Warnings left out since the last one. */
  leftOut: number;
}

/** What tells warnings of one event apart. */
interface Distinction {
  readonly address?: string | undefined;
  readonly command?: string;
  readonly limit?: string;
}

/** Logs warnings that clients cause, at most one of a kind in a minute: of an event, an address, a limit, a command. */
export class ClientWarnings {
  private readonly log: Log;
  private readonly environment: Environment;
  private readonly kindsMax: number;
  /** In the order in which they were logged. */
  private readonly kinds = new Map<string, Kind>();

  /** Remembers at most `kindsMax` kinds. */
  constructor(log: Log, environment: Environment, kindsMax: number) {
    this.log = log;
    this.environment = environment;
    this.kindsMax = kindsMax;
  }

  /** Logs a warning, unless one of its kind was logged within a minute. */
  warn<E extends EventName>(event: E, fields: EventFields[E] & Distinction): void {
    const { address, command = "", limit = "" } = fields;
    const key = `${event} ${limit} ${command} ${networkOf(address)}`;
    const nowMs = this.environment.now();
    const kind = this.kinds.get(key);
    if (kind !== undefined && Math.abs(nowMs - kind.loggedMs) < MINUTE_MS) {
      kind.leftOut++;
      return;
    }
    this.kinds.delete(key);
    this.kinds.set(key, { loggedMs: nowMs, leftOut: 0 });
    if (this.kinds.size > this.kindsMax) this.forgetOldest();
    const leftOut = kind === undefined || kind.leftOut === 0 ? {} : { leftOut: kind.leftOut };
    logEvent(this.log, event, { ...fields, ...leftOut });
  }

  private forgetOldest(): void {
    for (const key of this.kinds.keys()) {
      this.kinds.delete(key);
      return;
    }
  }
}
