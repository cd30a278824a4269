/**
 * An instance of the Lua 5.1.5 binary: its exports, its imports and its memory.
 *
 * The binary is the C API compiled with Emscripten. It imports files, the environment and the calendar for libraries
 * that are never opened, so those imports answer with an error.
 */
import { compileWasm, instantiateWasm } from "./web-assembly.ts";
import type { WasmFunction, WasmImport, WasmMemory, WasmModule, WasmTable } from "./web-assembly.ts";

/** Functions of Lua's C API, and the binary's own. States, strings and functions are passed as addresses. */
type LuaFunction =
  | "__wasm_call_ctors"
  | "emscripten_stack_init"
  | "stackSave"
  | "stackRestore"
  | "setThrew"
  | "malloc"
  | "free"
  | "lua_atpanic"
  | "lua_call"
  | "lua_checkstack"
  | "lua_close"
  | "lua_concat"
  | "lua_createtable"
  | "lua_error"
  | "lua_gc"
  | "lua_getfield"
  | "lua_getinfo"
  | "lua_getmetatable"
  | "lua_getstack"
  | "lua_gettable"
  | "lua_gettop"
  | "lua_insert"
  | "lua_iscfunction"
  | "lua_isnumber"
  | "lua_isstring"
  | "lua_lessthan"
  | "lua_next"
  | "lua_objlen"
  | "lua_pcall"
  | "lua_pushboolean"
  | "lua_pushcclosure"
  | "lua_pushlightuserdata"
  | "lua_pushlstring"
  | "lua_pushnil"
  | "lua_pushnumber"
  | "lua_pushvalue"
  | "lua_rawget"
  | "lua_rawgeti"
  | "lua_rawset"
  | "lua_rawseti"
  | "lua_remove"
  | "lua_replace"
  | "lua_setfield"
  | "lua_sethook"
  | "lua_setmetatable"
  | "lua_settable"
  | "lua_settop"
  | "lua_toboolean"
  | "lua_tocfunction"
  | "lua_tolstring"
  | "lua_tonumber"
  | "lua_topointer"
  | "lua_touserdata"
  | "lua_type"
  | "lua_typename"
  | "luaL_argerror"
  | "luaL_checkany"
  | "luaL_checklstring"
  | "luaL_checknumber"
  | "luaL_checkstack"
  | "luaL_checktype"
  | "luaL_loadbuffer"
  | "luaL_newstate"
  | "luaL_optnumber"
  | "luaL_ref"
  | "luaL_typerror"
  | "luaL_unref"
  | "luaL_where"
  | "luaopen_base"
  | "luaopen_math"
  | "luaopen_string"
  | "luaopen_table";

/** The exports of an instance. */
export type LuaExports = Readonly<Record<LuaFunction, WasmFunction>> & {
  readonly memory: WasmMemory;
  readonly __indirect_function_table: WasmTable;
};

/** Pseudo-indexes of the stack. */
export const REGISTRY_INDEX = -10_000;
/** The pseudo-index of the table of globals. */
export const GLOBALS_INDEX = -10_002;

/** The pseudo-index of an upvalue, counted from 1. */
export const upvalueIndex = (i: number): number => GLOBALS_INDEX - i;

/** Types of values, as `lua_type` returns them. */
export const LuaType = {
  NONE: -1,
  NIL: 0,
  BOOLEAN: 1,
  LIGHT_USERDATA: 2,
  NUMBER: 3,
  STRING: 4,
  TABLE: 5,
  FUNCTION: 6,
  USERDATA: 7,
  THREAD: 8,
} as const;

/** The status of `lua_pcall` for a runtime error. */
export const LUA_ERRRUN = 2;
/** The mask of a hook that is called after a number of instructions. */
export const LUA_MASKCOUNT = 8;

/** Lua panicked: it failed outside of any protected call. The instance cannot be used any more. */
export class LuaPanic extends Error {}

/** The owner of an instance, which limits its memory. */
export interface BinaryOwner {
  /** Whether the memory may grow to this many bytes. */
  mayGrow(bytes: number): boolean;
  /** The memory has grown, and has a new buffer. */
  grown(): void;
}

/**
 * Lua's error on its way to the protected call: C's longjmp as a JavaScript exception. It passes through host
 * functions.
 */
const LONGJMP = Object.freeze({ longjmp: true });

const PAGE_BYTES = 65_536;

/** The compiled module of each binary; mostly there is one. */
const modules = new WeakMap<Uint8Array, WasmModule>();

/** Makes an instance of the binary. Throws for malformed bytes. */
export function instantiateLua(binary: Uint8Array, owner: BinaryOwner): LuaExports {
  let module = modules.get(binary);
  if (module === undefined) {
    module = compileWasm(binary);
    modules.set(binary, module);
  }
  const instance: LuaExports = instantiateWasm<LuaExports>(
    module,
    importsFor(owner, () => instance),
  );
  instance.__wasm_call_ctors();
  instance.emscripten_stack_init();
  return instance;
}

/** WASI's error number for a missing function. */
const ENOSYS = 52;

const refuse = (): number => -ENOSYS;
const refuseWasi = (): number => ENOSYS;

/** Imports of libraries that are never opened. */
const REFUSED = [
  "strftime",
  "__syscall_openat",
  "__syscall_fcntl64",
  "__syscall_ioctl",
  "__syscall_dup3",
  "__syscall_unlinkat",
  "__syscall_rmdir",
  "__syscall_renameat",
  "_emscripten_system",
  "__syscall_readlinkat",
  "_tzset_js",
  "_mktime_js",
  "_localtime_js",
  "_gmtime_js",
  "_emscripten_get_now_is_monotonic",
  "emscripten_date_now",
];

function importsFor(
  owner: BinaryOwner,
  instance: () => LuaExports,
): Readonly<Record<string, Readonly<Record<string, WasmImport>>>> {
  const protectedCalls: WasmFunction[] = [];
  const env: Record<string, WasmImport> = {
    exit: () => {
      throw new LuaPanic("Lua panicked");
    },
    /** A protected call, on which Lua's pcall and resume are built. */
    invoke_vii: (index, a, b) => {
      const { stackSave, stackRestore, setThrew, __indirect_function_table: table } = instance();
      const stack = stackSave();
      try {
        (protectedCalls[index!] ??= table.get(index!))(a!, b!);
      } catch (error) {
        // Any other exception passes on to the caller of the machine, and no script can catch it.
        if (error !== LONGJMP) throw error;
        stackRestore(stack);
        setThrew(1, 0);
      }
    },
    _emscripten_throw_longjmp: () => {
      throw LONGJMP;
    },
    emscripten_memcpy_js: (to, from, length) => {
      new Uint8Array(instance().memory.buffer).copyWithin(to!, from!, from! + length!);
    },
    emscripten_resize_heap: (bytes) => grow(instance().memory, bytes! >>> 0, owner),
  };
  for (const name of REFUSED) env[name] = refuse;
  return {
    env,
    wasi_snapshot_preview1: {
      fd_write: refuseWasi,
      fd_read: refuseWasi,
      fd_close: refuseWasi,
      fd_seek: refuseWasi,
      environ_sizes_get: (count, bytes) => {
        const words = new Int32Array(instance().memory.buffer);
        words[count! >> 2] = words[bytes! >> 2] = 0;
        return 0;
      },
      environ_get: () => 0,
    },
  };
}

/** Grows the memory to at least `bytes`; answers 1 if it did. Otherwise the allocation fails with Lua's own error. */
function grow(memory: WasmMemory, bytes: number, owner: BinaryOwner): number {
  const before = memory.buffer.byteLength;
  // Tries a fifth more first, so that a growing script does not get here for each page.
  for (const wanted of [Math.max(bytes, Math.floor(before * 1.2)), bytes]) {
    const pages = Math.ceil((wanted - before) / PAGE_BYTES);
    if (!owner.mayGrow(before + pages * PAGE_BYTES)) continue;
    try {
      memory.grow(pages);
    } catch {
      continue;
    }
    owner.grown();
    return 1;
  }
  return 0;
}
