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
import type { Command } from "./command.ts";
import { Config } from "./config.ts";
import { Context } from "./context.ts";
import { admit, run } from "./dispatch.ts";
import type { Journal } from "./journal.ts";
import { Keyspace } from "./keyspace.ts";
import type { Instant } from "./keyspace.ts";
import { CommandRegistry } from "./registry.ts";
import { Scripting } from "./scripting/scripting.ts";
import { Session } from "./session.ts";
import type { Door, User } from "./session.ts";
import { Stats } from "./stats.ts";

export interface EngineOptions {
  readonly environment: Environment;
  /** The command tables; `commands/registry.ts` has them all. */
  readonly commands: readonly (readonly Command[])[];
  readonly limits?: Readonly<Limits>;
  /** Databases that SELECT chooses among; 16 by default, as in Redis. */
  readonly databases?: number;
  /** Version stated in INFO. */
  readonly version?: string;
  /** Answers the binary that runs Lua, when the first script comes. Without it scripts are refused. */
  readonly luaBinary?: () => Uint8Array;
}

/** Keys active expiry visits before it looks at the clock again. */
const EXPIRY_BATCH = 64;

export class Engine {
  readonly environment: Environment;
  readonly limits: Readonly<Limits>;
  readonly registry: CommandRegistry;
  readonly instant: Instant;
  readonly stats: Stats;
  readonly config: Config;
  readonly version: string;
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
  /** Scripts and functions. */
  readonly scripting: Scripting;
  private readonly context: Context;
  /** The context of the commands that a script runs; the script itself has the other. */
  private readonly scriptContext: Context;
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
    this.runId = this.environment.secretHex(20);
    this.instant = { nowMs: this.environment.now(), hits: 0, misses: 0 };
    this.stats = new Stats(this.instant.nowMs);
    this.databases = Array.from({ length: this.config.databases }, (_, number) => this.createKeyspace(number));
    this.context = new Context(this, this.databases[0]!);
    this.scriptContext = new Context(this, this.databases[0]!);
    this.scripting = new Scripting(this, options.luaBinary);
  }

  /** Begins a conversation. */
  openSession(door: Door, user: User): Session {
    const session = new Session(this.nextSessionId++, door, user, this.environment.now());
    this.sessions.set(session.id, session);
    return session;
  }

  closeSession(session: Session): void {
    this.sessions.delete(session.id);
  }

  /** Runs one command. A CommandError among the replies is the client's fault; what is thrown is ours. */
  execute(session: Session, words: readonly string[]): Reply {
    this.enter();
    try {
      const entry = admit(this, session, words);
      return entry instanceof CommandError ? entry : run(this, session, entry, words);
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
        entries.push(entry);
      }
      this.beginEffects();
      try {
        return entries.map((entry, i) => run(this, session, entry, commands[i]!));
      } finally {
        this.endEffects();
      }
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
    try {
      const entry = admit(this, session, words);
      return entry instanceof CommandError ? entry : run(this, session, entry, words);
    } finally {
      this.leave();
    }
  }

  /** Housekeeping: removes keys whose deadline has passed, for at most the time the limits allow. */
  tick(): void {
    this.enter();
    try {
      const endUs = this.environment.elapsedUs() + this.limits.expirySliceMsMax * 1000;
      for (const database of this.databases) this.expire(database, endUs);
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

  /** The context, set up for the next command of a session. */
  contextFor(session: Session): Context {
    const context = this.context;
    context.begin(session, this.databases[session.databaseNumber]!);
    return context;
  }

  /** The same for a command that a script runs. */
  scriptContextFor(session: Session): Context {
    const context = this.scriptContext;
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

  createKeyspace(number: number): Keyspace {
    return new Keyspace(number, this.instant, (keyspace, key) => this.keyExpired(keyspace, key));
  }

  /** A key has changed: whoever watches it is to know. */
  keyModified(_keyspace: Keyspace, _key: string): void {
    // Nobody can watch a key before there are connections with transactions.
  }

  /** Any key of a database may have changed: whoever watches one of them is to know. */
  databaseModified(_keyspace: Keyspace): void {
    // As above.
  }

  /** Publishes a keyspace event, if its class is asked for. */
  notify(_keyspace: Keyspace, eventClass: number, _event: string, _key: string): void {
    if ((this.config.eventMask & eventClass) === 0) return;
    // Events go out through pub/sub, which is not there yet.
  }

  private keyExpired(keyspace: Keyspace, key: string): void {
    this.stats.expiredKeys++;
    this.writes++;
    this.journal?.append(keyspace.number, ["DEL", key]);
    this.keyModified(keyspace, key);
    this.notify(keyspace, EventClass.EXPIRED, "expired", key);
  }

  private enter(): void {
    if (this.depth++ === 0) this.instant.nowMs = this.environment.now();
  }

  private leave(): void {
    this.depth--;
  }
}
