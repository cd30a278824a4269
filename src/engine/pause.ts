/**
 * CLIENT PAUSE: until a point in time, connections' commands are held up and nothing expires. Doors with connections
 * ask before they run a command. Unlike in Redis, CLIENT UNPAUSE always runs.
 */
import type { Instant } from "../data/keyspace.ts";
import type { Admission } from "./admission.ts";
import type { Command } from "./command.ts";
import type { CommandRegistry } from "./command-registry.ts";
import type { Scripting } from "./scripting/scripting.ts";
import type { Session } from "./session.ts";

/** A door that holds up its clients during a pause. */
interface PausedDoor {
  /** The number of clients whose next command is held up. */
  readonly heldClients: number;
  /** Called when CLIENT UNPAUSE ends the pause early. */
  resume(): void;
}

/** The pause of one engine. */
export class Pause {
  /** The end of the pause, in milliseconds since the epoch; 0 without one. */
  untilMs = 0;
  /** Whether only commands that may change data are held up. */
  private writesOnly = false;
  private readonly doors = new Set<PausedDoor>();
  private readonly instant: Instant;
  private readonly registry: CommandRegistry;
  private readonly admission: Admission;
  private readonly scripting: Scripting;

  constructor(instant: Instant, registry: CommandRegistry, admission: Admission, scripting: Scripting) {
    this.instant = instant;
    this.registry = registry;
    this.admission = admission;
    this.scripting = scripting;
  }

  /** The number of clients whose next command is held up. */
  get heldClients(): number {
    let clients = 0;
    for (const door of this.doors) clients += door.heldClients;
    return clients;
  }

  /** Begins a pause. As in Redis, it never shortens the current one, and of two the stricter applies. */
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

  /** Whether to hold up a command. A command that would be refused is not. */
  holds(session: Session, words: readonly string[], nowMs: number): boolean {
    if (this.untilMs === 0) return false;
    if (nowMs >= this.untilMs) {
      this.untilMs = 0;
      return false;
    }
    const entry = this.registry.find(words);
    if (entry === undefined || !("command" in entry) || this.admission.refuses(session, entry, words)) return false;
    const { flags, inMulti } = entry.command;
    if (flags.has("never_paused")) return false;
    if (!this.writesOnly) return true;
    if (inMulti !== "runs") return this.mayWrite(entry.command, words);
    return session.transaction?.commands.some((queued) => this.mayWrite(queued.entry.command, queued.words)) === true;
  }

  private mayWrite(command: Command, words: readonly string[]): boolean {
    return command.isWrite || command.mayReplicate || this.scripting.mayWrite(command.name, words);
  }
}
