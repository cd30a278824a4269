/**
 * The environment of a script: Lua's own libraries, without what reaches outside, and Redis's libraries, all read-only.
 *
 * Redis's Lua has read-only tables, plain Lua does not. A script sees an empty table, called a view, in place of each
 * shared table; its metatable reads from the real table and refuses writes. The functions that bypass metatables are
 * guarded.
 */
import { GLOBALS_INDEX, LuaType } from "./lua-binary.ts";
import type { HostFunction, LuaState } from "./lua-state.ts";
import type { WasmFunction } from "./web-assembly.ts";

/** Functions and constants by name. */
export interface Library {
  readonly functions?: Readonly<Record<string, HostFunction>>;
  /** Constants by name. Null is Lua's null pointer, which cjson uses for JSON's null. */
  readonly constants?: Readonly<Record<string, string | number | null>>;
}

/** Libraries by name. A library of Lua's name adds to it and replaces its functions. `_G` is the globals. */
export type Libraries = Readonly<Record<string, Library>>;

/** Globals of plain Lua that Redis does not have, or that reach beyond the script. */
const REMOVED = ["dofile", "loadfile", "print", "getfenv", "setfenv", "newproxy", "module", "require"];

const READ_ONLY = "Attempt to modify a readonly table";

/** Opens Lua's own libraries. Answers a look-up of C functions by name, such as `string.rep` or `tonumber`. */
export function openLibraries(state: LuaState): (name: string) => WasmFunction {
  const { lua, main } = state;
  for (const open of [lua.luaopen_base, lua.luaopen_table, lua.luaopen_string, lua.luaopen_math]) {
    open(main);
    lua.lua_settop(main, 0);
  }
  return (name) => {
    lua.lua_pushvalue(main, GLOBALS_INDEX);
    for (const part of name.split(".")) state.getField(main, -1, part);
    const pointer = lua.lua_tocfunction(main, -1);
    lua.lua_settop(main, 0);
    return state.functionAt(pointer);
  };
}

/** The sandbox of one machine. */
export class Sandbox {
  private readonly state: LuaState;
  /** References to the real tables, by the addresses of their views. */
  private readonly realOf = new Map<number, number>();
  private readonly readOnlyPointer: number;
  private readonly missingPointer: number;
  /** References: the real globals, the metatable of their view, and what `getmetatable` answers. */
  private readonly globalsRef: number;
  private readonly globalsMetaRef: number;
  private shownGlobalsMetaRef = 0;
  private shownStringMetaRef = 0;
  /** References to functions: Lua's own `next`, and the one for views. */
  private readonly nextRef: number;
  private readonly nextOfRealRef: number;

  /** `original` is the look-up that {@link openLibraries} answers. */
  constructor(state: LuaState, original: (name: string) => WasmFunction, libraries: Libraries) {
    this.state = state;
    const { lua, main } = state;
    const guards = this.guards(original, libraries["table"]?.functions?.["insert"]);
    const [readOnly, missing, next] = state.functionPointers([refuseWrite, missingGlobal, this.nextOfReal]);
    this.readOnlyPointer = readOnly!;
    this.missingPointer = missing!;
    state.pushFunction(main, next!);
    this.nextOfRealRef = state.keep();
    state.getField(main, GLOBALS_INDEX, "next");
    this.nextRef = state.keep();
    lua.lua_pushvalue(main, GLOBALS_INDEX);
    this.globalsRef = state.keep();
    const all = mergeLibraries(libraries, guards);
    this.define(all, GLOBALS_INDEX);
    for (const name of REMOVED) {
      lua.lua_pushnil(main);
      state.setField(main, GLOBALS_INDEX, name);
    }
    this.globalsMetaRef = this.protectGlobals([...new Set([...Object.keys(all), "coroutine"])]);
  }

  /** Pushes the real table of globals, which scripts read and only the server writes. */
  pushGlobals(L: number): void {
    this.state.pushKept(L, this.globalsRef);
  }

  /** Makes the table on top the globals that scripts see, until {@link restoreGlobals}. Pops it. */
  showGlobals(): void {
    const { state } = this;
    const { main } = state;
    state.pushKept(main, this.globalsMetaRef);
    state.lua.lua_insert(main, -2);
    state.setField(main, -2, "__index");
    state.pop(main, 1);
  }

  restoreGlobals(): void {
    this.pushGlobals(this.state.main);
    this.showGlobals();
  }

  /** Replaces the table on top by a read-only view of it. `ref` is the table's reference, if it has one. */
  protect(ref?: number): void {
    const { state } = this;
    const { lua, main } = state;
    // On the stack: the real table, its view, the metatable.
    lua.lua_createtable(main, 0, 0);
    lua.lua_createtable(main, 0, 2);
    lua.lua_pushvalue(main, -3);
    state.setField(main, -2, "__index");
    state.pushFunction(main, this.readOnlyPointer);
    state.setField(main, -2, "__newindex");
    lua.lua_setmetatable(main, -2);
    const view = lua.lua_topointer(main, -1);
    lua.lua_insert(main, -2);
    if (ref === undefined) this.realOf.set(view, state.keep());
    else {
      this.realOf.set(view, ref);
      state.pop(main, 1);
    }
  }

  /** Pushes a read-only table of globals that has these libraries only. */
  createGlobals(libraries: Libraries): void {
    const { state } = this;
    const { lua, main } = state;
    lua.lua_createtable(main, 0, 0);
    this.setMissingError();
    const table = lua.lua_gettop(main);
    this.define(libraries, table);
    for (const name of Object.keys(libraries)) {
      state.getField(main, table, name);
      this.setMissingError();
      this.protect();
      state.setField(main, table, name);
    }
  }

  /** Gives the table on top a metatable that raises an error for missing names. */
  private setMissingError(): void {
    const { state } = this;
    const { lua, main } = state;
    lua.lua_createtable(main, 0, 1);
    state.pushFunction(main, this.missingPointer);
    state.setField(main, -2, "__index");
    lua.lua_setmetatable(main, -2);
  }

  /** Adds libraries to the table of globals at an absolute index. */
  private define(libraries: Libraries, table: number): void {
    const { state } = this;
    const { lua, main } = state;
    const hosts = Object.values(libraries).flatMap(({ functions = {} }) => Object.values(functions));
    const pointers = state.functionPointers(hosts)[Symbol.iterator]();
    for (const [name, { functions = {}, constants = {} }] of Object.entries(libraries)) {
      this.pushRaw(table, name);
      if (lua.lua_type(main, -1) !== LuaType.TABLE) {
        state.pop(main, 1);
        lua.lua_createtable(main, 0, 0);
        lua.lua_pushvalue(main, -1);
        state.setField(main, table, name);
      }
      for (const field of Object.keys(functions)) {
        state.pushFunction(main, pointers.next().value!);
        state.setField(main, -2, field);
      }
      for (const [field, value] of Object.entries(constants)) {
        if (typeof value === "string") state.pushString(main, value);
        else if (value === null) lua.lua_pushlightuserdata(main, 0);
        else lua.lua_pushnumber(main, value);
        state.setField(main, -2, field);
      }
      state.pop(main, 1);
    }
  }

  private pushRaw(table: number, name: string): void {
    this.state.pushString(this.state.main, name);
    this.state.lua.lua_rawget(this.state.main, table);
  }

  /** Replaces tables by views. Answers a reference to the metatable of the globals' view. */
  private protectGlobals(names: readonly string[]): number {
    const { state } = this;
    const { lua, main } = state;
    state.pushKept(main, this.globalsRef);
    this.setMissingError();
    lua.lua_getmetatable(main, -1);
    this.protect();
    this.shownGlobalsMetaRef = state.keep();
    state.pop(main, 1);
    for (const name of names) {
      if (name === "_G") continue;
      state.getField(main, GLOBALS_INDEX, name);
      this.protect();
      state.setField(main, GLOBALS_INDEX, name);
    }
    lua.lua_createtable(main, 0, 1);
    state.getField(main, GLOBALS_INDEX, "string");
    state.setField(main, -2, "__index");
    this.protect();
    this.shownStringMetaRef = state.keep();
    state.pushKept(main, this.globalsRef);
    this.protect(this.globalsRef);
    lua.lua_pushvalue(main, -1);
    state.setField(main, GLOBALS_INDEX, "_G");
    lua.lua_getmetatable(main, -1);
    const meta = state.keep();
    lua.lua_replace(main, GLOBALS_INDEX);
    return meta;
  }

  /** Replacements for Lua's functions that bypass metatables. */
  private guards(original: (name: string) => WasmFunction, insert?: HostFunction): Libraries {
    const rawget = original("rawget");
    const getmetatable = original("getmetatable");
    const next = original("next");
    return {
      _G: {
        functions: {
          rawset: this.writing(asHost(original("rawset"))),
          setmetatable: this.writing(asHost(original("setmetatable"))),
          getmetatable: (_, L) => (this.pushShownMetatable(L) ? 1 : getmetatable(L)),
          next: (state, L) => (this.realRef(L, 1) === undefined ? next(L) : this.nextOfReal(state, L)),
          pairs: (state, L) => {
            state.lua.luaL_checktype(L, 1, LuaType.TABLE);
            state.pushKept(L, this.realRef(L, 1) === undefined ? this.nextRef : this.nextOfRealRef);
            state.lua.lua_pushvalue(L, 1);
            state.lua.lua_pushnil(L);
            return 3;
          },
          rawget: (_, L) => {
            this.showReal(L);
            return rawget(L);
          },
        },
      },
      table: { functions: { insert: this.writing(insert ?? asHost(original("table.insert"))) } },
    };
  }

  /** A function of Lua that writes to its first argument. It refuses a view. */
  private writing(body: HostFunction): HostFunction {
    return (state, L) => {
      if (this.realRef(L, 1) === undefined) return body(state, L);
      state.pushString(L, READ_ONLY);
      return state.raiseTop(L);
    };
  }

  /** A reference to the real table, if an argument is a view. */
  private realRef(L: number, index: number): number | undefined {
    return this.realOf.get(this.state.lua.lua_topointer(L, index));
  }

  /** Replaces a view in the first argument by its real table. */
  private showReal(L: number): void {
    const real = this.realRef(L, 1);
    if (real === undefined) return;
    this.state.pushKept(L, real);
    this.state.lua.lua_replace(L, 1);
  }

  private readonly nextOfReal: HostFunction = (state, L) => {
    const { lua } = state;
    lua.luaL_checktype(L, 1, LuaType.TABLE);
    lua.lua_settop(L, 2);
    this.showReal(L);
    if (lua.lua_next(L, 1) !== 0) return 2;
    lua.lua_pushnil(L);
    return 1;
  };

  /** Pushes what `getmetatable` answers for Redis's tables and for strings; answers false for a script's own value. */
  private pushShownMetatable(L: number): boolean {
    const { state } = this;
    const real = this.realRef(L, 1);
    if (real === this.globalsRef) state.pushKept(L, this.shownGlobalsMetaRef);
    else if (real !== undefined) state.lua.lua_pushnil(L);
    else if (state.lua.lua_type(L, 1) === LuaType.STRING) state.pushKept(L, this.shownStringMetaRef);
    else return false;
    return true;
  }
}

function refuseWrite(state: LuaState, L: number): never {
  return state.raise(L, READ_ONLY);
}

function missingGlobal(state: LuaState, L: number): number {
  const name = state.toString(L, 2);
  if (name === undefined) state.raise(L, "Second argument to luaProtectedTableError must be a string or number");
  return state.raise(L, `Script attempted to access nonexistent global variable '${name}'`);
}

const asHost =
  (body: WasmFunction): HostFunction =>
  (_, L) =>
    body(L);

/** Merges libraries by name. Functions of later ones replace those of earlier ones. */
function mergeLibraries(...all: readonly Libraries[]): Libraries {
  const merged: Record<string, Library> = {};
  for (const [name, { functions, constants }] of all.flatMap((libraries) => Object.entries(libraries))) {
    const { functions: before, constants: known } = merged[name] ?? {};
    merged[name] = { functions: { ...before, ...functions }, constants: { ...known, ...constants } };
  }
  return merged;
}
