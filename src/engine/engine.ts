/**
 * The database: data in memory, without I/O or a wire format. Clock and randomness come from the environment, commands
 * from the registry. It never waits and starts no timer; its owner calls {@link Engine.tick} a few times a second.
 */
import type { Authority, User } from "../core/authority.ts";
import type { Target } from "../core/target.ts";
import type { Environment } from "../core/environment.ts";
import { REDIS_VERSION } from "../core/redis-level.ts";
import { CommandError, QUEUED } from "../core/reply.ts";
import { DEFAULT_LIMITS } from "../core/limits.ts";
import type { Limits } from "../core/limits.ts";
import type { Reply } from "../core/reply.ts";
import { endDueWaits, serveReady, WaitingRoom } from "./blocking.ts";
import { AfterReply } from "./after-reply.ts";
import { Admission } from "./admission.ts";
import type { RefusalContext, RefusalLog } from "./admission.ts";
import { Bounds } from "./bounds.ts";
import { describeClient } from "./client-info.ts";
import { ClientMemory } from "./client-memory.ts";
import { CommandTimer } from "./command-timer.ts";
import { AclLog } from "./acl-log.ts";
import type { AclReason } from "./acl-log.ts";
import type { Command } from "./command.ts";
import { Parameters } from "./parameters.ts";
import { Context } from "./context.ts";
import { run } from "./dispatch.ts";
import { Eviction } from "./eviction.ts";
import type { HeapGauge } from "./eviction.ts";
import { CommitGate } from "./commit-gate.ts";
import type { Durability } from "./durability.ts";
import { Journal } from "./journal.ts";
import { KeyChanges } from "./key-changes.ts";
import { KeyspaceEvents } from "./keyspace-events.ts";
import { KeyspaceReports } from "./keyspace-reports.ts";
import { Dataset } from "../data/dataset.ts";
import { createInstant } from "../data/keyspace.ts";
import { Monitors } from "./monitor.ts";
import { Pause } from "./pause.ts";
import { PubSub } from "./pub-sub.ts";
import { CommandRegistry } from "./command-registry.ts";
import type { CommandEntry } from "./command-registry.ts";
import { Scripting } from "./scripting/scripting.ts";
import { Session } from "./session.ts";
import type { Door } from "./session.ts";
import { Stats } from "./stats.ts";
import { Tracking } from "./tracking.ts";
import { admitAll, discard, proceed, refused, runAll } from "./transaction.ts";
import { Turn } from "./turn.ts";
import { Watches } from "./watches.ts";
import type { EvictionPolicy } from "../core/policies.ts";

/** What an engine is made of. Only the commands are required. */
export interface EngineOptions {
  readonly environment: Environment;
  /** The command tables; `commands/registry.ts` has them all. */
  readonly commands: readonly (readonly Command[])[];
  /** The tables of those that clients may use; all by default. */
  readonly offered?: readonly (readonly Command[])[];
  readonly limits?: Readonly<Limits>;
  /** Databases that SELECT chooses among; 16 by default, as in Redis. */
  readonly databases?: number;
  /** The number of the database that sessions begin with; 0 by default. */
  readonly firstDatabase?: number;
  /** Whether DEBUG may be used. False by default. */
  readonly enableDebug?: boolean;
  /** Limit on the estimated memory of keys and values, in bytes; 0, the default, for no limit. */
  readonly maxMemoryBytes?: number;
  /** The heap, which bounds the data as well. Without it the data may fill it. */
  readonly heap?: HeapGauge;
  /** Counts what clients make the server hold beside the data. Of the engine's own by default, and without a limit. */
  readonly clientMemory?: ClientMemory;
  /** Which keys are evicted when the limit on the data is reached; `noeviction` by default. */
  readonly maxMemoryPolicy?: EvictionPolicy;
  /** The version that INFO states. */
  readonly version?: string;
  /** Loads the Lua binary when the first script runs. Without it, scripts are refused. */
  readonly luaBinary?: () => Uint8Array;
  /** The server that clients are to find, with its commands in `offered`; by default this one. */
  readonly target?: Target | undefined;
  /** Whether the data is for tests, which INFO tells. False by default. */
  readonly isForTests?: boolean;
}

/** Bytes of a key or name that ACL LOG keeps, since clients choose them. */
const ACL_LOG_BYTES = 4096;

/** The parts of a database, and the two ways in: {@link Engine.execute} and {@link Engine.transaction}. */
export class Engine implements RefusalLog {
  readonly environment: Environment;
  readonly limits: Readonly<Limits>;
  readonly registry: CommandRegistry;
  /** The commands that a journal may have: all, since it may be from a server that offered others. */
  private readonly replayed: CommandRegistry;
  readonly stats: Stats;
  readonly parameters: Parameters;
  readonly version: string;
  readonly debugEnabled: boolean;
  /** Whether the data is for tests. */
  readonly isForTests: boolean;
  /** Forty hexadecimal digits that identify this run. */
  readonly runId: string;
  readonly dataset: Dataset;
  /** Open sessions by id. */
  readonly sessions = new Map<number, Session>();
  /** The port of the Redis protocol, for INFO; 0 without one. Set by the server. */
  respPort = 0;
  /** The address that the Redis protocol is served on, for CONFIG; empty without one. Set by the server. */
  respHost = "";
  /** The version of Redis that HELLO states. */
  redisVersion: string;
  /** The server that clients are to find; undefined for this one. */
  readonly target: Target | undefined;
  /** Journals effects. */
  readonly journal = new Journal();
  /** Checks passwords for AUTH. Set by the server; without it no client has to authenticate. */
  authority: Authority | undefined;
  /** Keeps the data on a disk. Set by persistence/; without it the data ends with the process. */
  durability: Durability | undefined;
  /** Holds replies to writes back until the writes are synced, under `fsync always`. */
  readonly gate = new CommitGate();
  /** Ends the process, for SHUTDOWN; undefined where clients may not. */
  shutdown: (() => void) | undefined;
  readonly pause: Pause;
  /** Messages to the running session, which follow its reply. */
  readonly afterReply = new AfterReply(() => this.turn.caller);
  readonly pubSub = new PubSub(this.afterReply.deliver);
  readonly events = new KeyspaceEvents(this.pubSub);
  /** Reports changes of keys to the parts below, in this order. */
  readonly keyChanges = new KeyChanges();
  /** Sessions whose command waits for a key. */
  readonly waitingRoom = new WaitingRoom(this.keyChanges);
  readonly watches = new Watches(this.keyChanges);
  readonly monitors = new Monitors(this.afterReply.deliver);
  readonly timer = new CommandTimer();
  readonly turn: Turn;
  readonly tracking: Tracking;
  readonly aclLog = new AclLog();
  /** Scripts and functions. */
  readonly scripting: Scripting;
  /** The limit on memory, and eviction. */
  readonly eviction: Eviction;
  /** What connections hold beside the data. */
  readonly clientMemory: ClientMemory;
  /** Limits on commands apart from their own rules. */
  readonly bounds: Bounds;
  /** The checks that each command passes. */
  readonly admission: Admission;
  /** Whether an effect is replayed, which another version may have journalled. */
  isReplaying = false;
  private readonly context: Context;
  /** The context of commands that a script runs. The script itself has the other. */
  private readonly scriptContext: Context;
  private readonly firstDatabase: number;
  private nextSessionId = 1;
  constructor(options: EngineOptions) {
    this.environment = options.environment;
    this.limits = options.limits ?? DEFAULT_LIMITS;
    this.registry = new CommandRegistry(options.offered ?? options.commands);
    this.replayed = options.offered === undefined ? this.registry : new CommandRegistry(options.commands);
    const { environment, events, journal, keyChanges, limits, timer } = this;
    const databases = options.databases ?? 16;
    const instant = createInstant(environment.now());
    this.stats = new Stats(instant);
    this.turn = new Turn(environment, instant, timer, this);
    const reports = new KeyspaceReports(keyChanges, events, journal, this.stats, this.turn);
    this.dataset = new Dataset(databases, instant, reports);
    const onLimit = (): void => this.bounds.update();
    this.eviction = new Eviction({
      dataset: this.dataset,
      environment,
      limits,
      changes: keyChanges,
      onLimit,
      heap: options.heap,
    });
    this.afterReply.bytesMax = limits.backlogBytesMax;
    this.tracking = new Tracking({
      changes: keyChanges,
      sessions: this.sessions,
      random: () => environment.random(),
      afterReply: this.afterReply,
      keyBytesMax: limits.trackedKeyBytesMax,
    });
    this.clientMemory = options.clientMemory ?? new ClientMemory(0, limits.unauthenticatedBytesMax);
    const { clientMemory, eviction, tracking } = this;
    const respAddress = () => ({ host: this.respHost, port: this.respPort });
    const parts = { clientMemory, databases, eviction, events, limits, timer, tracking };
    this.debugEnabled = options.enableDebug ?? false;
    this.target = options.target;
    this.redisVersion = options.target?.redisVersion ?? REDIS_VERSION;
    this.isForTests = options.isForTests ?? false;
    this.parameters = new Parameters({ ...parts, enableDebug: this.debugEnabled, respAddress });
    this.version = options.version ?? "0.0.0";
    this.firstDatabase = options.firstDatabase ?? 0;
    this.runId = environment.secretHex(20);
    this.context = new Context(this, this.dataset.databases[0]!);
    this.scriptContext = new Context(this, this.dataset.databases[0]!);
    this.scripting = new Scripting(this, options.luaBinary);
    this.bounds = new Bounds(this);
    this.admission = new Admission(this.registry, this.bounds, this.journal, this);
    this.pause = new Pause(instant, this.registry, this.admission, this.scripting);
    if (options.maxMemoryPolicy !== undefined) this.eviction.policy = options.maxMemoryPolicy;
    this.eviction.maxBytes = options.maxMemoryBytes ?? 0;
  }

  /** Opens a session. */
  openSession(door: Door, user: User): Session {
    const session = new Session(this.nextSessionId++, door, user, this.environment.now());
    session.databaseNumber = this.firstDatabase;
    this.sessions.set(session.id, session);
    return session;
  }

  closeSession(session: Session): void {
    discard(this, session);
    if (session.wait !== undefined) this.waitingRoom.remove(session.wait);
    this.stopListening(session);
    this.sessions.delete(session.id);
    // ACL LOG may keep the session, which must not keep its connection alive.
    session.deliver = session.disconnect = undefined;
  }

  /** Stops delivering messages to a session. */
  stopListening(session: Session): void {
    this.pubSub.leave(session);
    this.monitors.remove(session);
    if (session.tracking !== undefined) this.tracking.disable(session);
  }

  /** Runs a command. Answers its reply, which may be a CommandError. An exception is a fault of the server. */
  execute(session: Session, words: readonly string[]): Reply {
    this.turn.enter(session);
    try {
      session.lastActiveMs = this.dataset.instant.nowMs;
      const entry = this.admission.admit(session, words);
      const reply = this.executeAdmitted(session, entry, words);
      if (this.tracking.isOn) {
        this.tracking.commandOver(session, entry instanceof CommandError ? undefined : entry.command);
      }
      return reply;
    } finally {
      this.turn.leave();
    }
  }

  private executeAdmitted(session: Session, entry: CommandEntry | CommandError, words: readonly string[]): Reply {
    if (entry instanceof CommandError) return refused(this, session, words, entry);
    if (session.transaction !== undefined) return proceed(this, session, entry, words);
    return this.runTimed(session, entry, words);
  }

  /** Runs and times an admitted command that is not part of another. */
  runTimed(session: Session, entry: CommandEntry, words: readonly string[]): Reply {
    this.turn.time(entry, words);
    return run(this, session, entry, words);
  }

  /** Serves the sessions that wait for what the outermost command has added. */
  commandOver(): void {
    if (!this.waitingRoom.hasReady || this.isLoading) return;
    // A transaction may have run for long. What has expired meanwhile must not be served.
    this.turn.moveOn();
    serveReady(this);
  }

  /** Sends the messages that waited for the end of a command or turn. */
  turnOver(): void {
    // Clients that this turn unblocked have had their replies queued already.
    this.afterReply.tell();
    if (this.tracking.isOn) this.tracking.broadcast();
  }

  /**
   * Runs commands as one transaction. If one is refused before it runs (unknown, wrong arity, no permission), runs none
   * and answers that error. A command that fails while it runs does not affect the others.
   */
  transaction(session: Session, commands: readonly (readonly string[])[]): readonly Reply[] | CommandError {
    this.turn.enter(session);
    try {
      const admitted = admitAll(this, session, commands);
      if (admitted instanceof CommandError) return admitted;
      const replies = runAll(this, session, admitted);
      const failure = this.journal.takeFailure();
      if (failure === undefined) return replies;
      this.stats.countError(failure);
      return failure;
    } finally {
      this.turn.leave();
    }
  }

  /**
   * Replays one effect of a journal, or the MULTI and EXEC around a group. Commands after a MULTI are kept until its
   * EXEC, so of an incomplete group none is replayed. Meanwhile the clock is before every deadline: keys expire when
   * the journal says so, since a deadline may be removed later in it. What has expired in the end is removed by a
   * look-up or a tick. Call it before a sink is attached.
   */
  replay(session: Session, words: readonly string[]): Reply {
    this.turn.enterReplay(session);
    this.bounds.suspend();
    this.isReplaying = this.monitors.isSilent = true;
    try {
      const entry = this.admission.admitReplayed(session, words, this.replayed);
      if (entry instanceof CommandError) return entry;
      const { name } = entry.command;
      const { transaction } = session;
      if (transaction === undefined || name === "EXEC" || name === "SELECT") return run(this, session, entry, words);
      transaction.commands.push({ entry, words, databaseNumber: session.databaseNumber });
      return QUEUED;
    } finally {
      this.bounds.update();
      this.isReplaying = this.monitors.isSilent = false;
      this.turn.leave();
    }
  }

  /**
   * Removes all keys and libraries of functions, because other data is loaded in their place. Nothing is journalled.
   */
  empty(): void {
    for (const database of this.dataset.databases) {
      if (database.size === 0) continue;
      this.keyChanges.databaseChanging(database, undefined);
      database.clear();
    }
    this.scripting.libraries.clear();
    this.tracking.flushed(undefined);
  }

  /** Removes all expired keys and journals that, after data was loaded that has them. */
  removeExpired(): void {
    this.turn.enter(undefined);
    try {
      this.dataset.removeExpired();
    } finally {
      this.turn.leave();
    }
  }

  /** Whether data is loaded: no client is served with half of it, and nothing expires before all of it is there. */
  private get isLoading(): boolean {
    return this.durability?.isRefusing === true;
  }

  /**
   * Why commands are refused now, in one line: data is loaded, or what is written cannot be kept. Undefined when they are
   * served. It is what PING is refused with, as monitoring tools send it.
   */
  get problem(): string | undefined {
    const ping = this.registry.get("PING")!.command;
    return (this.durability?.refusal(ping) ?? this.journal.refusal({ transaction: undefined }, ping))?.text;
  }

  /** Ends waits that have timed out. `waitingRoom.earliestMs` is the time of the next one. */
  endWaits(): void {
    this.turn.enter(undefined);
    try {
      endDueWaits(this);
    } finally {
      this.turn.leave();
    }
  }

  /**
   * Housekeeping, for at most the time in the limits: ends waits that have timed out, removes expired keys and fields
   * of hashes, evicts keys.
   */
  tick(): void {
    this.stats.sample(this.environment.nowUs());
    const { dataset, environment, eviction, limits } = this;
    this.turn.enter(undefined);
    try {
      endDueWaits(this);
      if (this.isLoading) return;
      eviction.watchHeap();
      if (eviction.limitBytes > 0) {
        eviction.measureMarked();
        eviction.makeRoom();
      }
      dataset.expire(() => environment.elapsedUs(), limits.expirySliceMsMax * 1000);
    } finally {
      this.turn.leave();
    }
  }

  /** The context of commands, set up for the next command of a session. */
  contextFor(session: Session): Context {
    const { context } = this;
    context.begin(session, this.dataset.databases[session.databaseNumber]!);
    return context;
  }

  /** The context of scripts, set up for the next command that a session's script runs. */
  scriptContextFor(session: Session): Context {
    const { scriptContext } = this;
    scriptContext.begin(session, this.dataset.databases[session.databaseNumber]!);
    return scriptContext;
  }

  /** Whether a transaction or script is running, in which no command may wait. */
  get isAtomic(): boolean {
    return this.journal.isInGroup;
  }

  /** Records a refusal for ACL LOG. `object` is the command, the key or the channel. */
  logRefusal(
    session: Session,
    reason: AclReason,
    context: RefusalContext,
    object: string,
    username = session.user.name,
  ): void {
    const atMs = this.dataset.instant.nowMs;
    const texts = { object: object.slice(0, ACL_LOG_BYTES), username: username.slice(0, ACL_LOG_BYTES) };
    const clientInfo = describeClient(this, session);
    this.aclLog.add({ reason, context, ...texts, atMs, clientInfo }, this.parameters.aclLogEntriesMax);
  }
}
