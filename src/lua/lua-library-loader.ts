/** Loads libraries of functions. The library's code runs once, sees only `redis`, and registers functions there. */
import * as functionErrors from "../core/errors/function.ts";
import { CommandError } from "../core/reply.ts";
import { LuaType } from "./lua-binary.ts";
import type { LuaMachine } from "./lua-machine.ts";
import type { Sandbox } from "./lua-sandbox.ts";
import type { LuaState } from "./lua-state.ts";
import { loadTimeLibrary, namesOf, raiseTable } from "./redis-api.ts";
import type { LibrarySource, RegisteredFunction, ScriptDialect, ScriptFlag } from "./script-engine.ts";

/** A registered function, and its reference in the machine. */
interface LoadedFunction extends RegisteredFunction {
  readonly ref: number;
}

const NAME = /^[A-Za-z0-9_]+$/;

/** Stack index of the callback, above the table of named arguments. */
const CALLBACK = 2;

/** The libraries that one machine has loaded. */
export class LibraryLoader {
  private readonly machine: LuaMachine;
  private readonly sandbox: Sandbox;
  private readonly dialect: ScriptDialect;
  private readonly libraries = new Map<LibrarySource, Map<string, LoadedFunction>>();
  /** The functions that the current library has registered so far. */
  private registering: Map<string, LoadedFunction> | undefined;
  /** A reference to the globals seen while a library is loaded. */
  private loadTimeGlobals: number | undefined;

  constructor(machine: LuaMachine, sandbox: Sandbox, dialect: ScriptDialect) {
    this.machine = machine;
    this.dialect = dialect;
    this.sandbox = sandbox;
  }

  has(library: LibrarySource): boolean {
    return this.libraries.has(library);
  }

  /** The reference of a function in a loaded library; undefined when there is none. */
  find(library: LibrarySource, name: string): number | undefined {
    return this.libraries.get(library)?.get(name)?.ref;
  }

  forget(library: LibrarySource): void {
    for (const { ref } of this.libraries.get(library)?.values() ?? []) this.machine.state.forget(ref);
    this.libraries.delete(library);
  }

  /** Loads a library. Answers the functions that it registers, or why it cannot be loaded. */
  load(library: LibrarySource): readonly RegisteredFunction[] | CommandError {
    const { machine, sandbox } = this;
    const { state } = machine;
    const compiled = machine.compile(library.code, "@user_function");
    if (typeof compiled === "string") return functionErrors.doesNotCompile(compiled);
    this.loadTimeGlobals ??= this.createGlobals();
    const registered = new Map<string, LoadedFunction>();
    this.registering = registered;
    state.pushKept(state.main, this.loadTimeGlobals);
    sandbox.showGlobals();
    let failure: { readonly text: string } | undefined;
    try {
      state.pushKept(state.main, compiled);
      failure = machine.protectedCall(0, 0);
    } finally {
      this.registering = undefined;
    }
    sandbox.restoreGlobals();
    state.forget(compiled);
    machine.afterRun();
    this.libraries.set(library, registered);
    if (failure === undefined) return [...registered.values()];
    this.forget(library);
    return functionErrors.notRegistered(failure.text);
  }

  private createGlobals(): number {
    const { state } = this.machine;
    const redis = loadTimeLibrary((_, L) => this.register(state, L), this.dialect);
    this.sandbox.createGlobals(namesOf(redis, this.dialect));
    return state.keep();
  }

  /** redis.register_function(name, callback) or redis.register_function{function_name=…, callback=…} */
  private register(state: LuaState, L: number): number {
    const registered = this.registering;
    const fail = (error: CommandError): never => raiseTable(state, L, error);
    if (registered === undefined) return fail(functionErrors.REGISTER_ONLY_IN_LOAD);
    const count = state.lua.lua_gettop(L);
    if (count < 1 || count > 2) return fail(functionErrors.REGISTER_ARITY);
    const made = count === 1 ? this.namedArguments(state, L) : this.positionalArguments(state, L);
    if (made instanceof CommandError) return fail(made);
    if (!NAME.test(made.name)) {
      state.forget(made.ref);
      return fail(functionErrors.BAD_NAME);
    }
    if (registered.has(made.name)) {
      state.forget(made.ref);
      return fail(functionErrors.REGISTERED_TWICE);
    }
    registered.set(made.name, made);
    return 0;
  }

  private positionalArguments(state: LuaState, L: number): LoadedFunction | CommandError {
    const name = state.toString(L, 1);
    if (name === undefined) return functionErrors.FIRST_NOT_STRING;
    if (state.lua.lua_type(L, 2) !== LuaType.FUNCTION) return functionErrors.SECOND_NOT_FUNCTION;
    return { name, description: undefined, flags: [], ref: state.keep(L) };
  }

  private namedArguments(state: LuaState, L: number): LoadedFunction | CommandError {
    const { lua } = state;
    if (lua.lua_type(L, 1) !== LuaType.TABLE) return functionErrors.SINGLE_NOT_TABLE;
    let name: string | undefined;
    let description: string | undefined;
    let flags: readonly ScriptFlag[] = [];
    // Reserves the callback's place.
    lua.lua_pushnil(L);
    lua.lua_pushnil(L);
    while (lua.lua_next(L, 1) !== 0) {
      // Converting a numeric key to a string would confuse the traversal.
      if (lua.lua_type(L, -2) !== LuaType.STRING) return functionErrors.ARGUMENT_KEY_NOT_STRING;
      const key = state.toString(L, -2)!.toLowerCase();
      if (key === "function_name") {
        name = state.toString(L, -1);
        if (name === undefined) return functionErrors.NAME_NOT_STRING;
      } else if (key === "description") {
        description = state.toString(L, -1);
        if (description === undefined) return functionErrors.DESCRIPTION_NOT_STRING;
      } else if (key === "callback") {
        if (lua.lua_type(L, -1) !== LuaType.FUNCTION) return functionErrors.CALLBACK_NOT_FUNCTION;
        lua.lua_pushvalue(L, -1);
        lua.lua_replace(L, CALLBACK);
      } else if (key === "flags") {
        if (lua.lua_type(L, -1) !== LuaType.TABLE) return functionErrors.FLAGS_NOT_TABLE;
        const read = readFlags(state, L, this.dialect.flags);
        if (read === undefined) return functionErrors.UNKNOWN_FLAG;
        flags = read;
      } else return functionErrors.UNKNOWN_ARGUMENT;
      state.pop(L, 1);
    }
    if (name === undefined) return functionErrors.FUNCTION_NAME_MISSING;
    if (lua.lua_type(L, CALLBACK) === LuaType.NIL) return functionErrors.CALLBACK_MISSING;
    return { name, description, flags, ref: state.keep(L) };
  }
}

/** The flags in the table on top, in the order of FUNCTION LIST; undefined when one is unknown. */
function readFlags(state: LuaState, L: number, known: readonly ScriptFlag[]): readonly ScriptFlag[] | undefined {
  const { lua } = state;
  const given = new Set<string>();
  for (let i = 1; ; i++) {
    lua.lua_rawgeti(L, -1, i);
    if (lua.lua_type(L, -1) === LuaType.NIL) break;
    const flag = state.toString(L, -1)?.toLowerCase();
    state.pop(L, 1);
    if (flag === undefined || !known.some((one) => one === flag)) return undefined;
    given.add(flag);
  }
  state.pop(L, 1);
  return known.filter((flag) => given.has(flag));
}
