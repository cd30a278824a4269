/** The content of a sandbox: Lua's own functions, replaced where Redis's differ, and the libraries that Redis adds. */
import { BYTES_PER_WORK } from "./host-budget.ts";
import { bitLibrary } from "./lua-bit.ts";
import { LuaType } from "./lua-binary.ts";
import type { Cjson } from "./lua-cjson.ts";
import { cmsgpackLibrary } from "./lua-cmsgpack.ts";
import { Random48 } from "./lua-numbers.ts";
import type { Libraries } from "./lua-sandbox.ts";
import { toInt32, truncated } from "./lua-state.ts";
import type { HostFunction, LuaState } from "./lua-state.ts";
import * as strings from "./lua-strings.ts";
import { TextBuilder } from "./text-builder.ts";
import { structLibrary } from "./lua-struct.ts";
import type { WasmFunction } from "./web-assembly.ts";

/** What libraries need from their machine. */
interface LibraryHost {
  /** Processor time in microseconds. */
  readonly elapsedUs: () => number;
  /** Called when the script changes settings of the garbage collector. */
  readonly collectorTouched: () => void;
  readonly cjson: Cjson;
}

/** The first byte of compiled code. It is refused, since it can corrupt the machine. */
const SIGNATURE = "\x1b";

/** Values that a C function may have on its stack, arguments and results together. */
const C_STACK_MAX = 8000;

/** The arguments of the original `unpack`, all of them given. */
const UNPACK_ARGUMENTS = 3;

const RANDOM_MAX = 2 ** 31 - 1;

/** The functions that replace or wrap Lua's own. `original` looks up Lua's function of a name. */
export function standardLibraries(original: (name: string) => WasmFunction, host: LibraryHost): Libraries {
  const heavy = (name: string): HostFunction => {
    const body = original(name);
    return (state, L) => {
      // Asking a number for its length would convert it to a string.
      const hasLength = state.argumentCount(L) > 0 && state.argumentType(L, 1) !== LuaType.NUMBER;
      if (hasLength) state.budget.work(state.lua.lua_objlen(L, 1) / BYTES_PER_WORK);
      return body(L);
    };
  };
  const tables = ["concat", "remove"].map((name) => [name, heavy(`table.${name}`)]);
  const texts = ["upper", "lower", "reverse"].map((name) => [name, heavy(`string.${name}`)]);
  return {
    _G: {
      functions: {
        collectgarbage: collectGarbage(original("collectgarbage"), host),
        load,
        loadstring,
        tonumber: strings.toNumber(original("tonumber")),
        unpack: unpack(original("unpack")),
        pcall: protectedCall(original("pcall")),
      },
    },
    string: {
      functions: {
        ...Object.fromEntries(texts),
        find: strings.finder(true),
        match: strings.finder(false),
        gsub: strings.gsub(),
        gmatch: strings.gmatch(),
        format: strings.formatter(original("string.format")),
        rep: strings.repeat,
        sub: strings.withPositions(original("string.sub"), [2, 3]),
        byte: strings.withPositions(original("string.byte"), [2, 3]),
        dump: (state, L) => state.raise(L, "unable to dump given function"),
      },
    },
    table: {
      functions: {
        ...Object.fromEntries(tables),
        insert: insert(heavy("table.insert")),
        sort: sort(original("table.sort")),
      },
    },
    math: { functions: randomFunctions() },
    os: { functions: { clock: (state, L) => (state.lua.lua_pushnumber(L, host.elapsedUs() / 1e6), 1) } },
    bit: bitLibrary,
    cjson: host.cjson.library,
    cmsgpack: cmsgpackLibrary,
    struct: structLibrary,
  };
}

/** Redis's pcall: an error that is a table is returned as its text. */
function protectedCall(original: WasmFunction): HostFunction {
  return (state, L) => {
    const { lua } = state;
    if (state.argumentCount(L) === 0) {
      lua.lua_pushboolean(L, 0);
      return 1;
    }
    const results = original(L);
    const first = lua.lua_gettop(L) - results + 1;
    if (lua.lua_toboolean(L, first) !== 0 || lua.lua_type(L, -1) !== LuaType.TABLE) return results;
    state.getField(L, -1, "err");
    if (lua.lua_isstring(L, -1) === 0) state.pop(L, 1);
    else lua.lua_replace(L, -2);
    return results;
  };
}

function collectGarbage(original: WasmFunction, host: LibraryHost): HostFunction {
  return ({ budget }, L) => {
    host.collectorTouched();
    budget.checkTime();
    return original(L);
  };
}

/** Compiles a text; pushes the function, or nil and the message. */
function compileText(state: LuaState, L: number, text: string, name: string): number {
  const { lua } = state;
  let message: string | undefined;
  if (text.startsWith(SIGNATURE)) message = "compiled code is not accepted";
  else {
    // The thread that asks compiles, since its stack has room.
    message = state.compile(text, name, L);
    if (message === undefined) return 1;
  }
  lua.lua_pushnil(L);
  state.pushString(L, message);
  return 2;
}

function loadstring(state: LuaState, L: number): number {
  const text = state.checkString(L, 1);
  const name = state.lua.lua_type(L, 2) <= LuaType.NIL ? text : state.checkString(L, 2);
  return compileText(state, L, text, name);
}

/** load(function, name): gathers the pieces first, since together they could be compiled code. */
function load(state: LuaState, L: number): number {
  const { lua, budget } = state;
  lua.luaL_checktype(L, 1, LuaType.FUNCTION);
  const name = lua.lua_type(L, 2) <= LuaType.NIL ? "=(load)" : state.checkString(L, 2);
  const text = new TextBuilder(budget);
  for (;;) {
    lua.lua_pushvalue(L, 1);
    lua.lua_call(L, 0, 1);
    if (lua.lua_type(L, -1) === LuaType.NIL) break;
    const piece = state.toString(L, -1);
    if (piece === undefined) {
      lua.lua_pushnil(L);
      state.pushString(L, "reader function must return a string");
      return 2;
    }
    if (piece === "") break;
    text.append(piece);
    state.release(piece);
    state.pop(L, 1);
  }
  return compileText(state, L, text.toString(), name);
}

/**
 * table.insert(table, position, value). From a position far below 1, the original would move as many missing elements,
 * and cannot be interrupted.
 */
function insert(original: HostFunction): HostFunction {
  return (state, L) => {
    const { lua, budget } = state;
    const isFar = lua.lua_gettop(L) === 3 && lua.lua_type(L, 1) === LuaType.TABLE && lua.lua_isnumber(L, 2) !== 0;
    const position = isFar ? toInt32(state.checkInteger(L, 2)) : 1;
    if (position >= 1) return original(state, L);
    for (let i = lua.lua_objlen(L, 1) + 1; i > position; i--) {
      budget.work(1);
      lua.lua_rawgeti(L, 1, i - 1);
      lua.lua_rawseti(L, 1, i);
    }
    lua.lua_settop(L, 3);
    lua.lua_rawseti(L, 1, position);
    return 0;
  };
}

/** Elements that the original may sort: against an adverse order it compares each with each. */
const SORT_ALONE_MAX = 1000;

/** table.sort(table, less), with a comparison that can be interrupted; the original's own cannot. */
function sort(original: WasmFunction): HostFunction {
  let lessPointer = 0;
  const less: HostFunction = (state, L) => {
    state.budget.work(1);
    state.lua.lua_pushboolean(L, state.lua.lua_lessthan(L, 1, 2));
    return 1;
  };
  return (state, L) => {
    const { lua } = state;
    lua.luaL_checktype(L, 1, LuaType.TABLE);
    if (lua.lua_type(L, 2) <= LuaType.NIL && lua.lua_objlen(L, 1) > SORT_ALONE_MAX) {
      lessPointer ||= state.functionPointers([less])[0]!;
      lua.lua_settop(L, 1);
      state.pushFunction(L, lessPointer);
    }
    return original(L);
  };
}

/** unpack(table, from, to). The original overflows on ranges as wide as an integer. */
function unpack(original: WasmFunction): HostFunction {
  return (state, L) => {
    const { lua } = state;
    lua.luaL_checktype(L, 1, LuaType.TABLE);
    const from = toInt32(state.optInteger(L, 2, 1));
    const to = lua.lua_type(L, 3) <= LuaType.NIL ? lua.lua_objlen(L, 1) : toInt32(state.checkInteger(L, 3));
    if (from > to) return 0;
    const count = to - from + 1;
    const isTooMany = lua.lua_gettop(L) + count > C_STACK_MAX || lua.lua_checkstack(L, count) === 0;
    if (isTooMany) state.raise(L, "too many results to unpack");
    if (count + UNPACK_ARGUMENTS > C_STACK_MAX) {
      for (let i = from; i <= to; i++) lua.lua_rawgeti(L, 1, i);
      return count;
    }
    lua.lua_settop(L, 1);
    lua.lua_pushnumber(L, from);
    lua.lua_pushnumber(L, to);
    return original(L);
  };
}

/** math.random and math.randomseed on Redis's generator. */
function randomFunctions(): Record<string, HostFunction> {
  const generator = new Random48();
  return {
    randomseed: (state, L) => {
      generator.seed(toInt32(state.checkInteger(L, 1)));
      return 0;
    },
    random: (state, L) => {
      const { lua } = state;
      const r = (generator.next() % RANDOM_MAX) / RANDOM_MAX;
      const count = lua.lua_gettop(L);
      if (count === 0) lua.lua_pushnumber(L, r);
      else if (count === 1) {
        const upper = toInt32(truncated(state.checkNumber(L, 1)));
        if (upper < 1) state.raiseArgument(L, 1, "interval is empty");
        lua.lua_pushnumber(L, Math.floor(r * upper) + 1);
      } else if (count === 2) {
        const lower = toInt32(state.checkInteger(L, 1));
        const upper = toInt32(state.checkInteger(L, 2));
        if (lower > upper) state.raiseArgument(L, 2, "interval is empty");
        lua.lua_pushnumber(L, Math.floor(r * toInt32(upper - lower + 1)) + lower);
      } else state.raise(L, "wrong number of arguments");
      return 1;
    },
  };
}
