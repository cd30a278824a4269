/**
 * What was refused to whom, for ACL LOG. Like refusals within a minute of each other count as one entry, so that nobody
 * can wash the others out by asking again and again. It is bounded by CONFIG's acllog-max-len.
 */

export type AclReason = "command" | "key" | "channel" | "auth";

export interface AclLogEntry {
  count: number;
  readonly reason: AclReason;
  /** `toplevel`, `multi` or `lua`. */
  readonly context: string;
  /** The command, the key or the channel; for a failed authentication the command that tried it. */
  readonly object: string;
  readonly username: string;
  /** When it happened last, in milliseconds since the epoch. */
  atMs: number;
  /** The connection that it was last, as CLIENT LIST told of it then. */
  clientInfo: string;
}

/** Time within which refusals count as one, in milliseconds. */
const TOGETHER_MS = 60_000;

/** Entries among which a like one is looked for. */
const LOOK_BACK = 10;

export class AclLog {
  /** The latest first. */
  private list: AclLogEntry[] = [];

  entries(): readonly AclLogEntry[] {
    return this.list;
  }

  clear(): void {
    this.list = [];
  }

  /** Adds a refusal; what goes beyond `entriesMax` is dropped. */
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
