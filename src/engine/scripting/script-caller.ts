/** The server as a script sees it: every command goes through the registry and the checks, on behalf of the caller. */
import { arityFits, keyPositions } from "../../core/command-spec.ts";
import * as errors from "../../core/errors.ts";
import { CommandError } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import { outOfMemoryError } from "../bounds.ts";
import type { Command } from "../command.ts";
import { refusedObject, runPart } from "../dispatch.ts";
import type { Engine } from "../engine.ts";
import type { CommandEntry } from "../registry.ts";
import { Session } from "../session.ts";
import type { ScriptHost } from "../../lua/script-engine.ts";

/** Commands that do not write and have an effect beyond this server all the same, or may have one. */
const MAY_REPLICATE = new Set(["PFCOUNT", "PUBLISH", "SPUBLISH"]);

/** What one run of a script may do. */
interface ScriptRights {
  readonly caller: Session;
  /** Commands that write are refused. */
  readonly readOnly: boolean;
  /** The keys it may use; undefined for any. */
  readonly keys: readonly string[] | undefined;
  /** Commands that take memory are refused, unless the script has written something already. */
  readonly outOfMemory: boolean;
}

export class ScriptCaller implements ScriptHost {
  private readonly engine: Engine;
  /** Scripts have a session of their own, so that what they select or set does not outlast them. */
  private readonly session: Session;
  private rights!: ScriptRights;
  /** The run has come to a command that writes. It is not to be stopped half way for want of memory. */
  private hasWritten = false;

  constructor(engine: Engine, caller: Session) {
    this.engine = engine;
    this.session = new Session(0, "internal", caller.user, engine.instant.nowMs);
    // What monitors see in place of an address.
    this.session.addr = "lua";
  }

  /** Ready for the next run. */
  begin(rights: ScriptRights): void {
    this.rights = rights;
    this.hasWritten = false;
    this.session.user = rights.caller.user;
    this.session.databaseNumber = rights.caller.databaseNumber;
    this.session.noTouch = rights.caller.noTouch;
    this.session.protocol = 2;
  }

  call(words: readonly string[], resp: 2 | 3): Reply {
    const entry = this.engine.registry.find(words);
    if (entry === undefined || entry instanceof CommandError) return errors.SCRIPT_UNKNOWN_COMMAND;
    const refusal = this.refusal(entry.command, words);
    if (refusal !== undefined) {
      entry.rejected++;
      return refusal;
    }
    if (entry.command.isWrite) this.hasWritten = true;
    this.session.protocol = resp;
    return runPart(this.engine, this.session, entry, words, this.engine.scriptContextFor(this.session));
  }

  mayRun(words: readonly string[]): boolean | undefined {
    const entry: CommandEntry | CommandError | undefined = this.engine.registry.find(words);
    if (entry === undefined || entry instanceof CommandError) return undefined;
    const { user } = this.session;
    return user.isUnrestricted || user.refusal(entry.command, words) === undefined;
  }

  private denial(command: Command, words: readonly string[]): CommandError | undefined {
    const refusal = this.session.user.refusal(command, words);
    if (refusal === undefined) return undefined;
    this.engine.logRefusal(this.rights.caller, refusal.reason, "lua", refusedObject(command, words, refusal));
    return errors.SCRIPT_NO_PERMISSION[refusal.reason];
  }

  /** The guards, in Redis's order. */
  private refusal(command: Command, words: readonly string[]): CommandError | undefined {
    if (!arityFits(command, words)) return errors.SCRIPT_WRONG_ARITY;
    if (command.flags.has("noscript")) return errors.SCRIPT_COMMAND_NOT_ALLOWED;
    const denied = this.session.user.isUnrestricted ? undefined : this.denial(command, words);
    if (denied !== undefined) return denied;
    const { readOnly, keys } = this.rights;
    if (readOnly && (command.isWrite || MAY_REPLICATE.has(command.name))) return errors.SCRIPT_READ_ONLY;
    if (command.run === undefined) return errors.SCRIPT_UNKNOWN_COMMAND;
    const { bounds } = this.engine;
    const refusal = bounds.isActive ? bounds.scriptRefusal(this.session, command, words) : undefined;
    if (refusal !== undefined) return refusal;
    if (this.rights.outOfMemory && !this.hasWritten && command.flags.has("denyoom")) {
      return outOfMemoryError(this.rights.caller);
    }
    return keys === undefined ? undefined : undeclaredKey(command, words, keys);
  }
}

/** With key locking a script may use no key that it has not declared, and nothing that goes over all keys. */
function undeclaredKey(
  command: Command,
  words: readonly string[],
  declared: readonly string[],
): CommandError | undefined {
  const only = onlyKeyOf(command);
  if (only !== undefined) return declared.includes(words[only]!) ? undefined : errors.dynamicKey(words[only]!);
  const positions = keyPositions(command, words) ?? [];
  const keys = positions.length * declared.length > MANY ? new Set(declared) : undefined;
  for (const { index } of positions) {
    const key = words[index]!;
    const isDeclared = keys === undefined ? declared.includes(key) : keys.has(key);
    if (!isDeclared) return errors.dynamicKey(key);
  }
  const goesOverAll = command.keys.length === 0 && (command.isWrite || command.categories.has("keyspace"));
  return goesOverAll ? errors.notWithKeyLocking(command.name) : undefined;
}

/** Comparisons from which on a set is worth its making. */
const MANY = 256;

/** The word that is the key of a command that has one, always in the same place. */
function onlyKeyOf({ keys }: Command): number | undefined {
  const [spec] = keys;
  if (keys.length !== 1 || spec === undefined || typeof spec.begin === "string" || typeof spec.find === "string") {
    return undefined;
  }
  return "index" in spec.begin && "last" in spec.find && spec.find.last === 0 ? spec.begin.index : undefined;
}
