/**
 * CLIENT PAUSE: until a moment, what connections send is not looked at, and nothing expires. The doors that have
 * connections ask here before they run a command. Unlike Redis, CLIENT UNPAUSE is let through in any case.
 */
import type { Instant } from "../data/keyspace.ts";
import type { Admission } from "./admission.ts";
import type { CommandRegistry } from "./command-registry.ts";
import type { Session } from "./session.ts";

/** A door that holds clients back while a pause lasts. */
interface PausedDoor {
  /** Clients whose next command waits. */
  readonly heldClients: number;
  /** Called when CLIENT UNPAUSE ends the pause early. */
  resume(): void;
}

export class Pause {
  /** When it ends, in milliseconds since the epoch; 0 when there is none. */
  untilMs = 0;
  /** Only commands that may change data wait. */
  private writesOnly = false;
  private readonly doors = new Set<PausedDoor>();
  private readonly instant: Instant;
  private readonly registry: CommandRegistry;
  private readonly admission: Admission;

  constructor(instant: Instant, registry: CommandRegistry, admission: Admission) {
    this.instant = instant;
    this.registry = registry;
    this.admission = admission;
  }

  /** Clients whose next command waits. */
  get heldClients(): number {
    let clients = 0;
    for (const door of this.doors) clients += door.heldClients;
    return clients;
  }

  /** As in Redis a pause never shortens one that is under way, and of two the stricter counts. */
  begin(untilMs: number, writesOnly: boolean): void {
    this.writesOnly = this.untilMs === 0 ? writesOnly : this.writesOnly && writesOnly;
    this.untilMs = Math.max(this.untilMs, untilMs);
    this.instant.keepsExpiredUntilMs = this.untilMs;
  }

  end(): void {
    this.untilMs = 0;
    this.instant.keepsExpiredUntilMs = 0;
    for (const door of this.doors) door.resume();
  }

  addDoor(door: PausedDoor): void {
    this.doors.add(door);
  }

  /** Whether a command is to wait. One that would be refused is answered at once. */
  holds(session: Session, words: readonly string[], nowMs: number): boolean {
    if (this.untilMs === 0) return false;
    if (nowMs >= this.untilMs) {
      this.untilMs = 0;
      return false;
    }
    const entry = this.registry.find(words);
    if (entry === undefined || !("command" in entry) || this.admission.refuses(session, entry, words)) return false;
    const { flags, inMulti, isWrite, mayReplicate } = entry.command;
    if (flags.has("never_paused")) return false;
    if (!this.writesOnly) return true;
    return inMulti === "runs" ? session.transaction?.writes === true : isWrite || mayReplicate;
  }
}
