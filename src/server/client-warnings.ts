/**
 * Warnings that clients cause, such as failed logins and disconnected clients. Any client can cause them at any rate,
 * so each kind is logged once a minute for an address; the next one states how many were left out.
 */
import type { Environment } from "../core/environment.ts";
import type { Log } from "./log.ts";
import { networkOf } from "./throttle.ts";

const MINUTE_MS = 60_000;

interface Kind {
  loggedMs: number;
  /** Warnings left out since the last one. */
  leftOut: number;
}

/** Logs warnings about clients, at most one of a kind and an address in a minute. */
export class ClientWarnings {
  private readonly log: Log;
  private readonly environment: Environment;
  private readonly kindsMax: number;
  /** By message and address, in the order in which they were logged. */
  private readonly kinds = new Map<string, Kind>();

  /** Remembers at most `kindsMax` pairs of message and address. */
  constructor(log: Log, environment: Environment, kindsMax: number) {
    this.log = log;
    this.environment = environment;
    this.kindsMax = kindsMax;
  }

  /** Logs a warning about a client, unless the same one was logged for its address within a minute. */
  warn(address: string | undefined, fields: object, message: string): void {
    const key = `${message} ${networkOf(address)}`;
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
    this.log.warn({ address, ...fields, ...leftOut }, message);
  }

  private forgetOldest(): void {
    for (const key of this.kinds.keys()) {
      this.kinds.delete(key);
      return;
    }
  }
}
