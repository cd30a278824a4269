/**
 * Scripts and functions of an engine: what is cached and loaded, and the start and end of runs. A run is atomic: time
 * stands still, and its effects are journalled as one group, never the script itself.
 */
import type { Target } from "../../core/target.ts";
import * as functionErrors from "../../core/errors/function.ts";
import * as scriptErrors from "../../core/errors/scripting.ts";
import { CommandError } from "../../core/reply.ts";
import type { Reply } from "../../core/reply.ts";
import { outOfMemoryError } from "../bounds.ts";
import type { Engine } from "../engine.ts";
import type { Session } from "../session.ts";
import { FunctionLibraries } from "./function-libraries.ts";
import { LuaEngine } from "../../lua/lua-engine.ts";
import { ScriptCache } from "./script-cache.ts";
import type { Script } from "./script-cache.ts";
import { ScriptCaller } from "./script-caller.ts";
import { FULL_DIALECT } from "../../lua/script-engine.ts";
import type { ScriptDialect, ScriptEngine } from "../../lua/script-engine.ts";

/** The arguments and rights of a run. */
export interface Invocation {
  readonly session: Session;
  readonly keys: readonly string[];
  readonly args: readonly string[];
  /** Whether the command is one of those that end in `_RO`. */
  readonly readOnly: boolean;
}

/** What scripts find where clients are to find another server. The flag for key locking is the hosted service's own. */
function dialectOf(target: Target | undefined): ScriptDialect {
  if (target === undefined || target.isUpstash) return FULL_DIALECT;
  const flags = FULL_DIALECT.flags.filter((flag) => flag !== "allow-key-locking");
  const hasServer = target.valkeyVersion !== undefined;
  return { redisVersion: target.redisVersion, flags, skipsEmptyLines: false, hasServer };
}

/** Runs the scripts and functions of one engine. */
export class Scripting {
  readonly cache: ScriptCache;
  readonly libraries: FunctionLibraries;
  private readonly engine: Engine;
  private readonly dialect: ScriptDialect;
  private readonly luaBinary: (() => Uint8Array) | undefined;
  private scriptEngine: ScriptEngine | undefined;
  private caller: ScriptCaller | undefined;

  /** `luaBinary` loads the Lua binary; without it, scripts are refused. */
  constructor(engine: Engine, luaBinary: (() => Uint8Array) | undefined) {
    this.engine = engine;
    this.luaBinary = luaBinary;
    this.dialect = dialectOf(engine.target);
    const { cachedScriptsMax, scriptTextBytesMax } = engine.limits;
    const forget = (script: Script): void => this.scriptEngine?.forget(script);
    this.cache = new ScriptCache(cachedScriptsMax, scriptTextBytesMax, forget, this.dialect);
    this.libraries = new FunctionLibraries(() => this.scripts(), scriptTextBytesMax);
  }

  /** Memory of scripts, in bytes. */
  get memoryBytes(): number {
    return this.scriptEngine?.memoryBytes ?? 0;
  }

  /** The script engine, made for the first script. */
  private scripts(): ScriptEngine {
    if (this.scriptEngine !== undefined) return this.scriptEngine;
    if (this.luaBinary === undefined) throw scriptErrors.NOT_AVAILABLE;
    const { limits, environment, eviction } = this.engine;
    this.scriptEngine = new LuaEngine({
      binary: this.luaBinary,
      dialect: this.dialect,
      limits,
      elapsedUs: () => environment.elapsedUs(),
      onStretch: (nowUs) => eviction.watchHeapWithin(nowUs),
    });
    return this.scriptEngine;
  }

  /** Runs and caches a script given as text. Throws a CommandError when it does not compile. */
  eval(text: string, invocation: Invocation): Reply {
    return this.runScript(this.take(text, false), invocation);
  }

  /** Runs a script given by its digest. Throws NOSCRIPT. */
  evalDigest(digest: string, invocation: Invocation): Reply {
    const script = this.cache.find(digest);
    if (script === undefined) throw scriptErrors.NO_SCRIPT;
    return this.runScript(script, invocation);
  }

  /** Caches a script without running it; answers its digest. Throws a CommandError when it does not compile. */
  load(text: string): string {
    return this.take(text, true).name;
  }

  private take(text: string, forGood: boolean): Script {
    const script = this.cache.fromText(text);
    if (script instanceof CommandError) throw script;
    const isNew = !this.cache.has(script.name);
    if (isNew) {
      const failure = this.scripts().load(script);
      if (failure !== undefined) throw failure;
    }
    if (isNew || forGood) this.cache.keep(script, forGood);
    return script;
  }

  private runScript(script: Script, invocation: Invocation): Reply {
    const { keys, args } = invocation;
    return this.atomically(script.flags, invocation, (caller) => this.scripts().run(script, keys, args, caller));
  }

  /**
   * Whether a command runs a script or function that may write, by its words. One that is not known runs nothing, and
   * neither does a text that cannot be kept.
   */
  mayWrite(command: string, words: readonly string[]): boolean {
    const flags = this.flagsOf(command, words[1] ?? "");
    return flags !== undefined && !flags.has("no-writes");
  }

  /** The flags of what EVAL, EVALSHA or FCALL runs: none for a script without a first line of flags. */
  private flagsOf(command: string, name: string): ReadonlySet<string> | undefined {
    if (command === "FCALL") {
      const found = this.libraries.find(name);
      return found === undefined ? undefined : new Set(found.registered.flags);
    }
    if (command !== "EVAL" && command !== "EVALSHA") return undefined;
    const script = command === "EVAL" ? this.cache.fromText(name) : this.cache.find(name);
    if (script === undefined || script instanceof CommandError) return undefined;
    return script.flags ?? new Set();
  }

  /** Runs a function. Throws a CommandError when there is none of that name. */
  callFunction(name: string, invocation: Invocation): Reply {
    const found = this.libraries.find(name);
    if (found === undefined) throw functionErrors.NOT_FOUND;
    const { library, registered } = found;
    const { keys, args } = invocation;
    return this.atomically(new Set(registered.flags), invocation, (caller) =>
      this.scripts().callFunction(library.source, registered.name, keys, args, caller),
    );
  }

  private atomically(
    flags: ReadonlySet<string> | undefined,
    { session, keys, readOnly }: Invocation,
    body: (caller: ScriptCaller) => Reply,
  ): Reply {
    const { engine } = this;
    // Redis refuses this at once; the hosted service starts the function and refuses its first write.
    const mayWrite = flags !== undefined && !flags.has("no-writes");
    if (readOnly && mayWrite && session.door !== "rest") throw scriptErrors.NOT_READ_ONLY;
    const allowsOom = flags?.has("allow-oom") === true || flags?.has("no-writes") === true;
    // A script with flags is refused as a whole, any other at its first command that takes memory.
    if (engine.bounds.isOutOfMemory && flags !== undefined && !allowsOom) throw outOfMemoryError(session);
    this.caller ??= new ScriptCaller(engine, session);
    this.caller.begin({
      caller: session,
      readOnly: readOnly || flags?.has("no-writes") === true,
      keys: flags?.has("allow-key-locking") === true ? keys : undefined,
      isOutOfMemory: engine.bounds.isOutOfMemory && !allowsOom,
    });
    engine.journal.beginGroup();
    try {
      return body(this.caller);
    } finally {
      engine.journal.endGroup();
    }
  }
}
