/**
 * The commands under way, and their times. Commands run inside of each other (those of a transaction or script). A
 * **turn** is a sequence of commands that arrived together and run without a break, such as a pipeline's. Without
 * turns, each command is one.
 *
 * The clock is read once for each command of a turn: the start of one is the end of the one before, and only the last
 * needs a reading of its own. The time that commands see does not change until the outermost one has ended.
 */
import type { Environment } from "../core/environment.ts";
import { setTime } from "../data/keyspace.ts";
import type { Instant } from "../data/keyspace.ts";
import type { CommandTimer } from "./command-timer.ts";
import type { CommandEntry } from "./command-registry.ts";
import type { Session } from "./session.ts";

/** Called at the end of commands and turns. May run commands. */
interface Sequel {
  /** The outermost command, transaction or script has ended. */
  commandOver(): void;
  /** A turn has ended. */
  turnOver(): void;
}

/** The turn under way, and the commands in it. One an engine. */
export class Turn {
  /** The client whose command runs, also for commands of its script; undefined during expiry and eviction. */
  caller: Session | undefined;
  private readonly environment: Environment;
  private readonly instant: Instant;
  private readonly timer: CommandTimer;
  private readonly sequel: Sequel;
  /** The number of commands under way: more than one inside a transaction or script. */
  private depth = 0;
  /** The number of turns under way: a door may begin one inside another. */
  private turns = 0;
  /** When the running command began, in microseconds of the wall clock. */
  private startUs = 0;
  /** The start of the next command, as read by {@link readClock}; 0 when it has not been read. */
  private readUs = 0;
  /** The command of {@link caller} that began at `startUs`; undefined once it is timed. */
  private timed: CommandEntry | undefined;
  private timedWords: readonly string[] = [];

  constructor(environment: Environment, instant: Instant, timer: CommandTimer, sequel: Sequel) {
    this.environment = environment;
    this.instant = instant;
    this.timer = timer;
    this.sequel = sequel;
  }

  /**
   * Begins a turn, which {@link end} ends. Answers the wall clock in microseconds; the reading begins the first command.
   */
  begin(): number {
    if (this.turns++ > 0) return this.readClock();
    return (this.readUs = this.environment.syncedUs());
  }

  /** Ends a turn. The outermost one ends the timing and runs the sequel. */
  end(): void {
    if (--this.turns === 0) this.endTurn();
  }

  /**
   * Reads the wall clock after a command of a turn, in microseconds. The reading ends that command and begins the next,
   * so a door that reads the clock after each command adds no reading.
   */
  readClock(): number {
    const nowUs = this.environment.nowUs();
    if (this.timed !== undefined) this.endTimed(this.timed, nowUs);
    this.readUs = nowUs;
    return nowUs;
  }

  /** Begins a command of a client, or of none. {@link leave} ends it. */
  enter(caller: Session | undefined): void {
    if (this.depth++ > 0) return;
    const nowUs = this.readUs || this.clockUs();
    this.readUs = 0;
    if (this.timed !== undefined) this.endTimed(this.timed, nowUs);
    this.caller = caller;
    this.startUs = nowUs;
    setTime(this.instant, nowUs);
  }

  /** Reads the clock for a command. A wall clock that was set takes effect between turns. */
  private clockUs(): number {
    return this.turns === 0 ? this.environment.syncedUs() : this.environment.nowUs();
  }

  /** Begins a replayed effect, with the time before every deadline. Otherwise as {@link enter}. */
  enterReplay(caller: Session): void {
    this.depth++;
    this.caller = caller;
    setTime(this.instant, this.environment.now() * 1000);
    this.instant.nowMs = 0;
  }

  /** Ends the command that {@link enter} has begun, or {@link enterReplay}. The outermost one runs the sequel. */
  leave(): void {
    try {
      if (this.depth === 1) this.sequel.commandOver();
    } finally {
      if (--this.depth === 0 && this.turns === 0) this.endTurn();
    }
  }

  /** Lets the command that the caller has begun be timed. */
  time(entry: CommandEntry, words: readonly string[]): void {
    this.timed = entry;
    this.timedWords = words;
  }

  /** Ends the timing of the outermost command and moves the time, before what follows that command. */
  moveOn(): void {
    const nowUs = this.environment.nowUs();
    if (this.timed !== undefined) this.endTimed(this.timed, nowUs);
    setTime(this.instant, nowUs);
  }

  /** Times the last command and runs the sequel of the turn. */
  private endTurn(): void {
    this.readUs = 0;
    if (this.timed !== undefined) this.endTimed(this.timed, this.environment.nowUs());
    this.sequel.turnOver();
  }

  private endTimed(entry: CommandEntry, nowUs: number): void {
    this.timed = undefined;
    this.timer.record(entry, this.caller!, this.timedWords, nowUs - this.startUs, nowUs);
  }
}
