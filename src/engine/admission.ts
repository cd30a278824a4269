/**
 * Decides whether a command may run: the checks between a session's words and the handler. Is the command known, does
 * the door serve it, does its arity fit, does the user have the right, is it within the bounds? The checks know rows
 * and sessions, and not how a command runs, so any executor can stand behind them.
 */
import type { Refusal } from "../core/authority.ts";
import { owned } from "../core/bytes.ts";
import { arityFits, keyPositions, redisName, timeoutIndex } from "../core/command-spec.ts";
import type { CommandSpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import { SCRIPT_UNCHECKED } from "../core/errors/backend.ts";
import { sortPatternDenied } from "../core/errors/generic.ts";
import * as scriptErrors from "../core/errors/scripting.ts";
import * as transactionErrors from "../core/errors/transactions.ts";
import { CommandError } from "../core/reply.ts";
import type { AclReason } from "./acl-log.ts";
import { outOfMemoryError } from "./bounds.ts";
import type { Bounds } from "./bounds.ts";
import type { Journal } from "./journal.ts";
import type { CommandEntry, CommandRegistry } from "./command-registry.ts";
import type { Session } from "./session.ts";

/** Records a refusal for ACL LOG. `object` is the command, the key or the channel. */
export interface RefusalLog {
  logRefusal(session: Session, reason: AclReason, context: RefusalContext, object: string): void;
}

/** Where the refused command was sent: by itself, in MULTI, or in a script. */
export type RefusalContext = "toplevel" | "multi" | "lua";

/** The rights of one run of a script. */
export interface ScriptRights {
  readonly caller: Session;
  /** Write commands are refused. */
  readonly readOnly: boolean;
  /** The keys that the script may use; undefined for any. */
  readonly keys: readonly string[] | undefined;
  /** Commands that take memory are refused. */
  readonly isOutOfMemory: boolean;
}

/** The checks of one engine. They answer an error and never throw one. */
export class Admission {
  /** Whether scripts may run DEBUG, which is for tests of servers. */
  scriptsMayDebug = false;
  /** Whether commands run on another server, which does not know the users: then nothing is checked while they run. */
  runsElsewhere = false;
  private readonly registry: CommandRegistry;
  private readonly bounds: Bounds;
  private readonly journal: Journal;
  private readonly log: RefusalLog;

  constructor(registry: CommandRegistry, bounds: Bounds, journal: Journal, log: RefusalLog) {
    this.registry = registry;
    this.bounds = bounds;
    this.journal = journal;
    this.log = log;
  }

  /** Checks a command that a session sends, in Redis's order. Answers the entry to run, or the error. */
  admit(session: Session, words: readonly string[]): CommandEntry | CommandError {
    const entry = this.registry.find(words);
    const isKnown = entry !== undefined && !(entry instanceof CommandError);
    session.lastCommand = isKnown ? entry.command.name : "";
    if (!isKnown) return entry ?? unknown(session, words);
    const { command } = entry;
    // Before the arity: a door that does not serve a command says so even for a wrong number of arguments.
    if (session.door === "rest" && command.rest !== "yes" && !isForRest(command, words)) {
      return refuse(entry, errors.notOverRest(command.name));
    }
    if (!command.isServed) return refuse(entry, this.unserved(session, entry, words));
    if (!arityFits(command, words)) return refuse(entry, errors.wrongArity(command.name));
    const prohibited = command.prohibition?.(words);
    if (prohibited !== undefined) return refuse(entry, prohibited);
    if (!session.user.isUnrestricted) {
      const refusal = this.rightsRefusal(session, command, words) ?? this.unchecked(session, command, words);
      if (refusal !== undefined) return refuse(entry, refusal);
    }
    if (session.subscriptions !== undefined && session.protocol === 2 && !command.runsWhileSubscribed) {
      return refuse(entry, errors.whileSubscribed(command.name));
    }
    if (this.journal.isOn) {
      const refusal = this.journal.refusal(session, command);
      if (refusal !== undefined) return refuse(entry, refusal);
    }
    return this.bounds.isActive ? this.bounded(session, entry, words) : entry;
  }

  /** Checks an effect that a journal has. It has happened, so only what cannot run at all is refused. */
  admitReplayed(session: Session, words: readonly string[], all: CommandRegistry): CommandEntry | CommandError {
    const entry = all.find(words);
    if (entry === undefined || entry instanceof CommandError) return entry ?? unknown(session, words);
    if (!entry.command.isServed) return this.unserved(session, entry, words);
    return arityFits(entry.command, words) ? entry : errors.wrongArity(entry.command.name);
  }

  /** Whether {@link admit} would refuse a known command, bounds aside. Counts and records nothing. */
  refuses(session: Session, { command }: CommandEntry, words: readonly string[]): boolean {
    if (!arityFits(command, words) || !command.isServed) return true;
    if (session.subscriptions !== undefined && session.protocol === 2 && !command.runsWhileSubscribed) return true;
    return !session.user.isUnrestricted && session.user.refusal(command, words) !== undefined;
  }

  /** A command known by name only is unknown. In a container that is served, its subcommand is unknown. */
  private unserved(session: Session, { command }: CommandEntry, words: readonly string[]): CommandError {
    const isSubcommand = command.name.includes(" ") && this.registry.get(words[0]!)?.command.isServed === true;
    return isSubcommand ? errors.unknownSubcommand(words[0]!, words[1]!) : unknown(session, words);
  }

  private bounded(session: Session, entry: CommandEntry, words: readonly string[]): CommandEntry | CommandError {
    const refusal = this.bounds.refusal(session, entry.command, words);
    return refusal === undefined ? entry : refuse(entry, refusal);
  }

  /**
   * Checks rights alone. Answers why the session's user may not run a command, and records it for ACL LOG; undefined
   * when it may.
   */
  rightsRefusal(session: Session, command: CommandSpec, words: readonly string[]): CommandError | undefined {
    const refusal = session.user.isUnrestricted ? undefined : session.user.refusal(command, words);
    if (refusal === undefined) return undefined;
    if (!session.isAuthenticated) return errors.NO_AUTH;
    this.note(session, session.transaction === undefined ? "toplevel" : "multi", command, words, refusal);
    if (refusal.reason === "key") return errors.NO_KEY_PERMISSION;
    if (refusal.reason === "channel") return errors.NO_CHANNEL_PERMISSION;
    const isRest = session.door === "rest" || session.door === "stream";
    return isRest ? errors.noPermissionOverRest(command.name) : errors.noPermission(command.name);
  }

  /** Why a command may not run elsewhere: it does what is only known as it runs, and its user may not do everything. */
  private unchecked({ user }: Session, command: CommandSpec, words: readonly string[]): CommandError | undefined {
    if (!this.runsElsewhere || user.isUnrestricted) return undefined;
    if (command.flags.has("runs_script")) return SCRIPT_UNCHECKED;
    const isDenied = command.readsUnnamedKeys?.(words) === true && !user.readsAllKeys(command, words);
    return isDenied ? sortPatternDenied("BY or GET") : undefined;
  }

  /**
   * Why a command that was admitted when it was queued may not run any more: AUTH or ACL SETUSER may have come between.
   */
  revoked(session: Session, { command }: CommandEntry, words: readonly string[]): CommandError | undefined {
    const refusal = session.user.isUnrestricted ? undefined : session.user.refusal(command, words);
    if (refusal === undefined) return this.unchecked(session, command, words);
    this.note(session, "multi", command, words, refusal);
    return transactionErrors.noLongerPermitted(refusal.reason);
  }

  /** Checks a command that a script runs on a session of its own, in Redis's order. */
  admitFromScript(session: Session, words: readonly string[], rights: ScriptRights): CommandEntry | CommandError {
    const entry = this.registry.find(words);
    if (entry === undefined || entry instanceof CommandError) return scriptErrors.UNKNOWN_COMMAND;
    const refusal = this.scriptRefusal(session, entry, words, rights);
    return refusal === undefined ? entry : refuse(entry, refusal);
  }

  private scriptRefusal(
    session: Session,
    { command }: CommandEntry,
    words: readonly string[],
    { caller, keys, isOutOfMemory, readOnly }: ScriptRights,
  ): CommandError | undefined {
    if (!arityFits(command, words)) return scriptErrors.WRONG_ARITY;
    if (command.flags.has("noscript") && !(this.scriptsMayDebug && command.name === "DEBUG"))
      return scriptErrors.COMMAND_NOT_ALLOWED;
    const prohibited = command.prohibition?.(words);
    if (prohibited !== undefined) return prohibited;
    if (!session.user.isUnrestricted) {
      const refusal = session.user.refusal(command, words);
      if (refusal !== undefined) {
        this.note(caller, "lua", command, words, refusal);
        return scriptErrors.NO_PERMISSION[refusal.reason];
      }
    }
    if (readOnly && (command.isWrite || command.mayReplicate)) return scriptErrors.READ_ONLY;
    if (!command.isServed) return scriptErrors.UNKNOWN_COMMAND;
    const unsafe = this.journal.isOn ? this.journal.refusal(session, command) : undefined;
    if (unsafe !== undefined) return unsafe;
    const outside = this.bounds.isActive ? this.bounds.scriptRefusal(session, caller, command, words) : undefined;
    if (outside !== undefined) return outside;
    if (isOutOfMemory && command.flags.has("denyoom")) return outOfMemoryError(caller);
    return keys === undefined ? undefined : undeclaredKey(command, words, keys);
  }

  private note(
    session: Session,
    context: RefusalContext,
    { name }: CommandSpec,
    words: readonly string[],
    { index, reason }: Refusal,
  ): void {
    const object = index === 0 ? redisName(name) : owned(words[index]!);
    this.log.logRefusal(session, reason, context, object);
  }
}

/** Whether REST serves a command that it does not serve in any case. */
function isForRest(command: CommandSpec, words: readonly string[]): boolean {
  return command.rest === "nonblocking" && timeoutIndex(command, words) === undefined;
}

function unknown(session: Session, words: readonly string[]): CommandError {
  return session.door === "rest" ? errors.commandNotAvailable(words[0]!) : errors.unknownCommand(words);
}

function refuse(entry: CommandEntry, error: CommandError): CommandError {
  entry.refused++;
  return error;
}

/** With key locking, a script may use only keys that it has declared, and no command over all keys. */
function undeclaredKey(
  command: CommandSpec,
  words: readonly string[],
  declared: readonly string[],
): CommandError | undefined {
  const only = onlyKeyOf(command);
  if (only !== undefined) return declared.includes(words[only]!) ? undefined : scriptErrors.dynamicKey(words[only]!);
  const positions = keyPositions(command, words) ?? [];
  const keys = positions.length * declared.length > MANY ? new Set(declared) : undefined;
  for (const { index } of positions) {
    const key = words[index]!;
    const isDeclared = keys === undefined ? declared.includes(key) : keys.has(key);
    if (!isDeclared) return scriptErrors.dynamicKey(key);
  }
  if (command.readsUnnamedKeys?.(words) === true) return scriptErrors.notWithKeyLocking(command.name);
  const goesOverAll = command.keys.length === 0 && (command.isWrite || command.categories.has("keyspace"));
  return goesOverAll ? scriptErrors.notWithKeyLocking(command.name) : undefined;
}

/** Comparisons from which on a set costs less. */
const MANY = 256;

/** The index of the only key of a command that has one in a fixed place. */
function onlyKeyOf({ findKeys, keys }: CommandSpec): number | undefined {
  const [spec] = keys;
  if (findKeys !== undefined || keys.length !== 1 || spec === undefined) return undefined;
  if (typeof spec.begin === "string" || typeof spec.find === "string") return undefined;
  return "index" in spec.begin && "last" in spec.find && spec.find.last === 0 ? spec.begin.index : undefined;
}
