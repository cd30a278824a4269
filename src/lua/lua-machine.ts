/**
 * A Lua machine for Redis's scripts or functions: a {@link LuaState} with sandbox, libraries, and limits on time and
 * memory.
 *
 * Invariant: between runs the stack has the error handler and the globals and nothing else, and settings of libraries
 * and of the garbage collector are the defaults. A run is bounded in time by a hook on instructions and by the {@link
 * HostBudget}, and in memory by the budget and by what the binary may grow to.
 *
 * An error that a script can cause is a reply. An exception that leaves a method, such as a ScriptTimeout, has left the
 * machine in an unknown state, and its owner must drop it.
 *
 * References: compiled code is held by number, valid in this machine only. No address is kept after a run.
 */
import * as scriptErrors from "../core/errors/scripting.ts";
import type { Limits } from "../core/limits.ts";
import { CommandError } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { HostMemoryError, ScriptTimeout } from "./host-budget.ts";
import { LUA_ERRRUN, LUA_MASKCOUNT, LuaType } from "./lua-binary.ts";
import { Cjson } from "./lua-cjson.ts";
import { standardLibraries } from "./lua-libraries.ts";
import { LibraryLoader } from "./lua-library-loader.ts";
import { beforeZero, COUNTED, oneLine, ReplyReader } from "./lua-replies.ts";
import { openLibraries, Sandbox } from "./lua-sandbox.ts";
import { LuaState } from "./lua-state.ts";
import { namesOf, redisLibrary } from "./redis-api.ts";
import type { ScriptRun } from "./redis-api.ts";
import type { ScriptDialect, ScriptHost } from "./script-engine.ts";

/** Instructions between two looks at the clock: at the start of a run, and at most. */
const HOOK_FIRST = 250;
const HOOK_MOST = 4000;

/** Aim for the time between two looks at the clock, in microseconds. Heavy instructions shorten the interval. */
const STRETCH_US = 500;

/** Stack indexes that are always in use on the main thread. */
const ERROR_HANDLER = 1;
const GLOBALS = 2;

/** Offsets of fields in C's lua_Debug, and its size. */
const DEBUG_BYTES = 100;
const DEBUG_WHAT = 12;
const DEBUG_SOURCE = 16;
const DEBUG_LINE = 20;

/** An error as the handler has seen it, at the place where it was raised. */
interface Failure {
  readonly text: string;
  /** The place in `script: …, on @user_script:1.`; undefined when it is unknown. */
  readonly place: string | undefined;
  /** Whether it is the error of a command, which is counted already. */
  readonly isCounted: boolean;
}

interface LuaMachineOptions {
  readonly binary: Uint8Array;
  readonly limits: Readonly<Limits>;
  readonly bytesMax: number;
  /** A monotonic clock, in microseconds. */
  readonly elapsedUs: () => number;
  /** Called every millisecond or so while a script runs, with the time of that clock. */
  readonly onStretch?: ((nowUs: number) => void) | undefined;
  readonly user: "scripts" | "functions";
  readonly dialect: ScriptDialect;
}

/** A machine for one engine's scripts, or for its functions. */
export class LuaMachine {
  readonly state: LuaState;
  readonly loader: LibraryLoader;
  private readonly limits: Readonly<Limits>;
  private readonly elapsedUs: () => number;
  private readonly onStretch: ((nowUs: number) => void) | undefined;
  private readonly sandbox: Sandbox;
  private readonly cjson: Cjson;
  private readonly reader: ReplyReader;
  private readonly hook: number;
  private readonly debugRecord: number;
  private readonly keysName: number;
  private readonly argsName: number;
  private run: ScriptRun | undefined;
  private failure: Failure | undefined;
  private deadlineUs = 0;
  private stretchBeganUs = 0;
  private hookCount = 0;
  private collectorTouched = false;

  /**
   * Makes a machine for scripts or for functions; `bytesMax` limits what a run takes in memory. Redis has one of each,
   * so that they do not share globals.
   */
  constructor({ binary, limits, bytesMax, dialect, elapsedUs, onStretch, user }: LuaMachineOptions) {
    this.onStretch = onStretch;
    this.limits = limits;
    this.elapsedUs = elapsedUs;
    this.state = new LuaState(binary, bytesMax, elapsedUs);
    this.reader = new ReplyReader(this.state, limits);
    const { state } = this;
    this.keysName = state.constant("KEYS");
    this.argsName = state.constant("ARGV");
    this.debugRecord = state.reserve(DEBUG_BYTES);
    this.hook = state.hookPointer((L) => this.onHook(L));
    const original = openLibraries(state);
    this.cjson = new Cjson();
    const libraries = standardLibraries(original, {
      elapsedUs,
      collectorTouched: () => (this.collectorTouched = true),
      cjson: this.cjson,
    });
    const redis = redisLibrary(() => this.run, user, dialect);
    this.sandbox = new Sandbox(state, original, { ...libraries, ...namesOf(redis, dialect) });
    this.loader = new LibraryLoader(this, this.sandbox, dialect);
    const [handler] = state.functionPointers([(_, L) => this.onError(L)]);
    state.lua.lua_settop(state.main, 0);
    state.pushFunction(state.main, handler!);
    this.sandbox.pushGlobals(state.main);
  }

  /** Bytes of the machine, and of what its library functions hold outside of it. */
  get heldBytes(): number {
    return this.state.memoryBytes + this.state.budget.held;
  }

  /** Compiles source. Answers a reference to the function, or Lua's error message. */
  compile(source: string, chunkName: string): number | string {
    return this.state.compile(source, chunkName) ?? this.state.keep();
  }

  /** Runs a compiled script, with keys and arguments as globals. `name` is for error texts. */
  runScript(ref: number, name: string, keys: readonly string[], args: readonly string[], host: ScriptHost): Reply {
    const { state } = this;
    const { main } = state;
    this.pushList(keys);
    state.lua.lua_setfield(main, GLOBALS, this.keysName);
    this.pushList(args);
    state.lua.lua_setfield(main, GLOBALS, this.argsName);
    state.pushKept(main, ref);
    return this.call(0, name, host);
  }

  /** Runs a function of a library, with keys and arguments as parameters. `name` is for error texts. */
  runFunction(ref: number, name: string, keys: readonly string[], args: readonly string[], host: ScriptHost): Reply {
    this.state.pushKept(this.state.main, ref);
    this.pushList(keys);
    this.pushList(args);
    return this.call(2, name, host);
  }

  private pushList(items: readonly string[]): void {
    const { state } = this;
    const { lua, main } = state;
    lua.lua_createtable(main, items.length, 0);
    for (let i = 0; i < items.length; i++) {
      state.pushString(main, items[i]!);
      lua.lua_rawseti(main, -2, i + 1);
    }
  }

  /** Calls the function below its arguments on the stack; answers its result or its error. */
  private call(parameters: number, name: string, host: ScriptHost): Reply {
    const { state } = this;
    const run: ScriptRun = { host, resp: 2 };
    this.run = run;
    try {
      this.protectedCall(parameters, 1);
      if (this.failure !== undefined) return this.errorReply(this.failure, name);
      return this.reader.read(state.main, run.resp);
    } catch (error) {
      if (error instanceof CommandError) return error;
      if (error instanceof HostMemoryError) return scriptErrors.REPLY_TOO_LARGE;
      throw error;
    } finally {
      this.run = undefined;
      this.afterRun();
    }
  }

  /**
   * Calls the function on the stack. Answers the failure, or undefined, and leaves the results, or the error, on the
   * stack.
   */
  protectedCall(parameters: number, results: number): Failure | undefined {
    const { state } = this;
    this.failure = undefined;
    this.startClock();
    const status = state.lua.lua_pcall(state.main, parameters, results, ERROR_HANDLER);
    if (status === 0) return undefined;
    // Memory errors, and errors in the handler itself, do not pass through the handler.
    if (status !== LUA_ERRRUN || this.failure === undefined) {
      this.failure = {
        text: scriptErrors.raisedText(state.toString(state.main, -1)),
        place: undefined,
        isCounted: false,
      };
    }
    return this.failure;
  }

  private errorReply({ text, place, isCounted }: Failure, name: string): CommandError {
    const where = place === undefined ? "" : ` script: ${name}, on ${place}.`;
    return scriptErrors.returned(oneLine(beforeZero(text) + where), isCounted);
  }

  /** Restores what a script may have changed, so that it does not affect the next one. */
  afterRun(): void {
    const { lua, main } = this.state;
    lua.lua_settop(main, GLOBALS);
    this.cjson.reset();
    this.state.budget.end();
    if (!this.collectorTouched) return;
    this.collectorTouched = false;
    const [restart, setPause, setStepMultiplier, initial] = [1, 6, 7, 200];
    lua.lua_gc(main, restart, 0);
    lua.lua_gc(main, setPause, initial);
    lua.lua_gc(main, setStepMultiplier, initial);
  }

  /** The error handler: Lua calls it where an error is raised, while the place is still known. */
  private onError(L: number): number {
    const { state } = this;
    const { lua } = state;
    let text: string | undefined;
    let isCounted = false;
    if (lua.lua_type(L, 1) === LuaType.TABLE) {
      state.getField(L, 1, "err");
      text = state.toString(L, -1) ?? scriptErrors.UNKNOWN_ERROR.text;
      state.getField(L, 1, COUNTED);
      isCounted = lua.lua_toboolean(L, -1) !== 0;
      state.pop(L, 2);
    } else text = scriptErrors.raisedText(state.toString(L, 1) ?? describe(state, L));
    this.failure = { text, place: this.placeOf(L, 1), isCounted };
    return 1;
  }

  /** The place of the function at a level of the stack; of its caller if it is a C function. */
  private placeOf(L: number, level: number): string | undefined {
    const { state, debugRecord } = this;
    const { lua } = state;
    if (lua.lua_getstack(L, level, debugRecord) === 0) return undefined;
    lua.lua_getinfo(L, state.constant("Sl"), debugRecord);
    const isC = state.textAt(state.wordAt(debugRecord + DEBUG_WHAT)) === "C";
    if (isC && level === 1) return this.placeOf(L, 2);
    return `${state.textAt(state.wordAt(debugRecord + DEBUG_SOURCE))}:${state.wordAt(debugRecord + DEBUG_LINE)}`;
  }

  private startClock(): void {
    this.stretchBeganUs = this.elapsedUs();
    this.deadlineUs = this.stretchBeganUs + this.limits.scriptMsMax * 1000;
    this.state.budget.begin(this.deadlineUs);
    if (this.hookCount !== HOOK_FIRST) this.setHook(this.state.main, HOOK_FIRST);
  }

  private setHook(L: number, count: number): void {
    this.hookCount = count;
    this.state.lua.lua_sethook(L, this.hook, LUA_MASKCOUNT, count);
  }

  /** Called after a number of instructions, which is adapted to the time they took: a single one may copy megabytes. */
  private onHook(L: number): void {
    const now = this.elapsedUs();
    if (now > this.deadlineUs) throw new ScriptTimeout("a script ran for too long");
    const tookUs = now - this.stretchBeganUs;
    this.stretchBeganUs = now;
    this.onStretch?.(now);
    const count =
      tookUs > 4 * STRETCH_US
        ? Math.max(1, Math.floor((this.hookCount * STRETCH_US) / tookUs))
        : Math.min(HOOK_MOST, this.hookCount * 2);
    if (count !== this.hookCount) this.setHook(L, count);
  }
}

/** What Lua's tostring answers for the value at 1. */
function describe(state: LuaState, L: number): string {
  const type = state.lua.lua_type(L, 1);
  if (type === LuaType.NIL || type === LuaType.NONE) return "nil";
  if (type === LuaType.BOOLEAN) return state.lua.lua_toboolean(L, 1) === 0 ? "false" : "true";
  return `${state.typeName(L, 1)}: 0x${state.lua.lua_topointer(L, 1).toString(16)}`;
}
