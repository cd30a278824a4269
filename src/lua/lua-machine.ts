/** A Lua machine that is ready for Redis's scripts or functions: sandbox, libraries, and the limits on time and memory. */
import * as errors from "../core/errors.ts";
import type { Limits } from "../core/limits.ts";
import { CommandError } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { HostMemoryError, ScriptTimeout } from "./host-budget.ts";
import { LUA_ERRRUN, LUA_MASKCOUNT, LuaType } from "./lua-binary.ts";
import { Cjson } from "./lua-cjson.ts";
import { standardLibraries } from "./lua-libraries.ts";
import { LibraryLoader } from "./lua-library-loader.ts";
import { beforeZero, oneLine, ReplyReader } from "./lua-replies.ts";
import { openLibraries, Sandbox } from "./lua-sandbox.ts";
import { LuaState } from "./lua-state.ts";
import { redisLibrary } from "./redis-api.ts";
import type { ScriptRun } from "./redis-api.ts";
import type { ScriptHost } from "./script-engine.ts";

/** Instructions between two looks at the clock: at the beginning of a run, and at most. */
const HOOK_FIRST = 250;
const HOOK_MOST = 4000;

/** A stretch of instructions should take about this long, in microseconds; heavy instructions make it shorter. */
const STRETCH_US = 500;

/** Places on the main thread's stack that are always there. */
const ERROR_HANDLER = 1;
const GLOBALS = 2;

/** Fields of C's lua_Debug, and its size. */
const DEBUG_BYTES = 100;
const DEBUG_WHAT = 12;
const DEBUG_SOURCE = 16;
const DEBUG_LINE = 20;

/** An error as the handler saw it, at the place where it was raised. */
interface Failure {
  readonly text: string;
  /** ` script: …, on @user_script:1.` needs both. */
  readonly place: string | undefined;
}

export class LuaMachine {
  readonly state: LuaState;
  readonly loader: LibraryLoader;
  private readonly limits: Readonly<Limits>;
  private readonly elapsedUs: () => number;
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

  /** A machine for scripts or for functions: Redis has one of each, so that they do not see each other's globals. */
  constructor(binary: Uint8Array, limits: Readonly<Limits>, elapsedUs: () => number, user: "scripts" | "functions") {
    this.limits = limits;
    this.elapsedUs = elapsedUs;
    this.state = new LuaState(binary, limits.scriptMemoryBytesMax, elapsedUs);
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
    const redis = redisLibrary(() => this.run, user);
    this.sandbox = new Sandbox(state, original, { ...libraries, redis });
    this.loader = new LibraryLoader(this, this.sandbox);
    const [handler] = state.functionPointers([(_, L) => this.onError(L)]);
    state.lua.lua_settop(state.main, 0);
    state.pushFunction(state.main, handler!);
    this.sandbox.pushGlobals(state.main);
  }

  /** Compiles source. Answers a reference to the function, or Lua's message. */
  compile(source: string, chunkName: string): number | string {
    return this.state.compile(source, chunkName) ?? this.state.keep();
  }

  /** Runs a compiled script: keys and arguments are globals. `name` stands in error texts. */
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

  /** Runs a function of a library: keys and arguments are its parameters. */
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

  /** Calls the function on the stack, below its arguments, and answers what it returns or why it failed. */
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
      if (error instanceof HostMemoryError) return errors.SCRIPT_REPLY_TOO_LARGE;
      throw error;
    } finally {
      this.run = undefined;
      this.afterRun();
    }
  }

  /** Calls the function on the stack; sets {@link failure}, or undefined. The results, or an error, are on the stack. */
  protectedCall(parameters: number, results: number): Failure | undefined {
    const { state } = this;
    this.failure = undefined;
    this.startClock();
    const status = state.lua.lua_pcall(state.main, parameters, results, ERROR_HANDLER);
    if (status === 0) return undefined;
    // Running out of memory, or failing within the handler, does not come through the handler.
    if (status !== LUA_ERRRUN || this.failure === undefined) {
      this.failure = { text: `ERR ${state.toString(state.main, -1) ?? "execution failure"}`, place: undefined };
    }
    return this.failure;
  }

  private errorReply({ text, place }: Failure, name: string): CommandError {
    const where = place === undefined ? "" : ` script: ${name}, on ${place}.`;
    return errors.scriptError(oneLine(beforeZero(text) + where));
  }

  /** What one script leaves behind must not reach the next. */
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

  /** Lua calls this where an error is raised, with the error, while the place can still be told. */
  private onError(L: number): number {
    const { state } = this;
    const { lua } = state;
    let text: string | undefined;
    if (lua.lua_type(L, 1) === LuaType.TABLE) {
      state.getField(L, 1, "err");
      text = state.toString(L, -1) ?? "ERR unknown error";
      state.pop(L, 1);
    } else text = `ERR ${state.toString(L, 1) ?? describe(state, L)}`;
    this.failure = { text, place: this.placeOf(L, 1) };
    return 1;
  }

  /** Where the function at a level is, or its caller when it is a C function. */
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

  /** Called every so many instructions. One instruction may copy megabytes, so the stretch adapts to what it took. */
  private onHook(L: number): void {
    const now = this.elapsedUs();
    if (now > this.deadlineUs) throw new ScriptTimeout("a script ran for too long");
    const tookUs = now - this.stretchBeganUs;
    this.stretchBeganUs = now;
    const count =
      tookUs > 4 * STRETCH_US
        ? Math.max(1, Math.floor((this.hookCount * STRETCH_US) / tookUs))
        : Math.min(HOOK_MOST, this.hookCount * 2);
    if (count !== this.hookCount) this.setHook(L, count);
  }
}

/** What Lua's tostring makes of the value at 1. */
function describe(state: LuaState, L: number): string {
  const type = state.lua.lua_type(L, 1);
  if (type === LuaType.NIL || type === LuaType.NONE) return "nil";
  if (type === LuaType.BOOLEAN) return state.lua.lua_toboolean(L, 1) === 0 ? "false" : "true";
  return `${state.typeName(L, 1)}: 0x${state.lua.lua_topointer(L, 1).toString(16)}`;
}
