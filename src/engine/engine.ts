/**
 * The database: data in memory, no I/O and no wire format. Everything from outside is handed in: the clock and chance by
 * the environment, the commands by the registry. It never waits and never starts a timer; whoever owns it calls
 * {@link Engine.tick} a few times a second.
 */
import type { Authority, User } from "../core/authority.ts";
import type { Environment } from "../core/environment.ts";
import { CommandError, QUEUED } from "../core/reply.ts";
import { DEFAULT_LIMITS } from "../core/limits.ts";
import type { Limits } from "../core/limits.ts";
import type { Reply } from "../core/reply.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { endDueWaits, serveReady, WaitingRoom } from "./blocking.ts";
import { Admission } from "./admission.ts";
import type { RefusalContext, RefusalLog } from "./admission.ts";
import { Bounds } from "./bounds.ts";
import { describeClient } from "./client-info.ts";
import { CommandTimer } from "./command-timer.ts";
import { AclLog } from "./acl-log.ts";
import type { AclReason } from "./acl-log.ts";
import type { Command } from "./command.ts";
import { Config } from "./config.ts";
import { Context } from "./context.ts";
import { run } from "./dispatch.ts";
import { Eviction } from "./eviction.ts";
import type { EvictionPolicy } from "./eviction.ts";
import { Journal } from "./journal.ts";
import { createInstant, Keyspace } from "../data/keyspace.ts";
import type { Instant, KeyspaceListener } from "../data/keyspace.ts";
import { Monitors } from "./monitor.ts";
import { Pause } from "./pause.ts";
import { PubSub } from "./pub-sub.ts";
import { CommandRegistry } from "./registry.ts";
import type { CommandEntry } from "./registry.ts";
import { Scripting } from "./scripting/scripting.ts";
import { Session } from "./session.ts";
import type { Door } from "./session.ts";
import { wordsBytes } from "./sizes.ts";
import { Stats } from "./stats.ts";
import { Tracking } from "./tracking.ts";
import { discard, proceed, refused, runAll } from "./transaction.ts";
import { Watches } from "./watches.ts";

export interface EngineOptions {
  readonly environment: Environment;
  /** The command tables; `commands/registry.ts` has them all. */
  readonly commands: readonly (readonly Command[])[];
  readonly limits?: Readonly<Limits>;
  /** Databases that SELECT chooses among; 16 by default, as in Redis. */
  readonly databases?: number;
  /** Whether DEBUG may be used; it may not by default. */
  readonly enableDebug?: boolean;
  /** Bytes that keys and values may take, by estimate; 0, the default, for no limit. */
  readonly maxMemoryBytes?: number;
  /** What goes when there is no more room; `noeviction` by default. */
  readonly maxMemoryPolicy?: EvictionPolicy;
  /** Version stated in INFO. */
  readonly version?: string;
  /** Answers the binary that runs Lua, when the first script comes. Without it scripts are refused. */
  readonly luaBinary?: () => Uint8Array;
}

/** Heap bytes that an element takes beside its own, at most. */
const ELEMENT_BYTES = 72;

/** Keys or fields active expiry visits before it looks at the clock again. */
const EXPIRY_BATCH = 64;

/** Bytes of a key or a name that ACL LOG shows; strangers choose them. */
const ACL_LOG_BYTES = 4096;

export class Engine implements KeyspaceListener, RefusalLog {
  readonly environment: Environment;
  readonly limits: Readonly<Limits>;
  readonly registry: CommandRegistry;
  readonly instant: Instant;
  readonly stats: Stats;
  readonly config: Config;
  readonly version: string;
  readonly debugEnabled: boolean;
  /** Whether {@link tick} removes what has expired; what has not been removed is met lazily in any case. */
  activeExpiry = true;
  /** Forty hexadecimal digits that name this run. */
  readonly runId: string;
  /** By number. SWAPDB exchanges what they hold. */
  readonly databases: Keyspace[];
  /** Open sessions by id. */
  readonly sessions = new Map<number, Session>();
  /** Commands that changed something, since the start. */
  writes = 0;
  /** Port of the RESP door, which whoever opens that door writes here for INFO; 0 when there is none. */
  respPort = 0;
  /** Where effects go. */
  readonly journal = new Journal();
  /** Who AUTH asks. Set by whoever guards the doors; without it nobody has to authenticate. */
  authority: Authority | undefined;
  readonly watches = new Watches();
  readonly pause: Pause;
  readonly pubSub = new PubSub();
  readonly monitors = new Monitors();
  /** Sessions whose command waits for a key. */
  readonly waitingRoom = new WaitingRoom();
  readonly timer = new CommandTimer();
  readonly tracking: Tracking;
  readonly aclLog = new AclLog();
  /** Scripts and functions. */
  readonly scripting: Scripting;
  /** The limit on memory. */
  readonly eviction: Eviction;
  /** Limits on commands beyond their own rules. */
  readonly bounds: Bounds;
  /** The guards that every command passes. */
  readonly admission: Admission;
  private readonly context: Context;
  /** The context of the commands that a script runs; the script itself has the other. */
  private readonly scriptContext: Context;
  /** The one of these two that was set up last. */
  private running: Context;
  private nextSessionId = 1;
  /** Commands under way: more than one inside a transaction. */
  private depth = 0;
  /** Turns under way; see {@link beginTurn}. */
  private turns = 0;
  /** When the running command began, in microseconds of the wall clock. */
  private startUs = 0;
  /** What {@link readClock} has read for the next command to begin with; 0 when it has not. */
  private readUs = 0;
  /** The command that began then; the context still has its session and words. */
  private timed: CommandEntry | undefined;
  /** What changes now, time changes, and no session's command. */
  private isTicking = false;

  constructor(options: EngineOptions) {
    this.environment = options.environment;
    this.limits = options.limits ?? DEFAULT_LIMITS;
    this.registry = new CommandRegistry(options.commands);
    this.tracking = new Tracking(this.sessions, () => this.environment.random());
    this.eviction = new Eviction(this);
    const { eviction, limits, timer, tracking } = this;
    this.config = new Config({ databases: options.databases ?? 16, eviction, limits, timer, tracking });
    this.version = options.version ?? "0.0.0";
    this.debugEnabled = options.enableDebug ?? false;
    this.runId = this.environment.secretHex(20);
    this.instant = createInstant(this.environment.now());
    this.stats = new Stats(this.instant);
    this.databases = Array.from({ length: this.config.databases }, (_, number) => this.createKeyspace(number));
    this.context = new Context(this, this.databases[0]!);
    this.scriptContext = new Context(this, this.databases[0]!);
    this.running = this.context;
    this.scripting = new Scripting(this, options.luaBinary);
    this.bounds = new Bounds(this);
    this.admission = new Admission(this.registry, this.bounds, this.journal, this);
    this.pause = new Pause(this.instant, this.registry, this.admission);
    if (options.maxMemoryPolicy !== undefined) this.eviction.policy = options.maxMemoryPolicy;
    this.eviction.maxBytes = options.maxMemoryBytes ?? 0;
  }

  /** Begins a conversation. */
  openSession(door: Door, user: User): Session {
    const session = new Session(this.nextSessionId++, door, user, this.environment.now());
    this.sessions.set(session.id, session);
    return session;
  }

  closeSession(session: Session): void {
    discard(this, session);
    if (session.wait !== undefined) this.waitingRoom.remove(session.wait);
    this.stopListening(session);
    this.sessions.delete(session.id);
    // ACL LOG may keep the session, and is not to keep its connection.
    session.deliver = session.disconnect = undefined;
  }

  /** Nothing more is delivered to a session. */
  stopListening(session: Session): void {
    this.pubSub.leave(session);
    this.monitors.remove(session);
    if (session.tracking !== undefined) this.tracking.disable(session);
  }

  /** Runs one command. A CommandError among the replies is the client's fault; what is thrown is ours. */
  execute(session: Session, words: readonly string[]): Reply {
    this.enter();
    try {
      session.lastActiveMs = this.instant.nowMs;
      const entry = this.admission.admit(session, words);
      const reply = this.executeAdmitted(session, entry, words);
      if (this.tracking.isOn) {
        this.tracking.commandOver(session, entry instanceof CommandError ? undefined : entry.command);
      }
      return reply;
    } finally {
      this.leave();
    }
  }

  private executeAdmitted(session: Session, entry: CommandEntry | CommandError, words: readonly string[]): Reply {
    if (entry instanceof CommandError) return refused(this, session, words, entry);
    if (session.transaction !== undefined) return proceed(this, session, entry, words);
    return this.runTimed(session, entry, words);
  }

  /** Runs an admitted command that is not part of another, and times it. */
  runTimed(session: Session, entry: CommandEntry, words: readonly string[]): Reply {
    this.timed = entry;
    return run(this, session, entry, words);
  }

  /**
   * The commands from here to {@link endTurn} came in together. Without turns each command is one by itself. In a turn
   * the clock is read once for each command, and sessions that track prefixes are told once.
   */
  beginTurn(): void {
    if (this.turns++ === 0) this.environment.now();
  }

  endTurn(): void {
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

  private settle(): void {
    this.readUs = 0;
    if (this.timed !== undefined) this.endTimed(this.timed, this.environment.nowUs());
    if (!this.tracking.isOn) return;
    // Whoever waited and was served by a command of another door has been answered by now.
    this.tracking.tellOwn();
    this.tracking.broadcast();
  }

  /** Serves those who wait. The command that brought it is over, and the context is no longer its own. */
  private serveReady(): void {
    const nowUs = this.environment.nowUs();
    if (this.timed !== undefined) this.endTimed(this.timed, nowUs);
    // The transaction that brought it may have begun long ago: what has expired meanwhile is not served.
    this.setInstant(nowUs);
    serveReady(this);
  }

  /** The command that is being timed is over. */
  private endTimed(entry: CommandEntry, nowUs: number): void {
    this.timed = undefined;
    const { session, words } = this.context;
    this.timer.record(entry, session, words, nowUs - this.startUs, nowUs);
  }

  /**
   * Runs a list of commands as one, or, when one of them is refused before it runs (unknown, wrong arity, not allowed),
   * none of them, and answers that error. A command that fails while running leaves the others as they are.
   */
  transaction(session: Session, commands: readonly (readonly string[])[]): readonly Reply[] | CommandError {
    this.enter();
    try {
      const entries = [];
      for (const words of commands) {
        const entry = this.admission.admit(session, words);
        if (entry instanceof CommandError) {
          this.stats.countError(entry);
          return entry;
        }
        entries.push({ entry, words });
      }
      const replies = runAll(this, session, entries);
      const failure = this.journal.takeFailure();
      if (failure === undefined) return replies;
      this.stats.countError(failure);
      return failure;
    } finally {
      this.leave();
    }
  }

  /**
   * Repeats one effect of a journal, or one word of the frame around a group: what stands between MULTI and EXEC is kept
   * until the EXEC, so of a group that ends too early nothing is repeated. Meanwhile the clock stands before every deadline: a key goes when the journal says
   * so and not by itself, or a deadline that was taken back later would have cost it its value. A key whose time has
   * come in the end is met as any other, lazily or by a tick. To be called before a journal is attached.
   */
  replay(session: Session, words: readonly string[]): Reply {
    this.depth++;
    this.instant.nowMs = 0;
    // To be replayed is to be used.
    this.instant.seconds = secondsOf(this.environment.now());
    this.bounds.suspend();
    try {
      const entry = this.admission.admit(session, words);
      if (entry instanceof CommandError) return entry;
      const { name } = entry.command;
      const { transaction } = session;
      if (transaction === undefined || name === "EXEC" || name === "SELECT") return run(this, session, entry, words);
      transaction.commands.push({ entry, words, databaseNumber: session.databaseNumber });
      return QUEUED;
    } finally {
      this.bounds.update();
      this.leave();
    }
  }

  /** Ends the waits whose time is over; `waitingRoom.earliestMs` says when that will next be so. */
  endWaits(): void {
    this.enter();
    try {
      endDueWaits(this);
    } finally {
      this.leave();
    }
  }

  /**
   * Housekeeping: ends the waits whose time is over, and removes keys and fields of hashes whose deadline has passed, and
   * keys for which there is no room, for at most the time the limits allow.
   */
  tick(): void {
    this.stats.sample(this.environment.nowUs());
    this.enter();
    this.isTicking = true;
    try {
      endDueWaits(this);
      if (this.eviction.maxBytes > 0) {
        this.eviction.settle();
        this.eviction.makeRoom();
      }
      if (!this.activeExpiry) return;
      const endUs = this.environment.elapsedUs() + this.limits.expirySliceMsMax * 1000;
      for (const database of this.databases) {
        this.expire(database, endUs);
        this.expireFields(database, endUs);
      }
    } finally {
      this.isTicking = false;
      this.leave();
    }
  }

  /** Goes on while a tenth of what it visits has expired; what is left then is met lazily or by the next tick. */
  private expire(database: Keyspace, endUs: number): void {
    while (database.volatileSize > 0) {
      const removed = database.expireSome(EXPIRY_BATCH);
      if (removed < EXPIRY_BATCH / 10 || this.environment.elapsedUs() > endUs) return;
    }
  }

  /** Goes on while any field is due: unlike keys they come in the order of their deadlines. */
  private expireFields(database: Keyspace, endUs: number): void {
    while (database.expireSomeFields(EXPIRY_BATCH)) if (this.environment.elapsedUs() > endUs) return;
  }

  /** The context, set up for the next command of a session. */
  contextFor(session: Session): Context {
    const context = (this.running = this.context);
    context.begin(session, this.databases[session.databaseNumber]!);
    return context;
  }

  /** The context of scripts, set up for the next command that a script of a session runs. */
  scriptContextFor(session: Session): Context {
    const context = (this.running = this.scriptContext);
    context.begin(session, this.databases[session.databaseNumber]!);
    return context;
  }

  /** A transaction or a script is under way: nobody may wait in it. */
  get isAtomic(): boolean {
    return this.journal.isInGroup;
  }

  /** Keeps for ACL LOG what a session was refused. `object` is the command, the key or the channel. */
  logRefusal(
    session: Session,
    reason: AclReason,
    context: RefusalContext,
    object: string,
    username = session.user.name,
  ): void {
    const atMs = this.instant.nowMs;
    const texts = { object: object.slice(0, ACL_LOG_BYTES), username: username.slice(0, ACL_LOG_BYTES) };
    const clientInfo = describeClient(this, session);
    this.aclLog.add({ reason, context, ...texts, atMs, clientInfo }, this.config.aclLogEntriesMax);
  }

  createKeyspace(number: number): Keyspace {
    return new Keyspace(number, this.instant, this);
  }

  /** A key has changed: whoever watches it, waits for it or may hold a copy is to know. */
  keyModified(keyspace: Keyspace, key: string): void {
    if (this.waitingRoom.size > 0) this.waitingRoom.keyModified(keyspace, key);
    if (!this.watches.isEmpty) this.watches.keyModified(keyspace, key);
    if (keyspace.isAccounted) this.sizeModified(keyspace, key);
    if (this.tracking.isOn) this.tracking.keyModified(key, this.caller, this.running.session);
  }

  /** The value at a key may take more or less memory than it did. */
  sizeModified(keyspace: Keyspace, key: string): void {
    const { words } = this.running;
    keyspace.noteChange(key, wordsBytes(words) + words.length * ELEMENT_BYTES);
  }

  /** Time, or the limit on memory, has changed a key. */
  private keyOutdated(keyspace: Keyspace, key: string): void {
    if (this.waitingRoom.size > 0) this.waitingRoom.keyModified(keyspace, key);
    if (!this.watches.isEmpty) this.watches.keyModified(keyspace, key);
    if (keyspace.isAccounted) this.sizeModified(keyspace, key);
    if (this.tracking.isOn) this.tracking.keyModified(key, this.isTicking ? undefined : this.caller, undefined);
  }

  /** Whose command is running. For a command of a script that is the script's caller. */
  get caller(): Session {
    return this.context.session;
  }

  /**
   * A database is about to be emptied, or to take over what another holds: whoever watches or waits for one of its keys is
   * to know.
   */
  databaseModified(keyspace: Keyspace, successor: Keyspace | undefined): void {
    if (this.waitingRoom.size > 0) this.waitingRoom.databaseModified(keyspace, successor);
    if (!this.watches.isEmpty) this.watches.databaseModified(keyspace, successor);
  }

  /** Publishes a keyspace event, if its class is asked for. */
  notify(keyspace: Keyspace, eventClass: number, event: string, key: string): void {
    const { eventMask } = this.config;
    if ((eventMask & eventClass) === 0 || this.pubSub.isSilent) return;
    const { number } = keyspace;
    if ((eventMask & EventClass.KEYSPACE) !== 0) this.pubSub.publish(`__keyspace@${number}__:${key}`, event);
    if ((eventMask & EventClass.KEYEVENT) !== 0) this.pubSub.publish(`__keyevent@${number}__:${event}`, key);
  }

  keyAdded(keyspace: Keyspace, key: string): void {
    if (this.waitingRoom.size > 0) this.waitingRoom.keyAdded(keyspace, key);
    if ((this.config.eventMask & EventClass.NEW) !== 0) this.notify(keyspace, EventClass.NEW, "new", key);
  }

  keyMissed(keyspace: Keyspace, key: string): void {
    if ((this.config.eventMask & EventClass.MISS) !== 0) this.notify(keyspace, EventClass.MISS, "keymiss", key);
  }

  keyExpired(keyspace: Keyspace, key: string): void {
    this.stats.expiredKeys++;
    this.writes++;
    this.journal.appendUnasked(keyspace.number, ["DEL", key]);
    this.keyOutdated(keyspace, key);
    this.notify(keyspace, EventClass.EXPIRED, "expired", key);
  }

  keyEvicted(keyspace: Keyspace, key: string): void {
    this.stats.evictedKeys++;
    this.writes++;
    this.journal.appendUnasked(keyspace.number, ["DEL", key]);
    this.keyOutdated(keyspace, key);
    this.notify(keyspace, EventClass.EVICTED, "evicted", key);
  }

  fieldsExpired(keyspace: Keyspace, key: string, fields: readonly string[], emptied: boolean): void {
    this.stats.expiredFields += fields.length;
    this.writes++;
    this.journal.appendUnasked(keyspace.number, ["HDEL", key, ...fields]);
    this.keyOutdated(keyspace, key);
    this.notify(keyspace, EventClass.HASH, "hexpired", key);
    if (emptied) this.notify(keyspace, EventClass.GENERIC, "del", key);
  }

  private enter(): void {
    if (this.depth++ > 0) return;
    // A wall clock that was set since the last turn takes effect here.
    if (this.turns === 0) this.environment.now();
    const nowUs = this.readUs || this.environment.nowUs();
    this.readUs = 0;
    if (this.timed !== undefined) this.endTimed(this.timed, nowUs);
    this.startUs = nowUs;
    this.setInstant(nowUs);
  }

  /** Sets the time that commands see, from microseconds of the wall clock. */
  private setInstant(nowUs: number): void {
    const nowMs = Math.floor(nowUs / 1000);
    this.instant.nowMs = nowMs;
    this.instant.seconds = secondsOf(nowMs);
  }

  /** Once the outermost command is over, those who wait for what it brought are served. */
  private leave(): void {
    try {
      if (this.depth === 1 && this.waitingRoom.hasReady) this.serveReady();
    } finally {
      if (--this.depth === 0 && this.turns === 0) this.settle();
    }
  }
}

/** Whole seconds of milliseconds. */
function secondsOf(ms: number): number {
  return Math.floor(ms / 1000);
}
