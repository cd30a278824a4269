/**
 * Refusals and failed logins, for ACL LOG. Equal ones within a minute of each other are one entry, so that a client
 * that repeats a command cannot push the other entries out. CONFIG's acllog-max-len bounds the log.
 */

/** Which right was missing; `auth` for a failed login. */
export type AclReason = "command" | "key" | "channel" | "auth";

/** An entry of ACL LOG. */
export interface AclLogEntry {
  count: number;
  readonly reason: AclReason;
  /** `toplevel`, `multi` or `lua`. */
  readonly context: string;
  /** The refused command, key or channel; for a failed login, the command that tried it. */
  readonly object: string;
  readonly username: string;
  /** The latest time, in milliseconds since the epoch. */
  atMs: number;
  /** The connection of the latest time, as CLIENT LIST described it then. */
  clientInfo: string;
}

/** Time within which equal refusals are one entry, in milliseconds. */
const TOGETHER_MS = 60_000;

/** Entries that are compared with a new one. */
const LOOK_BACK = 10;

/** The log: at most `entriesMax` entries of ACL LOG. */
export class AclLog {
  /** Entries, latest first. */
  private list: AclLogEntry[] = [];

  entries(): readonly AclLogEntry[] {
    return this.list;
  }

  clear(): void {
    this.list = [];
  }

  /** Adds a refusal, and drops entries beyond `entriesMax`. */
  add(refusal: Omit<AclLogEntry, "count">, entriesMax: number): void {
    if (entriesMax === 0) return this.clear();
    const at = this.list.slice(0, LOOK_BACK).findIndex((entry) => isLike(entry, refusal));
    let entry: AclLogEntry = { ...refusal, count: 1 };
    if (at >= 0) {
      entry = this.list.splice(at, 1)[0]!;
      entry.count++;
      entry.atMs = refusal.atMs;
      entry.clientInfo = refusal.clientInfo;
    }
    this.list.unshift(entry);
    if (this.list.length > entriesMax) this.list.length = entriesMax;
  }
}

function isLike(entry: AclLogEntry, other: Omit<AclLogEntry, "count">): boolean {
  return (
    entry.reason === other.reason &&
    entry.context === other.context &&
    entry.object === other.object &&
    entry.username === other.username &&
    other.atMs - entry.atMs <= TOGETHER_MS
  );
}
