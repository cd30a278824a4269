/** Loads libraries of functions. The library's code runs once, sees only `redis`, and registers functions there. */
import * as errors from "../core/errors.ts";
import type { CommandError } from "../core/reply.ts";
import { LuaType } from "./lua-binary.ts";
import type { LuaMachine } from "./lua-machine.ts";
import type { Sandbox } from "./lua-sandbox.ts";
import type { LuaState } from "./lua-state.ts";
import { loadTimeLibrary, raiseTable } from "./redis-api.ts";
import { SCRIPT_FLAGS } from "./script-engine.ts";
import type { LibrarySource, RegisteredFunction, ScriptFlag } from "./script-engine.ts";

/** A registered function, and its reference in the machine. */
interface LoadedFunction extends RegisteredFunction {
  readonly ref: number;
}

const NAME = /^[A-Za-z0-9_]+$/;

const REGISTER = "redis.register_function";

/** Stack index of the callback, above the table of named arguments. */
const CALLBACK = 2;

export class LibraryLoader {
  private readonly machine: LuaMachine;
  private readonly sandbox: Sandbox;
  private readonly libraries = new Map<LibrarySource, Map<string, LoadedFunction>>();
  /** The functions that the current library has registered so far. */
  private registering: Map<string, LoadedFunction> | undefined;
  /** A reference to the globals seen while a library is loaded. */
  private loadTimeGlobals: number | undefined;

  constructor(machine: LuaMachine, sandbox: Sandbox) {
    this.machine = machine;
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
    if (typeof compiled === "string") return errors.failure(`Error compiling function: ${compiled}`);
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
    return errors.failure(`Error registering functions: ${failure.text}`);
  }

  private createGlobals(): number {
    const { state } = this.machine;
    this.sandbox.createGlobals({ redis: loadTimeLibrary((_, L) => this.register(state, L)) });
    return state.keep();
  }

  /** redis.register_function(name, callback) or redis.register_function{function_name=…, callback=…} */
  private register(state: LuaState, L: number): number {
    const registered = this.registering;
    const fail = (reason: string): never => raiseTable(state, L, errors.failure(reason));
    if (registered === undefined) return fail(`${REGISTER} can only be called on FUNCTION LOAD command`);
    const count = state.lua.lua_gettop(L);
    if (count < 1 || count > 2) return fail(`wrong number of arguments to ${REGISTER}`);
    const made = count === 1 ? this.namedArguments(state, L) : this.positionalArguments(state, L);
    if (typeof made === "string") return fail(made);
    if (!NAME.test(made.name)) {
      state.forget(made.ref);
      return fail(errors.BAD_LIBRARY_NAME.text.replace(/^ERR /, ""));
    }
    if (registered.has(made.name)) {
      state.forget(made.ref);
      return fail("Function already exists in the library");
    }
    registered.set(made.name, made);
    return 0;
  }

  private positionalArguments(state: LuaState, L: number): LoadedFunction | string {
    const name = state.toString(L, 1);
    if (name === undefined) return `first argument to ${REGISTER} must be a string`;
    if (state.lua.lua_type(L, 2) !== LuaType.FUNCTION) return `second argument to ${REGISTER} must be a function`;
    return { name, description: undefined, flags: [], ref: state.keep(L) };
  }

  private namedArguments(state: LuaState, L: number): LoadedFunction | string {
    const { lua } = state;
    if (lua.lua_type(L, 1) !== LuaType.TABLE) {
      return `calling ${REGISTER} with a single argument is only applicable to Lua table (representing named arguments).`;
    }
    let name: string | undefined;
    let description: string | undefined;
    let flags: readonly ScriptFlag[] = [];
    // Reserves the callback's place.
    lua.lua_pushnil(L);
    lua.lua_pushnil(L);
    while (lua.lua_next(L, 1) !== 0) {
      // Converting a numeric key to a string would confuse the traversal.
      if (lua.lua_type(L, -2) !== LuaType.STRING) return `named argument key given to ${REGISTER} is not a string`;
      const key = state.toString(L, -2)!.toLowerCase();
      if (key === "function_name") {
        name = state.toString(L, -1);
        if (name === undefined) return `function_name argument given to ${REGISTER} must be a string`;
      } else if (key === "description") {
        description = state.toString(L, -1);
        if (description === undefined) return `description argument given to ${REGISTER} must be a string`;
      } else if (key === "callback") {
        if (lua.lua_type(L, -1) !== LuaType.FUNCTION)
          return `callback argument given to ${REGISTER} must be a function`;
        lua.lua_pushvalue(L, -1);
        lua.lua_replace(L, CALLBACK);
      } else if (key === "flags") {
        if (lua.lua_type(L, -1) !== LuaType.TABLE) {
          return `flags argument to ${REGISTER} must be a table representing function flags`;
        }
        const read = readFlags(state, L);
        if (read === undefined) return "unknown flag given";
        flags = read;
      } else return `unknown argument given to ${REGISTER}`;
      state.pop(L, 1);
    }
    if (name === undefined) return `${REGISTER} must get a function name argument`;
    if (lua.lua_type(L, CALLBACK) === LuaType.NIL) return `${REGISTER} must get a callback argument`;
    return { name, description, flags, ref: state.keep(L) };
  }
}

/** The flags in the table on top, in the order of FUNCTION LIST; undefined when one is unknown. */
function readFlags(state: LuaState, L: number): readonly ScriptFlag[] | undefined {
  const { lua } = state;
  const given = new Set<string>();
  for (let i = 1; ; i++) {
    lua.lua_rawgeti(L, -1, i);
    if (lua.lua_type(L, -1) === LuaType.NIL) break;
    const flag = state.toString(L, -1)?.toLowerCase();
    state.pop(L, 1);
    if (flag === undefined || !SCRIPT_FLAGS.some((known) => known === flag)) return undefined;
    given.add(flag);
  }
  state.pop(L, 1);
  return SCRIPT_FLAGS.filter((flag) => given.has(flag));
}
