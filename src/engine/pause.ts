/**
 * CLIENT PAUSE: until a moment, what connections send is not looked at. The doors that have connections ask here before
 * they run a command. Unlike Redis, CLIENT UNPAUSE is let through in any case.
 */
import type { CommandRegistry } from "./registry.ts";
import type { Session } from "./session.ts";

export class Pause {
  /** When it ends, in milliseconds since the epoch; 0 when there is none. */
  untilMs = 0;
  /** Only commands that may change data wait. */
  private writesOnly = false;
  /** Called when CLIENT UNPAUSE ends it early. */
  private readonly listeners = new Set<() => void>();

  /** As in Redis a pause never shortens one that is under way, and of two the stricter counts. */
  begin(untilMs: number, writesOnly: boolean): void {
    this.writesOnly = this.untilMs === 0 ? writesOnly : this.writesOnly && writesOnly;
    this.untilMs = Math.max(this.untilMs, untilMs);
  }

  end(): void {
    this.untilMs = 0;
    for (const listener of this.listeners) listener();
  }

  onEnd(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Whether a command is to wait. */
  holds(registry: CommandRegistry, session: Session, words: readonly string[], nowMs: number): boolean {
    if (this.untilMs === 0) return false;
    if (nowMs >= this.untilMs) {
      this.untilMs = 0;
      return false;
    }
    const entry = registry.find(words);
    if (entry === undefined || !("command" in entry)) return !this.writesOnly;
    const { flags, inMulti, isWrite, mayReplicate } = entry.command;
    if (flags.has("never_paused")) return false;
    if (!this.writesOnly) return true;
    return inMulti === "runs" ? session.transaction?.writes === true : isWrite || mayReplicate;
  }
}
