/**
 * What is under way, and when it began. Commands run one within another (those of a transaction or a script); a **turn**
 * is what came in together and runs without a break, as a pipeline does. Outside of turns each command is one by itself.
 *
 * The clock is read once for each command of a turn: the beginning of one is the end of the one before, and only the last
 * is read for. What a command sees of time does not move until the outermost one is over.
 */
import type { Environment } from "../core/environment.ts";
import { setTime } from "../data/keyspace.ts";
import type { Instant } from "../data/keyspace.ts";
import type { CommandTimer } from "./command-timer.ts";
import type { CommandEntry } from "./command-registry.ts";
import type { Session } from "./session.ts";

/** What follows. It may run commands. */
interface Sequel {
  /** The outermost command, transaction or script is over. */
  commandOver(): void;
  /** A turn is over. */
  turnOver(): void;
}

export class Turn {
  /** The client whose command is running, for a script's command the script's; undefined while time passes. */
  caller: Session | undefined;
  private readonly environment: Environment;
  private readonly instant: Instant;
  private readonly timer: CommandTimer;
  private readonly sequel: Sequel;
  /** Commands under way: more than one inside a transaction or a script. */
  private depth = 0;
  /** Turns under way: a door may begin one inside another. */
  private turns = 0;
  /** When the running command began, in microseconds of the wall clock. */
  private startUs = 0;
  /** What {@link readClock} has read for the next command to begin with; 0 when it has not. */
  private readUs = 0;
  /** The command that began then, whose session and words are kept until it is timed. */
  private timed: CommandEntry | undefined;
  private timedSession: Session | undefined;
  private timedWords: readonly string[] = [];

  constructor(environment: Environment, instant: Instant, timer: CommandTimer, sequel: Sequel) {
    this.environment = environment;
    this.instant = instant;
    this.timer = timer;
    this.sequel = sequel;
  }

  /** The commands from here to {@link end} came in together. */
  begin(): void {
    if (this.turns++ === 0) this.environment.now();
  }

  end(): void {
    if (--this.turns === 0) this.settle();
  }

  /**
   * Within a turn, after a command: the wall clock in microseconds. The reading ends that command, and begins the next, so
   * a door that looks at the clock after each command costs no reading of its own.
   */
  readClock(): number {
    const nowUs = this.environment.nowUs();
    if (this.timed !== undefined) this.endTimed(this.timed, nowUs);
    this.readUs = nowUs;
    return nowUs;
  }

  /** A command begins, on behalf of a client or of nobody; {@link leave} ends it. */
  enter(caller: Session | undefined): void {
    if (this.depth++ > 0) return;
    this.caller = caller;
    // A wall clock that was set since the last turn takes effect here.
    if (this.turns === 0) this.environment.now();
    const nowUs = this.readUs || this.environment.nowUs();
    this.readUs = 0;
    if (this.timed !== undefined) this.endTimed(this.timed, nowUs);
    this.startUs = nowUs;
    setTime(this.instant, Math.floor(nowUs / 1000));
  }

  /** An effect of a journal is repeated: as {@link enter}, with the time before every deadline. To be repeated is to be used. */
  enterReplay(caller: Session): void {
    this.depth++;
    this.caller = caller;
    setTime(this.instant, this.environment.now());
    this.instant.nowMs = 0;
  }

  leave(): void {
    try {
      if (this.depth === 1) this.sequel.commandOver();
    } finally {
      if (--this.depth === 0 && this.turns === 0) this.settle();
    }
  }

  /** The command that has begun is to be timed. */
  time(entry: CommandEntry, session: Session, words: readonly string[]): void {
    this.timed = entry;
    this.timedSession = session;
    this.timedWords = words;
  }

  /** What follows the outermost command begins: that command has been timed, and the time moves. */
  moveOn(): void {
    const nowUs = this.environment.nowUs();
    if (this.timed !== undefined) this.endTimed(this.timed, nowUs);
    setTime(this.instant, Math.floor(nowUs / 1000));
  }

  private settle(): void {
    this.readUs = 0;
    if (this.timed !== undefined) this.endTimed(this.timed, this.environment.nowUs());
    this.sequel.turnOver();
  }

  private endTimed(entry: CommandEntry, nowUs: number): void {
    const { startUs, timedSession, timedWords } = this;
    this.timed = this.timedSession = undefined;
    this.timedWords = [];
    this.timer.record(entry, timedSession!, timedWords, nowUs - startUs, nowUs);
  }
}
