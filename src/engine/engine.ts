/**
 * The database: data in memory, no I/O and no wire format. Everything from outside is handed in: the clock and chance by
 * the environment, the commands by the registry. It never waits and never starts a timer; whoever owns it calls
 * {@link Engine.tick} a few times a second.
 */
import type { Environment } from "../core/environment.ts";
import { CommandError } from "../core/reply.ts";
import { DEFAULT_LIMITS } from "../core/limits.ts";
import type { Limits } from "../core/limits.ts";
import type { Reply } from "../core/reply.ts";
import { EventClass } from "../core/keyspace-events.ts";
import { AclLog } from "./acl-log.ts";
import type { AclReason } from "./acl-log.ts";
import type { Command } from "./command.ts";
import { Config } from "./config.ts";
import { Context } from "./context.ts";
import { admit, run } from "./dispatch.ts";
import type { Journal } from "./journal.ts";
import { Keyspace } from "./keyspace.ts";
import type { Instant, KeyspaceListener } from "./keyspace.ts";
import { Monitors } from "./monitor.ts";
import { Pause } from "./pause.ts";
import { PubSub } from "./pub-sub.ts";
import { CommandRegistry } from "./registry.ts";
import { Scripting } from "./scripting/scripting.ts";
import { Session } from "./session.ts";
import type { Authority, Door, User } from "./session.ts";
import { Stats } from "./stats.ts";
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
  /** Version stated in INFO. */
  readonly version?: string;
  /** Answers the binary that runs Lua, when the first script comes. Without it scripts are refused. */
  readonly luaBinary?: () => Uint8Array;
}

/** Keys or fields active expiry visits before it looks at the clock again. */
const EXPIRY_BATCH = 64;

/** Bytes of a key or a name that ACL LOG shows; strangers choose them. */
const ACL_LOG_BYTES = 4096;

export class Engine implements KeyspaceListener {
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
  /** Where effects go, if anywhere. */
  journal: Journal | undefined;
  /** Who AUTH asks. Set by whoever guards the doors; without it nobody has to authenticate. */
  authority: Authority | undefined;
  readonly watches = new Watches();
  readonly pause = new Pause();
  readonly pubSub = new PubSub();
  readonly monitors = new Monitors();
  readonly aclLog = new AclLog();
  /** Scripts and functions. */
  readonly scripting: Scripting;
  private readonly context: Context;
  /** The context of the commands that a script runs; the script itself has the other. */
  private readonly scriptContext: Context;
  /** The one of these two that was set up last. */
  private running: Context;
  private nextSessionId = 1;
  /** Commands under way: more than one inside a transaction. */
  private depth = 0;
  /** Transactions and scripts under way: a script may be part of a transaction. */
  private effectsDepth = 0;

  constructor(options: EngineOptions) {
    this.environment = options.environment;
    this.limits = options.limits ?? DEFAULT_LIMITS;
    this.registry = new CommandRegistry(options.commands);
    this.config = new Config({ databases: options.databases ?? 16, limits: this.limits });
    this.version = options.version ?? "0.0.0";
    this.debugEnabled = options.enableDebug ?? false;
    this.runId = this.environment.secretHex(20);
    const nowMs = this.environment.now();
    this.instant = { nowMs, seconds: secondsOf(nowMs), hits: 0, misses: 0 };
    this.stats = new Stats(this.instant.nowMs);
    this.databases = Array.from({ length: this.config.databases }, (_, number) => this.createKeyspace(number));
    this.context = new Context(this, this.databases[0]!);
    this.scriptContext = new Context(this, this.databases[0]!);
    this.running = this.context;
    this.scripting = new Scripting(this, options.luaBinary);
  }

  /** Begins a conversation. */
  openSession(door: Door, user: User): Session {
    const session = new Session(this.nextSessionId++, door, user, this.environment.now());
    this.sessions.set(session.id, session);
    return session;
  }

  closeSession(session: Session): void {
    discard(this, session);
    this.stopListening(session);
    this.sessions.delete(session.id);
    // ACL LOG may keep the session, and is not to keep its connection.
    session.deliver = session.disconnect = undefined;
  }

  /** Nothing more is delivered to a session. */
  stopListening(session: Session): void {
    this.pubSub.leave(session);
    this.monitors.remove(session);
  }

  /** Runs one command. A CommandError among the replies is the client's fault; what is thrown is ours. */
  execute(session: Session, words: readonly string[]): Reply {
    this.enter();
    try {
      const entry = admit(this, session, words);
      if (entry instanceof CommandError) return refused(this, session, words, entry);
      return session.transaction === undefined
        ? run(this, session, entry, words)
        : proceed(this, session, entry, words);
    } finally {
      this.leave();
    }
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
        const entry = admit(this, session, words);
        if (entry instanceof CommandError) return entry;
        entries.push({ entry, words });
      }
      return runAll(this, session, entries);
    } finally {
      this.leave();
    }
  }

  /**
   * Repeats one effect of a journal. Meanwhile the clock stands before every deadline: a key goes when the journal says
   * so and not by itself, or a deadline that was taken back later would have cost it its value. A key whose time has
   * come in the end is met as any other, lazily or by a tick. To be called before a journal is attached.
   */
  replay(session: Session, words: readonly string[]): Reply {
    this.depth++;
    this.instant.nowMs = 0;
    // To be replayed is to be used.
    this.instant.seconds = secondsOf(this.environment.now());
    try {
      const entry = admit(this, session, words);
      return entry instanceof CommandError ? entry : run(this, session, entry, words);
    } finally {
      this.leave();
    }
  }

  /** Housekeeping: removes keys and fields of hashes whose deadline has passed, for at most the time the limits allow. */
  tick(): void {
    if (!this.activeExpiry) return;
    this.enter();
    try {
      const endUs = this.environment.elapsedUs() + this.limits.expirySliceMsMax * 1000;
      for (const database of this.databases) {
        this.expire(database, endUs);
        this.expireFields(database, endUs);
      }
    } finally {
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

  /** The same for a command that a script runs. */
  scriptContextFor(session: Session): Context {
    const context = (this.running = this.scriptContext);
    context.begin(session, this.databases[session.databaseNumber]!);
    return context;
  }

  /** The effects from here to {@link endEffects} are journalled as one. */
  beginEffects(): void {
    if (this.effectsDepth++ === 0) this.journal?.begin?.();
  }

  endEffects(): void {
    if (--this.effectsDepth === 0) this.journal?.end?.();
  }

  /** Keeps for ACL LOG what a session was refused. `object` is the command, the key or the channel. */
  logRefusal(session: Session, reason: AclReason, context: string, object: string, username = session.user.name): void {
    const atMs = this.instant.nowMs;
    const texts = { object: object.slice(0, ACL_LOG_BYTES), username: username.slice(0, ACL_LOG_BYTES) };
    this.aclLog.add({ reason, context, ...texts, atMs, session }, this.config.aclLogEntriesMax);
  }

  createKeyspace(number: number): Keyspace {
    return new Keyspace(number, this.instant, this);
  }

  /** A key has changed: whoever watches it is to know. */
  keyModified(keyspace: Keyspace, key: string): void {
    if (!this.watches.isEmpty) this.watches.keyModified(keyspace, key);
  }

  /** A database is about to be emptied, or to take over what another holds: whoever watches one of its keys is to know. */
  databaseModified(keyspace: Keyspace, successor: Keyspace | undefined): void {
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

  /** Whether anybody asks for keys that were looked for in vain. */
  get tellsMisses(): boolean {
    return (this.config.eventMask & EventClass.MISS) !== 0;
  }

  keyAdded(keyspace: Keyspace, key: string): void {
    if ((this.config.eventMask & EventClass.NEW) !== 0) this.notify(keyspace, EventClass.NEW, "new", key);
  }

  keyMissed(keyspace: Keyspace, key: string): void {
    if (this.tellsMisses && this.running.wasRead(key)) this.notify(keyspace, EventClass.MISS, "keymiss", key);
  }

  keyExpired(keyspace: Keyspace, key: string): void {
    this.stats.expiredKeys++;
    this.writes++;
    this.journal?.append(keyspace.number, ["DEL", key]);
    this.keyModified(keyspace, key);
    this.notify(keyspace, EventClass.EXPIRED, "expired", key);
  }

  fieldsExpired(keyspace: Keyspace, key: string, fields: readonly string[], emptied: boolean): void {
    this.stats.expiredFields += fields.length;
    this.writes++;
    this.journal?.append(keyspace.number, ["HDEL", key, ...fields]);
    this.keyModified(keyspace, key);
    this.notify(keyspace, EventClass.HASH, "hexpired", key);
    if (emptied) this.notify(keyspace, EventClass.GENERIC, "del", key);
  }

  private enter(): void {
    if (this.depth++ > 0) return;
    const nowMs = this.environment.now();
    this.instant.nowMs = nowMs;
    this.instant.seconds = secondsOf(nowMs);
  }

  private leave(): void {
    this.depth--;
  }
}

/** Whole seconds of milliseconds. */
function secondsOf(ms: number): number {
  return Math.floor(ms / 1000);
}
